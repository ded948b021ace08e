//! Sealed files.

use rusqlite::{OptionalExtension, Row, named_params};
use tanfang_core::model::{DeviceId, WorkerId};
use tanfang_core::sealed::BundleId;

use super::SqliteTx;
use super::columns::{Count, Id, Word};
use crate::store::{BundleRow, BundleState, Bundles, Stored};

const BUNDLE: &str = "SELECT id, device, carrier, pieces, state, reason, first_seq, last_seq,
    arrived_at, decided_at, decided_by FROM bundles";

impl Bundles for SqliteTx<'_> {
    fn agreement_key(&mut self, device: DeviceId) -> Stored<Option<Vec<u8>>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT agreement_key FROM devices WHERE id = :id")?;
        let found = ask.query_row(named_params! {":id": Id(device)}, |row| {
            row.get::<_, Option<Vec<u8>>>("agreement_key")
        });
        Ok(found.optional()?.flatten())
    }

    fn set_agreement_key(&mut self, device: DeviceId, key: &[u8]) -> Stored<()> {
        self.sql
            .prepare_cached("UPDATE devices SET agreement_key = :key WHERE id = :id")?
            .execute(named_params! {":id": Id(device), ":key": key})?;
        Ok(())
    }

    fn enrolled_again(&mut self, device: DeviceId) -> Stored<bool> {
        // Only the enrolment of its successor takes a phone's token (`succeed`).
        let mut ask = self.sql.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM devices WHERE id = :id AND kind = 'phone'
                AND revoked_at IS NOT NULL AND token_hash IS NULL) AS ended",
        )?;
        Ok(ask.query_row(named_params! {":id": Id(device)}, |row| row.get("ended"))?)
    }

    fn bundle(&mut self, id: BundleId) -> Stored<Option<BundleRow>> {
        let mut ask = self
            .sql
            .prepare_cached(&format!("{BUNDLE} WHERE id = :id"))?;
        Ok(ask
            .query_row(named_params! {":id": id.0}, bundle)
            .optional()?)
    }

    fn bundles(&mut self) -> Stored<Vec<BundleRow>> {
        let mut ask = self
            .sql
            .prepare_cached(&format!("{BUNDLE} ORDER BY bundle_no"))?;
        Ok(ask.query_map([], bundle)?.collect::<Result<_, _>>()?)
    }

    fn bundles_of(&mut self, device: DeviceId) -> Stored<Vec<BundleRow>> {
        let sql = format!("{BUNDLE} WHERE device = :device ORDER BY bundle_no");
        let mut ask = self.sql.prepare_cached(&sql)?;
        let rows = ask.query_map(named_params! {":device": Id(device)}, bundle)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn early_bundles(&mut self, device: DeviceId) -> Stored<Vec<BundleId>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT id FROM bundles WHERE device = :device AND state = 'early'
             ORDER BY first_seq, bundle_no",
        )?;
        let rows = ask.query_map(named_params! {":device": Id(device)}, |row| {
            row.get("id").map(BundleId)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn put_bundle(&mut self, row: &BundleRow) -> Stored<()> {
        let (first, last) = row.seqs.unzip();
        self.sql
            .prepare_cached(
                "INSERT INTO bundles (id, device, carrier, pieces, state, reason, first_seq,
                    last_seq, arrived_at, decided_at, decided_by)
                 VALUES (:id, :device, :carrier, :pieces, :state, :reason, :first, :last,
                    :arrived, :decided, :by)
                 ON CONFLICT (id) DO UPDATE SET carrier = excluded.carrier,
                    state = excluded.state, reason = excluded.reason,
                    first_seq = excluded.first_seq, last_seq = excluded.last_seq,
                    decided_at = excluded.decided_at, decided_by = excluded.decided_by",
            )?
            .execute(named_params! {
                ":id": row.id.0, ":device": Id(row.device), ":carrier": row.carrier.map(Id),
                ":pieces": row.pieces, ":state": Word(row.state), ":reason": row.reason,
                ":first": first.map(Count), ":last": last.map(Count),
                ":arrived": row.arrived_at, ":decided": row.decided_at,
                ":by": row.decided_by.map(Id),
            })?;
        Ok(())
    }

    fn kept_bytes(&mut self, carrier: Option<WorkerId>) -> Stored<u64> {
        let mut ask = self.sql.prepare_cached(
            "SELECT coalesce(sum(length(body)), 0) AS kept FROM bundle_pieces
             JOIN bundles USING (bundle_no) WHERE carrier IS :carrier",
        )?;
        let kept = ask.query_row(named_params! {":carrier": carrier.map(Id)}, |row| {
            row.get::<_, i64>("kept")
        })?;
        Ok(kept.unsigned_abs())
    }

    fn add_piece(&mut self, id: BundleId, number: u16, body: &[u8]) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO bundle_pieces (bundle_no, number, body)
                 SELECT bundle_no, :number, :body FROM bundles WHERE id = :id
                 ON CONFLICT (bundle_no, number) DO NOTHING",
            )?
            .execute(named_params! {":id": id.0, ":number": number, ":body": body})?;
        Ok(())
    }

    fn piece_numbers(&mut self, id: BundleId) -> Stored<Vec<u16>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT number FROM bundle_pieces JOIN bundles USING (bundle_no)
             WHERE id = :id ORDER BY number",
        )?;
        let rows = ask.query_map(named_params! {":id": id.0}, |row| row.get("number"))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn pieces(&mut self, id: BundleId) -> Stored<Vec<Vec<u8>>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT body FROM bundle_pieces JOIN bundles USING (bundle_no)
             WHERE id = :id ORDER BY number",
        )?;
        let rows = ask.query_map(named_params! {":id": id.0}, |row| row.get("body"))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn drop_pieces(&mut self, id: BundleId) -> Stored<()> {
        self.sql
            .prepare_cached(
                "DELETE FROM bundle_pieces
                 WHERE bundle_no = (SELECT bundle_no FROM bundles WHERE id = :id)",
            )?
            .execute(named_params! {":id": id.0})?;
        Ok(())
    }
}

fn bundle(row: &Row<'_>) -> rusqlite::Result<BundleRow> {
    let first = row.get::<_, Option<Count>>("first_seq")?;
    let last = row.get::<_, Option<Count>>("last_seq")?;
    let worker = |name| {
        let id = row.get::<_, Option<Id<WorkerId>>>(name)?;
        Ok::<_, rusqlite::Error>(id.map(|id| id.0))
    };
    Ok(BundleRow {
        id: BundleId(row.get("id")?),
        device: row.get::<_, Id<DeviceId>>("device")?.0,
        carrier: worker("carrier")?,
        pieces: row.get("pieces")?,
        state: row.get::<_, Word<BundleState>>("state")?.0,
        reason: row.get("reason")?,
        seqs: first.zip(last).map(|(first, last)| (first.0, last.0)),
        arrived_at: row.get("arrived_at")?,
        decided_at: row.get("decided_at")?,
        decided_by: worker("decided_by")?,
    })
}
