//! Why a line of the report is as it is, in the words of the forms and the names of people.

use super::labels::{Labels, Lang};
use super::units::unit_words;
use super::{App, AppError, AskedLine};
use crate::compliance::Explanation;
use crate::form::Form;
use crate::model::{Field, Kind, RecordId};
use crate::store::Tx;

/// Why a line is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Everything that was weighed, by id and code.
    pub explanation: Explanation,
    /// In Chinese, sentence by sentence, without ids and codes.
    pub chinese: Vec<String>,
    /// The same in English.
    pub english: Vec<String>,
}

impl App {
    /// Why a line of the report is as it is, for a person to read.
    ///
    /// # Errors
    /// As [`App::explain`].
    pub fn why(&self, asked: &AskedLine) -> Result<Why, AppError> {
        let explanation = self.explain(asked)?;
        let (chinese, english) = self.read(|tx| {
            let labels = self.labels(tx)?;
            let held = self.form(tx, "visit").ok();
            let built_in = Form::built_in("visit").and_then(Result::ok);
            let form = held.as_ref().map(|held| &*held.form).or(built_in.as_ref());
            let form = form.ok_or_else(|| AppError::fault("form"))?;
            let said = |lang: Lang| {
                let name =
                    |id: &str| named(tx, &labels, id, lang).unwrap_or_else(|_| unknown(lang));
                explanation.in_words(lang.language(), form, &name)
            };
            Ok((said(Lang::Zh), said(Lang::En)))
        })?;
        Ok(Why {
            explanation,
            chinese,
            english,
        })
    }
}

/// What somebody is called; of a visit how it was made.
fn named(tx: &Tx<'_>, labels: &Labels<'_, '_>, id: &str, lang: Lang) -> Result<String, AppError> {
    let record = match id.parse::<RecordId>() {
        Ok(id) => tx.record(id)?,
        Err(_) => None,
    };
    let Some(record) = record else {
        return Ok(unknown(lang));
    };
    if record.kind != Kind::VISIT {
        return Ok(unit_words(tx, labels, id)?.title);
    }
    let mode = record.text("mode").unwrap_or_default();
    let field = Field::parse("mode").ok();
    let label = field.and_then(|field| labels.code(&Kind::VISIT, &field, mode, lang));
    Ok(label.unwrap_or_else(|| unknown(lang)))
}

fn unknown(lang: Lang) -> String {
    lang.of("（本机没有的资料）", "(not held on this phone)")
        .to_owned()
}
