//! Snapshots and their parts.

use rusqlite::{OptionalExtension, named_params};
use tanfang_core::model::Position;
use tanfang_core::wire::PartName;

use super::SqliteTx;
use super::columns::Count;
use crate::store::{FeedNo, SnapshotBody, SnapshotNo, Snapshots, Stored};

impl Snapshots for SqliteTx<'_> {
    fn snapshot(&mut self, feed: FeedNo) -> Stored<Option<(SnapshotNo, Position)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT snapshot_no, position FROM snapshots
             WHERE feed_no = :feed AND superseded_at IS NULL ORDER BY snapshot_no DESC LIMIT 1",
        )?;
        let row = ask.query_row(named_params! {":feed": feed}, |row| {
            Ok((row.get("snapshot_no")?, row.get::<_, Count>("position")?.0))
        });
        Ok(row.optional()?)
    }

    fn snapshot_parts(&mut self, no: SnapshotNo) -> Stored<Vec<PartName>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT hash, length(body) AS length FROM snapshot_parts
             WHERE snapshot_no = :no ORDER BY place",
        )?;
        let rows = ask.query_map(named_params! {":no": no}, |row| {
            Ok(PartName {
                hash: row.get("hash")?,
                length: row.get::<_, Count>("length")?.0,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn snapshot_part(&mut self, hash: &str) -> Stored<Option<SnapshotBody>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT snapshots.feed_no, feeds.name, snapshots.position, snapshot_parts.body
             FROM snapshot_parts
             JOIN snapshots ON snapshots.snapshot_no = snapshot_parts.snapshot_no
             JOIN feeds ON feeds.feed_no = snapshots.feed_no
             WHERE snapshot_parts.hash = :hash LIMIT 1",
        )?;
        let row = ask.query_row(named_params! {":hash": hash}, |row| {
            Ok(SnapshotBody {
                feed: row.get("feed_no")?,
                name: row.get("name")?,
                position: row.get::<_, Count>("position")?.0,
                body: row.get("body")?,
            })
        });
        Ok(row.optional()?)
    }

    fn add_snapshot(
        &mut self,
        feed: FeedNo,
        position: Position,
        parts: &[(PartName, Vec<u8>)],
        at: i64,
        keep_after: i64,
    ) -> Stored<()> {
        self.sql
            .prepare_cached(
                "DELETE FROM snapshots WHERE feed_no = :feed AND superseded_at < :keep_after",
            )?
            .execute(named_params! {":feed": feed, ":keep_after": keep_after})?;
        self.sql
            .prepare_cached(
                "UPDATE snapshots SET superseded_at = :at
                 WHERE feed_no = :feed AND superseded_at IS NULL",
            )?
            .execute(named_params! {":feed": feed, ":at": at})?;
        self.sql
            .prepare_cached("INSERT INTO snapshots (feed_no, position) VALUES (:feed, :position)")?
            .execute(named_params! {":feed": feed, ":position": Count(position)})?;
        let no = self.sql.last_insert_rowid();
        for (place, (name, body)) in parts.iter().enumerate() {
            self.sql
                .prepare_cached(
                    "INSERT INTO snapshot_parts (snapshot_no, place, hash, body)
                     VALUES (:no, :place, :hash, :body)",
                )?
                .execute(named_params! {
                    ":no": no, ":place": place as i64, ":hash": name.hash, ":body": body,
                })?;
        }
        Ok(())
    }
}
