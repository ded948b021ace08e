//! One turn of the conversation: what is pushed is heard, then pages of what is new.

use std::collections::{BTreeMap, HashMap};

use tanfang_core::model::{
    DeviceId, DeviceSeq, Epoch, Feed, Position, RecordId, Rng, SignedManifest, WallTime, WorkerId,
};
use tanfang_core::planted::{self, Bug};
use tanfang_core::vault::server_signed;
use tanfang_core::wire::{
    Acknowledgement, FeedEnd, Item, Page, SyncReply, SyncRequest, VERSION, Verdict, WireRefusal,
    acknowledgement_message, manifest_hash,
};

use super::digests::carried_by;
use super::feeds::{Carrier, read_carriers};
use super::rights::day;
use super::signed_in::device_of;
use super::turn::Turn;
use super::{Halt, House, epoch, pack};
use crate::store::{
    DeviceRow, FeedNo, FeedRow, ItemRow, ManifestRow, SaveNo, ServerStore, Stored, WaitsFor,
};

/// The most that one answer's pages hold, in bytes, whatever the phone would take.
const BUDGET_LIMIT: usize = 8 << 20;
const ASKED_LIMIT: usize = 4_096;
/// From this version on a phone knows what a snapshot is.
const SNAPSHOTS_SINCE: u16 = 2;
/// What an item weighs beside its part and envelope.
const ITEM_OVERHEAD: usize = 96;

/// What the writing half of a turn leaves for the reading half.
struct Heard {
    device: DeviceRow,
    verdicts: Vec<Verdict>,
    own_through: BTreeMap<FeedNo, SaveNo>,
    feeds: Vec<(Feed, FeedRow)>,
}

impl House {
    pub(super) fn sync(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        token: &str,
        request: &SyncRequest,
    ) -> Result<SyncReply, Halt> {
        if !(1..=VERSION).contains(&request.version) {
            let message = "this server speaks versions 1 and 2".to_owned();
            return Err(WireRefusal::Malformed { message }.into());
        }
        let heard = store.write(|tx| {
            let mut turn = self.turn(tx, now, rng);
            let heard = turn.hear_turn(token, request)?;
            turn.finish()?;
            Ok::<_, Halt>(heard)
        })?;
        store.read(|tx| self.turn(tx, now, rng).answer(heard, request))
    }
}

impl Turn<'_> {
    fn hear_turn(&mut self, token: &str, request: &SyncRequest) -> Result<Heard, Halt> {
        let hash = self.house.keys.token_hash(token);
        let mut device = device_of(self.tx, &hash)?;
        let before = self.tx.last_save()?;
        self.look_for_a_rollback(request)?;
        if let Some(shown) = &request.acknowledged {
            self.prove_rollback(device.id, device.through, shown)?;
        }
        let rights = self.rights(device.worker)?;
        let mut verdicts = match &request.push {
            Some(push) => self.hear(&mut device, push, &rights)?,
            None => Vec::new(),
        };
        for seq in request.waiting.iter().take(ASKED_LIMIT) {
            let told = verdicts.iter().any(|verdict| verdict.seq == *seq);
            if !told && let Some(known) = self.known(&device, *seq)? {
                verdicts.push(Verdict {
                    seq: *seq,
                    verdict: self.verdict(&known)?,
                });
            }
        }
        if device.through >= request.highest {
            self.heard_whole(&device)?;
        }
        self.end_pairings(device.worker)?;
        let feeds = self.visible(&device, &rights)?;
        let apart = self.may_differ(&device, &rights, &request.apart)?;
        self.hear_apart(&device, &apart)?;
        let own_through = self.hold(&device, &feeds, before)?;
        Ok(Heard {
            device,
            verdicts,
            own_through,
            feeds,
        })
    }

    fn known(&mut self, device: &DeviceRow, seq: u64) -> Stored<Option<crate::store::Received>> {
        if seq == 0 || seq > device.through {
            return Ok(None);
        }
        self.tx.received(device.no, seq)
    }

    /// A phone that shows our own signature under more than we know proves that we were restored
    /// from an older state: a new history begins, and phones offer again what we lost.
    pub(super) fn prove_rollback(
        &mut self,
        device: DeviceId,
        known_through: DeviceSeq,
        shown: &Acknowledgement,
    ) -> Stored<()> {
        let ours = epoch(self.tx)?;
        if planted::is(Bug::RollbackProofIgnored) {
            return Ok(());
        }
        let beyond = match shown.epoch == ours {
            true => shown.through > known_through,
            // A history of ours that is not in this store was begun after what it was set back to. It
            // proves that once.
            false => !self.knows_history(&shown.epoch)?,
        };
        if !beyond {
            return Ok(());
        }
        let message = acknowledgement_message(shown.epoch, device, shown.through);
        if server_signed(
            &self.house.keys.signing().public(),
            &message,
            &shown.signature,
        ) {
            self.begin_another_history()?;
            self.note_lost_history(&shown.epoch)?;
        }
        Ok(())
    }

    /// Begins another history, in which phones offer again what this store has lost.
    pub fn begin_another_history(&mut self) -> Stored<()> {
        self.open_epoch()?;
        self.judge_again(WaitsFor::Anything)
    }

    /// Pairings of this worker that ended since they were last carried.
    pub(super) fn end_pairings(&mut self, worker: WorkerId) -> Stored<()> {
        let today = self.today();
        let own = Carrier::Worker(worker);
        for pairing in self.tx.pairings_of(worker)? {
            let ended = pairing
                .to
                .as_deref()
                .and_then(day)
                .is_some_and(|to| to < today);
            if ended
                && let Some(route) = self.route(pairing.record)?
                && read_carriers(&route.carriers)?.contains(&own)
            {
                self.carry_again(&pairing)?;
            }
        }
        Ok(())
    }

    fn answer(&mut self, heard: Heard, request: &SyncRequest) -> Result<SyncReply, Halt> {
        let epoch = epoch(self.tx)?;
        let cursors: BTreeMap<&Feed, Position> = match request.epoch {
            Some(known) if known == epoch => request
                .cursors
                .iter()
                .map(|cursor| (&cursor.feed, cursor.position))
                .collect(),
            _ => BTreeMap::new(),
        };
        let mut budget = (request.budget_bytes as usize).min(BUDGET_LIMIT);
        let compares = budget > 0;
        let (mut pages, mut snapshots, mut digests) = (Vec::new(), Vec::new(), Vec::new());
        let (mut more, mut ahead) = (false, 0);
        for (feed, row) in &heard.feeds {
            let after = cursors
                .get(feed)
                .copied()
                .filter(|at| *at <= row.last)
                .unwrap_or(0);
            let end = row.digest.filter(|_| compares).map(|digest| FeedEnd {
                feed: feed.clone(),
                position: row.last,
                digest,
            });
            if after == row.last {
                digests.extend(end);
                continue;
            }
            if budget == 0 {
                more = true;
                ahead += row.last - after;
                continue;
            }
            let again = request.again.contains(feed);
            if after == 0
                && !again
                && request.version >= SNAPSHOTS_SINCE
                && let Some(offer) = self.offer(feed, row)?
            {
                ahead += row.last;
                snapshots.push(offer);
                more = true;
                continue;
            }
            let page = self.page(&heard, feed, row, after, again, &mut budget)?;
            digests.extend(end.filter(|_| page.complete));
            more |= !page.complete;
            ahead += row.last.saturating_sub(page.position);
            pages.push(page);
        }
        if planted::is(Bug::CountScopeMissing) {
            ahead = self.tx.feeds()?.iter().map(|row| row.last).sum();
        }
        let manifest = self
            .tx
            .manifest()?
            .filter(|row| is_another(row, request, epoch));
        Ok(SyncReply {
            version: VERSION,
            epoch,
            server_millis: self.now.millis,
            through: heard.device.through,
            acknowledgement: self.acknowledge(&heard.device, epoch),
            verdicts: heard.verdicts,
            feeds: heard.feeds.iter().map(|(feed, _)| feed.clone()).collect(),
            pages,
            more,
            manifest: manifest.map(|row| SignedManifest {
                body: row.body,
                signature: row.signature,
            }),
            last_syncs: self.last_syncs(request.last_syncs_after)?,
            ahead: Some(ahead),
            digests,
            snapshots,
        })
    }

    fn acknowledge(&self, device: &DeviceRow, epoch: Epoch) -> Acknowledgement {
        let message = acknowledgement_message(epoch, device.id, device.through);
        Acknowledgement {
            epoch,
            through: device.through,
            signature: self.house.keys.signing().sign(&message),
        }
    }

    fn page(
        &mut self,
        heard: &Heard,
        feed: &Feed,
        row: &FeedRow,
        after: Position,
        again: bool,
        budget: &mut usize,
    ) -> Stored<Page> {
        let own_through = heard.own_through.get(&row.no).copied().unwrap_or_default();
        let own = (!again).then_some((heard.device.no, own_through));
        let mut rows = Vec::new();
        let (mut left, mut position, mut cut) = (*budget, after, false);
        self.tx.items(row.no, after, own, &mut |item| {
            if left == 0 {
                cut = true;
                return Ok(false);
            }
            position = position_of(&item);
            let old = planted::is(Bug::TombstoneExpired) && row.last > position + 3;
            if old && matches!(item, ItemRow::Departed { .. }) {
                return Ok(true);
            }
            if planted::is(Bug::OwnPartsByWorker) && is_by(&item, heard.device.worker) {
                return Ok(true);
            }
            left = left.saturating_sub(weight(&item));
            rows.push(item);
            Ok(true)
        })?;
        if !cut {
            position = position.max(row.last);
        }
        let left_at = self.left_after(row.no, after)?;
        let mut items = Vec::with_capacity(rows.len());
        let mut reached = after;
        for item in rows {
            // A settled record is weighed once it is read: it may be longer than was thought.
            if *budget == 0 {
                position = reached;
                break;
            }
            reached = position_of(&item);
            let thought = weight(&item);
            let told = self.item(feed, item, &left_at)?;
            let weighs = match &told {
                Some(Item::Settled { record, .. }) => pack::packed(record)?.len(),
                _ => 0,
            };
            *budget = budget.saturating_sub(thought.max(weighs));
            items.extend(told);
        }
        let complete = position >= row.last;
        position += u64::from(planted::is(Bug::PageSkipsOne) && !complete);
        Ok(Page {
            feed: feed.clone(),
            after,
            items,
            position,
            complete,
        })
    }

    /// When each record that left a feed after a position left it last.
    fn left_after(&mut self, feed: FeedNo, after: Position) -> Stored<HashMap<RecordId, Position>> {
        let departures = self.tx.departures(feed, after)?;
        let each = departures
            .into_iter()
            .flat_map(|(position, records)| records.into_iter().map(move |id| (id, position)));
        Ok(each.collect())
    }

    fn item(
        &mut self,
        feed: &Feed,
        row: ItemRow,
        left_at: &HashMap<RecordId, Position>,
    ) -> Stored<Option<Item>> {
        match row {
            ItemRow::Departed { position, records } => {
                let records = self.still_gone(feed, records)?;
                let told = !records.is_empty();
                Ok(told.then_some(Item::Departed { position, records }))
            }
            ItemRow::Settled { position, record } => self.settled_item(feed, position, record),
            ItemRow::Part {
                position,
                received_at,
                envelope,
                place,
                part,
                key,
                ..
            } => {
                // A key that was erased took the part with it.
                let Some(key) = key else { return Ok(None) };
                let envelope = pack::envelope(&envelope)?;
                let part = self.opened(&key, envelope.head, place, &part)?;
                // Who may hold the feed only now is not told of who has left it; the departure
                // follows for those who hold the record.
                if left_at
                    .get(&part.record)
                    .is_some_and(|left| *left > position)
                {
                    return Ok(None);
                }
                Ok(Some(Item::Part {
                    position,
                    received_at,
                    envelope: Box::new(envelope),
                    part: Box::new(part),
                }))
            }
        }
    }

    /// Of the records that left a feed those that it does not carry again: one that came back is told
    /// whole where it did, and no page that ends between the two shows less of it.
    fn still_gone(&mut self, feed: &Feed, records: Vec<RecordId>) -> Stored<Vec<RecordId>> {
        let mut gone = Vec::with_capacity(records.len());
        for id in records {
            if !self.carries(feed, id)? {
                gone.push(id);
            }
        }
        Ok(gone)
    }

    /// Whether a feed carries a record now.
    fn carries(&mut self, feed: &Feed, id: RecordId) -> Stored<bool> {
        let Some(route) = self.route(id)? else {
            return Ok(false);
        };
        let carriers = read_carriers(&route.carriers)?;
        let compartment = carried_by(feed);
        let mut feeds = carriers.iter().map(|carrier| carrier.feed(compartment));
        Ok(feeds.any(|carried| carried.as_ref() == Some(feed)))
    }

    /// A settled record is sent as it stands now, which holds all that it held then; one that has
    /// left the feed since is not sent, its departure follows.
    fn settled_item(
        &mut self,
        feed: &Feed,
        position: Position,
        id: RecordId,
    ) -> Stored<Option<Item>> {
        if !self.carries(feed, id)? {
            return Ok(None);
        }
        let compartment = carried_by(feed);
        let record = self
            .record(id)?
            .map(|record| Box::new(record.into_compartment(compartment)));
        Ok(record.map(|record| Item::Settled { position, record }))
    }
}

/// Whether a phone is told of the manifest: it holds one of another number, or of the same and another
/// content, or does not say which and comes from another history.
fn is_another(ours: &ManifestRow, asked: &SyncRequest, epoch: Epoch) -> bool {
    ours.number != asked.manifest
        || match &asked.manifest_hash {
            Some(theirs) => theirs.0 != manifest_hash(&ours.body),
            None => asked.epoch.is_some_and(|known| known != epoch),
        }
}

/// Whether a worker wrote an item, on whichever phone.
fn is_by(item: &ItemRow, worker: WorkerId) -> bool {
    let ItemRow::Part { envelope, .. } = item else {
        return false;
    };
    pack::envelope(envelope).is_ok_and(|envelope| envelope.author == worker)
}

fn position_of(item: &ItemRow) -> Position {
    match item {
        ItemRow::Part { position, .. }
        | ItemRow::Settled { position, .. }
        | ItemRow::Departed { position, .. } => *position,
    }
}

fn weight(item: &ItemRow) -> usize {
    ITEM_OVERHEAD
        + match item {
            ItemRow::Part { envelope, part, .. } => envelope.len() + part.sealed.len(),
            ItemRow::Settled { .. } => 4_096,
            ItemRow::Departed { records, .. } => records.len() * 18,
        }
}
