//! The codes that an answer may have: a list of the choices sheet, or a file's many rows.

use std::collections::BTreeMap;

use super::definition::{Definition, NodeDef, NodeKind, Table};
use super::linked::Links;
use super::listed::List;

/// The codes of one question.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Codes<'f> {
    list: Option<List<'f>>,
    /// The column that holds the code.
    value: usize,
    /// What the column is called that holds the label.
    label: &'f str,
    /// Of a file's list: the rows in the order of their codes.
    sorted: Option<&'f [u32]>,
}

/// The rows of each table in the order of the codes of a column.
pub(super) type Sorted = BTreeMap<(String, usize), Vec<u32>>;

impl<'f> Codes<'f> {
    pub(super) fn of(definition: &'f Definition, links: &'f Links, def: &'f NodeDef) -> Self {
        let (mut codes, Some(name)) = (Codes::unsorted(definition, def), def.list.as_ref()) else {
            return Self::default();
        };
        let sorted = links.sorted.get(&(name.clone(), codes.value));
        codes.sorted = sorted.map(Vec::as_slice);
        codes
    }

    /// The same for who looks a code up once.
    pub(super) fn unsorted(definition: &'f Definition, def: &'f NodeDef) -> Self {
        let list = def.list.as_deref();
        match list.and_then(|name| List::named(definition, name)) {
            Some(list @ List::Choices(_)) => Self::of_choices(list),
            Some(list @ List::Table(table)) => Self {
                list: value_column(table, def).map(|_| list),
                value: value_column(table, def).unwrap_or(0),
                label: def.parameters.get("label").map_or("label", String::as_str),
                sorted: None,
            },
            None => Self::default(),
        }
    }

    /// The same of a list by its name. A file's codes are in whichever column its questions say; those
    /// of one list agree.
    pub(super) fn of_list(definition: &'f Definition, name: &str) -> Option<Self> {
        match List::named(definition, name)? {
            list @ List::Choices(_) => Some(Self::of_choices(list)),
            List::Table(_) => {
                let mut defs = definition.nodes.iter();
                let def = defs.find(|def| def.list.as_deref() == Some(name))?;
                Some(Self::unsorted(definition, def))
            }
        }
    }

    fn of_choices(list: List<'f>) -> Self {
        Self {
            list: Some(list),
            value: 0,
            label: "label",
            sorted: None,
        }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        !self.rows(code).is_empty()
    }

    /// The rows that have a code, by place in the list; several where codes may come twice.
    pub(super) fn rows(&self, code: &str) -> Vec<u32> {
        let of = |row: &u32| self.code(*row).unwrap_or_default();
        match self.sorted {
            Some(sorted) => {
                let first = sorted.partition_point(|row| of(row) < code);
                let rest = sorted.iter().skip(first);
                rest.copied().take_while(|row| of(row) == code).collect()
            }
            None => (0..self.len()).filter(|row| of(row) == code).collect(),
        }
    }

    /// How many rows the list has.
    pub(super) fn len(&self) -> u32 {
        let rows = self.list.map_or(0, List::len);
        u32::try_from(rows).unwrap_or(u32::MAX)
    }

    /// The code of a row.
    pub(super) fn code(&self, row: u32) -> Option<&'f str> {
        self.list?.cell(row as usize, self.value, "", "")
    }

    /// What a row is called in a language, else in the fallback.
    pub(super) fn label(&self, row: u32, lang: &str, fallback: &str) -> Option<&'f str> {
        let (list, row) = (self.list?, row as usize);
        let column = list.column(row, self.label, lang, fallback)?;
        list.cell(row, column, lang, fallback)
    }
}

/// The column that holds a question's codes: `name`, or what `parameters` call `value`.
pub(super) fn value_column(table: &Table, def: &NodeDef) -> Option<usize> {
    let name = def.parameters.get("value").map_or("name", String::as_str);
    table.columns.iter().position(|column| column == name)
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
