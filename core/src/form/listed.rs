//! Lists, row by row: as a select offers them, and as expressions walk over them
//! (`instance('list')/root/item[…]/column`).

use super::codes::language_code;
use super::definition::{Choice, Definition, Labels, Table};
use super::linked::pick;

/// The columns of a choice that every list has; its own follow.
const FIXED: [&str; 2] = ["name", "label"];

/// A list: choices of the form, or a file's rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum List<'f> {
    Choices(&'f [Choice]),
    Table(&'f Table),
}

impl<'f> List<'f> {
    /// The list at a place among the form's lists ([`Definition::list_place`]).
    pub(super) fn at(definition: &'f Definition, place: usize) -> Option<Self> {
        match place.checked_sub(definition.lists.len()) {
            None => {
                let choices = definition.lists.values().nth(place);
                choices.map(|choices| List::Choices(choices))
            }
            Some(place) => definition.tables.values().nth(place).map(List::Table),
        }
    }

    /// The list of a name.
    pub(super) fn named(definition: &'f Definition, name: &str) -> Option<Self> {
        match definition.lists.get(name) {
            Some(choices) => Some(List::Choices(choices)),
            None => definition.tables.get(name).map(List::Table),
        }
    }

    /// How many rows it has.
    pub(super) fn len(self) -> usize {
        match self {
            List::Choices(choices) => choices.len(),
            List::Table(table) => table.rows.len(),
        }
    }

    /// The names of the columns of a row.
    pub(super) fn columns(self, row: usize) -> Vec<&'f str> {
        match self {
            List::Choices(choices) => {
                let own = choices.get(row).map(|choice| choice.columns.keys());
                let own = own.into_iter().flatten().map(String::as_str);
                FIXED.into_iter().chain(own).collect()
            }
            List::Table(table) => table.columns.iter().map(String::as_str).collect(),
        }
    }

    /// The column of a name. Of a file's columns that differ by language (`label::中文(zh)`) it is
    /// the one in a language or, failing that, without one, else in the fallback, else any.
    pub(super) fn column(
        self,
        row: usize,
        name: &str,
        lang: &str,
        fallback: &str,
    ) -> Option<usize> {
        let List::Table(table) = self else {
            return self.columns(row).iter().position(|column| *column == name);
        };
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
        let chosen = places.get(lang).or_else(|| places.get(""));
        let chosen = chosen.map(String::as_str);
        let place = chosen.or_else(|| pick(&places, lang, fallback))?;
        place.parse().ok()
    }

    /// A cell; a label in a language, else in the fallback.
    pub(super) fn cell(
        self,
        row: usize,
        column: usize,
        lang: &str,
        fallback: &str,
    ) -> Option<&'f str> {
        match self {
            List::Choices(choices) => {
                let choice = choices.get(row)?;
                match column.checked_sub(FIXED.len()) {
                    Some(own) => choice.columns.values().nth(own).map(String::as_str),
                    None if column == 0 => Some(&choice.name),
                    None => Some(pick(&choice.labels, lang, fallback).unwrap_or(&choice.name)),
                }
            }
            List::Table(table) => table.rows.get(row)?.get(column).map(String::as_str),
        }
    }
}
