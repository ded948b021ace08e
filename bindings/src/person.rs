//! One person's page, and whose phone this is.

use tanfang_core::app;

use crate::error::TanfangError;
use crate::tanfang::Tanfang;
use crate::text;
use crate::today::{CallLine, TodayLine, UnitWords};

/// A person's page.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct PersonPage {
    /// Who it is.
    pub who: UnitWords,
    /// The form that the card is edited by.
    pub form: Option<String>,
    /// Numbers to call, the person's own first.
    pub calls: Vec<CallLine>,
    /// What is due of the person and of the household, by the rule that falls due first.
    pub due: Option<TodayLine>,
    /// A visit that was begun and not saved, whether or not one is due.
    pub draft: Option<String>,
    /// What can be begun about this person, the visit first.
    pub forms: Vec<Beginnable>,
    /// When somebody last met the person.
    pub last_met: Option<String>,
    /// The others of the household.
    pub household: Vec<UnitWords>,
    /// Visits, the latest first.
    pub visits: Vec<VisitLine>,
    /// What is open of what visits found.
    pub issues: Vec<IssueLine>,
    /// How many answers of the card a person has to decide.
    pub conflicts: u32,
    /// Whether something of it came in a sealed file and is not yet at the county.
    pub unconfirmed: bool,
    /// The card in words, without what is empty.
    pub card: Vec<CardSection>,
}

impl From<app::PersonPage> for PersonPage {
    fn from(page: app::PersonPage) -> Self {
        Self {
            who: page.who.into(),
            form: page.form,
            calls: page.calls.into_iter().map(CallLine::from).collect(),
            due: page.due.map(TodayLine::from),
            draft: page.draft,
            forms: page.forms.into_iter().map(Beginnable::from).collect(),
            last_met: page.last_met,
            household: page.household.into_iter().map(UnitWords::from).collect(),
            visits: page.visits.into_iter().map(VisitLine::from).collect(),
            issues: page.issues.into_iter().map(IssueLine::from).collect(),
            conflicts: page.conflicts,
            unconfirmed: page.unconfirmed,
            card: page.card.into_iter().map(CardSection::from).collect(),
        }
    }
}

/// A form that can be begun about a person.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Beginnable {
    /// Its id.
    pub form: String,
    /// Its title.
    pub title: String,
    /// What was begun of it about this person and not saved.
    pub draft: Option<String>,
}

impl From<app::Beginnable> for Beginnable {
    fn from(form: app::Beginnable) -> Self {
        Self {
            form: form.form,
            title: form.title,
            draft: form.draft,
        }
    }
}

/// A visit in a list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VisitLine {
    /// Its id.
    pub id: String,
    /// Its day.
    pub day: String,
    /// How, in words.
    pub mode: String,
    /// The outcome, in words.
    pub outcome: String,
    /// Whether this person was met.
    pub met: bool,
    /// Whether the server has it.
    pub sent: bool,
}

impl From<app::VisitLine> for VisitLine {
    fn from(line: app::VisitLine) -> Self {
        Self {
            id: line.id,
            day: line.day,
            mode: line.mode,
            outcome: line.outcome,
            met: line.met,
            sent: line.sent,
        }
    }
}

/// Something that is to be done about a person.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct IssueLine {
    /// Its id.
    pub id: String,
    /// What kind, in words.
    pub kind: String,
    /// What it is.
    pub description: Option<String>,
    /// Where it stands, in words.
    pub state: String,
    /// By when.
    pub due: Option<String>,
}

impl From<app::IssueLine> for IssueLine {
    fn from(line: app::IssueLine) -> Self {
        Self {
            id: line.id,
            kind: line.kind,
            description: line.description,
            state: line.state,
            due: line.due,
        }
    }
}

/// A group of a card.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CardSection {
    /// What it is called.
    pub label: String,
    /// What stands in it.
    pub lines: Vec<CardLine>,
}

impl From<app::CardSection> for CardSection {
    fn from(section: app::CardSection) -> Self {
        Self {
            label: section.label,
            lines: section.lines.into_iter().map(CardLine::from).collect(),
        }
    }
}

/// An answer of a card.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CardLine {
    /// The question.
    pub label: String,
    /// The answer in words.
    pub said: String,
}

impl From<app::CardLine> for CardLine {
    fn from(line: app::CardLine) -> Self {
        Self {
            label: line.label,
            said: line.said,
        }
    }
}

/// Whose phone this is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Account {
    /// The worker's id.
    pub worker: String,
    /// The worker's name.
    pub name: String,
    /// The county's code.
    pub county: String,
    /// The county's name, where its list of areas is here.
    pub county_name: Option<String>,
    /// This phone's id.
    pub device: String,
    /// The roles held today.
    pub roles: Vec<RoleLine>,
    /// Whether one of them supervises: it opens who has not been seen.
    pub supervises: bool,
    /// How many people this phone holds.
    pub people: u32,
}

impl From<app::Account> for Account {
    fn from(account: app::Account) -> Self {
        Self {
            worker: account.worker,
            name: account.name,
            county: account.county,
            county_name: account.county_name,
            device: account.device,
            roles: account.roles.into_iter().map(RoleLine::from).collect(),
            supervises: account.supervises,
            people: account.people,
        }
    }
}

/// A role that the worker holds today.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RoleLine {
    /// The role's code.
    pub role: String,
    /// What it is called.
    pub label: String,
    /// The area's code.
    pub area: String,
    /// The area's name, where the county's list has it.
    pub area_name: Option<String>,
}

impl From<app::RoleLine> for RoleLine {
    fn from(line: app::RoleLine) -> Self {
        Self {
            role: line.role,
            label: line.label,
            area: line.area,
            area_name: line.area_name,
        }
    }
}

#[uniffi::export]
impl Tanfang {
    /// A person's page, in a language (`zh`, `en`).
    pub fn person(&self, id: String, lang: String) -> Result<PersonPage, TanfangError> {
        Ok(self.now()?.person(text::record(&id)?, &lang)?.into())
    }

    /// Whose phone this is, in a language (`zh`, `en`); `NotEnrolled` before it is anybody's.
    pub fn account(&self, lang: String) -> Result<Account, TanfangError> {
        Ok(self.now()?.account(&lang)?.into())
    }
}
