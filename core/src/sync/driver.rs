//! Turns until nothing remains.

use super::{Limits, Session, SyncError, Transport, exchange};
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

/// Talks with the server until nothing remains, or the link ends. What each turn brought is stored
/// before the next begins; `told` hears how it goes on.
pub fn run(
    store: &Store,
    vault: &dyn KeyVault,
    link: &dyn Transport,
    limits: Limits,
    told: &mut dyn FnMut(&Tally),
) -> Result<Tally, SyncError> {
    let token = store.read::<_, StoreError>(|tx| tx.enrolled())?.token;
    let mut session = Session::new(limits);
    let mut tally = Tally::default();
    let mut idle = 0;
    loop {
        let request = store.read(|tx| session.ask(tx, vault))?;
        let reply = exchange::sync(link, &token, &request)?;
        let heard = session.hear(reply)?;
        let written = store.write(|tx| heard.write(tx))?;
        drop(heard);
        tally.turns += 1;
        tally.sent += written.sent;
        tally.received += written.received;
        tally.pruned += written.pruned;
        told(&tally);
        if !written.more {
            break;
        }
        idle = if written.moved { 0 } else { idle + 1 };
        if idle >= IDLE_TURNS {
            return Err(SyncError::NoProgress);
        }
    }
    tally.documents = fetch_documents(store, link, &token)?;
    tally.complete = true;
    told(&tally);
    Ok(tally)
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
