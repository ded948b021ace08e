//! Questions and values in words: the form's labels in Chinese and English, the names of whom a
//! value points to.

use std::cell::OnceCell;
use std::sync::Arc;

use super::compliance::areas;
use super::forms::HeldForm;
use super::{App, AppError};
use crate::compliance::Language;
use crate::facts;
use crate::form::{Form, FormField, NodeKind};
use crate::model::area::AreaTree;
use crate::model::{AREA, Field, GONE, Kind, RecordId, VOID, Value};
use crate::store::Tx;

/// The languages in which everything is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The language of a code; what is not Chinese is English.
    pub(super) fn named(code: &str) -> Lang {
        match code.starts_with("zh") {
            true => Lang::Zh,
            false => Lang::En,
        }
    }

    /// As forms name it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// As the report names it.
    pub(super) fn language(self) -> Language {
        match self {
            Lang::Zh => Language::Zh,
            Lang::En => Language::En,
        }
    }

    pub(super) fn of<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Words {
    pub(super) zh: String,
    pub(super) en: String,
}

/// What the forms of this phone call things.
pub(super) struct Labels<'t, 'a> {
    tx: &'t Tx<'a>,
    forms: Vec<Arc<HeldForm>>,
    former: Vec<Arc<HeldForm>>,
    areas: OnceCell<AreaTree>,
}

impl App {
    pub(super) fn labels<'t, 'a>(&self, tx: &'t Tx<'a>) -> Result<Labels<'t, 'a>, AppError> {
        Ok(Labels {
            tx,
            forms: self.active_forms(tx)?,
            former: self.former_forms(tx)?,
            areas: OnceCell::new(),
        })
    }
}

impl Labels<'_, '_> {
    /// The forms in use.
    pub(super) fn forms(&self) -> impl Iterator<Item = &Form> {
        self.forms.iter().map(|held| &*held.form)
    }

    /// The forms in use, then their former versions: a field that is asked no more, or a code that
    /// is offered no more, keeps the words in which it was asked.
    fn forms_ever(&self) -> impl Iterator<Item = &Form> {
        self.forms()
            .chain(self.former.iter().map(|held| &*held.form))
    }

    /// The questions that ask or asked a field, each with its form.
    fn questions<'s>(
        &'s self,
        kind: &'s Kind,
        field: &'s Field,
    ) -> impl Iterator<Item = (&'s Form, &'s FormField)> {
        let leaf = field.leaf();
        let found = move |form: &'_ Form| -> Option<usize> {
            let of_kind = |place: &usize| form.nodes()[*place].of == *kind;
            match field.row() {
                Some((repeat, _)) => form.field_index(Some(repeat), leaf).filter(of_kind),
                None => form.field_index(None, leaf).filter(of_kind).or_else(|| {
                    // A row that is a record of its own.
                    let mut nodes = form.nodes().iter();
                    nodes.position(|node| {
                        node.name == leaf && node.of == *kind && node.repeat.is_some()
                    })
                }),
            }
        };
        self.forms_ever()
            .filter_map(move |form| Some((form, form.nodes().get(found(form)?)?)))
    }

    fn question<'s>(
        &'s self,
        kind: &'s Kind,
        field: &'s Field,
    ) -> Option<(&'s Form, &'s FormField)> {
        self.questions(kind, field).next()
    }

    /// What a code is or was called by a question of this field.
    pub(super) fn code(
        &self,
        kind: &Kind,
        field: &Field,
        code: &str,
        lang: Lang,
    ) -> Option<String> {
        let mut labels = self.questions(kind, field).filter_map(|(form, node)| {
            let list = node.list.as_deref()?;
            form.definition().choice_label(list, code, lang.code())
        });
        labels.next().map(str::to_owned)
    }

    /// The place of a field among the questions: forms in their order, then what none asks.
    pub(super) fn place(&self, kind: &Kind, field: &Field) -> (usize, usize) {
        let at = |form: &Form| {
            let row = field.row().map(|(repeat, _)| repeat);
            match field.leaf() {
                GONE => form.field_index(None, row?),
                leaf => form.field_index(row, leaf),
            }
        };
        let mut forms = self.forms().enumerate();
        let of_kind = |form: &Form| form.nodes().iter().any(|node| node.of == *kind);
        forms
            .find_map(|(no, form)| Some((no, at(form).filter(|_| of_kind(form))?)))
            .unwrap_or((usize::MAX, 0))
    }

    /// What a field is called; in a row after the name of its repeat.
    pub(super) fn field(&self, kind: &Kind, field: &Field) -> Words {
        Words {
            zh: self.field_in(kind, field, Lang::Zh),
            en: self.field_in(kind, field, Lang::En),
        }
    }

    fn field_in(&self, kind: &Kind, field: &Field, lang: Lang) -> String {
        let own = match field.leaf() {
            VOID => lang.of("作废", "void").to_owned(),
            GONE => lang.of("删除此行", "row taken out").to_owned(),
            AREA => lang.of("所属地区", "area").to_owned(),
            leaf => match self.question(kind, field) {
                Some((_, node)) => node.label(lang.code()).to_owned(),
                None => leaf.to_owned(),
            },
        };
        match field
            .row()
            .and_then(|(repeat, _)| self.repeat(repeat, lang))
        {
            Some(repeat) => format!("{repeat} · {own}"),
            None => own,
        }
    }

    fn repeat(&self, name: &str, lang: Lang) -> Option<String> {
        let node = self.forms_ever().find_map(|form| form.field(None, name))?;
        Some(node.label(lang.code()).to_owned())
    }

    /// A value as a person reads it.
    pub(super) fn value(
        &self,
        kind: &Kind,
        field: &Field,
        value: &Value,
    ) -> Result<Words, AppError> {
        Ok(Words {
            zh: self.value_in(kind, field, value, Lang::Zh)?,
            en: self.value_in(kind, field, value, Lang::En)?,
        })
    }

    fn value_in(
        &self,
        kind: &Kind,
        field: &Field,
        value: &Value,
        lang: Lang,
    ) -> Result<String, AppError> {
        let question = self.question(kind, field);
        Ok(match value {
            Value::Null => lang.of("（空）", "(empty)").to_owned(),
            Value::Bool(true) => lang.of("是", "yes").to_owned(),
            Value::Bool(false) => lang.of("否", "no").to_owned(),
            Value::Int(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            Value::Text(text) => self.text((kind, field), question, text, lang)?,
            Value::List(list) => {
                let mut words = Vec::with_capacity(list.len());
                for item in list {
                    words.push(self.value_in(kind, field, item, lang)?);
                }
                words.join(lang.of("、", ", "))
            }
            Value::Map(_) if question.is_some_and(|(_, q)| q.kind == NodeKind::Image) => {
                lang.of("（照片）", "(photo)").to_owned()
            }
            Value::Map(_) => value.to_json().to_string(),
        })
    }

    fn text(
        &self,
        (kind, field): (&Kind, &Field),
        question: Option<(&Form, &FormField)>,
        text: &str,
        lang: Lang,
    ) -> Result<String, AppError> {
        if field.leaf() == AREA {
            return self.area(text);
        }
        if let Some(label) = self.code(kind, field, text, lang) {
            return Ok(label);
        }
        let Some((_, node)) = question else {
            return Ok(text.to_owned());
        };
        match node.refers.as_deref() {
            Some("area" | "grid") => self.area(text),
            Some("person" | "household" | "worker") => self.record(text),
            _ => Ok(text.to_owned()),
        }
    }

    /// The title of a record that is held, else its id.
    pub(super) fn record(&self, text: &str) -> Result<String, AppError> {
        let Ok(id) = text.parse::<RecordId>() else {
            return Ok(text.to_owned());
        };
        let record = self.tx.record(id)?;
        let title = record.map(|record| facts::list_row(&record).title);
        let title = title.filter(|title| !title.is_empty());
        Ok(title.unwrap_or_else(|| text.to_owned()))
    }

    /// The name of an area with its code, else the code.
    fn area(&self, text: &str) -> Result<String, AppError> {
        Ok(match self.places()?.written(text) {
            Some(path) => format!("{path} {text}"),
            None => text.to_owned(),
        })
    }

    /// The county's list of areas; an empty one before it has published one.
    pub(super) fn places(&self) -> Result<&AreaTree, AppError> {
        if let Some(tree) = self.areas.get() {
            return Ok(tree);
        }
        let tree = areas(self.tx)?.unwrap_or_default();
        Ok(self.areas.get_or_init(|| tree))
    }
}
