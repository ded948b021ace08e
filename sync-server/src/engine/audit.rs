//! The log of what administrators did: each entry's hash covers the one before, so that one taken
//! out, altered or moved shows.

use sha2::{Digest, Sha256};
use tanfang_core::planted::{self, Bug};

use super::turn::Turn;
use crate::store::{AuditRow, StoreError, Stored, Tx};

/// Where the log does not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// The first entry that does not follow from the one before.
    #[error(
        "entry {0} of the audit log was altered, or one before it taken out: compare it with a backup"
    )]
    Broken(u64),
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Follows the log from its first entry; how many there are.
pub fn verify(tx: &mut dyn Tx) -> Result<u64, AuditFault> {
    let mut before = [0; 32];
    let mut last = 0;
    for row in tx.audit()? {
        if row.no != last + 1 || row.hash != hash(&before, &row) {
            return Err(AuditFault::Broken(row.no));
        }
        (before, last) = (row.hash, row.no);
    }
    Ok(last)
}

fn hash(before: &[u8; 32], row: &AuditRow) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"tanfang-audit/1");
    hash.update(before);
    hash.update(row.no.to_be_bytes());
    hash.update(row.at.to_be_bytes());
    for text in [&row.verb, &row.detail] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

impl Turn<'_> {
    /// Notes what an administrator did; `detail` holds ids and counts, no personal data.
    pub fn audit(&mut self, verb: &str, detail: &str) -> Stored<()> {
        let (before, no) = match self.tx.last_audit()? {
            Some(last) => (last.hash, last.no + 1),
            None => ([0; 32], 1),
        };
        if planted::is(Bug::AuditAfterAnswer) && no % 3 == 0 {
            return Ok(());
        }
        let mut row = AuditRow {
            no,
            at: self.now.millis,
            verb: verb.to_owned(),
            detail: detail.to_owned(),
            hash: [0; 32],
        };
        row.hash = hash(&before, &row);
        self.tx.add_audit(&row)
    }
}
