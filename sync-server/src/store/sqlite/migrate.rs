//! Migrations: forward only, each in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::{StoreError, Stored};

const MIGRATIONS: [&str; 12] = [
    include_str!("../../../migrations/001_house.sql"),
    include_str!("../../../migrations/002_import_dates.sql"),
    include_str!("../../../migrations/003_departures.sql"),
    include_str!("../../../migrations/005_snapshots.sql"),
    include_str!("../../../migrations/006_attachments.sql"),
    include_str!("../../../migrations/007_bundles.sql"),
    include_str!("../../../migrations/008_feed_digests.sql"),
    include_str!("../../../migrations/009_own_items.sql"),
    include_str!("../../../migrations/013_waits_for_county.sql"),
    include_str!("../../../migrations/014_frozen.sql"),
    include_str!("../../../migrations/015_confirmed_areas.sql"),
    include_str!("../../../migrations/016_bundles_of_a_device.sql"),
];

/// The version that this program writes.
pub(super) const fn newest() -> u32 {
    MIGRATIONS.len() as u32
}

/// Brings a database to this program's version; one of a newer version stays as it is.
pub(super) fn up(connection: &mut Connection) -> Stored<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = newest();
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for migration in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(migration)?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}
