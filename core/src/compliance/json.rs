//! Strict reading of JSON: every object says which fields it may have, every error its place.
//!
//! Packs and cases decide who counts as seen; a misspelt field that is passed over would change
//! a verdict silently. So nothing unknown is ignored, and no key may stand twice.

mod tree;

use crate::facts::rows::{Day, Instant};

use tree::Json;
pub(crate) use tree::nearest;

/// What is wrong with a pack or a cases file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {wrong}")]
pub struct Misfit {
    /// Where, as `cases[2].expect[0].unit`.
    pub place: String,
    /// What.
    pub wrong: Wrong,
}

/// What can be wrong at a place of a pack or a cases file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// No JSON at all; nothing after this place was read.
    #[error("this is not JSON: {0}")]
    Syntax(String),
    /// A field that this object does not have.
    #[error("there is no field `{name}` here{}", meant(.likely))]
    UnknownField {
        /// What stands there.
        name: String,
        /// The nearest name that would be right.
        likely: Option<String>,
    },
    /// The same field twice.
    #[error("the field `{0}` stands twice")]
    Twice(String),
    /// A field that must be there is not.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// Another type was expected.
    #[error("{0} is expected here")]
    Expected(&'static str),
    /// A code that no list has.
    #[error("`{code}` is no {of}{}", meant(.likely))]
    UnknownCode {
        /// What stands there.
        code: String,
        /// What kind of code it should be.
        of: &'static str,
        /// The nearest code that would be right.
        likely: Option<String>,
    },
    /// A reference to something that is not there.
    #[error("there is no {of} `{id}` here")]
    Absent {
        /// What kind of thing.
        of: &'static str,
        /// The id that was named.
        id: String,
    },
    /// Anything else, in a sentence.
    #[error("{0}")]
    Other(String),
}

fn meant(name: &Option<String>) -> String {
    name.as_ref()
        .map_or_else(String::new, |name| format!("; is `{name}` meant?"))
}

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

    pub fn other<T>(&self, sentence: impl Into<String>) -> Result<T, Misfit> {
        self.wrong(Wrong::Other(sentence.into()))
    }

    pub fn object(&self, known: &[&'static str]) -> Result<Fields<'j>, Misfit> {
        let fields = self.any_object()?;
        for (name, _) in fields.fields {
            if !known.contains(&name.as_str()) {
                let likely = nearest(name, known);
                return self.wrong(Wrong::UnknownField {
                    name: name.clone(),
                    likely,
                });
            }
        }
        Ok(fields)
    }

    /// An object whose keys are ids or parameters.
    pub fn any_object(&self) -> Result<Fields<'j>, Misfit> {
        let Json::Object(fields) = self.value else {
            return self.wrong(Wrong::Expected("an object"));
        };
        let mut seen = std::collections::BTreeSet::new();
        for (name, _) in fields {
            if !seen.insert(name) {
                return self.wrong(Wrong::Twice(name.clone()));
            }
        }
        Ok(Fields {
            place: self.place.clone(),
            fields,
        })
    }

    pub fn list(&self) -> Result<Vec<At<'j>>, Misfit> {
        let Json::List(items) = self.value else {
            return self.wrong(Wrong::Expected("a list"));
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
            _ => self.wrong(Wrong::Expected("text")),
        }
    }

    /// Text that names something, so it may not be empty.
    pub fn id(&self) -> Result<&'j str, Misfit> {
        match self.text()? {
            "" => self.wrong(Wrong::Expected("a name that is not empty")),
            text => Ok(text),
        }
    }

    pub fn day(&self) -> Result<Day, Misfit> {
        let wrong = || self.wrong(Wrong::Expected("a day such as 2024-05-10"));
        match self.value {
            Json::Text(text) => text.parse().or_else(|_| wrong()),
            _ => wrong(),
        }
    }

    pub fn instant(&self) -> Result<Instant, Misfit> {
        let wrong = || {
            self.wrong(Wrong::Expected(
                "an instant with its offset, such as 2024-05-10T09:30:00+08:00",
            ))
        };
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
            _ => self.other(format!(
                "a whole number from {least} to {most} is expected here"
            )),
        }
    }

    pub fn truth(&self) -> Result<bool, Misfit> {
        match self.value {
            Json::Bool(value) => Ok(*value),
            _ => self.wrong(Wrong::Expected("true or false")),
        }
    }

    pub fn code(&self, of: &'static str, known: &[&'static str]) -> Result<&'static str, Misfit> {
        let text = self.text()?;
        match known.iter().find(|code| **code == text) {
            Some(code) => Ok(code),
            None => {
                let likely = nearest(text, known);
                self.wrong(Wrong::UnknownCode {
                    code: text.to_string(),
                    of,
                    likely,
                })
            }
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
