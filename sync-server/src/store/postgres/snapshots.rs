//! Snapshots and their parts.

use tanfang_core::model::Position;
use tanfang_core::wire::PartName;
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of};
use super::feeds;
use super::sealed::Column;
use crate::store::{FeedNo, SnapshotBody, SnapshotNo, Snapshots, Stored};

impl Snapshots for PostgresTx<'_> {
    fn snapshot(&mut self, feed: FeedNo) -> Stored<Option<(SnapshotNo, Position)>> {
        let row = self.ask_one(
            "SELECT snapshot_no, position FROM snapshots
             WHERE feed_no = $1 AND superseded_at IS NULL ORDER BY snapshot_no DESC LIMIT 1",
            cells_of![feed],
        )?;
        row.map(|row| Ok((SnapshotNo(row.no("snapshot_no")?), row.count("position")?)))
            .transpose()
    }

    fn snapshot_parts(&mut self, no: SnapshotNo) -> Stored<Vec<PartName>> {
        let rows = self.ask(
            "SELECT hash, length FROM snapshot_parts WHERE snapshot_no = $1 ORDER BY place",
            cells_of![no],
        )?;
        let name = |row: &Row| {
            Ok(PartName {
                hash: row.plain("hash")?,
                length: row.count("length")?,
            })
        };
        rows.iter().map(name).collect()
    }

    fn snapshot_part(&mut self, hash: &str) -> Stored<Option<SnapshotBody>> {
        let row = self.ask_one(
            "SELECT snapshots.feed_no, feeds.name_key, feeds.name, snapshots.position,
                snapshot_parts.body
             FROM snapshot_parts
             JOIN snapshots ON snapshots.snapshot_no = snapshot_parts.snapshot_no
             JOIN feeds ON feeds.feed_no = snapshots.feed_no
             WHERE snapshot_parts.hash = $1 LIMIT 1",
            cells_of![hash],
        )?;
        let (place, sealer) = (hash.as_bytes(), self.sealer);
        let body = |row: Row| {
            Ok(SnapshotBody {
                feed: FeedNo(row.no("feed_no")?),
                name: feeds::name(&row, sealer)?,
                position: row.count("position")?,
                body: sealer.open(Column::SnapshotBody, place, row.plain("body")?)?,
            })
        };
        row.map(body).transpose()
    }

    fn add_snapshot(
        &mut self,
        feed: FeedNo,
        position: Position,
        parts: &[(PartName, Vec<u8>)],
        at: i64,
        keep_after: i64,
    ) -> Stored<()> {
        self.tell(
            "DELETE FROM snapshots WHERE feed_no = $1 AND superseded_at < $2",
            cells_of![feed, keep_after],
        )?;
        self.tell(
            "UPDATE snapshots SET superseded_at = $2
             WHERE feed_no = $1 AND superseded_at IS NULL",
            cells_of![feed, at],
        )?;
        let no = self.number(
            "INSERT INTO snapshots (snapshot_no, feed_no, position)
             SELECT coalesce(max(snapshot_no), 0) + 1, $1, $2 FROM snapshots
             RETURNING snapshot_no AS no",
            cells_of![feed, position],
        )?;
        for (place, (name, body)) in parts.iter().enumerate() {
            let sealed = self
                .sealer
                .seal(Column::SnapshotBody, name.hash.as_bytes(), body)?;
            self.tell(
                "INSERT INTO snapshot_parts (snapshot_no, place, hash, length, body)
                 VALUES ($1, $2, $3, $4, $5)",
                cells_of![
                    no,
                    place as u64,
                    name.hash.as_str(),
                    body.len() as u64,
                    sealed
                ],
            )?;
        }
        Ok(())
    }
}
