//! Who is due: a worker's first screen. What is due is the report's to say; here it is put in one
//! line for each unit, the soonest first, a page at a time.

use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

use super::labels::{Labels, Lang};
use super::units::{CallLine, UnitWords, unit_words};
use super::{App, AppError, Asked};
use crate::compliance::{Line, PeriodName, State, period_in_words};
use crate::facts::rows::Day;
use crate::model::{RecordId, WallTime};
use crate::store::{Draft, Listing, Tx};

/// The most lines of a page, whatever is asked.
pub const PAGE: u32 = 50;
/// What falls due within so many days, today the first, is counted as soon.
const SOON: i32 = 7;

/// Which page of a list of people is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paged {
    /// Only people whose name holds these words; an empty text: all.
    pub search: String,
    /// In whose words: `zh`, `en`.
    pub lang: String,
    /// After so many lines.
    pub offset: u32,
    /// At most so many lines; 0, or more than [`PAGE`], is [`PAGE`].
    pub limit: u32,
}

/// Who is due.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// Somebody who is due.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// What was begun and not saved, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// What the report says of one person, in short.
struct Due<'l> {
    /// The person; of a household whose people are not held the household, of a pairing it.
    of: &'l str,
    line: &'l Line,
    missed: bool,
    /// The periods that are over, by their first day.
    owed: BTreeSet<(Day, &'l str)>,
    rules: u32,
}

impl App {
    /// Who is to be seen, as far as this phone may judge: one line for each person, whom they missed
    /// before first, then the soonest. What is asked of a household stands at the first of its
    /// people; papers and sheets are not among it. Whoever was seen, or excused, after a period that
    /// was missed is not due for that period any more.
    ///
    /// # Errors
    /// As of [`App::compliance`].
    pub fn today(&self, paged: &Paged) -> Result<Today, AppError> {
        let report = self.compliance(&Asked::default())?;
        let today = self.asked_at(None)?.day();
        let begun = self.begun(&paged.lang)?;
        self.read(|tx| {
            let labels = self.labels(tx)?;
            let rules = self.visit_rules(tx)?;
            let first = tx.first_of_households()?;
            let first: BTreeMap<String, String> = first
                .into_iter()
                .map(|(home, person)| (home.to_string(), person.to_string()))
                .collect();
            let mut due = by_person(&report.lines, &rules, &first, today);
            paged.keep_found(tx, &mut due, |one| one.of)?;
            let soon = due.iter().filter(|one| {
                let left = one.line.due.map(|due| days_between(today, due));
                left.is_some_and(|left| left < SOON)
            });
            let mut lines = Vec::new();
            for one in paged.page(&due) {
                lines.push(self.today_line(tx, &labels, one, today, &begun, &paged.lang)?);
            }
            Ok(Today {
                as_of: report.as_of.clone(),
                demonstration: tx.manifest()?.demo,
                total: count(due.len()),
                soon: count(soon.count()),
                lines,
            })
        })
    }

    /// What is due of one person and of the household, as [`App::today`] has it.
    pub(super) fn due_of(
        &self,
        tx: &Tx<'_>,
        lines: &[Line],
        (person, household): (&str, Option<&str>),
        begun: &[BegunLine],
        lang: &str,
    ) -> Result<Option<TodayLine>, AppError> {
        let today = self.asked_at(None)?.day();
        let home = household.map(|home| (home.to_owned(), person.to_owned()));
        let home: BTreeMap<String, String> = home.into_iter().collect();
        let own = |line: &&Line| line.unit == person || home.contains_key(&line.unit);
        let own: Vec<Line> = lines.iter().filter(own).cloned().collect();
        let due = by_person(&own, &self.visit_rules(tx)?, &home, today);
        let labels = self.labels(tx)?;
        let first = due.first();
        first
            .map(|one| self.today_line(tx, &labels, one, today, begun, lang))
            .transpose()
    }

    fn today_line(
        &self,
        tx: &Tx<'_>,
        labels: &Labels<'_, '_>,
        one: &Due<'_>,
        today: Day,
        begun: &[BegunLine],
        lang: &str,
    ) -> Result<TodayLine, AppError> {
        let line = one.line;
        let who = unit_words(tx, labels, one.of)?;
        let call = match who.person.as_deref().and_then(|id| id.parse().ok()) {
            Some(person) => self.first_call(tx, person, lang)?,
            None => None,
        };
        let draft = who
            .person
            .as_deref()
            .and_then(|id| begun_of(begun, "visit", id));
        let language = Lang::named(lang).language();
        let owed = one.owed.iter();
        let owed: Vec<String> = owed
            .map(|(_, name)| period_in_words(name, language))
            .collect();
        Ok(TodayLine {
            draft,
            owed,
            state: line.state.unwrap_or(State::Open),
            due: line.due.map(|day| day.to_string()),
            days_left: line.due.map(|due| days_between(today, due)),
            missed: one.missed,
            rules: one.rules,
            rule: line.rule.to_string(),
            document: line.document.to_string(),
            article: line.article.to_string(),
            quote: line.quote.to_string(),
            period: line.period.clone(),
            last_seen: line.last_seen.map(|day| day.to_string()),
            advice: line.advice.map(str::to_owned),
            call,
            who,
        })
    }

    fn first_call(
        &self,
        tx: &Tx<'_>,
        person: RecordId,
        lang: &str,
    ) -> Result<Option<CallLine>, AppError> {
        let Some(record) = tx.record(person)? else {
            return Ok(None);
        };
        let held = self.form_of(tx, &record, &serde_json::Map::new())?;
        let calls = held.map(|held| self.calls(&held, &record, Lang::named(lang)));
        Ok(calls.and_then(|calls| calls.into_iter().next()))
    }

    /// What was begun and not saved, the latest first, in words.
    pub fn begun(&self, lang: &str) -> Result<Vec<BegunLine>, AppError> {
        self.read(|tx| {
            let labels = self.labels(tx)?;
            let line = |draft: Draft| self.begun_line(tx, &labels, draft, lang);
            tx.drafts()?.into_iter().map(line).collect()
        })
    }

    fn begun_line(
        &self,
        tx: &Tx<'_>,
        labels: &Labels<'_, '_>,
        draft: Draft,
        lang: &str,
    ) -> Result<BegunLine, AppError> {
        let held = self.form(tx, &draft.form).ok();
        let answers: Json = serde_json::from_str(&draft.answers).unwrap_or_default();
        let named = held.as_ref().and_then(|held| {
            let mut people = held
                .form
                .leaves()
                .filter(|leaf| leaf.refers.as_deref() == Some("person"));
            people.find_map(|leaf| match &leaf.repeat {
                None => answers[&leaf.name].as_str(),
                Some(repeat) => answers[repeat][0][&leaf.name].as_str(),
            })
        });
        let subject = draft.subject.map(|id| id.to_string());
        let person = subject.or_else(|| named.map(str::to_owned));
        let about = match &person {
            Some(id) => Some(labels.record(id)?).filter(|title| title != id),
            None => answers["name"].as_str().map(str::to_owned),
        };
        Ok(BegunLine {
            draft: draft.id.to_string(),
            title: held.map_or_else(
                || draft.form.clone(),
                |held| held.form.title(lang).to_owned(),
            ),
            form: draft.form,
            about,
            person,
            saved_at: WallTime::beijing(draft.saved_at).rfc3339(),
        })
    }
}

impl Paged {
    /// Leaves of a list those whom the words find; units that are no people by their ids alone.
    pub(super) fn keep_found<T>(
        &self,
        tx: &Tx<'_>,
        list: &mut Vec<T>,
        unit: impl Fn(&T) -> &str,
    ) -> Result<(), AppError> {
        if self.search.is_empty() {
            return Ok(());
        }
        let listing = Listing {
            search: Some(self.search.clone()),
            ..Listing::default()
        };
        let found = tx.lines(&listing)?.into_iter();
        let found: BTreeSet<String> = found.map(|line| line.id.to_string()).collect();
        list.retain(|one| found.contains(unit(one)));
        Ok(())
    }

    /// The page of a list.
    pub(super) fn page<'l, T>(&self, list: &'l [T]) -> impl Iterator<Item = &'l T> + use<'l, T> {
        let limit = match self.limit {
            0 => PAGE,
            limit => limit.min(PAGE),
        };
        list.iter().skip(self.offset as usize).take(limit as usize)
    }
}

/// The draft of a form that was begun about a person.
pub(super) fn begun_of(begun: &[BegunLine], form: &str, person: &str) -> Option<String> {
    let of = |line: &&BegunLine| line.form == form && line.person.as_deref() == Some(person);
    begun.iter().find(of).map(|line| line.draft.clone())
}

/// For each person whom somebody has to see the line that falls due first; those first that were
/// missed before, then the soonest. What is asked of a household is asked of the first of its
/// people: a visit is to one household.
fn by_person<'l>(
    lines: &'l [Line],
    rules: &BTreeSet<String>,
    first: &'l BTreeMap<String, String>,
    today: Day,
) -> Vec<Due<'l>> {
    let settled = settled_since(lines);
    let mut found: BTreeMap<&str, Due<'l>> = BTreeMap::new();
    for line in lines.iter().filter(|line| rules.contains(&*line.rule)) {
        let missed = line.state == Some(State::Overdue);
        if missed && is_settled(line, &settled) {
            continue;
        }
        if !missed && !matches!(line.state, Some(State::Open | State::Tried)) {
            continue;
        }
        let of = first.get(&line.unit).unwrap_or(&line.unit);
        let due = found.entry(of).or_insert(Due {
            of,
            line,
            missed: false,
            owed: BTreeSet::new(),
            rules: 0,
        });
        due.missed |= missed;
        due.owed.extend(over(line, today));
        due.rules += 1;
        if soonest(line) < soonest(due.line) {
            due.line = line;
        }
    }
    let mut due: Vec<Due<'l>> = found.into_values().collect();
    due.sort_by_key(|one| (!one.missed, soonest(one.line), one.of));
    due
}

/// Of each rule and unit the first day of the latest period in which the unit was seen or nobody had
/// to come.
fn settled_since(lines: &[Line]) -> BTreeMap<(&str, &str), Day> {
    let mut latest: BTreeMap<(&str, &str), Day> = BTreeMap::new();
    for line in lines {
        let settled = matches!(
            line.state,
            Some(State::Done | State::Review | State::Exempt)
        );
        if let Some((first, _)) = days_of(line).filter(|_| settled) {
            let known = latest.entry((&line.rule, &line.unit)).or_insert(first);
            *known = first.max(*known);
        }
    }
    latest
}

/// Whether a period that was missed is owed no more: the unit was seen after it, or in a later one
/// of the same rule nobody had to come. A visit today would be of today, not of then.
fn is_settled(line: &Line, settled: &BTreeMap<(&str, &str), Day>) -> bool {
    let Some((first, last)) = days_of(line) else {
        return false;
    };
    let later = settled.get(&(&*line.rule, &*line.unit));
    later.is_some_and(|later| *later > first) || line.last_seen.is_some_and(|seen| seen > last)
}

/// The period of a line that is over and still owed.
fn over(line: &Line, today: Day) -> Option<(Day, &str)> {
    let name = line.period.as_deref()?;
    match days_of(line) {
        Some((first, last)) => (last < today).then_some((first, name)),
        // A vacation or an event: it is over where the line runs no more.
        None => (line.state == Some(State::Overdue)).then_some((Day::MIN, name)),
    }
}

/// The days of a line's period; none of a vacation or an event.
fn days_of(line: &Line) -> Option<(Day, Day)> {
    let name = PeriodName::parse(line.period.as_deref()?)?;
    let (_, period) = name.calendar_period()?;
    Some((period.first, period.last))
}

fn soonest(line: &Line) -> (Day, &str) {
    (line.due.unwrap_or(Day::MAX), &line.rule)
}

fn days_between(from: Day, to: Day) -> i32 {
    to.epoch_days() - from.epoch_days()
}

pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
