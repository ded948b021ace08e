//! Parts and records: a shape each, ids, rows, heads, and a column of values for each field.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::bytes::{Out, Reader, Unreadable};
use super::shapes::{self, By, ENTRY_BYTES, Shape, Shapes};
use super::tables::{Ids, KnownIds, Words};
use super::{ints, values};
use crate::merge::{Record, Register, Told};
use crate::model::{DeviceId, Field, Head, Origin, Part, RecordId, RowId, Value, Write};

/// What a part or record takes in memory besides its fields.
const BODY_BYTES: usize = 256;

/// Parts and records that are written.
#[derive(Default)]
pub(super) struct Bodies<'a> {
    shapes: Shapes,
    shape_of: Vec<i64>,
    ids: Vec<Uuid>,
    rows: Vec<Vec<RowId>>,
    heads: Vec<Vec<Head>>,
    /// The words of fields, in the order of their first value.
    fields: Vec<usize>,
    /// The values of each word's field.
    columns: BTreeMap<usize, Vec<&'a Value>>,
}

impl<'a> Bodies<'a> {
    pub(super) fn part(&mut self, words: &mut Words, part: &'a Part) {
        let (mut rows, mut heads) = (Vec::new(), Vec::new());
        let row = part.row.map_or(0, |row| shapes::place_of(&mut rows, row));
        let mut shape = shapes::part(words, &part.kind, part.compartment, part.begins, row);
        shape.number(part.writes.len() as u64);
        for write in &part.writes {
            let word = shapes::field(&mut shape, words, &mut rows, &write.field);
            let seen = places(&mut heads, &write.seen);
            shapes::by(&mut shape, None, write.calculated, &seen);
            self.value(word, &write.value);
        }
        self.add(part.record, rows, heads, shape);
    }

    /// `origins` are written beside it, in the order of the record's.
    pub(super) fn record(&mut self, words: &mut Words, record: &'a Record) {
        let mut rows = Vec::new();
        let mut heads: Vec<Head> = record
            .origins
            .values()
            .map(|origin| origin.envelope.head)
            .collect();
        let own = heads.len();
        let mut shape = shapes::record(words, &record.kind, record.begun);
        shape.number(record.fields.len() as u64);
        for (field, register) in &record.fields {
            let word = shapes::field(&mut shape, words, &mut rows, field);
            self.register(&mut shape, word, &mut heads, register);
        }
        let others = heads.split_off(own);
        self.add(record.id, rows, others, shape);
    }

    fn register(
        &mut self,
        shape: &mut Out,
        word: usize,
        heads: &mut Vec<Head>,
        register: &'a Register,
    ) {
        shape
            .0
            .push(shapes::compartment_number(register.compartment));
        shape.number(register.live.len() as u64);
        for (head, told) in &register.live {
            let head = place(heads, *head);
            let seen = places(heads, &told.seen);
            shapes::by(shape, Some(head), told.calculated, &seen);
            self.value(word, &told.value);
        }
        shape.number(register.past.len() as u64);
        for (head, told) in &register.past {
            shape.number(place(heads, *head) as u64);
            shape.0.push(u8::from(told.is_some()));
            if let Some(told) = told {
                let seen = places(heads, &told.seen);
                shapes::by(shape, None, told.calculated, &seen);
                self.value(word, &told.value);
            }
        }
    }

    fn value(&mut self, word: usize, value: &'a Value) {
        let column = self.columns.entry(word).or_insert_with(|| {
            self.fields.push(word);
            Vec::new()
        });
        column.push(value);
    }

    fn add(&mut self, id: RecordId, rows: Vec<RowId>, heads: Vec<Head>, shape: Out) {
        self.ids.push(id.uuid());
        self.rows.push(rows);
        self.heads.push(heads);
        self.shape_of.push(self.shapes.place(shape.0) as i64);
    }

    pub(super) fn write(&self, out: &mut Out, ids: &mut Ids) {
        self.shapes.write(out);
        out.number(self.ids.len() as u64);
        ints::write(out, &self.shape_of);
        ids.column(out, self.ids.iter().copied());
        counts(out, &self.rows);
        ids.column(out, self.rows.iter().flatten().map(|row| row.uuid()));
        counts(out, &self.heads);
        let heads = self.heads.iter().flatten();
        ids.column(out, heads.clone().map(|head| head.device.uuid()));
        let seqs: Vec<i64> = heads.map(|head| head.seq as i64).collect();
        ints::write(out, &seqs);
        for word in &self.fields {
            if let Some(column) = self.columns.get(word) {
                values::write(out, ids, column);
            }
        }
    }
}

fn counts<T>(out: &mut Out, lists: &[Vec<T>]) {
    let counts: Vec<i64> = lists.iter().map(|list| list.len() as i64).collect();
    ints::write(out, &counts);
}

fn place(heads: &mut Vec<Head>, head: Head) -> usize {
    match heads.iter().position(|known| *known == head) {
        Some(place) => place,
        None => {
            heads.push(head);
            heads.len() - 1
        }
    }
}

fn places(heads: &mut Vec<Head>, seen: &[Head]) -> Vec<usize> {
    seen.iter().map(|head| place(heads, *head)).collect()
}

/// Parts and records that are read, taken one after another in the order in which they were written.
pub(super) struct KnownBodies<'w> {
    words: &'w [&'w str],
    shapes: Vec<Shape>,
    shape_of: std::vec::IntoIter<i64>,
    ids: std::vec::IntoIter<Uuid>,
    rows: Lists<Uuid>,
    heads: Lists<Head>,
    /// By the word of the field.
    columns: Vec<std::vec::IntoIter<Value>>,
}

/// Lists end to end, with their lengths.
struct Lists<T> {
    counts: std::vec::IntoIter<i64>,
    all: std::vec::IntoIter<T>,
}

impl<T> Lists<T> {
    fn next(&mut self) -> Result<Vec<T>, Unreadable> {
        let count = self.counts.next().ok_or(Unreadable::Altered)?;
        let count = usize::try_from(count).map_err(|_| Unreadable::Altered)?;
        if count > self.all.len() {
            return Err(Unreadable::Altered);
        }
        Ok(self.all.by_ref().take(count).collect())
    }
}

fn total(from: &mut Reader<'_>, counts: &[i64]) -> Result<usize, Unreadable> {
    let sum = counts.iter().try_fold(0usize, |sum, count| {
        sum.checked_add(usize::try_from(*count).ok()?)
    });
    let sum = sum.ok_or(Unreadable::Altered)?;
    from.charge(sum, 48)?;
    Ok(sum)
}

impl<'w> KnownBodies<'w> {
    pub(super) fn read(
        from: &mut Reader<'_>,
        ids: &mut KnownIds,
        words: &'w [&'w str],
    ) -> Result<Self, Unreadable> {
        let shapes = shapes::read(from, words)?;
        let count = from.count(BODY_BYTES)?;
        let shape_of = ints::read(from, count)?;
        let own = ids.column(from, count)?;
        let row_counts = ints::read(from, count)?;
        let rows = total(from, &row_counts)?;
        let rows = ids.column(from, rows)?;
        let head_counts = ints::read(from, count)?;
        let heads = total(from, &head_counts)?;
        let devices = ids.column(from, heads)?;
        let seqs = ints::read(from, heads)?;
        let heads: Vec<Head> = devices
            .into_iter()
            .zip(seqs)
            .map(|(device, seq)| Head {
                device: DeviceId::from_uuid(device),
                seq: seq as u64,
            })
            .collect();
        let columns = columns(from, ids, words.len(), &shapes, &shape_of)?;
        Ok(Self {
            words,
            shapes,
            shape_of: shape_of.into_iter(),
            ids: own.into_iter(),
            rows: Lists {
                counts: row_counts.into_iter(),
                all: rows.into_iter(),
            },
            heads: Lists {
                counts: head_counts.into_iter(),
                all: heads.into_iter(),
            },
            columns,
        })
    }

    /// Whether all were taken.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.len() == 0
    }

    /// The next part.
    pub(super) fn part(&mut self) -> Result<Part, Unreadable> {
        let (shape, body) = next(self)?;
        let shape = self.shapes.get(shape).filter(|shape| !shape.is_record);
        let shape = shape.ok_or(Unreadable::Altered)?;
        let row = match shape.row {
            0 => None,
            place => Some(body.row(place)?),
        };
        let mut writes = Vec::with_capacity(shape.entries.len());
        for entry in &shape.entries {
            let by = entry.live.first().ok_or(Unreadable::Altered)?;
            writes.push(Write {
                field: body.field(self.words, entry)?,
                value: value(&mut self.columns, entry.word)?,
                seen: body.seen(by)?,
                calculated: by.calculated,
            });
        }
        Ok(Part {
            record: body.id,
            kind: shape.kind.clone(),
            compartment: shape.compartment,
            begins: shape.begins,
            row,
            writes,
        })
    }

    /// The next record, with its origins.
    pub(super) fn record(&mut self, origins: Vec<Origin>) -> Result<Record, Unreadable> {
        let (shape, mut body) = next(self)?;
        let others = std::mem::take(&mut body.heads);
        body.heads = origins.iter().map(|o| o.envelope.head).collect();
        body.heads.extend(others);
        let shape = self.shapes.get(shape).filter(|shape| shape.is_record);
        let shape = shape.ok_or(Unreadable::Altered)?;
        let mut record = Record::new(body.id, shape.kind.clone());
        record.begun = shape.begins;
        for entry in &shape.entries {
            let mut register = Register::new(entry.compartment);
            for by in &entry.live {
                let told = body.told(by, value(&mut self.columns, entry.word)?)?;
                register.live.insert(body.head(by.head)?, told);
            }
            for (by, heard) in &entry.past {
                let told = match heard {
                    true => Some(body.told(by, value(&mut self.columns, entry.word)?)?),
                    false => None,
                };
                register.past.insert(body.head(by.head)?, told);
            }
            record
                .fields
                .insert(body.field(self.words, entry)?, register);
        }
        record.origins = origins.into_iter().map(|o| (o.envelope.head, o)).collect();
        Ok(record)
    }
}

/// Reads the columns of values: as many as the shapes of all bodies have, by word.
fn columns(
    from: &mut Reader<'_>,
    ids: &mut KnownIds,
    words: usize,
    shapes: &[Shape],
    shape_of: &[i64],
) -> Result<Vec<std::vec::IntoIter<Value>>, Unreadable> {
    let (mut counts, mut order) = (vec![0usize; words], Vec::new());
    for shape in shape_of {
        let shape = usize::try_from(*shape).ok().and_then(|at| shapes.get(at));
        let shape = shape.ok_or(Unreadable::Altered)?;
        for entry in &shape.entries {
            let values = entry.values();
            let seen: usize = entry.live.iter().map(|by| by.seen.len()).sum();
            from.charge(1 + values + seen, ENTRY_BYTES)?;
            let count = counts.get_mut(entry.word).ok_or(Unreadable::Altered)?;
            if *count == 0 && values > 0 {
                order.push(entry.word);
            }
            *count += values;
        }
    }
    let mut columns: Vec<_> = (0..words).map(|_| Vec::new().into_iter()).collect();
    for word in order {
        columns[word] = values::read(from, ids, counts[word])?.into_iter();
    }
    Ok(columns)
}

fn next(bodies: &mut KnownBodies<'_>) -> Result<(usize, Body), Unreadable> {
    let shape = bodies.shape_of.next().ok_or(Unreadable::Altered)?;
    let id = bodies.ids.next().ok_or(Unreadable::Altered)?;
    let body = Body {
        id: RecordId::from_uuid(id),
        rows: bodies.rows.next()?,
        heads: bodies.heads.next()?,
    };
    Ok((
        usize::try_from(shape).map_err(|_| Unreadable::Altered)?,
        body,
    ))
}

fn value(columns: &mut [std::vec::IntoIter<Value>], word: usize) -> Result<Value, Unreadable> {
    let column = columns.get_mut(word).ok_or(Unreadable::Altered)?;
    column.next().ok_or(Unreadable::Altered)
}

/// What one part or record has of its own.
struct Body {
    id: RecordId,
    rows: Vec<Uuid>,
    heads: Vec<Head>,
}

impl Body {
    fn row(&self, place: usize) -> Result<RowId, Unreadable> {
        let row = place.checked_sub(1).and_then(|at| self.rows.get(at));
        row.map(|row| RowId::from_uuid(*row))
            .ok_or(Unreadable::Altered)
    }

    fn head(&self, place: usize) -> Result<Head, Unreadable> {
        self.heads.get(place).copied().ok_or(Unreadable::Altered)
    }

    fn seen(&self, by: &By) -> Result<Vec<Head>, Unreadable> {
        by.seen.iter().map(|place| self.head(*place)).collect()
    }

    fn told(&self, by: &By, value: Value) -> Result<Told, Unreadable> {
        Ok(Told {
            value,
            seen: self.seen(by)?,
            calculated: by.calculated,
        })
    }

    fn field(&self, words: &[&str], entry: &shapes::Entry) -> Result<Field, Unreadable> {
        if let Some(name) = &entry.name {
            return Ok(name.clone());
        }
        let word = words.get(entry.word).ok_or(Unreadable::Altered)?;
        let (repeat, leaf) = word.split_once("[].").ok_or(Unreadable::Altered)?;
        Field::in_row(repeat, self.row(entry.row)?, leaf).map_err(|_| Unreadable::Altered)
    }
}
