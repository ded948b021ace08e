//! People counted.

use std::collections::BTreeMap;

use super::super::codes::{self, RISK_CATEGORIES};
use super::super::days::Days;
use super::super::division;
use super::super::duty::eligible;
use super::super::index::division_on;
use super::tables::{Asked, By};
use super::{Cell, Count, Counted, Place, Size, Statistics, Table, Tables};
use crate::facts::rows::{Dated, Day, Document, Facts, Group, Met, Subject, Visit};
use crate::form::Form;
use crate::merge::Record;
use crate::model::{RecordId, Value};

/// The form whose codes are read from the visit that met the person last.
const VISIT: &str = "visit";

/// Somebody of the group, now or at `since`.
struct Person<'f> {
    subject: &'f Subject,
    /// For each category of the group the days on which the person is of it.
    categories: Vec<Days>,
    /// Where the person lives on the day.
    division: &'f str,
}

impl Person<'_> {
    fn is_counted(&self, on: Day) -> bool {
        self.categories.iter().any(|days| days.holds(on))
    }
}

pub(super) fn count(
    facts: &Facts,
    tables: &Tables,
    forms: &[&Form],
    asked: &Count,
    record: &mut dyn FnMut(RecordId) -> Option<Record>,
) -> Statistics {
    let mut reader = Reader {
        facts,
        forms,
        asked,
        record,
        seen_last: latest_visits(facts, asked.on),
        papers: papers(facts, asked.on),
    };
    let groups = [Group::Elder, Group::Child];
    Statistics {
        division: division::trimmed(&asked.division).to_owned(),
        on: asked.on,
        since: asked.since,
        groups: groups
            .into_iter()
            .map(|group| reader.group(group, tables))
            .collect(),
        suppressed: false,
    }
}

/// The categories that 规模 counts: risk is a trait.
fn counted_categories(group: Group) -> Vec<&'static str> {
    codes::categories(group)
        .filter(|code| !RISK_CATEGORIES.contains(code))
        .collect()
}

/// Whether somebody is of a category that is counted, on the day.
pub(super) fn is_counted(subject: &Subject, on: Day) -> bool {
    let mut categories = counted_categories(subject.group).into_iter();
    categories.any(|code| days_of(subject, code).holds(on))
}

/// For each person the latest visit up to the day that met them.
fn latest_visits(facts: &Facts, on: Day) -> BTreeMap<&str, &Visit> {
    let mut latest: BTreeMap<&str, &Visit> = BTreeMap::new();
    for visit in facts
        .visits
        .iter()
        .filter(|visit| visit.started_at.day() <= on)
    {
        let met = visit.subjects.iter().filter(|(_, met)| **met == Met::Met);
        for (subject, _) in met {
            let held = latest.entry(subject).or_insert(visit);
            if (held.started_at, &held.id) < (visit.started_at, &visit.id) {
                *held = visit;
            }
        }
    }
    latest
}

/// For each person the documents that hold on the day.
fn papers(facts: &Facts, on: Day) -> BTreeMap<&str, Vec<&Document>> {
    let mut held: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
    for paper in &facts.documents {
        if paper.from.is_none_or(|from| from <= on) && paper.to.is_none_or(|to| on <= to) {
            held.entry(&paper.subject).or_default().push(paper);
        }
    }
    held
}

struct Reader<'r, 'f> {
    facts: &'f Facts,
    forms: &'r [&'r Form],
    asked: &'r Count,
    record: &'r mut dyn FnMut(RecordId) -> Option<Record>,
    seen_last: BTreeMap<&'f str, &'f Visit>,
    papers: BTreeMap<&'f str, Vec<&'f Document>>,
}

impl<'f> Reader<'_, 'f> {
    fn group(&mut self, group: Group, tables: &Tables) -> Counted {
        let categories = counted_categories(group);
        let people = self.people(group, &categories);
        let now: Vec<&Person<'f>> = people
            .iter()
            .filter(|p| p.is_counted(self.asked.on))
            .collect();
        let mut tallies: Vec<(&Asked, Tally)> = tables
            .0
            .iter()
            .filter(|table| table.group == group)
            .map(|table| (table, Tally::default()))
            .collect();
        for person in &now {
            // One reading a person: a county has sixty thousand.
            let id = person.subject.id.parse().ok();
            let record = id.and_then(|id| (self.record)(id));
            for (table, tally) in &mut tallies {
                if table.of.is_none_or(|of| self.is_of(person.subject, of)) {
                    tally.count(self.codes(table, person.subject, record.as_ref()));
                }
            }
        }
        Counted {
            group,
            total: counted(now.len()),
            size: self.size(&people, &categories),
            places: self.places(&now, &categories),
            tables: tallies
                .into_iter()
                .map(|(table, tally)| self.table(table, tally))
                .collect(),
        }
    }

    /// Everybody of the group who is or was in the division, in the order of the facts.
    fn people(&self, group: Group, categories: &[&str]) -> Vec<Person<'f>> {
        let within = |subject: &'f Subject| {
            let code = division_on(subject, self.asked.on)?;
            division::covers(&self.asked.division, code).then_some(Person {
                subject,
                categories: categories
                    .iter()
                    .map(|code| days_of(subject, code))
                    .collect(),
                division: code,
            })
        };
        let of_group = self
            .facts
            .subjects
            .iter()
            .filter(|subject| subject.group == group);
        of_group.filter_map(within).collect()
    }

    fn size(&self, people: &[Person<'f>], categories: &[&str]) -> Vec<Size> {
        let (on, since) = (self.asked.on, self.asked.since);
        let size = |(place, category): (usize, &&str)| {
            let how_many = |now: bool, before: Option<bool>| {
                let days = people.iter().map(|person| &person.categories[place]);
                let asked = |days: &&Days| {
                    days.holds(on) == now && before.is_none_or(|before| days.holds(since) == before)
                };
                counted(days.filter(asked).count())
            };
            let (category, zh, en) = category_words(category, self.forms);
            Size {
                category,
                zh,
                en,
                count: how_many(true, None),
                entered: how_many(true, Some(false)),
                left: how_many(false, Some(true)),
            }
        };
        categories.iter().enumerate().map(size).collect()
    }

    fn places(&self, now: &[&Person<'f>], categories: &[&str]) -> Vec<Place> {
        let mut places: BTreeMap<&str, Vec<&Person<'f>>> = BTreeMap::new();
        for person in now {
            let place = division::level_below(&self.asked.division, person.division);
            places.entry(place).or_default().push(person);
        }
        let on = self.asked.on;
        let counts = |people: &[&Person<'f>], place: usize| {
            counted(
                people
                    .iter()
                    .filter(|person| person.categories[place].holds(on))
                    .count(),
            )
        };
        let place = |(division, people): (&str, Vec<&Person<'f>>)| Place {
            division: division.to_owned(),
            total: counted(people.len()),
            counts: (0..categories.len())
                .map(|place| counts(&people, place))
                .collect(),
        };
        places.into_iter().map(place).collect()
    }

    fn is_of(&self, subject: &Subject, category: &str) -> bool {
        days_of(subject, category).holds(self.asked.on)
    }

    /// The codes of the person in a table; none are `unknown`.
    fn codes(&mut self, table: &Asked, subject: &Subject, record: Option<&Record>) -> Vec<String> {
        match &table.by {
            By::Ages(bands) => {
                let age = subject
                    .birth_date
                    .and_then(|born| age_on(born, self.asked.on));
                let band = |age: u32| bands.iter().find(|(from, to)| (*from..=*to).contains(&age));
                let of = |age| {
                    band(age)
                        .map_or_else(|| "other".to_owned(), |(from, to)| format!("{from}-{to}"))
                };
                age.map(of).into_iter().collect()
            }
            By::Categories(all) => {
                let held = all.iter().find(|code| self.is_of(subject, code));
                held.map(|code| (*code).to_owned()).into_iter().collect()
            }
            By::Document(kind) => {
                let papers = self.papers.get(subject.id.as_str());
                let there = papers.is_some_and(|all| all.iter().any(|paper| paper.kind == *kind));
                vec![if there { "yes" } else { "no" }.to_owned()]
            }
            By::Field { form, repeat, name } if form == VISIT => {
                let visit = self.seen_last.get(subject.id.as_str());
                let visit = visit.and_then(|visit| (self.record)(visit.id.parse().ok()?));
                visit.map_or_else(Vec::new, |visit| {
                    said(&visit, repeat.as_deref(), name, Some(&subject.id))
                })
            }
            By::Field { repeat, name, .. } => record.map_or_else(Vec::new, |record| {
                said(record, repeat.as_deref(), name, None)
            }),
        }
    }

    fn table(&self, table: &Asked, tally: Tally) -> Table {
        let words = Words::of(table, self.forms);
        let Tally {
            people,
            mut by_code,
            several,
        } = tally;
        let mut cells: Vec<Cell> = words
            .cells
            .into_iter()
            .map(|(code, zh, en)| cell(by_code.remove(&code).unwrap_or(0), code, zh, en))
            .collect();
        let unknown = by_code.remove(UNKNOWN).unwrap_or(0);
        // Codes that the form does not have any more, or not yet.
        cells.extend(
            by_code
                .into_iter()
                .map(|(code, count)| cell(count, code.clone(), code.clone(), code)),
        );
        cells.push(cell(
            unknown,
            UNKNOWN.into(),
            "未填".into(),
            "Not said".into(),
        ));
        Table {
            id: table.id.clone(),
            zh: table.zh.clone(),
            en: table.en.clone(),
            total: Some(people),
            several,
            cells,
        }
    }
}

const UNKNOWN: &str = "unknown";

/// What is counted of a table.
#[derive(Default)]
struct Tally {
    people: u32,
    by_code: BTreeMap<String, u32>,
    several: bool,
}

impl Tally {
    fn count(&mut self, mut codes: Vec<String>) {
        codes.sort_unstable();
        codes.dedup();
        self.people += 1;
        self.several |= codes.len() > 1;
        if codes.is_empty() {
            codes.push(UNKNOWN.to_owned());
        }
        for code in codes {
            *self.by_code.entry(code).or_default() += 1;
        }
    }
}

fn cell(count: u32, code: String, zh: String, en: String) -> Cell {
    Cell {
        code,
        zh,
        en,
        count: Some(count),
    }
}

fn counted(many: usize) -> Option<u32> {
    Some(u32::try_from(many).unwrap_or(u32::MAX))
}

/// The codes of a table with their words: code, Chinese, English.
struct Words {
    cells: Vec<(String, String, String)>,
}

impl Words {
    fn of(table: &Asked, forms: &[&Form]) -> Self {
        let two = |code: &str, zh: &str, en: &str| (code.to_owned(), zh.to_owned(), en.to_owned());
        let cells = match &table.by {
            By::Ages(bands) => {
                let mut cells: Vec<_> = bands.iter().map(|(from, to)| ages(*from, *to)).collect();
                cells.push(two("other", "其他年龄", "Another age"));
                cells
            }
            By::Categories(all) => all.iter().map(|code| category_words(code, forms)).collect(),
            By::Document(_) => vec![two("yes", "有", "Yes"), two("no", "无", "No")],
            By::Field { form, repeat, name } => {
                let form = forms.iter().find(|one| one.id() == form);
                let listed = form.and_then(|form| {
                    Some((form, form.field(repeat.as_deref(), name)?.list.as_ref()?))
                });
                listed.map_or_else(Vec::new, |(form, list)| {
                    let label = |code: &str, language| {
                        let label = form.definition().choice_label(list, code, language);
                        label.unwrap_or(code).to_owned()
                    };
                    let choices = form.list(list).iter();
                    choices
                        .map(|one| {
                            (
                                one.name.clone(),
                                label(&one.name, "zh"),
                                label(&one.name, "en"),
                            )
                        })
                        .collect()
                })
            }
        };
        Self { cells }
    }
}

/// A category with its words, code first: risks by their short words, others as the question of a
/// card says them that dates categories.
fn category_words(code: &str, forms: &[&Form]) -> (String, String, String) {
    let two = |zh: &str, en: &str| (code.to_owned(), zh.to_owned(), en.to_owned());
    match code {
        "risk_high" => return two("高风险", "High"),
        "risk_key" => return two("重点", "Key"),
        "risk_general" => return two("一般", "General"),
        _ => {}
    }
    let said = forms.iter().find_map(|form| {
        let list = form.field(Some("category"), "code")?.list.as_ref()?;
        let label = |language| form.definition().choice_label(list, code, language);
        Some(two(label("zh")?, label("en")?))
    });
    said.unwrap_or_else(|| two(code, code))
}

fn ages(from: u32, to: u32) -> (String, String, String) {
    let code = format!("{from}-{to}");
    match to {
        130.. => (code, format!("{from}岁及以上"), format!("{from} and over")),
        _ => (code, format!("{from}–{to}岁"), format!("{from}–{to}")),
    }
}

/// Full years on a day; none before birth.
fn age_on(born: Day, on: Day) -> Option<u32> {
    on.date().years_since(born.date())
}

/// The days on which somebody is in the ledger and of the category.
fn days_of(subject: &Subject, category: &str) -> Days {
    let rows = subject
        .categories
        .iter()
        .filter(|row: &&Dated| row.code == category);
    let days =
        rows.map(|row| super::super::category::before_the_age_limit(subject, category, row.span()));
    eligible(subject, &Days::of(days), None)
}

/// The codes that stand in a field, of the person's row or the one entered last where it is in a
/// repeat.
fn said(record: &Record, repeat: Option<&str>, name: &str, person: Option<&str>) -> Vec<String> {
    let value = match repeat {
        None => record.shown_named(name),
        Some(repeat) => {
            let rows = record.rows(repeat);
            let own = person.and_then(|person| {
                let mut rows = rows.iter();
                rows.find(|row| record.row_text(repeat, **row, "person") == Some(person))
            });
            let row = if person.is_some() { own } else { rows.last() };
            row.and_then(|row| record.in_row(repeat, *row, name))
        }
    };
    match value {
        Some(Value::Text(code)) => vec![code.clone()],
        Some(Value::List(codes)) => codes
            .iter()
            .filter_map(|code| code.as_text().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}
