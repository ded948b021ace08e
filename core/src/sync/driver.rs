//! Turns until nothing remains.

use super::{
    Amount, Heard, LinkError, Plan, Progress, Session, Stage, SyncError, Transport, attachments,
    documents, exchange, rest, snapshots,
};
use crate::store::{Store, StoreError};
use crate::vault::KeyVault;
use crate::wire::SyncReply;

/// Turns without anything new that are forgiven: one may be needed to learn that nothing is left.
const IDLE_TURNS: u32 = 3;

/// No question is longer than this, unless one save alone is: so much a broken link costs at most.
const CHUNK_BYTES: usize = 64 << 10;

/// What a sync did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Turns of the conversation.
    pub turns: u32,
    /// Own saves newly acknowledged.
    pub sent: u64,
    /// Items received.
    pub received: u64,
    /// Records of which something was taken away with a right that ended.
    pub pruned: u64,
    /// Documents fetched.
    pub documents: u64,
    /// Bytes that a metered link puts off to another time.
    pub put_off: u64,
    /// Whether nothing remains to be sent or fetched, but for what was put off.
    pub complete: bool,
    /// Whether somebody stopped it.
    pub stopped: bool,
    /// Photos, signatures and scans.
    pub photos: attachments::Carried,
}

/// Talks with the server until nothing remains, the link ends, or somebody stops it (which is no
/// error). While one chunk is under way the answer to the one before is written down and the next is
/// made ready; a number is marked sent only when the server's word for it is stored. `told` hears how
/// it goes on.
pub fn run(
    store: &Store,
    vault: &dyn KeyVault,
    link: &dyn Transport,
    plan: &Plan,
    told: &mut dyn FnMut(&Progress),
) -> Result<Tally, SyncError> {
    let token = store.read::<_, StoreError>(|tx| tx.enrolled())?.token;
    let (to_send, bytes_to_send) = store.read::<_, StoreError>(|tx| tx.unsent_size())?;
    let mut talk = Talk {
        store,
        vault,
        plan,
        session: Session::new(plan.limits),
        tally: Tally::default(),
        idle: 0,
        to_send,
        bytes_to_send,
        fetched_bytes: 0,
        told,
    };
    let ended = talk.converse(link, &token)?;
    let Talk {
        mut tally, told, ..
    } = talk;
    let ended = match ended {
        None => None,
        Some(()) => documents::fetch(store, link, &token, plan, &mut tally, told)?,
    };
    let ended = match ended {
        None => None,
        Some(()) => attachments::carry(store, link, &token, plan, &mut tally, told)?,
    };
    if ended.is_some() {
        keep_house(store, plan);
    }
    tally.complete = ended.is_some();
    tally.stopped = ended.is_none();
    told(&Progress {
        stage: Stage::Done,
        records: Amount::default(),
        bytes: Amount::default(),
        tally,
    });
    Ok(tally)
}

/// Packs what is old. A phone that has no room for it has synchronised all the same, and nothing is
/// lost: it is tried again after the next sync.
fn keep_house(store: &Store, plan: &Plan) {
    let packed = store.write::<_, StoreError>(|tx| tx.keep_together(plan.together));
    if packed.is_ok_and(|saves| saves > 0) {
        store.give_back_space().ok();
    }
}

/// One conversation with its store.
struct Talk<'t> {
    store: &'t Store,
    vault: &'t dyn KeyVault,
    plan: &'t Plan,
    session: Session,
    tally: Tally,
    idle: u32,
    /// Own saves that were unsent when it began, and their bytes.
    to_send: u64,
    bytes_to_send: u64,
    fetched_bytes: u64,
    told: &'t mut dyn FnMut(&Progress),
}

/// What came over the link, and how many bytes it had.
type Came = Result<(SyncReply, u64), SyncError>;

impl Talk<'_> {
    /// Turns until nothing remains; `None` where somebody stopped it.
    fn converse(&mut self, link: &dyn Transport, token: &str) -> Result<Option<()>, SyncError> {
        if self.plan.cancel.is_cancelled() {
            return Ok(None);
        }
        match rest::is_the_same(self.store, link, token) {
            Err(SyncError::Link(LinkError::Stopped)) => return Ok(None),
            Ok(true) => {
                self.tally.turns += 1;
                return Ok(Some(()));
            }
            asked => asked?,
        };
        if self.plan.cancel.is_cancelled() {
            return Ok(None);
        }
        let mut request = self.ask()?;
        let mut unwritten: Option<Heard> = None;
        loop {
            self.plan.budget.spend(request.len() as u64);
            let (came, ahead) = std::thread::scope(|threads| {
                let flight = threads.spawn(|| exchange::send(link, token, request));
                let ahead = self.meanwhile(unwritten.take());
                let came: Came = flight.join().unwrap_or(Err(SyncError::NoProgress));
                (came, ahead)
            });
            let ahead = ahead?;
            let (reply, bytes) = match came {
                Err(SyncError::Link(LinkError::Stopped)) => return Ok(None),
                came => came?,
            };
            self.plan.budget.spend(bytes);
            self.fetched_bytes += if reply.pages.is_empty() { 0 } else { bytes };
            if reply.more && !reply.pages.is_empty() {
                self.session.full_answer_had(bytes);
            }
            let heard = self.session.hear(reply)?;
            let stopped = self.plan.cancel.is_cancelled();
            match ahead.filter(|_| heard.is_as_expected() && !stopped) {
                Some(next) => {
                    unwritten = Some(heard);
                    request = next;
                }
                None => {
                    self.session.forget_ahead();
                    let more = self.write(heard)?;
                    if !self.fetch_snapshots(link, token)? {
                        return Ok(None);
                    }
                    if !more {
                        return Ok(Some(()));
                    }
                    if self.plan.cancel.is_cancelled() {
                        return Ok(None);
                    }
                    request = self.ask()?;
                }
            }
        }
    }

    fn ask(&mut self) -> Result<Vec<u8>, SyncError> {
        loop {
            let request = self.store.read(|tx| self.session.ask(tx, self.vault))?;
            let pushed = request.push.as_ref().map_or(0, |push| push.saves.len());
            let body = exchange::packed(request)?;
            if body.len() <= CHUNK_BYTES || pushed <= 1 {
                return Ok(body);
            }
            self.session.ask_for_less();
        }
    }

    /// Writes down the answer before, and makes the next chunk ready if there is one.
    fn meanwhile(&mut self, before: Option<Heard>) -> Result<Option<Vec<u8>>, SyncError> {
        if let Some(heard) = before {
            self.write(heard)?;
        }
        if self.session.goes_on() {
            self.ask().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Fetches the parts of snapshots that were offered; false where somebody stopped it.
    fn fetch_snapshots(&mut self, link: &dyn Transport, token: &str) -> Result<bool, SyncError> {
        let (store, plan) = (self.store, self.plan);
        snapshots::fetch(store, link, token, plan, &mut |records, bytes| {
            self.idle = 0;
            self.tally.received += records;
            self.fetched_bytes += bytes;
            self.tell(None);
        })
    }

    /// Writes an answer down; whether there is more.
    fn write(&mut self, heard: Heard) -> Result<bool, SyncError> {
        let written = self.store.write(|tx| heard.write(tx))?;
        self.tally.turns += 1;
        self.tally.sent += written.sent;
        self.tally.received += written.received;
        self.tally.pruned += written.pruned;
        self.tell(heard.ahead());
        self.idle = if written.moved { 0 } else { self.idle + 1 };
        if written.more && self.idle >= IDLE_TURNS {
            return Err(SyncError::NoProgress);
        }
        Ok(written.more)
    }

    /// Says how it stands; `ahead` items are still to come.
    fn tell(&mut self, ahead: Option<u64>) {
        let (sent, received) = (self.tally.sent, self.tally.received);
        let sending = sent < self.to_send;
        let (stage, records, bytes) = if sending {
            // Chunks are cut by bytes, so saves are near enough of one length.
            let bytes =
                u128::from(self.bytes_to_send) * u128::from(sent) / u128::from(self.to_send);
            (
                Stage::Sending,
                Amount::of(sent, self.to_send),
                Amount::of(bytes as u64, self.bytes_to_send),
            )
        } else {
            let each = self.fetched_bytes / received.max(1);
            let total = |done: u64, of_each: u64| Amount {
                done,
                total: ahead.map(|ahead| done.saturating_add(ahead.saturating_mul(of_each))),
            };
            (
                Stage::Fetching,
                total(received, 1),
                total(self.fetched_bytes, each),
            )
        };
        (self.told)(&Progress {
            stage,
            records,
            bytes,
            tally: self.tally,
        });
    }
}
