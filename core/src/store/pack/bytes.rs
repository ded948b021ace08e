//! Numbers, texts and values as few bytes.

use std::collections::BTreeMap;

use crate::model::Value;

/// How deep a packed value may nest; as deep as [`Value`] itself allows.
const DEPTH: usize = 16;

/// A packed body that cannot be read: a page of the file was altered, or a newer app wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Appends packed values.
#[derive(Default)]
pub(crate) struct Packer(pub(crate) Vec<u8>);

impl Packer {
    pub(crate) fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    pub(crate) fn signed(&mut self, n: i64) {
        self.number(((n << 1) ^ (n >> 63)) as u64);
    }

    /// A number that may be absent.
    pub(crate) fn maybe(&mut self, n: Option<i64>) {
        self.0.push(u8::from(n.is_some()));
        if let Some(n) = n {
            self.signed(n);
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// Short texts and small numbers, which most answers are, take one byte more than they hold.
    pub(crate) fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) if text.len() < 64 => {
                self.0.push(0x40 | text.len() as u8);
                self.0.extend_from_slice(text.as_bytes());
            }
            Value::Int(n @ 0..=63) => self.0.push(0x80 | *n as u8),
            Value::Null => self.0.push(0),
            Value::Bool(false) => self.0.push(1),
            Value::Bool(true) => self.0.push(2),
            Value::Int(n) => {
                self.0.push(3);
                self.signed(*n);
            }
            Value::Real(r) => {
                self.0.push(4);
                self.0.extend_from_slice(&r.to_be_bytes());
            }
            Value::Text(text) => {
                self.0.push(5);
                self.bytes(text.as_bytes());
            }
            Value::List(list) => {
                self.0.push(6);
                self.number(list.len() as u64);
                list.iter().for_each(|value| self.value(value));
            }
            Value::Map(map) => {
                self.0.push(7);
                self.number(map.len() as u64);
                for (key, value) in map {
                    self.bytes(key.as_bytes());
                    self.value(value);
                }
            }
        }
    }
}

/// Takes packed values from the front.
pub(crate) struct Unpacker<'a>(pub(crate) &'a [u8]);

impl<'a> Unpacker<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (front, rest) = self.0.split_at_checked(count).ok_or(Unreadable)?;
        self.0 = rest;
        Ok(front)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Unreadable> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        self.take(N)?.try_into().map_err(|_| Unreadable)
    }

    pub(crate) fn number(&mut self) -> Result<u64, Unreadable> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(Unreadable)
    }

    /// How many things follow: never more than there are bytes left.
    pub(crate) fn count(&mut self) -> Result<usize, Unreadable> {
        let n = usize::try_from(self.number()?).map_err(|_| Unreadable)?;
        if n > self.0.len() {
            return Err(Unreadable);
        }
        Ok(n)
    }

    /// A count with one bit beside it.
    pub(crate) fn count_and_flag(&mut self) -> Result<(usize, bool), Unreadable> {
        let n = self.number()?;
        let count = usize::try_from(n >> 1).map_err(|_| Unreadable)?;
        if count > self.0.len() {
            return Err(Unreadable);
        }
        Ok((count, n & 1 == 1))
    }

    pub(crate) fn signed(&mut self) -> Result<i64, Unreadable> {
        let n = self.number()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    pub(crate) fn maybe(&mut self) -> Result<Option<i64>, Unreadable> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.signed().map(Some),
            _ => Err(Unreadable),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Unreadable> {
        let count = self.count()?;
        self.take(count)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Unreadable> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Unreadable)
    }

    pub(crate) fn value(&mut self) -> Result<Value, Unreadable> {
        self.value_within(DEPTH)
    }

    fn value_within(&mut self, depth: usize) -> Result<Value, Unreadable> {
        let depth = depth.checked_sub(1).ok_or(Unreadable)?;
        Ok(match self.byte()? {
            0 => Value::Null,
            1 => Value::Bool(false),
            2 => Value::Bool(true),
            3 => Value::Int(self.signed()?),
            4 => Value::Real(f64::from_be_bytes(self.array()?)),
            5 => Value::text(self.text()?),
            6 => {
                let count = self.count()?;
                let list = (0..count).map(|_| self.value_within(depth));
                Value::List(list.collect::<Result<_, _>>()?)
            }
            7 => {
                let mut map = BTreeMap::new();
                for _ in 0..self.count()? {
                    map.insert(self.text()?.to_owned(), self.value_within(depth)?);
                }
                Value::Map(map)
            }
            short @ 0x40..=0x7f => {
                let bytes = self.take(usize::from(short & 0x3f))?;
                Value::text(std::str::from_utf8(bytes).map_err(|_| Unreadable)?)
            }
            small @ 0x80..=0xbf => Value::Int(i64::from(small & 0x3f)),
            _ => return Err(Unreadable),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_and_a_cut_one_is_refused() {
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(63),
            Value::Int(i64::MIN),
            Value::Real(0.1),
            Value::text("测试"),
            Value::text("长".repeat(100)),
            Value::List(vec![Value::text("a"), Value::Int(-1)]),
            Value::Map(BTreeMap::from([("hash".into(), Value::text("x"))])),
        ];
        for value in values {
            let mut packer = Packer::default();
            packer.value(&value);
            assert_eq!(Unpacker(&packer.0).value(), Ok(value));
            for end in 0..packer.0.len() {
                assert_eq!(Unpacker(&packer.0[..end]).value(), Err(Unreadable));
            }
        }
    }

    #[test]
    fn a_value_that_nests_too_deep_is_refused_before_it_exhausts_the_stack() {
        let deep: Vec<u8> = [6u8, 1].repeat(100_000);
        assert_eq!(Unpacker(&deep).value(), Err(Unreadable));
    }
}
