//! Migrations: append-only, one transaction each.

use rusqlite::Connection;

use super::StoreError;

/// Every migration, in order; what was released is never altered.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/001_phone.sql"),
    include_str!("../../migrations/002_withdrawn.sql"),
    include_str!("../../migrations/004_attachments.sql"),
    include_str!("../../migrations/005_carried.sql"),
    include_str!("../../migrations/006_feed_digests.sql"),
    include_str!("../../migrations/008_learnt.sql"),
    include_str!("../../migrations/010_former.sql"),
    include_str!("../../migrations/011_untold.sql"),
    include_str!("../../migrations/012_replaced.sql"),
    include_str!("../../migrations/016_kept.sql"),
    include_str!("../../migrations/017_kept_saves.sql"),
    include_str!("../../migrations/018_sent.sql"),
];

/// The version that this app writes.
pub(super) const fn newest() -> u32 {
    MIGRATIONS.len() as u32
}

/// Brings the database to this app's version. One that is newer is not touched.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = newest();
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for version in found..known {
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
        transaction.execute_batch(MIGRATIONS[version as usize])?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
