//! Turns until nothing remains.

use super::{Heard, Limits, Session, SyncError, Transport, exchange};
use crate::model::{DocumentRef, content_hash};
use crate::store::{Store, StoreError};
use crate::vault::KeyVault;

/// Turns without anything new that are forgiven: one may be needed to learn that nothing is left.
const IDLE_TURNS: u32 = 3;

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
    /// Whether nothing remains to be sent or fetched.
    pub complete: bool,
}

/// Talks with the server until nothing remains, or the link ends. While one chunk is under way the
/// answer to the one before is written down and the next is made ready; a number is marked sent only
/// when the server's word for it is stored. `told` hears how it goes on.
pub fn run(
    store: &Store,
    vault: &dyn KeyVault,
    link: &dyn Transport,
    limits: Limits,
    told: &mut dyn FnMut(&Tally),
) -> Result<Tally, SyncError> {
    let token = store.read::<_, StoreError>(|tx| tx.enrolled())?.token;
    let mut talk = Talk {
        store,
        vault,
        session: Session::new(limits),
        tally: Tally::default(),
        idle: 0,
        told,
    };
    let mut request = talk.ask()?;
    let mut unwritten: Option<Heard> = None;
    loop {
        let (reply, ahead) = std::thread::scope(|threads| {
            let flight = threads.spawn(|| exchange::send(link, &token, request));
            let ahead = talk.meanwhile(unwritten.take());
            let reply = flight.join().unwrap_or(Err(SyncError::NoProgress));
            (reply, ahead)
        });
        let ahead = ahead?;
        let heard = talk.session.hear(reply?)?;
        match ahead {
            Some(next) if heard.is_as_expected() => {
                unwritten = Some(heard);
                request = next;
            }
            _ => {
                talk.session.forget_ahead();
                if !talk.write(heard)? {
                    break;
                }
                request = talk.ask()?;
            }
        }
    }
    let mut tally = talk.tally;
    tally.documents = fetch_documents(store, link, &token)?;
    tally.complete = true;
    told(&tally);
    Ok(tally)
}

/// One conversation with its store.
struct Talk<'t> {
    store: &'t Store,
    vault: &'t dyn KeyVault,
    session: Session,
    tally: Tally,
    idle: u32,
    told: &'t mut dyn FnMut(&Tally),
}

impl Talk<'_> {
    fn ask(&mut self) -> Result<Vec<u8>, SyncError> {
        let request = self.store.read(|tx| self.session.ask(tx, self.vault))?;
        exchange::packed(&request)
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

    /// Writes an answer down; whether there is more.
    fn write(&mut self, heard: Heard) -> Result<bool, SyncError> {
        let written = self.store.write(|tx| heard.write(tx))?;
        self.tally.turns += 1;
        self.tally.sent += written.sent;
        self.tally.received += written.received;
        self.tally.pruned += written.pruned;
        (self.told)(&self.tally);
        self.idle = if written.moved { 0 } else { self.idle + 1 };
        if written.more && self.idle >= IDLE_TURNS {
            return Err(SyncError::NoProgress);
        }
        Ok(written.more)
    }
}

/// Fetches what the coming manifest names, and changes to it when all is held.
fn fetch_documents(store: &Store, link: &dyn Transport, token: &str) -> Result<u64, SyncError> {
    let missing: Vec<DocumentRef> = store.read::<_, StoreError>(|tx| tx.missing_documents())?;
    for document in &missing {
        let body = exchange::document(link, token, &document.hash)?;
        if body.len() as u64 != document.length || content_hash(body.as_bytes()) != document.hash {
            return Err(SyncError::AlteredDocument);
        }
        store.write(|tx| tx.put_document(&document.hash, &body))?;
    }
    store.write(|tx| tx.adopt_manifest())?;
    Ok(missing.len() as u64)
}
