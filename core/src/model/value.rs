//! What a field holds.

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The value of a field: JSON's shapes, in one canonical form, so that equal values are equal bytes.
///
/// A date is text (`2024-05-01`), a select_multiple a list of codes, an attachment a map of hash,
/// length and type. A value that a newer app wrote passes through unharmed.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Cleared: the answer was taken away.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction; never NaN or infinite.
    Real(f64),
    /// Text, a date, a code, a reference.
    Text(String),
    /// Several codes or references, in the order given.
    List(Vec<Value>),
    /// A structured value such as an attachment or a place.
    Map(BTreeMap<String, Value>),
}

/// How deep lists and maps may nest.
const DEPTH: usize = 16;

impl Value {
    /// Text as a value.
    pub fn text(text: impl Into<String>) -> Self {
        Value::Text(text.into())
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is there.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The same value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(b) => (*b).into(),
            Value::Int(i) => (*i).into(),
            Value::Real(r) => {
                serde_json::Number::from_f64(*r).map_or(serde_json::Value::Null, Into::into)
            }
            Value::Text(t) => t.clone().into(),
            Value::List(l) => l.iter().map(Value::to_json).collect(),
            Value::Map(m) => {
                serde_json::Value::Object(m.iter().map(|(k, v)| (k.clone(), v.to_json())).collect())
            }
        }
    }

    /// Takes JSON as a value; `None` where it nests more than 16 deep or holds a number that
    /// neither a whole number nor a finite fraction can keep.
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        Self::from_json_within(json, DEPTH)
    }

    fn from_json_within(json: &serde_json::Value, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        Some(match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(b) => Value::Bool(*b),
            serde_json::Value::Number(n) => match n.as_i64() {
                Some(i) => Value::Int(i),
                None => Value::real(n.as_f64()?)?,
            },
            serde_json::Value::String(s) => Value::Text(s.clone()),
            serde_json::Value::Array(a) => Value::List(
                a.iter()
                    .map(|v| Self::from_json_within(v, depth))
                    .collect::<Option<_>>()?,
            ),
            serde_json::Value::Object(o) => Value::Map(
                o.iter()
                    .map(|(k, v)| Some((k.clone(), Self::from_json_within(v, depth)?)))
                    .collect::<Option<_>>()?,
            ),
        })
    }

    /// A fraction, in canonical form: 3.0 is the whole number 3, and NaN is refused.
    pub fn real(r: f64) -> Option<Self> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if !r.is_finite() {
            None
        } else if r.fract() == 0.0 && r.abs() <= EXACT {
            Some(Value::Int(r as i64))
        } else {
            Some(Value::Real(r))
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => s.serialize_unit(),
            Value::Bool(b) => s.serialize_bool(*b),
            Value::Int(i) => s.serialize_i64(*i),
            Value::Real(r) => s.serialize_f64(*r),
            Value::Text(t) => s.serialize_str(t),
            Value::List(l) => {
                let mut seq = s.serialize_seq(Some(l.len()))?;
                for v in l {
                    seq.serialize_element(v)?;
                }
                seq.end()
            }
            Value::Map(m) => {
                let mut map = s.serialize_map(Some(m.len()))?;
                for (k, v) in m {
                    map.serialize_entry(k, v)?;
                }
                map.end()
            }
        }
    }
}

/// Reads a value, refusing what nests deeper than [`DEPTH`] before it can exhaust a stack.
struct Seed(usize);

impl<'de> serde::de::DeserializeSeed<'de> for Seed {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }
    fn visit_i64<E>(self, i: i64) -> Result<Value, E> {
        Ok(Value::Int(i))
    }
    fn visit_u64<E: serde::de::Error>(self, u: u64) -> Result<Value, E> {
        i64::try_from(u)
            .map(Value::Int)
            .map_err(|_| E::custom("a number is too large for a field"))
    }
    fn visit_f64<E: serde::de::Error>(self, r: f64) -> Result<Value, E> {
        Value::real(r).ok_or_else(|| E::custom("a number is not finite"))
    }
    fn visit_str<E>(self, t: &str) -> Result<Value, E> {
        Ok(Value::Text(t.to_owned()))
    }
    fn visit_string<E>(self, t: String) -> Result<Value, E> {
        Ok(Value::Text(t))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let depth = self
            .0
            .checked_sub(1)
            .ok_or_else(|| A::Error::custom("a value nests too deep"))?;
        let mut list = Vec::new();
        while let Some(v) = seq.next_element_seed(Seed(depth))? {
            list.push(v);
        }
        Ok(Value::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let depth = self
            .0
            .checked_sub(1)
            .ok_or_else(|| A::Error::custom("a value nests too deep"))?;
        let mut out = BTreeMap::new();
        while let Some(k) = map.next_key::<String>()? {
            if out.insert(k, map.next_value_seed(Seed(depth))?).is_some() {
                return Err(A::Error::custom("a value names one key twice"));
            }
        }
        Ok(Value::Map(out))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Seed(DEPTH))
    }
}
