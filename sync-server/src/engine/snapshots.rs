//! Snapshots of long feeds: built between turns, offered to who begins a feed.
//!
//! A snapshot says what the pages up to its position would leave behind: every record that the feed
//! carries, settled, and the ids of those that left it. Once a record leaves the feed after it, it is
//! offered and given no more: who begins then is not told of who has gone.

use std::collections::{BTreeSet, HashMap};

use tanfang_core::merge::Record;
use tanfang_core::model::{
    AreaCode, Compartment, Feed, Kind, Position, RecordId, Rng, WallTime, content_hash,
};
use tanfang_core::wire::{
    Item, PartName, SnapshotOffer, SnapshotPart, WireRefusal, pack as pack_columns, unpack,
};

use super::feeds::{Carrier, read_carriers};
use super::judge::weight_of;
use super::signed_in::device_of;
use super::turn::Turn;
use super::{Halt, House, pack};
use crate::store::{FeedRow, ServerStore, StoreError, Stored};

/// How long one that was superseded is kept for who is fetching it.
const KEPT_MILLIS: i64 = 60 * 60 * 1000;
/// A part never unpacks to more than this.
const PART_LIMIT: u64 = 64 << 20;

/// How many times its own bytes the records of a part weigh at first, as far as anybody knows.
const FIRST_RATIO: usize = 3;
/// How many times they may weigh: a phone unpacks a part whole.
const MOST_RATIO: usize = 40;

/// What a record weighs beside its values.
const RECORD_OVERHEAD: usize = 96;

/// When a feed gets a snapshot, and in what pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Fewer items than this beyond the last snapshot are left to pages; so are fewer than a quarter
    /// of those in it.
    pub tail: u64,
    /// About how many bytes a part is to have, packed: half to twice as many. The last may have
    /// fewer, and so may one whose records would come to too much when it is unpacked; one record
    /// alone may have more.
    pub part_bytes: usize,
}

impl Default for Cut {
    /// From 256 items on; parts of 128 KiB.
    fn default() -> Self {
        Self {
            tail: 256,
            part_bytes: 128 << 10,
        }
    }
}

/// A feed that is to get a snapshot, and what it carried when that was decided.
#[derive(Debug)]
pub(super) struct Planned {
    feed: Feed,
    row: FeedRow,
    /// People and homes first, each the newest first.
    records: Vec<RecordId>,
}

impl House {
    /// Builds the snapshot of one feed that is due, if any is; whether it built one. The plan of
    /// several is kept from one call to the next.
    ///
    /// # Errors
    /// Those of the store; nothing was altered then.
    pub fn build_snapshot(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        cut: Cut,
    ) -> Stored<bool> {
        if self.planned.is_empty() {
            self.planned = store.read(|tx| self.turn(tx, now, rng).plan(cut))?;
        }
        let Some(planned) = self.planned.pop() else {
            return Ok(false);
        };
        let parts = store.read(|tx| self.turn(tx, now, rng).parts_of(&planned, cut))?;
        let Planned { row, .. } = planned;
        let kept = now.millis.saturating_sub(KEPT_MILLIS);
        store.write(|tx| tx.add_snapshot(row.no, row.last, &parts, now.millis, kept))?;
        Ok(true)
    }

    /// A part of a snapshot by its hash, for a phone that may hold its feed at this moment.
    pub(super) fn snapshot_part(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        token: &str,
        hash: &str,
    ) -> Result<Vec<u8>, Halt> {
        store.read(|tx| self.turn(tx, now, rng).snapshot_part(token, hash))
    }
}

impl Turn<'_> {
    /// The feeds that are due, with what they carry now.
    fn plan(&mut self, cut: Cut) -> Stored<Vec<Planned>> {
        let mut due: Vec<(Feed, FeedRow)> = Vec::new();
        for row in self.tx.feeds()? {
            let feed: Feed = row.name.parse().map_err(|_| StoreError::Damaged {
                what: "a feed's name",
            })?;
            if matches!(feed, Feed::Area(..)) && self.is_due(&row, cut)? {
                due.push((feed, row));
            }
        }
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut carried: HashMap<AreaCode, [Vec<RecordId>; 2]> = HashMap::new();
        for (feed, _) in &due {
            if let Feed::Area(area, _) = feed {
                carried.entry(*area).or_default();
            }
        }
        self.tx.records(&mut |id, route| {
            for carrier in read_carriers(&route.carriers)? {
                if let Carrier::Area(area) = carrier
                    && let Some([homes, visits]) = carried.get_mut(&area)
                {
                    match route.kind == Kind::VISIT.as_str() {
                        true => visits.push(id),
                        false => homes.push(id),
                    }
                }
            }
            Ok(())
        })?;
        let planned = due.into_iter().filter_map(|(feed, row)| {
            let Feed::Area(area, _) = &feed else {
                return None;
            };
            let [homes, visits] = carried.get(area)?;
            let newest = homes.iter().rev().chain(visits.iter().rev());
            let records = newest.copied().collect();
            Some(Planned { feed, row, records })
        });
        Ok(planned.collect())
    }

    fn is_due(&mut self, row: &FeedRow, cut: Cut) -> Stored<bool> {
        let Some((_, position)) = self.tx.snapshot(row.no)? else {
            return Ok(row.last >= cut.tail);
        };
        if !self.tx.departures(row.no, position)?.is_empty() {
            return Ok(row.last >= cut.tail);
        }
        let tail = row.last.saturating_sub(position);
        Ok(tail >= cut.tail && tail >= position / 4)
    }

    fn parts_of(&mut self, planned: &Planned, cut: Cut) -> Stored<Vec<(PartName, Vec<u8>)>> {
        let Feed::Area(area, compartment) = &planned.feed else {
            return Ok(Vec::new());
        };
        let mut pieces = Pieces::new(planned, cut);
        let mut there = BTreeSet::new();
        for id in &planned.records {
            // What has moved since it was planned leaves in the pages after the position.
            let Some((weight, item)) =
                self.settled_now(*id, area, *compartment, planned.row.last)?
            else {
                continue;
            };
            there.insert(*id);
            pieces.add(weight, item)?;
        }
        let mut left: BTreeSet<RecordId> = BTreeSet::new();
        for (position, records) in self.tx.departures(planned.row.no, 0)? {
            if position <= planned.row.last {
                left.extend(records.iter().filter(|id| !there.contains(id)));
            }
        }
        if !left.is_empty() {
            let records: Vec<RecordId> = left.into_iter().collect();
            let position = planned.row.last;
            pieces.add(records.len() * 16, Item::Departed { position, records })?;
        }
        pieces.finish()
    }

    /// A record as it stands in one compartment of an area, with its weight.
    fn settled_now(
        &mut self,
        id: RecordId,
        area: &AreaCode,
        compartment: Compartment,
        position: Position,
    ) -> Stored<Option<(usize, Item)>> {
        let Some(route) = self.tx.route(id)? else {
            return Ok(None);
        };
        if !read_carriers(&route.carriers)?.contains(&Carrier::Area(*area)) {
            return Ok(None);
        }
        let Some(bytes) = self.tx.settled(id)? else {
            return Ok(None);
        };
        let record = self.unpacked_record(id, &bytes)?;
        let record = Box::new(record.into_compartment(compartment));
        if record.fields.is_empty() {
            return Ok(None);
        }
        Ok(Some((weight(&record), Item::Settled { position, record })))
    }

    /// What a phone that begins a feed is offered, if there is something.
    pub(super) fn offer(&mut self, feed: &Feed, row: &FeedRow) -> Stored<Option<SnapshotOffer>> {
        let Some((no, position)) = self.tx.snapshot(row.no)? else {
            return Ok(None);
        };
        if position > row.last || !self.tx.departures(row.no, position)?.is_empty() {
            return Ok(None);
        }
        let parts = self.tx.snapshot_parts(no)?;
        Ok((!parts.is_empty()).then(|| SnapshotOffer {
            feed: feed.clone(),
            position,
            parts,
        }))
    }

    fn snapshot_part(&mut self, token: &str, hash: &str) -> Result<Vec<u8>, Halt> {
        let token = self.house.keys.token_hash(token);
        let device = device_of(self.tx, &token)?;
        let gone = || WireRefusal::Malformed {
            message: "no such part of a snapshot: sync again".to_owned(),
        };
        let part = self.tx.snapshot_part(hash)?.ok_or_else(gone)?;
        let feed: Feed = part.name.parse().map_err(|_| StoreError::Damaged {
            what: "a feed's name",
        })?;
        let rights = self.rights(device.worker)?;
        let roles = self.roles()?;
        let told = self.sees(&device, &rights, &roles, &feed)?
            && self.tx.departures(part.feed, part.position)?.is_empty();
        match told {
            true => Ok(part.body),
            false => Err(gone().into()),
        }
    }
}

/// About how many bytes a record has, whatever it is kept as.
fn weight(record: &Record) -> usize {
    let fields = record.fields.iter();
    let fields = fields.flat_map(|(field, register)| {
        let told = register.writes();
        told.map(|(_, told)| field.as_str().len() + weight_of(&told.value))
    });
    RECORD_OVERHEAD + fields.sum::<usize>()
}

/// Records cut into parts by what they come to when they are packed.
struct Pieces<'p> {
    planned: &'p Planned,
    cut: Cut,
    items: Vec<Item>,
    weight: usize,
    /// The weight at which the records may be enough for a part.
    enough: usize,
    parts: Vec<(PartName, Vec<u8>)>,
}

impl<'p> Pieces<'p> {
    fn new(planned: &'p Planned, cut: Cut) -> Self {
        Self {
            planned,
            cut,
            items: Vec::new(),
            weight: 0,
            enough: cut.part_bytes * FIRST_RATIO,
            parts: Vec::new(),
        }
    }

    fn add(&mut self, weight: usize, item: Item) -> Stored<()> {
        self.items.push(item);
        self.weight += weight;
        if self.weight >= self.enough {
            self.close()?;
        }
        Ok(())
    }

    /// Makes a part of what came together; what packs to too little takes more records first.
    fn close(&mut self) -> Stored<()> {
        let items = std::mem::take(&mut self.items);
        let body = self.packed(items)?;
        let part_bytes = self.cut.part_bytes;
        let most = part_bytes * MOST_RATIO;
        let (weight, length) = (self.weight, body.len());
        self.enough = (weight * part_bytes / length.max(1)).clamp(part_bytes, most);
        if length < part_bytes / 2 && weight < most {
            self.items = items_of(&body)?;
            return Ok(());
        }
        self.weight = 0;
        self.keep(body)
    }

    fn packed(&self, items: Vec<Item>) -> Stored<Vec<u8>> {
        let packed = pack_columns(SnapshotPart {
            feed: self.planned.feed.clone(),
            position: self.planned.row.last,
            items,
        });
        packed.map_err(|_| pack::NO_ROOM)
    }

    /// Keeps a part, or the halves of one that is too long.
    fn keep(&mut self, body: Vec<u8>) -> Stored<()> {
        if body.len() > 2 * self.cut.part_bytes {
            let mut first = items_of(&body)?;
            if first.len() > 1 {
                let second = first.split_off(first.len() / 2);
                let (first, second) = (self.packed(first)?, self.packed(second)?);
                self.keep(first)?;
                return self.keep(second);
            }
        }
        let name = PartName {
            hash: content_hash(&body),
            length: body.len() as u64,
        };
        self.parts.push((name, body));
        Ok(())
    }

    fn finish(mut self) -> Stored<Vec<(PartName, Vec<u8>)>> {
        if !self.items.is_empty() {
            let items = std::mem::take(&mut self.items);
            let last = self.packed(items)?;
            self.keep(last)?;
        }
        Ok(self.parts)
    }
}

/// What a part holds that was packed here.
fn items_of(body: &[u8]) -> Stored<Vec<Item>> {
    let part: SnapshotPart = unpack(body, PART_LIMIT).map_err(|_| pack::NO_ROOM)?;
    Ok(part.items)
}
