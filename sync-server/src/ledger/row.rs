//! Reading the cells of one row into answers; every problem of the row is gathered.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use tanfang_core::model::person::{
    PersonName, Phone, ReadResidentId, ResidentId, looks_like_excel_precision_loss,
};

use super::cell::{self, PartDate, Precision};
use super::codes::{CodeList, NONE_WORDS, YES_NO};
use super::table::{Record, Table};
use super::{Hint, HintKind, ProblemKind, RowProblem, labels};

/// One row under the reader's eye.
pub(super) struct RowReader<'t> {
    record: &'t Record,
    tick_columns: &'t BTreeSet<&'static str>,
    pub today: NaiveDate,
    pub problems: Vec<RowProblem>,
    pub hints: Vec<Hint>,
    pub answers: Map<String, Value>,
    /// Questions whose column is there and whose cell is empty.
    pub empty: Vec<(String, &'static str)>,
    present: &'t BTreeSet<&'static str>,
}

impl<'t> RowReader<'t> {
    pub fn new(table: &'t Table, record: &'t Record, today: NaiveDate) -> RowReader<'t> {
        let mut reader = RowReader {
            record,
            tick_columns: &table.tick_columns,
            today,
            problems: Vec::new(),
            hints: Vec::new(),
            answers: Map::new(),
            empty: Vec::new(),
            present: &table.present,
        };
        if record.overflows {
            reader.fail(labels::REMARKS, ProblemKind::TooManyCells);
        }
        reader
    }

    /// Where the row begins.
    pub fn line(&self) -> u64 {
        self.record.line
    }

    pub fn fail(&mut self, column: &'static str, kind: ProblemKind) {
        self.problems.push(kind.at(self.record.line, column));
    }

    pub fn hint(&mut self, column: &'static str, kind: HintKind) {
        self.hints.push(Hint {
            column,
            kind,
            value: None,
        });
    }

    /// A hint that shows the cell: for codes and places, never for names, numbers, phones.
    pub fn hint_with_value(&mut self, column: &'static str, kind: HintKind) {
        let value = self.text(column);
        self.hints.push(Hint {
            column,
            kind,
            value,
        });
    }

    /// A hint that shows the part of a cell that it is about.
    pub fn hint_about(&mut self, column: &'static str, kind: HintKind, value: &str) {
        self.hints.push(Hint {
            column,
            kind,
            value: Some(value.to_owned()),
        });
    }

    /// Lists as missing those of `columns` that the form asks for and the row leaves empty.
    pub fn asked(&mut self, columns: &[&'static str]) {
        for column in columns {
            if self.text(column).is_none() && !self.tick_columns.contains(column) {
                self.hint(column, HintKind::Missing);
            }
        }
    }

    /// The cell's text, clean; none where it is empty or says that there is nothing to say.
    pub fn text(&self, column: &str) -> Option<String> {
        let text = cell::clean(self.record.cells.get(column)?);
        (!text.is_empty() && !cell::says_nothing(&text)).then_some(text)
    }

    pub fn answer(&mut self, field: &str, value: impl Into<Value>) {
        self.answers.insert(field.to_owned(), value.into());
    }

    /// Notes a question whose cell says nothing, though its column is there.
    fn look(&mut self, column: &'static str, field: &str) {
        if self.text(column).is_none() && self.present.contains(column) {
            self.empty.push((field.to_owned(), column));
        }
    }

    /// Free text of at most `max` characters.
    pub fn take_text(&mut self, column: &'static str, field: &str, max: usize) {
        self.look(column, field);
        let Some(text) = self.text(column) else {
            return;
        };
        if text.chars().count() > max {
            return self.fail(column, ProblemKind::TooLong { max });
        }
        self.answer(field, text);
    }

    /// The code of a word of this list.
    pub fn code(&mut self, column: &'static str, list: &CodeList) -> Option<&'static str> {
        let text = self.text(column)?;
        // A word as it stands, else the one that is marked: "☑独居 □空巢".
        let marked = || match cell::choices(&text).as_slice() {
            [one] => list.code(one),
            _ => None,
        };
        let code = list.code(&text).or_else(marked);
        if code.is_some() {
            return code;
        }
        match list.other {
            Some(other) => {
                self.hint_with_value(column, HintKind::TakenAsOther);
                Some(other)
            }
            None => {
                self.fail(column, ProblemKind::UnknownCode(text));
                None
            }
        }
    }

    pub fn take_code(&mut self, column: &'static str, list: &CodeList, field: &str) {
        self.look(column, field);
        if let Some(code) = self.code(column, list) {
            self.answer(field, code);
        }
    }

    /// The codes of a cell with several words, in the list's order, each once.
    pub fn codes(&mut self, column: &'static str, list: &CodeList) -> Vec<&'static str> {
        let Some(text) = self.text(column) else {
            return Vec::new();
        };
        let words = match list.code(&text) {
            Some(_) => vec![text],
            None => cell::choices(&text),
        };
        let mut chosen = BTreeSet::new();
        for word in words {
            match (list.code(&word), list.other) {
                (Some(code), _) => _ = chosen.insert(code),
                (None, _) if NONE_WORDS.contains(&word.as_str()) => {}
                (None, Some(other)) => {
                    self.hint_about(column, HintKind::TakenAsOther, &word);
                    chosen.insert(other);
                }
                (None, None) => self.fail(column, ProblemKind::UnknownCode(word)),
            }
        }
        in_order(list, &chosen)
    }

    pub fn take_codes(&mut self, column: &'static str, list: &CodeList, field: &str) {
        self.look(column, field);
        let codes = self.codes(column, list);
        if !codes.is_empty() {
            self.answer(field, codes);
        }
    }

    /// Yes or no. In a column of ticks an empty cell says no.
    pub fn yes_no(&mut self, column: &'static str) -> Option<bool> {
        let Some(text) = self.text(column) else {
            return self.tick_columns.contains(column).then_some(false);
        };
        let said = cell::yes_no(&text);
        if said.is_none() {
            self.fail(column, ProblemKind::YesNo(text));
        }
        said
    }

    pub fn take_yes_no(&mut self, column: &'static str, field: &str) {
        self.look(column, field);
        if let Some(said) = self.yes_no(column) {
            self.answer(field, YES_NO.entries[usize::from(!said)].0);
        }
    }

    /// A whole number from 0 to `max`.
    pub fn take_count(&mut self, column: &'static str, field: &str, max: u32) -> Option<u32> {
        self.look(column, field);
        let text = self.text(column)?;
        let number = text
            .trim_end_matches(['个', '人', '名'])
            .trim_end_matches(".0");
        let number = if NONE_WORDS.contains(&number) {
            "0"
        } else {
            number
        };
        match number.parse::<u32>() {
            Ok(number) if number <= max => {
                self.answer(field, number);
                Some(number)
            }
            _ => {
                self.fail(column, ProblemKind::Count { value: text, max });
                None
            }
        }
    }

    pub fn date(&mut self, column: &'static str) -> Option<PartDate> {
        let text = self
            .text(column)
            .filter(|text| !matches!(text.as_str(), "至今" | "长期"))?;
        let date = cell::date(&text);
        if date.is_none() {
            self.fail(column, ProblemKind::Date(text));
        }
        date
    }

    /// A day on which something begins (`last` false) or ends (`last` true).
    pub fn day(&mut self, column: &'static str, last: bool) -> Option<NaiveDate> {
        let date = self.date(column)?;
        if date.precision != Precision::Day {
            self.hint_with_value(column, HintKind::DayUnknown);
        }
        Some(if last { date.last() } else { date.first })
    }

    pub fn name(&mut self, column: &'static str) -> Option<PersonName> {
        let text = self.text(column)?;
        PersonName::read(&text)
            .map_err(|why| self.fail(column, ProblemKind::Name(why)))
            .ok()
    }

    pub fn take_name(&mut self, column: &'static str, field: &str) {
        self.look(column, field);
        if let Some(name) = self.name(column) {
            self.answer(field, String::from(name));
        }
    }

    /// The first phone of the cell; others give a hint.
    pub fn phone(&mut self, column: &'static str) -> Option<Phone> {
        let text = self
            .text(column)
            .filter(|text| !NONE_WORDS.contains(&text.as_str()))?;
        let whole = Phone::read(&text);
        if let Ok(phone) = whole {
            return Some(phone);
        }
        let several = cell::choices(&text);
        let read = match several.as_slice() {
            [first, _, ..] => Phone::read(first),
            _ => whole,
        };
        match read {
            Ok(phone) => {
                self.hint(column, HintKind::SeveralPhones);
                Some(phone)
            }
            Err(why) => {
                self.fail(column, ProblemKind::Phone(why));
                None
            }
        }
    }

    pub fn take_phone(&mut self, column: &'static str, field: &str) {
        self.look(column, field);
        if let Some(phone) = self.phone(column) {
            self.answer(field, String::from(phone));
        }
    }

    /// An identity number. One that ends in 000 was cut by a spreadsheet, unless its apostrophe
    /// shows that the cell held text.
    pub fn resident_id(&mut self, column: &'static str) -> Option<ResidentId> {
        let text = self.text(column)?;
        let marked_as_text = self
            .record
            .cells
            .get(column)
            .is_some_and(|raw| raw.trim_start().starts_with(['\'', '\u{2018}', '\u{2019}']));
        if looks_like_excel_precision_loss(&text) && !marked_as_text {
            self.fail(column, ProblemKind::ExcelPrecision);
            return None;
        }
        match ResidentId::read(&text, self.today) {
            Ok(ReadResidentId {
                id,
                upgraded_unverified,
            }) => {
                if upgraded_unverified {
                    self.hint(column, HintKind::UpgradedUnverified);
                }
                if !id.province_is_known() {
                    self.hint(column, HintKind::ProvinceUnknown);
                }
                Some(id)
            }
            Err(why) => {
                self.fail(column, ProblemKind::Id(why));
                None
            }
        }
    }
}

/// The chosen codes in the order of their list, so that equal cells give equal answers.
fn in_order(list: &CodeList, chosen: &BTreeSet<&'static str>) -> Vec<&'static str> {
    list.entries
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| chosen.contains(code))
        .collect()
}
