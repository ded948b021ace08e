//! Which blank of a paper card stands where.

use serde::Deserialize;
use std::collections::BTreeMap;

use crate::form::Form;
use crate::merge::Record;

/// A paper card, by the form that asks for what it says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The form's id.
    pub form: String,
    /// What stands at the top.
    pub title: String,
    /// Where the card comes from.
    pub source: String,
    /// Blanks above the table.
    #[serde(default)]
    pub head: Vec<Blank>,
    /// The table: blanks side by side, of equal width.
    pub rows: Vec<Vec<Blank>>,
    /// Visits below the table, where the card has them.
    #[serde(default)]
    pub visits: Option<Columns>,
    /// Blanks below: who signs.
    #[serde(default)]
    pub foot: Vec<Blank>,
}

/// A label and the questions whose answers stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blank {
    /// The blank's number on the official form.
    #[serde(default)]
    pub no: Option<u16>,
    /// What is printed beside it.
    pub label: String,
    /// The questions, `name` or, in a repeat, `repeat.name`: then the row entered last.
    pub fields: Vec<String>,
    /// What is printed right after the answer of one of them: 组 after a group's number.
    #[serde(default)]
    pub after: BTreeMap<String, String>,
}

/// A table with a row for each visit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The form of the visits.
    pub form: String,
    /// What stands above.
    pub title: String,
    /// The columns; `people.name` reads the row of the card's person.
    pub columns: Vec<Blank>,
    /// How many rows there are at least, empty ones to write in by hand.
    pub rows: usize,
}

/// A layout that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Not the shape.
    #[error(
        "版式文件第{line}行第{column}列读不懂；请对照 core/forms/cards / the layout cannot be read at line {line}, column {column}; compare it with core/forms/cards"
    )]
    Malformed {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
    },
    /// A blank for a question that the form does not ask.
    #[error(
        "版式中的“{label}”用了表单没有的问题 {field}；请改正 / the blank “{label}” names {field}, which the form does not ask; correct it"
    )]
    NoSuchQuestion {
        /// The blank.
        label: String,
        /// The question.
        field: String,
    },
}

/// The layouts that we ship, by the form's id: 《特殊困难老年人基本信息探访关爱服务记录表》, reconstructed,
/// and 《留守儿童基本情况登记表》 (F5, F6).
const BUILT_IN: [(&str, &str); 2] = [
    (
        "elder_card",
        include_str!("../../forms/cards/elder_card.json"),
    ),
    (
        "child_left_behind",
        include_str!("../../forms/cards/child_left_behind.json"),
    ),
];

impl Layout {
    /// Reads a layout.
    ///
    /// # Errors
    /// [`LayoutError::Malformed`] with its place.
    pub fn from_json(text: &str) -> Result<Layout, LayoutError> {
        serde_json::from_str(text).map_err(|error| LayoutError::Malformed {
            line: error.line(),
            column: error.column(),
        })
    }

    /// The official card of a person, by their group: that of an elder, or of a child. A child whose
    /// record was begun by another form has the same card.
    pub fn of_person(person: &Record) -> Option<Layout> {
        match person.text("group")? {
            "elder" => Layout::built_in("elder_card"),
            "child" => Layout::built_in("child_left_behind"),
            _ => None,
        }
    }

    /// The layout that we ship for a form; none where the form has no paper.
    pub fn built_in(form: &str) -> Option<Layout> {
        let (_, text) = BUILT_IN.iter().find(|(id, _)| *id == form)?;
        // The files are part of the program and a test reads them.
        Layout::from_json(text).ok()
    }

    /// Every blank of the card itself.
    pub fn blanks(&self) -> impl Iterator<Item = &Blank> {
        let rows = self.rows.iter().flatten();
        self.head.iter().chain(rows).chain(&self.foot)
    }

    /// Holds a layout against the form, and against that of the visits.
    ///
    /// # Errors
    /// [`LayoutError::NoSuchQuestion`] of the first blank that no question fills.
    pub fn fits(&self, form: &Form, visits: Option<&Form>) -> Result<(), LayoutError> {
        asked(form, self.blanks())?;
        match (&self.visits, visits) {
            (Some(table), Some(form)) => asked(form, table.columns.iter()),
            _ => Ok(()),
        }
    }
}

fn asked<'b>(form: &Form, blanks: impl Iterator<Item = &'b Blank>) -> Result<(), LayoutError> {
    for blank in blanks {
        let unknown = blank.fields.iter().find(|field| {
            let (repeat, name) = question(field);
            form.field(repeat, name).is_none()
        });
        if let Some(field) = unknown {
            return Err(LayoutError::NoSuchQuestion {
                label: blank.label.clone(),
                field: field.clone(),
            });
        }
    }
    Ok(())
}

/// The repeat, if it is in one, and the name of a question.
pub(super) fn question(field: &str) -> (Option<&str>, &str) {
    match field.split_once('.') {
        Some((repeat, name)) => (Some(repeat), name),
        None => (None, field),
    }
}
