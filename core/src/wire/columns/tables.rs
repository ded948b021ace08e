//! What a sheet names by number: ids and words, each once.

use std::collections::HashMap;

use uuid::Uuid;

use super::bytes::{Out, Reader, Unreadable};
use super::ints;

/// The ids of a sheet, in the order of their first mention.
#[derive(Debug, Default)]
pub(super) struct Ids {
    places: HashMap<Uuid, usize>,
    all: Vec<Uuid>,
}

impl Ids {
    /// Writes a column of ids: for each, how far before the end of the table it stands. A new one is
    /// 0: it is what the table then ends with.
    pub(super) fn column(&mut self, out: &mut Out, ids: impl IntoIterator<Item = Uuid>) {
        let back: Vec<i64> = ids
            .into_iter()
            .map(|id| {
                let next = self.all.len();
                let place = *self.places.entry(id).or_insert(next);
                if place == next {
                    self.all.push(id);
                }
                (next - place) as i64
            })
            .collect();
        ints::write(out, &back);
    }

    /// Writes the table. Of ids that all begin with the time of their making (UUIDv7) the time is a
    /// column of its own.
    pub(super) fn write(&self, out: &mut Out) {
        out.number(self.all.len() as u64);
        let timed = !self.all.is_empty() && self.all.iter().all(|id| id.get_version_num() == 7);
        out.0.push(u8::from(timed));
        if timed {
            let times: Vec<i64> = self.all.iter().map(|id| time(id.as_bytes())).collect();
            ints::write(out, &times);
        }
        let skip = if timed { TIME } else { 0 };
        for id in &self.all {
            out.0.extend_from_slice(&id.as_bytes()[skip..]);
        }
    }
}

/// Bytes of a UUIDv7 that are its time.
const TIME: usize = 6;

fn time(id: &[u8; 16]) -> i64 {
    let bytes = id[..TIME].iter();
    bytes.fold(0, |sum, byte| (sum << 8) | i64::from(*byte))
}

/// The ids of a sheet that is read.
#[derive(Debug)]
pub(super) struct KnownIds {
    all: Vec<Uuid>,
    /// How many were mentioned so far.
    next: usize,
}

impl KnownIds {
    /// Reads the table.
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        let count = from.count(16)?;
        let timed = from.byte()? == 1;
        let times = if timed {
            ints::read(from, count)?
        } else {
            Vec::new()
        };
        let mut all = Vec::new();
        for place in 0..count {
            let mut bytes = [0u8; 16];
            let skip = match times.get(place) {
                Some(time) => {
                    bytes[..TIME].copy_from_slice(&time.to_be_bytes()[2..]);
                    TIME
                }
                None => 0,
            };
            bytes[skip..].copy_from_slice(from.take(16 - skip)?);
            all.push(Uuid::from_bytes(bytes));
        }
        Ok(Self { all, next: 0 })
    }

    /// Reads a column of so many ids.
    pub(super) fn column(
        &mut self,
        from: &mut Reader<'_>,
        count: usize,
    ) -> Result<Vec<Uuid>, Unreadable> {
        let back = ints::read(from, count)?;
        let mut ids = Vec::with_capacity(back.len());
        for back in back {
            let back = usize::try_from(back).map_err(|_| Unreadable::Altered)?;
            let place = self.next.checked_sub(back).ok_or(Unreadable::Altered)?;
            ids.push(*self.all.get(place).ok_or(Unreadable::Altered)?);
            self.next += usize::from(back == 0);
        }
        Ok(ids)
    }
}

/// The words of a sheet: names of kinds, fields, roles, forms and apps.
#[derive(Debug, Default)]
pub(super) struct Words {
    places: HashMap<String, usize>,
    all: Vec<String>,
}

impl Words {
    /// A word's number.
    pub(super) fn place(&mut self, word: &str) -> usize {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let place = self.all.len();
        self.places.insert(word.to_owned(), place);
        self.all.push(word.to_owned());
        place
    }

    /// Writes the table.
    pub(super) fn write(&self, out: &mut Out) {
        out.number(self.all.len() as u64);
        self.all.iter().for_each(|word| out.bytes(word.as_bytes()));
    }

    /// Reads the table.
    pub(super) fn read<'a>(from: &mut Reader<'a>) -> Result<Vec<&'a str>, Unreadable> {
        let count = from.count(16)?;
        (0..count).map(|_| from.text()).collect()
    }
}
