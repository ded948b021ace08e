//! Strict reading of JSON: every object says which fields it may have, every error its place.
//!
//! Packs and cases decide who counts as seen; a misspelt field that is passed over would change
//! a verdict silently. So nothing unknown is ignored, and no key may stand twice.

mod tree;
mod wrong;

use crate::burden::Burden;
use crate::facts::rows::{Day, Instant};

use tree::Json;
pub(crate) use tree::nearest;
pub use wrong::{Misfit, Words, Wrong};

const AN_OBJECT: Words = Words::new("一个对象 {…}", "an object");
const A_LIST: Words = Words::new("一个列表 […]", "a list");
const TEXT: Words = Words::new("文字", "text");
const A_NAME: Words = Words::new("不为空的名称", "a name that is not empty");
const A_SENTENCE: Words = Words::new("不为空的文字", "a text that is not empty");
const A_DAY: Words = Words::new("日期,如 2024-05-10", "a day such as 2024-05-10");
const AN_INSTANT: Words = Words::new(
    "带时区的时刻,如 2024-05-10T09:30:00+08:00",
    "an instant with its offset, such as 2024-05-10T09:30:00+08:00",
);
const TRUE_OR_FALSE: Words = Words::new("true 或 false", "true or false");

/// A value with its place in the file.
#[derive(Clone)]
pub(crate) struct At<'j> {
    pub place: String,
    pub value: &'j Json,
}

/// An object whose fields were checked against a list.
pub(crate) struct Fields<'j> {
    place: String,
    fields: &'j [(String, Json)],
}

/// Everything that was found wrong, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Found {
    misfits: Vec<Misfit>,
    guarded: bool,
}

impl Found {
    /// Nothing yet; `guarded` says whether burdens are looked for (`crate::burden`).
    pub fn new(guarded: bool) -> Self {
        Found {
            guarded,
            ..Found::default()
        }
    }

    /// Whether burdens are looked for.
    pub fn guards(&self) -> bool {
        self.guarded
    }

    /// What was read; what was wrong with it is kept.
    pub fn of<T>(&mut self, read: Result<T, Misfit>) -> Option<T> {
        read.map_err(|misfit| self.misfits.push(misfit)).ok()
    }

    /// How much was found so far.
    pub fn len(&self) -> usize {
        self.misfits.len()
    }

    /// The first of it, if there is any.
    pub fn first(&mut self) -> Result<(), Misfit> {
        match self.misfits.is_empty() {
            true => Ok(()),
            false => Err(self.misfits.remove(0)),
        }
    }

    /// All of it.
    pub fn all(self) -> Vec<Misfit> {
        self.misfits
    }
}

/// Reads a text as JSON; the depth is bounded by the reader.
pub(crate) fn parse(text: &str) -> Result<Json, Misfit> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| Misfit {
        place: format!("line {} column {}", error.line(), error.column()),
        wrong: Wrong::Syntax(error.to_string()),
    })
}

impl<'j> At<'j> {
    pub fn root(value: &'j Json) -> Self {
        At {
            place: String::new(),
            value,
        }
    }

    pub fn wrong<T>(&self, wrong: Wrong) -> Result<T, Misfit> {
        let place = if self.place.is_empty() {
            "the file".to_string()
        } else {
            self.place.clone()
        };
        Err(Misfit { place, wrong })
    }

    /// A sentence, in Chinese and English.
    pub fn other<T>(&self, zh: impl Into<String>, en: impl Into<String>) -> Result<T, Misfit> {
        let (zh, en) = (zh.into(), en.into());
        self.wrong(Wrong::Other { zh, en })
    }

    pub fn object(&self, known: &[&'static str]) -> Result<Fields<'j>, Misfit> {
        let mut found = Found::default();
        let fields = self.object_of(known, &mut found);
        found.first()?;
        fields.map_or_else(|| self.wrong(Wrong::Expected(AN_OBJECT)), Ok)
    }

    /// The same, every unknown or repeated field found; none where this is no object.
    pub fn object_of(&self, known: &[&'static str], found: &mut Found) -> Option<Fields<'j>> {
        let Json::Object(fields) = self.value else {
            found.of(self.wrong::<()>(Wrong::Expected(AN_OBJECT)));
            return None;
        };
        let mut seen = std::collections::BTreeSet::new();
        for (name, _) in fields {
            let (name, again) = (name.clone(), !seen.insert(name));
            let wrong = match Burden::in_name(&name) {
                _ if again => Wrong::Twice(name),
                _ if known.contains(&name.as_str()) => continue,
                Some(burden) => Wrong::Burden(burden),
                None => {
                    let likely = nearest(&name, known);
                    Wrong::UnknownField { name, likely }
                }
            };
            found.of(self.wrong::<()>(wrong));
        }
        Some(self.with_fields(fields))
    }

    /// An object whose keys are ids or parameters.
    pub fn any_object(&self) -> Result<Fields<'j>, Misfit> {
        let Json::Object(fields) = self.value else {
            return self.wrong(Wrong::Expected(AN_OBJECT));
        };
        let mut seen = std::collections::BTreeSet::new();
        for (name, _) in fields {
            if !seen.insert(name) {
                return self.wrong(Wrong::Twice(name.clone()));
            }
        }
        Ok(self.with_fields(fields))
    }

    fn with_fields(&self, fields: &'j [(String, Json)]) -> Fields<'j> {
        Fields {
            place: self.place.clone(),
            fields,
        }
    }

    pub fn list(&self) -> Result<Vec<At<'j>>, Misfit> {
        let Json::List(items) = self.value else {
            return self.wrong(Wrong::Expected(A_LIST));
        };
        let place = |at| format!("{}[{at}]", self.place);
        Ok(items
            .iter()
            .enumerate()
            .map(|(at, value)| At {
                place: place(at),
                value,
            })
            .collect())
    }

    pub fn text(&self) -> Result<&'j str, Misfit> {
        match self.value {
            Json::Text(text) => Ok(text),
            _ => self.wrong(Wrong::Expected(TEXT)),
        }
    }

    /// Text that names something, so it may not be empty.
    pub fn id(&self) -> Result<&'j str, Misfit> {
        match self.text()? {
            "" => self.wrong(Wrong::Expected(A_NAME)),
            text => Ok(text),
        }
    }

    /// Text that says something.
    pub fn sentence(&self) -> Result<&'j str, Misfit> {
        let text = self.text()?;
        match text.trim().is_empty() {
            true => self.wrong(Wrong::Expected(A_SENTENCE)),
            false => Ok(text),
        }
    }

    pub fn day(&self) -> Result<Day, Misfit> {
        let wrong = || self.wrong(Wrong::Expected(A_DAY));
        match self.value {
            Json::Text(text) => text.parse().or_else(|_| wrong()),
            _ => wrong(),
        }
    }

    pub fn instant(&self) -> Result<Instant, Misfit> {
        let wrong = || self.wrong(Wrong::Expected(AN_INSTANT));
        match self.value {
            Json::Text(text) => text.parse().or_else(|_| wrong()),
            _ => wrong(),
        }
    }

    pub fn whole(&self, least: u32, most: u32) -> Result<u32, Misfit> {
        match self.value {
            Json::Whole(number) if (i64::from(least)..=i64::from(most)).contains(number) => {
                Ok(u32::try_from(*number).unwrap_or(least))
            }
            _ => self.wrong(Wrong::NotWhole { least, most }),
        }
    }

    pub fn truth(&self) -> Result<bool, Misfit> {
        match self.value {
            Json::Bool(value) => Ok(*value),
            _ => self.wrong(Wrong::Expected(TRUE_OR_FALSE)),
        }
    }

    pub fn code(&self, of: &'static str, known: &[&'static str]) -> Result<&'static str, Misfit> {
        let text = self.text()?;
        match known.iter().find(|code| **code == text) {
            Some(code) => Ok(code),
            None => self.wrong(match Burden::in_name(text) {
                Some(burden) => Wrong::Burden(burden),
                None => Wrong::UnknownCode {
                    code: text.to_string(),
                    of,
                    likely: nearest(text, known),
                },
            }),
        }
    }

    pub fn is_null(&self) -> bool {
        *self.value == Json::Null
    }
}

impl<'j> Fields<'j> {
    /// The field, if it is there, also where it is null.
    pub fn given(&self, name: &str) -> Option<At<'j>> {
        let (_, value) = self.fields.iter().find(|(known, _)| known == name)?;
        Some(At {
            place: self.child(name),
            value,
        })
    }

    /// The field, if it is there and not null.
    pub fn get(&self, name: &str) -> Option<At<'j>> {
        self.given(name).filter(|field| !field.is_null())
    }

    pub fn need(&self, name: &'static str) -> Result<At<'j>, Misfit> {
        match self.given(name) {
            Some(field) => Ok(field),
            None => At {
                place: self.place.clone(),
                value: &Json::Null,
            }
            .wrong(Wrong::Missing(name)),
        }
    }

    /// The items of a list; none where it is absent.
    pub fn list(&self, name: &str) -> Result<Vec<At<'j>>, Misfit> {
        self.get(name)
            .map_or_else(|| Ok(Vec::new()), |field| field.list())
    }

    pub fn day(&self, name: &str) -> Result<Option<Day>, Misfit> {
        self.get(name).map(|field| field.day()).transpose()
    }

    pub fn instant(&self, name: &str) -> Result<Option<Instant>, Misfit> {
        self.get(name).map(|field| field.instant()).transpose()
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, Misfit> {
        self.get(name)
            .map(|field| field.text().map(str::to_string))
            .transpose()
    }

    pub fn all(&self) -> impl Iterator<Item = (&'j str, At<'j>)> + '_ {
        self.fields.iter().map(|(name, value)| {
            (
                name.as_str(),
                At {
                    place: self.child(name),
                    value,
                },
            )
        })
    }

    fn child(&self, name: &str) -> String {
        if self.place.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", self.place)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_field_is_named_with_the_likely_one() {
        let json = parse(r#"{"startd_at": 1}"#).unwrap();
        let error = At::root(&json)
            .object(&["started_at", "mode"])
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "the file: there is no field `startd_at` here; is `started_at` meant?"
        );
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error_and_not_the_last_one() {
        let json = parse(r#"{"a": {"b": 1, "b": 2}}"#).unwrap();
        let inner = At::root(&json).object(&["a"]).unwrap().get("a").unwrap();
        let error = inner.object(&["b"]).err().unwrap();
        assert_eq!(
            (error.place.as_str(), error.wrong),
            ("a", Wrong::Twice("b".into()))
        );
    }

    #[test]
    fn text_that_is_no_json_says_the_line() {
        let error = parse("{\n \"a\": ]").err().unwrap();
        assert!(error.place.starts_with("line 2"), "{error}");
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
