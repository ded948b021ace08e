//! Shapes: everything of a part or a record but its ids, its heads and its values. Visits of one
//! form have one shape; a record with a past of its own has its own.

use std::collections::HashMap;

use super::bytes::{Out, Reader, Unreadable};
use super::tables::Words;
use crate::model::{Compartment, Field, Kind, RowId};

const PART: u8 = 0;
const RECORD: u8 = 1;
/// What an entry takes in memory, with the field's name and its place in a map.
pub(super) const ENTRY_BYTES: usize = 96;

/// The shapes of a sheet that is written.
#[derive(Default)]
pub(super) struct Shapes {
    places: HashMap<Vec<u8>, usize>,
    all: Vec<Vec<u8>>,
}

impl Shapes {
    pub(super) fn place(&mut self, shape: Vec<u8>) -> usize {
        if let Some(place) = self.places.get(&shape) {
            return *place;
        }
        let place = self.all.len();
        self.places.insert(shape.clone(), place);
        self.all.push(shape);
        place
    }

    pub(super) fn write(&self, out: &mut Out) {
        out.number(self.all.len() as u64);
        self.all.iter().for_each(|shape| out.0.extend(shape));
    }
}

/// Where a value stands among those of its record: by the number of a head, and what its author saw.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct By {
    pub(super) head: usize,
    pub(super) calculated: bool,
    pub(super) seen: Vec<usize>,
}

/// One field of a shape.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The word of its name, `repeat[].leaf` in a row.
    pub(super) word: usize,
    /// Its name, where it is in no row.
    pub(super) name: Option<Field>,
    /// In a row: which of the record's rows, counted from 1.
    pub(super) row: usize,
    pub(super) compartment: Compartment,
    pub(super) live: Vec<By>,
    /// What was superseded; without a value where it was not heard.
    pub(super) past: Vec<(By, bool)>,
}

impl Entry {
    /// How many values it has.
    pub(super) fn values(&self) -> usize {
        self.live.len() + self.past.iter().filter(|(_, told)| *told).count()
    }
}

/// A shape that was read.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// Whether it is a record; else a part.
    pub(super) is_record: bool,
    pub(super) begins: bool,
    /// Of a part: which of its rows it is about, counted from 1; 0 for none.
    pub(super) row: usize,
    /// Of a part its compartment.
    pub(super) compartment: Compartment,
    pub(super) entries: Vec<Entry>,
}

pub(super) fn compartment_number(compartment: Compartment) -> u8 {
    match compartment {
        Compartment::Contact => 1,
        Compartment::Care => 2,
        Compartment::Identity => 3,
        Compartment::Protection => 4,
        Compartment::Roster => 5,
    }
}

fn read_compartment(number: u8) -> Result<Compartment, Unreadable> {
    let mut all = Compartment::ALL.into_iter();
    all.find(|c| compartment_number(*c) == number)
        .ok_or(Unreadable::Altered)
}

/// Begins the shape of a part.
pub(super) fn part(
    words: &mut Words,
    kind: &Kind,
    compartment: Compartment,
    begins: bool,
    row: usize,
) -> Out {
    let mut out = Out(vec![PART]);
    out.number(words.place(kind.as_str()) as u64);
    out.0.push(u8::from(begins));
    out.0.push(compartment_number(compartment));
    out.number(row as u64);
    out
}

/// Begins the shape of a record.
pub(super) fn record(words: &mut Words, kind: &Kind, begun: bool) -> Out {
    let mut out = Out(vec![RECORD]);
    out.number(words.place(kind.as_str()) as u64);
    out.0.push(u8::from(begun));
    out
}

/// A field's name, in a row without it.
pub(super) fn field(
    out: &mut Out,
    words: &mut Words,
    rows: &mut Vec<RowId>,
    field: &Field,
) -> usize {
    let in_row = field.row().and_then(|(repeat, row)| {
        let same = Field::in_row(repeat, row, field.leaf()).is_ok_and(|made| made == *field);
        same.then(|| (format!("{repeat}[].{}", field.leaf()), row))
    });
    let (word, place) = match in_row {
        None => (words.place(field.as_str()), 0),
        Some((name, row)) => (words.place(&name), place_of(rows, row)),
    };
    out.number(word as u64);
    out.number(place as u64);
    word
}

/// A row's number among a record's rows, from 1.
pub(super) fn place_of(rows: &mut Vec<RowId>, row: RowId) -> usize {
    match rows.iter().position(|known| *known == row) {
        Some(place) => place + 1,
        None => {
            rows.push(row);
            rows.len()
        }
    }
}

/// Who told a value.
pub(super) fn by(out: &mut Out, head: Option<usize>, calculated: bool, seen: &[usize]) {
    if let Some(head) = head {
        out.number(head as u64);
    }
    out.number((seen.len() as u64) << 1 | u64::from(calculated));
    seen.iter().for_each(|head| out.number(*head as u64));
}

/// Reads the shapes.
pub(super) fn read(from: &mut Reader<'_>, words: &[&str]) -> Result<Vec<Shape>, Unreadable> {
    let count = from.count(size_of::<Shape>())?;
    (0..count).map(|_| shape(from, words)).collect()
}

fn shape(from: &mut Reader<'_>, words: &[&str]) -> Result<Shape, Unreadable> {
    let is_record = match from.byte()? {
        PART => false,
        RECORD => true,
        _ => return Err(Unreadable::Altered),
    };
    let kind = words.get(from.place()?).ok_or(Unreadable::Altered)?;
    from.charge(1, kind.len())?;
    let kind = Kind::named(kind);
    let begins = from.byte()? == 1;
    let (compartment, row) = if is_record {
        (Compartment::Contact, 0)
    } else {
        (read_compartment(from.byte()?)?, from.place()?)
    };
    let count = from.count(size_of::<Entry>())?;
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(from, words, is_record, compartment)?);
    }
    Ok(Shape {
        kind,
        is_record,
        begins,
        row,
        compartment,
        entries,
    })
}

fn entry(
    from: &mut Reader<'_>,
    words: &[&str],
    of_record: bool,
    of_part: Compartment,
) -> Result<Entry, Unreadable> {
    let (word, row) = (from.place()?, from.place()?);
    let text = *words.get(word).ok_or(Unreadable::Altered)?;
    from.charge(1, text.len())?;
    let name = if row == 0 {
        Some(Field::parse(text).map_err(|_| Unreadable::Altered)?)
    } else {
        None
    };
    let mut entry = Entry {
        word,
        name,
        row,
        compartment: of_part,
        live: Vec::new(),
        past: Vec::new(),
    };
    if !of_record {
        entry.live.push(read_by(from, 0)?);
        return Ok(entry);
    }
    entry.compartment = read_compartment(from.byte()?)?;
    for _ in 0..from.count(size_of::<By>())? {
        let head = from.place()?;
        entry.live.push(read_by(from, head)?);
    }
    for _ in 0..from.count(size_of::<By>())? {
        let head = from.place()?;
        let told = from.byte()? == 1;
        let by = match told {
            true => read_by(from, head)?,
            false => By {
                head,
                calculated: false,
                seen: Vec::new(),
            },
        };
        entry.past.push((by, told));
    }
    Ok(entry)
}

fn read_by(from: &mut Reader<'_>, head: usize) -> Result<By, Unreadable> {
    let tag = from.number()?;
    let count = usize::try_from(tag >> 1).map_err(|_| Unreadable::TooLarge)?;
    from.charge(count, 32)?;
    let seen = (0..count).map(|_| from.place());
    Ok(By {
        head,
        calculated: tag & 1 == 1,
        seen: seen.collect::<Result<_, _>>()?,
    })
}
