//! A phone at rest: one digest up, one short answer down.

use super::{LinkError, SyncError, Transport, exchange};
use crate::store::{Store, StoreError, Tx};
use crate::wire::{SameQuestion, state_digest};

/// What a phone asks that has nothing to send and knows everything to its end; `None` where there is
/// something to send, to fetch or to report.
pub fn at_rest(tx: &Tx<'_>) -> Result<Option<SameQuestion>, StoreError> {
    let through = tx.through()?;
    let manifest = tx.manifest_number()?;
    if tx.tip()?.seq != through
        || !tx.waiting()?.is_empty()
        || tx.manifest()?.number != manifest
        || !tx.missing_documents()?.is_empty()
    {
        return Ok(None);
    }
    let Some(ends) = tx.feed_ends()?.filter(|ends| !ends.is_empty()) else {
        return Ok(None);
    };
    let epoch = tx.enrolled()?.epoch;
    Ok(Some(SameQuestion {
        state: state_digest(epoch, through, manifest, tx.manifest_hash()?, &ends),
        last_syncs_after: tx.last_syncs_after()?,
    }))
}

/// Asks whether all is the same; true where it is, and what came with the answer is written down.
pub(super) fn is_the_same(
    store: &Store,
    link: &dyn Transport,
    token: &str,
) -> Result<bool, SyncError> {
    let Some(question) = store.read::<_, StoreError>(at_rest)? else {
        return Ok(false);
    };
    let answer = match exchange::same(link, token, &question) {
        Ok(answer) => answer,
        // Somebody answered, at whatever length: the whole question will tell who it is.
        Err(LinkError::TooLong | LinkError::Cut) => None,
        Err(error) => return Err(error.into()),
    };
    let Some(answer) = answer else {
        return Ok(false);
    };
    store.write::<_, StoreError>(|tx| {
        tx.set_server_millis(answer.server_millis)?;
        tx.set_last_syncs(&answer.last_syncs)
    })?;
    Ok(true)
}
