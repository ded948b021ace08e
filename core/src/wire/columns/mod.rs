//! Saves and items in columns: what stands beside each other in a message is alike, and like
//! compresses with like.
//!
//! A sheet is the tables of ids and words, then envelopes, then parts and records
//! (`docs/sync-protocol.md` has it byte by byte). Nothing here knows what a field means: any value,
//! kind and field passes through.

mod bodies;
mod bytes;
mod envelopes;
mod ints;
mod shapes;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod values;

use std::collections::HashMap;

pub(super) use bytes::Unreadable;

use crate::model::{Envelope, Head, Origin, RecordId, Save};
use crate::wire::messages::Item;
use bodies::{Bodies, KnownBodies};
use bytes::{Out, Reader, taken};
use tables::{Ids, KnownIds, Words};

/// What of a message travels in columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lifted {
    /// The saves of a push.
    pub saves: Vec<Save>,
    /// The items of each page.
    pub pages: Vec<Vec<Item>>,
}

const PART: i64 = 0;
const SETTLED: i64 = 1;
const DEPARTED: i64 = 2;
/// What an item, or the list of them, takes in memory besides what it says.
const ITEM_BYTES: usize = 64;

/// Packs a sheet; of nothing, nothing.
pub(super) fn pack(lifted: &Lifted) -> Vec<u8> {
    if lifted.saves.is_empty() && lifted.pages.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let (mut ids, mut words, mut body) = (Ids::default(), Words::default(), Out::default());
    let mut envelopes = Envelopes::default();
    let mut bodies = Bodies::default();
    let mut lists = Out::default();
    saves(
        &mut lists,
        &mut words,
        &mut envelopes,
        &mut bodies,
        &lifted.saves,
    );
    let items: Vec<&Item> = lifted.pages.iter().flatten().collect();
    lists.number(lifted.pages.len() as u64);
    for page in &lifted.pages {
        lists.number(page.len() as u64);
        let positions: Vec<i64> = page.iter().map(|item| item.position() as i64).collect();
        ints::write(&mut lists, &positions);
    }
    let mut told = Told::default();
    for item in &items {
        told.item(&mut words, &mut envelopes, &mut bodies, item);
    }
    told.write(&mut lists);
    envelopes::write(&mut body, &mut ids, &mut words, &envelopes.all);
    body.0.extend(&lists.0);
    bodies.write(&mut body, &mut ids);
    ids.column(&mut body, told.departed.iter().map(|id| id.uuid()));
    let mut sheet = Out::default();
    ids.write(&mut sheet);
    words.write(&mut sheet);
    sheet.0.extend(body.0);
    sheet.0
}

/// Each envelope once, though several parts of its save travel.
#[derive(Default)]
struct Envelopes<'a> {
    places: HashMap<Head, usize>,
    all: Vec<&'a Envelope>,
}

impl<'a> Envelopes<'a> {
    fn place(&mut self, envelope: &'a Envelope) -> i64 {
        if let Some(place) = self.places.get(&envelope.head)
            && self.all.get(*place) == Some(&envelope)
        {
            return *place as i64;
        }
        let place = self.all.len();
        self.places.insert(envelope.head, place);
        self.all.push(envelope);
        place as i64
    }
}

fn saves<'a>(
    out: &mut Out,
    words: &mut Words,
    envelopes: &mut Envelopes<'a>,
    bodies: &mut Bodies<'a>,
    saves: &'a [Save],
) {
    out.number(saves.len() as u64);
    let (mut places, mut parts) = (Vec::new(), Vec::new());
    for save in saves {
        places.push(envelopes.place(&save.envelope));
        parts.push(save.parts.len() as i64);
        save.parts.iter().for_each(|part| bodies.part(words, part));
    }
    ints::write(out, &places);
    ints::write(out, &parts);
}

/// The columns of items.
#[derive(Default)]
struct Told {
    kinds: Vec<i64>,
    /// Of a part the envelope's number; of a record how many origins it has, then theirs.
    envelopes: Vec<i64>,
    origins: Vec<i64>,
    received: Vec<i64>,
    /// Whether each origin has a receipt.
    heard: Vec<i64>,
    departures: Vec<i64>,
    departed: Vec<RecordId>,
}

impl Told {
    fn item<'a>(
        &mut self,
        words: &mut Words,
        envelopes: &mut Envelopes<'a>,
        bodies: &mut Bodies<'a>,
        item: &'a Item,
    ) {
        match item {
            Item::Part {
                received_at,
                envelope,
                part,
                ..
            } => {
                self.kinds.push(PART);
                self.envelopes.push(envelopes.place(envelope));
                self.received.push(*received_at);
                bodies.part(words, part);
            }
            Item::Settled { record, .. } => {
                self.kinds.push(SETTLED);
                self.origins.push(record.origins.len() as i64);
                for origin in record.origins.values() {
                    self.envelopes.push(envelopes.place(&origin.envelope));
                    self.heard.push(i64::from(origin.received_at.is_some()));
                    self.received.extend(origin.received_at);
                }
                bodies.record(words, record);
            }
            Item::Departed { records, .. } => {
                self.kinds.push(DEPARTED);
                self.departures.push(records.len() as i64);
                self.departed.extend(records);
            }
        }
    }

    fn write(&self, out: &mut Out) {
        ints::write(out, &self.kinds);
        ints::write(out, &self.origins);
        ints::write(out, &self.heard);
        ints::write(out, &self.envelopes);
        ints::write(out, &self.received);
        ints::write(out, &self.departures);
    }
}

/// Reads a sheet; `allowed` is what it may take in memory, in bytes.
pub(super) fn unpack(sheet: &[u8], allowed: u64) -> Result<Lifted, Unreadable> {
    if sheet.is_empty() {
        return Ok(Lifted::default());
    }
    let mut from = Reader::new(sheet, allowed);
    let mut ids = KnownIds::read(&mut from)?;
    let words = Words::read(&mut from)?;
    let envelopes = envelopes::read(&mut from, &mut ids, &words)?;
    let count = from.count(size_of::<Save>())?;
    let save_envelopes = ints::read(&mut from, count)?;
    let part_counts = ints::read(&mut from, count)?;
    let pages = positions(&mut from)?;
    let lists = Lists::read(&mut from, pages.iter().map(Vec::len).sum())?;
    let bodies = KnownBodies::read(&mut from, &mut ids, &words)?;
    let departed = lists
        .departures
        .as_slice()
        .iter()
        .try_fold(0usize, |sum, n| sum.checked_add(usize::try_from(*n).ok()?));
    let departed = departed.ok_or(Unreadable::Altered)?;
    let departed = ids.column(&mut from, departed)?;
    if !from.is_empty() {
        return Err(Unreadable::Altered);
    }
    let mut reading = Reading {
        from,
        envelopes,
        bodies,
        lists,
        departed: departed.into_iter(),
    };
    let mut saves = Vec::with_capacity(count);
    for (envelope, parts) in save_envelopes.into_iter().zip(part_counts) {
        saves.push(reading.save(envelope, parts)?);
    }
    let pages = pages.into_iter().map(|positions| {
        let items = positions.into_iter().map(|at| reading.item(at as u64));
        items.collect::<Result<Vec<_>, _>>()
    });
    let pages = pages.collect::<Result<_, _>>()?;
    if !reading.bodies.is_empty() {
        return Err(Unreadable::Altered);
    }
    Ok(Lifted { saves, pages })
}

fn positions(from: &mut Reader<'_>) -> Result<Vec<Vec<i64>>, Unreadable> {
    let pages = from.count(ITEM_BYTES)?;
    let mut all = Vec::new();
    for _ in 0..pages {
        let count = from.count(ITEM_BYTES)?;
        all.push(ints::read(from, count)?);
    }
    Ok(all)
}

/// The columns of items that are read.
struct Lists {
    kinds: std::vec::IntoIter<i64>,
    origins: std::vec::IntoIter<i64>,
    heard: std::vec::IntoIter<i64>,
    envelopes: std::vec::IntoIter<i64>,
    received: std::vec::IntoIter<i64>,
    departures: std::vec::IntoIter<i64>,
}

impl Lists {
    fn read(from: &mut Reader<'_>, items: usize) -> Result<Self, Unreadable> {
        let kinds = ints::read(from, items)?;
        let of = |kind: i64| kinds.iter().filter(|k| **k == kind).count();
        let (parts, settled, departures) = (of(PART), of(SETTLED), of(DEPARTED));
        let origins = ints::read(from, settled)?;
        let each = origins
            .iter()
            .try_fold(0usize, |sum, n| sum.checked_add(usize::try_from(*n).ok()?));
        let each = each.ok_or(Unreadable::Altered)?;
        let heard = ints::read(from, each)?;
        let receipts = heard.iter().filter(|heard| **heard == 1).count();
        let all = parts.checked_add(each).ok_or(Unreadable::Altered)?;
        let envelopes = ints::read(from, all)?;
        let received = ints::read(from, parts + receipts)?;
        let departures = ints::read(from, departures)?;
        Ok(Self {
            kinds: kinds.into_iter(),
            origins: origins.into_iter(),
            heard: heard.into_iter(),
            envelopes: envelopes.into_iter(),
            received: received.into_iter(),
            departures: departures.into_iter(),
        })
    }
}

/// What is being put together again.
struct Reading<'a, 'w> {
    from: Reader<'a>,
    envelopes: Vec<Envelope>,
    bodies: KnownBodies<'w>,
    lists: Lists,
    departed: std::vec::IntoIter<uuid::Uuid>,
}

impl Reading<'_, '_> {
    fn envelope(&mut self, place: i64) -> Result<Envelope, Unreadable> {
        let place = usize::try_from(place).map_err(|_| Unreadable::Altered)?;
        let envelope = self.envelopes.get(place).ok_or(Unreadable::Altered)?;
        let words = envelope.role.len() + envelope.app.len();
        self.from.charge(1, size_of::<Envelope>() + words + 128)?;
        Ok(envelope.clone())
    }

    fn save(&mut self, envelope: i64, parts: i64) -> Result<Save, Unreadable> {
        let envelope = self.envelope(envelope)?;
        let parts = (0..parts).map(|_| self.bodies.part());
        Ok(Save {
            envelope,
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    fn item(&mut self, position: u64) -> Result<Item, Unreadable> {
        match taken(&mut self.lists.kinds)? {
            PART => {
                let place = taken(&mut self.lists.envelopes)?;
                Ok(Item::Part {
                    position,
                    received_at: taken(&mut self.lists.received)?,
                    envelope: Box::new(self.envelope(place)?),
                    part: Box::new(self.bodies.part()?),
                })
            }
            SETTLED => {
                let count = taken(&mut self.lists.origins)?;
                let origins = (0..count).map(|_| self.origin());
                let origins = origins.collect::<Result<_, _>>()?;
                let record = Box::new(self.bodies.record(origins)?);
                Ok(Item::Settled { position, record })
            }
            DEPARTED => {
                let count = taken(&mut self.lists.departures)?;
                let count = usize::try_from(count).map_err(|_| Unreadable::Altered)?;
                if count > self.departed.len() {
                    return Err(Unreadable::Altered);
                }
                let records = self.departed.by_ref().take(count);
                let records = records.map(RecordId::from_uuid).collect();
                Ok(Item::Departed { position, records })
            }
            _ => Err(Unreadable::Altered),
        }
    }

    fn origin(&mut self) -> Result<Origin, Unreadable> {
        let place = taken(&mut self.lists.envelopes)?;
        let received_at = match taken(&mut self.lists.heard)? {
            1 => Some(taken(&mut self.lists.received)?),
            _ => None,
        };
        Ok(Origin {
            envelope: self.envelope(place)?,
            received_at,
        })
    }
}
