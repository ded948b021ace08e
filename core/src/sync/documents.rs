//! Published documents: fetched one by one, in force together.

use super::{Amount, LinkError, Plan, Progress, Stage, SyncError, Tally, Transport, exchange};
use crate::model::{DocumentRef, content_hash};
use crate::store::{Store, StoreError};

/// Fetches what the coming manifest names, and changes to it when all is held; `None` where it was
/// stopped. What a metered link does not allow stays for another time: the manifest before goes on.
pub(super) fn fetch(
    store: &Store,
    link: &dyn Transport,
    token: &str,
    plan: &Plan,
    tally: &mut Tally,
    told: &mut dyn FnMut(&Progress),
) -> Result<Option<()>, SyncError> {
    let missing: Vec<DocumentRef> = store.read::<_, StoreError>(|tx| tx.missing_documents())?;
    let total: u64 = missing.iter().map(|document| document.length).sum();
    let mut bytes = 0;
    for document in &missing {
        if plan.cancel.is_cancelled() {
            return Ok(None);
        }
        if !plan.budget.allows(document.length) {
            tally.put_off += total - bytes;
            return Ok(Some(()));
        }
        let body = match exchange::document(link, token, &document.hash) {
            Err(SyncError::Link(LinkError::Stopped)) => return Ok(None),
            fetched => fetched?,
        };
        plan.budget.spend(body.len() as u64);
        if body.len() as u64 != document.length || content_hash(body.as_bytes()) != document.hash {
            return Err(SyncError::AlteredDocument);
        }
        store.write(|tx| tx.put_document(&document.hash, &body))?;
        tally.documents += 1;
        bytes += document.length;
        told(&Progress {
            stage: Stage::Documents,
            records: Amount::of(tally.documents, missing.len() as u64),
            bytes: Amount::of(bytes, total),
            tally: *tally,
        });
    }
    store.write(|tx| tx.adopt_manifest())?;
    Ok(Some(()))
}
