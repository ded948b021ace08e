//! Lists of people as a screen shows them: who is due, who has not been seen.

use tanfang_core::app;

use crate::error::TanfangError;
use crate::report::{Asked, State};
use crate::tanfang::Tanfang;

/// Which page of a list of people is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct Paged {
    /// Only people whose name holds these words; an empty text: all.
    #[uniffi(default = "")]
    pub search: String,
    /// In whose words: `zh`, `en`.
    #[uniffi(default = "zh")]
    pub lang: String,
    /// After so many lines.
    #[uniffi(default = 0)]
    pub offset: u32,
    /// At most so many lines; 0, or more than 50, is 50.
    #[uniffi(default = 0)]
    pub limit: u32,
}

impl From<Paged> for app::Paged {
    fn from(paged: Paged) -> Self {
        Self {
            search: paged.search,
            lang: paged.lang,
            offset: paged.offset,
            limit: paged.limit,
        }
    }
}

/// Somebody that a list names.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UnitWords {
    /// The unit's id.
    pub unit: String,
    /// The person to open: of a pairing the one who is helped, of a household none.
    pub person: Option<String>,
    /// The person's name, or what else tells it from the others.
    pub title: String,
    /// Of a person `elder` or `child`.
    pub group: Option<String>,
    /// The area's code.
    pub area: Option<String>,
    /// The area's name, where the county's list has it.
    pub area_name: Option<String>,
}

impl From<app::UnitWords> for UnitWords {
    fn from(who: app::UnitWords) -> Self {
        Self {
            unit: who.unit,
            person: who.person,
            title: who.title,
            group: who.group,
            area: who.area,
            area_name: who.area_name,
        }
    }
}

/// A number that a person's card gives.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CallLine {
    /// Whose it is: what the card calls it.
    pub label: String,
    /// The number as it is dialled.
    pub number: String,
}

impl From<app::CallLine> for CallLine {
    fn from(call: app::CallLine) -> Self {
        Self {
            label: call.label,
            number: call.number,
        }
    }
}

/// Who is due.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Today {
    /// As of when, in UTC+8.
    pub as_of: String,
    /// Whether the server was made for demonstrations.
    pub demonstration: bool,
    /// How many there are in all, whatever page is shown.
    pub total: u32,
    /// How many of them fall due within a week, today counted.
    pub soon: u32,
    /// The lines of the page.
    pub lines: Vec<TodayLine>,
}

impl From<app::Today> for Today {
    fn from(today: app::Today) -> Self {
        Self {
            as_of: today.as_of,
            demonstration: today.demonstration,
            total: today.total,
            soon: today.soon,
            lines: today.lines.into_iter().map(TodayLine::from).collect(),
        }
    }
}

/// Somebody who is due.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct TodayLine {
    /// Whom it is about.
    pub who: UnitWords,
    /// Where it stands.
    pub state: State,
    /// The last day; none where the period is over.
    pub due: Option<String>,
    /// How many days are left, 0 on the last.
    pub days_left: Option<i32>,
    /// Whether a period ended without their being seen, and they were not seen since.
    pub missed: bool,
    /// The periods that are over and still owed, in words: those that were missed, and those that a
    /// grace keeps open.
    pub owed: Vec<String>,
    /// How many rules ask it.
    pub rules: u32,
    /// The rule that falls due first.
    pub rule: String,
    /// Its document.
    pub document: String,
    /// The article in it.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// The period.
    pub period: Option<String>,
    /// The day last seen, as far as the rule asks.
    pub last_seen: Option<String>,
    /// What may be done instead: `phone`, `neighbour_inquiry`.
    pub advice: Option<String>,
    /// The first number of the card.
    pub call: Option<CallLine>,
    /// A visit that was begun and not saved.
    pub draft: Option<String>,
}

impl From<app::TodayLine> for TodayLine {
    fn from(line: app::TodayLine) -> Self {
        Self {
            who: line.who.into(),
            state: line.state.into(),
            due: line.due,
            days_left: line.days_left,
            missed: line.missed,
            owed: line.owed,
            rules: line.rules,
            rule: line.rule,
            document: line.document,
            article: line.article,
            quote: line.quote,
            period: line.period,
            last_seen: line.last_seen,
            advice: line.advice,
            call: line.call.map(CallLine::from),
            draft: line.draft,
        }
    }
}

/// What was begun and not saved, in words.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BegunLine {
    /// The draft.
    pub draft: String,
    /// The form's id.
    pub form: String,
    /// The form's title; its id where this phone has it no more.
    pub title: String,
    /// Whom it is about, where it says so.
    pub about: Option<String>,
    /// Their id.
    pub person: Option<String>,
    /// When it was kept, RFC 3339.
    pub saved_at: String,
}

impl From<app::BegunLine> for BegunLine {
    fn from(line: app::BegunLine) -> Self {
        Self {
            draft: line.draft,
            form: line.form,
            title: line.title,
            about: line.about,
            person: line.person,
            saved_at: line.saved_at,
        }
    }
}

/// A save that the server has not taken in, as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WaitingLine {
    /// What it is about.
    pub id: String,
    /// Its number on this phone.
    pub seq: u64,
    /// The form's title; of a save without a form what it did.
    pub title: String,
    /// Whom it is about, by name, where this phone holds it.
    pub about: Option<String>,
    /// When it was saved, RFC 3339.
    pub saved_at: String,
    /// `unsent`; `waiting` for the save that its record begins with; `refused`.
    pub state: String,
    /// Of a refused one what to do, in the server's words.
    pub message: Option<String>,
    /// Whether it can be withdrawn: the server refused it.
    pub withdrawable: bool,
}

impl From<app::WaitingLine> for WaitingLine {
    fn from(line: app::WaitingLine) -> Self {
        Self {
            id: line.id,
            seq: line.seq,
            title: line.title,
            about: line.about,
            saved_at: line.saved_at,
            state: line.state,
            message: line.message,
            withdrawable: line.withdrawable,
        }
    }
}

/// A page of those not seen.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Unseen {
    /// As of when, in UTC+8.
    pub as_of: String,
    /// Whether the server was made for demonstrations.
    pub demonstration: bool,
    /// How many there are in all, whatever page is shown.
    pub total: u32,
    /// What the county has to publish or fill before anybody can be judged.
    pub gaps: u32,
    /// The lines of the page.
    pub lines: Vec<UnseenLine>,
}

impl From<app::Unseen> for Unseen {
    fn from(unseen: app::Unseen) -> Self {
        Self {
            as_of: unseen.as_of,
            demonstration: unseen.demonstration,
            total: unseen.total,
            gaps: unseen.gaps,
            lines: unseen.lines.into_iter().map(UnseenLine::from).collect(),
        }
    }
}

/// Somebody whom some rule finds not seen.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct UnseenLine {
    /// Whom it is about.
    pub who: UnitWords,
    /// `risk_high`, `risk_key`, `risk_general`, or none.
    pub risk: Option<String>,
    /// When they were last seen; none is never.
    pub last_seen: Option<String>,
    /// How many days ago that was.
    pub days: Option<i32>,
    /// The rules that find it.
    pub rules: Vec<UnseenRule>,
}

impl From<app::UnseenLine> for UnseenLine {
    fn from(line: app::UnseenLine) -> Self {
        Self {
            who: line.who.into(),
            risk: line.risk,
            last_seen: line.last_seen,
            days: line.days,
            rules: line.rules.into_iter().map(UnseenRule::from).collect(),
        }
    }
}

/// A rule by which somebody is not seen.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct UnseenRule {
    /// The rule.
    pub rule: String,
    /// The period.
    pub period: Option<String>,
    /// The period in words.
    pub said: Option<String>,
    /// Where it stands.
    pub state: State,
    /// The document.
    pub document: String,
    /// The article.
    pub article: String,
}

impl From<app::UnseenRule> for UnseenRule {
    fn from(rule: app::UnseenRule) -> Self {
        Self {
            rule: rule.rule,
            period: rule.period,
            said: rule.said,
            state: rule.state.into(),
            document: rule.document,
            article: rule.article,
        }
    }
}

#[uniffi::export]
impl Tanfang {
    /// Who is due on this phone, the soonest first; one line for each person, household or pairing.
    pub fn today(&self, paged: Paged) -> Result<Today, TanfangError> {
        Ok(self.now()?.today(&paged.into())?.into())
    }

    /// What was begun and not saved, the latest first, in words.
    pub fn begun(&self, lang: String) -> Result<Vec<BegunLine>, TanfangError> {
        let begun = self.now()?.begun(&lang)?.into_iter();
        Ok(begun.map(BegunLine::from).collect())
    }

    /// What was saved here and is not in the server's log, in words: what came back before what
    /// waits.
    pub fn waiting(&self, lang: String) -> Result<Vec<WaitingLine>, TanfangError> {
        let waiting = self.now()?.waiting(&lang)?.into_iter();
        Ok(waiting.map(WaitingLine::from).collect())
    }

    /// Who has not been seen, of the units that this phone may judge: the gravest risk first, then
    /// who was never seen, then whoever was seen longest ago.
    pub fn not_seen(&self, asked: Asked, paged: Paged) -> Result<Unseen, TanfangError> {
        Ok(self.now()?.not_seen(&asked.into(), &paged.into())?.into())
    }
}
