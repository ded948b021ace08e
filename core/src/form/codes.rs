//! The codes that an answer may have: a list of the choices sheet, or a file's many rows.

use std::collections::BTreeMap;

use super::definition::{Choice, Definition, Labels, NodeDef, NodeKind, Table};
use super::linked::{Links, pick};

/// The codes of one question.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Codes<'f> {
    choices: &'f [Choice],
    table: Option<Rows<'f>>,
}

#[derive(Debug, Clone, Copy)]
struct Rows<'f> {
    table: &'f Table,
    /// The column that holds the code.
    value: usize,
    /// The rows in the order of their codes.
    sorted: &'f [u32],
}

/// The rows of each table in the order of the codes of a column.
pub(super) type Sorted = BTreeMap<(String, usize), Vec<u32>>;

impl<'f> Codes<'f> {
    pub(super) fn of(definition: &'f Definition, links: &'f Links, def: &'f NodeDef) -> Self {
        let Some(list) = &def.list else {
            return Self::default();
        };
        if let Some(choices) = definition.lists.get(list) {
            return Self {
                choices,
                table: None,
            };
        }
        let table = definition.tables.get(list).and_then(|table| {
            let value = value_column(table, def)?;
            let sorted = links.sorted.get(&(list.clone(), value))?;
            Some(Rows {
                table,
                value,
                sorted,
            })
        });
        Self {
            choices: &[],
            table,
        }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        match self.table {
            Some(rows) => !rows.found(code).is_empty(),
            None => self.choices.iter().any(|choice| choice.name == code),
        }
    }

    /// The rows that have a code, by place in the list; several where codes may come twice.
    pub(super) fn rows(&self, code: &str) -> Vec<u32> {
        match self.table {
            Some(rows) => rows.found(code).to_vec(),
            None => (0u32..)
                .zip(self.choices)
                .filter(|(_, choice)| choice.name == code)
                .map(|(row, _)| row)
                .collect(),
        }
    }

    /// How many rows the list has.
    pub(super) fn len(&self) -> u32 {
        let rows = self
            .table
            .map_or(self.choices.len(), |t| t.table.rows.len());
        u32::try_from(rows).unwrap_or(u32::MAX)
    }

    /// The code of a row.
    pub(super) fn code(&self, row: u32) -> Option<&'f str> {
        match self.table {
            Some(rows) => rows.cell(row, rows.value),
            None => Some(&self.choices.get(row as usize)?.name),
        }
    }

    /// What a row is called in a language.
    pub(super) fn label(
        &self,
        def: &NodeDef,
        row: u32,
        lang: &str,
        fallback: &str,
    ) -> Option<&'f str> {
        match self.table {
            Some(rows) => {
                let column = label_column(rows.table, def, lang, fallback)?;
                rows.cell(row, column)
            }
            None => pick(&self.choices.get(row as usize)?.labels, lang, fallback),
        }
    }
}

impl<'f> Rows<'f> {
    fn cell(&self, row: u32, column: usize) -> Option<&'f str> {
        let row = self.table.rows.get(row as usize)?;
        row.get(column).map(String::as_str)
    }

    fn found(&self, code: &str) -> &'f [u32] {
        let of = |row: &u32| self.cell(*row, self.value).unwrap_or_default();
        let first = self.sorted.partition_point(|row| of(row) < code);
        let rest = self.sorted.get(first..).unwrap_or_default();
        let count = rest.iter().take_while(|row| of(row) == code).count();
        rest.get(..count).unwrap_or_default()
    }
}

/// The column that holds a question's codes: `name`, or what `parameters` call `value`.
pub(super) fn value_column(table: &Table, def: &NodeDef) -> Option<usize> {
    let name = def.parameters.get("value").map_or("name", String::as_str);
    table.columns.iter().position(|column| column == name)
}

/// The column that holds its labels in a language: `label`, or what `parameters` call `label`.
fn label_column(table: &Table, def: &NodeDef, lang: &str, fallback: &str) -> Option<usize> {
    let name = def.parameters.get("label").map_or("label", String::as_str);
    let places: Labels = (0..)
        .zip(&table.columns)
        .filter_map(|(at, column): (usize, _)| {
            let rest = column.strip_prefix(name)?;
            let language = match rest.strip_prefix("::") {
                Some(language) => language_code(language),
                None if rest.is_empty() => "",
                None => return None,
            };
            Some((language.to_owned(), at.to_string()))
        })
        .collect();
    let plain = places.get("").map(String::as_str);
    let chosen = places.get(lang).map(String::as_str).or(plain);
    chosen
        .or_else(|| pick(&places, lang, fallback))?
        .parse()
        .ok()
}

/// The code in the brackets of `中文(zh)`, or the whole where there is none.
pub(super) fn language_code(language: &str) -> &str {
    let inside = language
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.map_or(language, str::trim).trim()
}

/// Sorts the rows of every table that a question reads.
pub(super) fn sorted(definition: &Definition) -> Sorted {
    let mut all = Sorted::new();
    for def in &definition.nodes {
        let Some((list, table)) = def.list.as_ref().and_then(|list| {
            let table = definition.tables.get(list)?;
            Some((list, table))
        }) else {
            continue;
        };
        let Some(value) = value_column(table, def) else {
            continue;
        };
        all.entry((list.clone(), value)).or_insert_with(|| {
            let mut rows: Vec<u32> = (0..u32::try_from(table.rows.len()).unwrap_or(0)).collect();
            rows.sort_by_key(|row| table.rows[*row as usize].get(value));
            rows
        });
    }
    all
}

impl NodeKind {
    /// True of what chooses from a list.
    pub fn has_list(self) -> bool {
        matches!(
            self,
            NodeKind::SelectOne | NodeKind::SelectMultiple | NodeKind::Rank
        )
    }
}

impl Definition {
    pub(super) fn has_list(&self, name: &str) -> bool {
        self.lists.contains_key(name) || self.tables.contains_key(name)
    }

    /// The names of all lists.
    pub fn list_names(&self) -> impl Iterator<Item = &str> {
        let lists = self.lists.keys().chain(self.tables.keys());
        lists.map(String::as_str)
    }

    /// The place of a list among all, as expressions know it.
    pub(super) fn list_place(&self, name: &str) -> Option<usize> {
        self.list_names().position(|list| list == name)
    }

    /// The columns that a filter may name.
    pub(super) fn list_columns(&self, name: &str) -> Vec<&str> {
        if let Some(table) = self.tables.get(name) {
            return table.columns.iter().map(String::as_str).collect();
        }
        let mut columns = vec!["name", "label"];
        for choice in self.lists.get(name).into_iter().flatten() {
            for column in choice.columns.keys() {
                if !columns.contains(&column.as_str()) {
                    columns.push(column);
                }
            }
        }
        columns
    }
}

/// The label of a code of a file's list.
pub(super) fn label_in_table<'d>(
    definition: &'d Definition,
    def: &NodeDef,
    code: &str,
    lang: &str,
) -> Option<&'d str> {
    let table = definition.tables.get(def.list.as_deref()?)?;
    let value = value_column(table, def)?;
    let label = label_column(table, def, lang, &definition.default_language)?;
    let mut rows = table.rows.iter();
    let row = rows.find(|row| row.get(value).is_some_and(|cell| cell == code))?;
    row.get(label).map(String::as_str)
}
