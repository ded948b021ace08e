//! A layout filled in.

use serde_json::{Map, Value as Json};

use super::layout::{Blank, Columns, Layout, question};
use crate::entry::{Lookup, answers};
use crate::facts::rows::Instant;
use crate::facts::{self, FactRow};
use crate::form::{Form, FormField};
use crate::model::RecordId;

/// A card ready for paper: texts only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The title.
    pub title: String,
    /// Blanks above the table.
    pub head: Vec<Cell>,
    /// The table.
    pub rows: Vec<Vec<Cell>>,
    /// The visits, the latest last.
    pub visits: Option<Table>,
    /// Blanks below.
    pub foot: Vec<Cell>,
}

/// A label and what stands beside it; empty where nothing is known or may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The label.
    pub label: String,
    /// The value.
    pub value: String,
}

/// A table under a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What stands above.
    pub title: String,
    /// The columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Fills in a layout for a person. `visits` are the person's, the latest last, with their form;
/// `area` names an area by its code. A value that `lookup` does not give stays an empty blank to be
/// written in by hand: a phone prints what it may hold.
pub fn card(
    layout: &Layout,
    form: &Form,
    person: RecordId,
    visits: Option<(&Form, &[RecordId])>,
    lookup: &Lookup<'_>,
    area: &dyn Fn(&str) -> Option<String>,
) -> Card {
    let said = answers(form, person, lookup);
    let pen = Pen { lookup, area };
    let cell = |blank: &Blank| Cell {
        label: match blank.no {
            Some(no) => format!("{no}. {}", blank.label),
            None => blank.label.clone(),
        },
        value: pen.blank(form, &said, blank, None),
    };
    let table = |table: &Columns| {
        let held = visits.filter(|(form, _)| form.id() == table.form);
        pen.table(table, held, person)
    };
    Card {
        title: layout.title.clone(),
        head: layout.head.iter().map(cell).collect(),
        rows: layout
            .rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect(),
        visits: layout.visits.as_ref().map(table),
        foot: layout.foot.iter().map(cell).collect(),
    }
}

/// The visits that name a person, the latest last: what a card lists of these rows.
pub fn visits_of(person: RecordId, rows: impl IntoIterator<Item = FactRow>) -> Vec<RecordId> {
    let person = person.to_string();
    let named = rows.into_iter().filter_map(|row| match row {
        FactRow::Visit(visit) if visit.subjects.contains_key(&person) => {
            Some((visit.started_at, visit.id.parse().ok()?))
        }
        _ => None,
    });
    let mut visits: Vec<(Instant, RecordId)> = named.collect();
    visits.sort();
    visits.into_iter().map(|(_, id)| id).collect()
}

struct Pen<'a> {
    lookup: &'a Lookup<'a>,
    area: &'a dyn Fn(&str) -> Option<String>,
}

impl Pen<'_> {
    fn table(
        &self,
        table: &Columns,
        held: Option<(&Form, &[RecordId])>,
        person: RecordId,
    ) -> Table {
        let mut rows: Vec<Vec<String>> = Vec::new();
        if let Some((form, visits)) = held {
            for visit in visits {
                let said = answers(form, *visit, self.lookup);
                let cell = |blank| self.blank(form, &said, blank, Some(person));
                rows.push(table.columns.iter().map(cell).collect());
            }
        }
        while rows.len() < table.rows {
            rows.push(vec![String::new(); table.columns.len()]);
        }
        Table {
            title: table.title.clone(),
            columns: table.columns.iter().map(|c| c.label.clone()).collect(),
            rows,
        }
    }

    fn blank(
        &self,
        form: &Form,
        said: &Map<String, Json>,
        blank: &Blank,
        person: Option<RecordId>,
    ) -> String {
        let words = blank.fields.iter().filter_map(|field| {
            let (repeat, name) = question(field);
            let question = form.field(repeat, name)?;
            let value = match repeat {
                None => said.get(name)?,
                Some(repeat) => row_of(said.get(repeat)?, person)?.get(name)?,
            };
            let words = self.words(form, question, value);
            let after = blank.after.get(field).map_or("", String::as_str);
            (!words.is_empty()).then(|| format!("{words}{after}"))
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// A value as a person reads it.
    fn words(&self, form: &Form, question: &FormField, value: &Json) -> String {
        match value {
            Json::Null => String::new(),
            Json::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Json::Number(number) => number.to_string(),
            Json::String(text) => self.text(form, question, text),
            Json::Array(all) => {
                let words = all.iter().map(|one| self.words(form, question, one));
                words.collect::<Vec<_>>().join("、")
            }
            Json::Object(_) if question.kind.is_attachment() => "（已存）".to_owned(),
            Json::Object(_) => String::new(),
        }
    }

    fn text(&self, form: &Form, question: &FormField, text: &str) -> String {
        use crate::form::NodeKind;
        if let Some(list) = &question.list {
            let label = form.definition().choice_label(list, text, "zh");
            return label.unwrap_or(text).to_owned();
        }
        if question.kind == NodeKind::DateTime {
            return minute(text);
        }
        let named = match question.refers.as_deref() {
            Some("area" | "grid") => (self.area)(text),
            Some("person" | "household" | "worker") => self.title(text),
            _ => None,
        };
        named.unwrap_or_else(|| text.to_owned())
    }

    fn title(&self, id: &str) -> Option<String> {
        let record = (self.lookup)(id.parse().ok()?)?;
        Some(facts::list_row(&record).title).filter(|title| !title.is_empty())
    }
}

/// The row of the person, else the one entered last.
fn row_of(rows: &Json, person: Option<RecordId>) -> Option<&Map<String, Json>> {
    let rows = rows.as_array()?;
    let own = person.and_then(|person| {
        let id = person.to_string();
        let mut rows = rows.iter();
        rows.find(|row| row.get("person").and_then(Json::as_str) == Some(&id))
    });
    own.or(rows.last())?.as_object()
}

/// Day and minute of a moment, as it was said.
fn minute(text: &str) -> String {
    let day_and_minute = text.get(..16).unwrap_or(text);
    day_and_minute.replace('T', " ")
}
