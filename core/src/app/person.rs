//! One person's page: who it is, how to call, what is due, what was done, what is open.

use serde::Serialize;

use super::begin::asks_for_a_person;
use super::labels::{Labels, Lang};
use super::today::{BegunLine, TodayLine, begun_of};
use super::units::{CallLine, UnitWords, unit_words};
use super::{App, AppError, Asked};
use crate::facts::rows::Visit;
use crate::facts::{self, FactRow};
use crate::form::{Drawn, Shape};
use crate::merge::Record;
use crate::model::{Field, Kind, RecordId};
use crate::store::{Listing, Tx};

/// The most visits and issues that a page shows; the rest is in the lists.
const MOST: usize = 20;

/// A person's page.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// A form that can be begun about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beginnable {
    /// Its id.
    pub form: String,
    /// Its title.
    pub title: String,
    /// What was begun of it about this person and not saved.
    pub draft: Option<String>,
}

/// A visit in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// Something that is to be done about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// A group of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardSection {
    /// What it is called.
    pub label: String,
    /// What stands in it.
    pub lines: Vec<CardLine>,
}

/// An answer of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardLine {
    /// The question.
    pub label: String,
    /// The answer in words.
    pub said: String,
}

impl App {
    /// A person's page, in a language (`zh`, `en`).
    ///
    /// # Errors
    /// [`AppError::NotFound`] where no such person is here.
    pub fn person(&self, id: RecordId, lang: &str) -> Result<PersonPage, AppError> {
        let report = self.compliance(&Asked::default())?;
        let said = Lang::named(lang);
        let (begun, unit) = (self.begun(lang)?, id.to_string());
        let mut page = self.read(|tx| {
            let record = tx.record(id)?.filter(|record| record.kind == Kind::PERSON);
            let record = record.ok_or(AppError::NotFound { what: "person" })?;
            let labels = self.labels(tx)?;
            let held = self.form_of(tx, &record, &serde_json::Map::new())?;
            let visits = visits(tx, id)?;
            let met = visits.iter().filter(|visit| meets(visit, id));
            let last_met = met.map(|visit| visit.started_at.day()).max();
            let shown = visits.iter().take(MOST);
            Ok(PersonPage {
                who: unit_words(tx, &labels, &unit)?,
                calls: held
                    .as_ref()
                    .map(|held| self.calls(held, &record, said))
                    .unwrap_or_default(),
                form: held.map(|held| held.reference.id.clone()),
                due: self.due_of(
                    tx,
                    &report.lines,
                    (&unit, record.text("household")),
                    &begun,
                    lang,
                )?,
                draft: begun_of(&begun, "visit", &unit),
                forms: beginnable(&labels, &begun, &unit, said),
                last_met: last_met.map(|day| day.to_string()),
                household: household(tx, &labels, &record)?,
                visits: shown
                    .map(|visit| visit_line(&labels, visit, id, said))
                    .collect(),
                issues: issues(tx, &labels, &record, said)?,
                conflicts: facts::list_row(&record).conflicts,
                unconfirmed: tx.unconfirmed_records()?.contains(&id),
                card: Vec::new(),
            })
        })?;
        if page.form.is_some() {
            page.card = self.card(id, lang)?;
        }
        Ok(page)
    }

    /// The card of a record in words, by its form's groups, without what is empty.
    fn card(&self, id: RecordId, lang: &str) -> Result<Vec<CardSection>, AppError> {
        let mut filling = self.read(|tx| self.as_it_stands(tx, id, lang))?;
        let mut sections: Vec<CardSection> = Vec::new();
        for line in self.drawn(&mut filling, None)? {
            match line.shape {
                Shape::Heading | Shape::Repeat => sections.push(CardSection {
                    label: line.label,
                    lines: Vec::new(),
                }),
                Shape::Question => {
                    let Some(said) = words(&line) else { continue };
                    if sections.is_empty() {
                        sections.push(CardSection {
                            label: String::new(),
                            lines: Vec::new(),
                        });
                    }
                    if let Some(section) = sections.last_mut() {
                        section.lines.push(CardLine {
                            label: line.label,
                            said,
                        });
                    }
                }
                Shape::Row | Shape::AddRow | Shape::Note => {}
            }
        }
        sections.retain(|section| !section.lines.is_empty());
        Ok(sections)
    }
}

/// The forms that ask for a person, the visit first, then in the county's order.
fn beginnable(
    labels: &Labels<'_, '_>,
    begun: &[BegunLine],
    person: &str,
    lang: Lang,
) -> Vec<Beginnable> {
    let asking = labels.forms().filter(|form| asks_for_a_person(form));
    let mut forms: Vec<Beginnable> = asking
        .map(|form| Beginnable {
            form: form.id().to_owned(),
            title: form.title(lang.code()).to_owned(),
            draft: begun_of(begun, form.id(), person),
        })
        .collect();
    forms.sort_by_key(|form| form.form != "visit");
    forms
}

/// An answer in words; none of what is drawn and not read.
fn words(line: &Drawn) -> Option<String> {
    if line.kind.is_attachment() {
        return None;
    }
    line.said.clone().or_else(|| line.text.clone())
}

/// The visits that name a person, the latest first.
fn visits(tx: &Tx<'_>, id: RecordId) -> Result<Vec<Visit>, AppError> {
    let rows = tx.visits_naming([id.to_string().as_str()])?.into_iter();
    let mut visits: Vec<Visit> = rows
        .filter_map(|row| match row {
            FactRow::Visit(visit) => Some(*visit),
            _ => None,
        })
        .collect();
    visits.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
    Ok(visits)
}

fn meets(visit: &Visit, id: RecordId) -> bool {
    visit.subjects.get(&id.to_string()) == Some(&facts::rows::Met::Met)
}

fn visit_line(labels: &Labels<'_, '_>, visit: &Visit, id: RecordId, lang: Lang) -> VisitLine {
    VisitLine {
        id: visit.id.clone(),
        day: visit.started_at.day().to_string(),
        mode: coded(labels, &Kind::VISIT, "mode", &visit.mode, lang),
        outcome: coded(labels, &Kind::VISIT, "outcome", &visit.outcome, lang),
        met: meets(visit, id),
        sent: visit.received_at.is_some(),
    }
}

/// What a code of a field is called; the code where no form says it.
fn coded(labels: &Labels<'_, '_>, kind: &Kind, field: &str, code: &str, lang: Lang) -> String {
    let field = Field::parse(field).ok();
    let label = field.and_then(|field| labels.code(kind, &field, code, lang));
    label.unwrap_or_else(|| code.to_owned())
}

/// The others who belong to the same household.
fn household(
    tx: &Tx<'_>,
    labels: &Labels<'_, '_>,
    record: &Record,
) -> Result<Vec<UnitWords>, AppError> {
    let household = record.text("household").and_then(|id| id.parse().ok());
    let Some(household) = household else {
        return Ok(Vec::new());
    };
    let people = tx.people_of(household)?.into_iter();
    let others = people.filter(|other| *other != record.id);
    others
        .map(|other| unit_words(tx, labels, &other.to_string()))
        .collect()
}

/// What is open and about the person or the household.
fn issues(
    tx: &Tx<'_>,
    labels: &Labels<'_, '_>,
    record: &Record,
    lang: Lang,
) -> Result<Vec<IssueLine>, AppError> {
    let issue = Kind::named("issue");
    let listing = Listing {
        kind: Some(issue.to_string()),
        area: tx.area_of(record.id)?,
        ..Listing::default()
    };
    let mut open = Vec::new();
    for line in tx.lines(&listing)? {
        let Some(found) = tx.record(line.id)? else {
            continue;
        };
        let state = found.text("state").unwrap_or("open");
        let about = found.text("about");
        let of_home = about.is_none() && found.text("household") == record.text("household");
        let own = about == Some(&record.id.to_string()) || of_home;
        if own && !matches!(state, "done" | "verified") && open.len() < MOST {
            let kind = found.text("type").unwrap_or_default();
            open.push(IssueLine {
                id: line.id.to_string(),
                kind: coded(labels, &issue, "type", kind, lang),
                description: found.text("description").map(str::to_owned),
                state: coded(labels, &issue, "state", state, lang),
                due: found.text("due").map(str::to_owned),
            });
        }
    }
    Ok(open)
}
