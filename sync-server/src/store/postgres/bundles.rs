//! Sealed files.

use tanfang_core::model::{DeviceId, WorkerId};
use tanfang_core::sealed::BundleId;
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of, word};
use crate::store::{BundleRow, Bundles, StoreError, Stored};

/// Sealed files that meet a condition.
macro_rules! bundles_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, device, carrier, pieces, state, reason, first_seq, last_seq, arrived_at,
                decided_at, decided_by FROM bundles ",
            $condition
        )
    };
}

impl Bundles for PostgresTx<'_> {
    fn agreement_key(&mut self, device: DeviceId) -> Stored<Option<Vec<u8>>> {
        let row = self.ask_one(
            "SELECT agreement_key FROM devices WHERE id = $1",
            cells_of![device],
        )?;
        row.map_or(Ok(None), |row| row.plain("agreement_key"))
    }

    fn set_agreement_key(&mut self, device: DeviceId, key: &[u8]) -> Stored<()> {
        self.tell(
            "UPDATE devices SET agreement_key = $2 WHERE id = $1",
            cells_of![device, key],
        )?;
        Ok(())
    }

    fn enrolled_again(&mut self, device: DeviceId) -> Stored<bool> {
        // Only the enrolment of its successor takes a phone's token (`succeed`).
        let row = self.ask_one(
            "SELECT EXISTS (SELECT 1 FROM devices WHERE id = $1 AND kind = 'phone'
                AND revoked_at IS NOT NULL AND token_hash IS NULL) AS ended",
            cells_of![device],
        )?;
        row.map_or(Ok(false), |row| row.plain("ended"))
    }

    fn bundle(&mut self, id: BundleId) -> Stored<Option<BundleRow>> {
        let row = self.ask_one(bundles_where!("WHERE id = $1"), cells_of![id.0])?;
        row.as_ref().map(bundle).transpose()
    }

    fn bundles(&mut self) -> Stored<Vec<BundleRow>> {
        let rows = self.ask(bundles_where!("ORDER BY bundle_no"), cells_of![])?;
        rows.iter().map(bundle).collect()
    }

    fn bundles_of(&mut self, device: DeviceId) -> Stored<Vec<BundleRow>> {
        let rows = self.ask(
            bundles_where!("WHERE device = $1 ORDER BY bundle_no"),
            cells_of![device],
        )?;
        rows.iter().map(bundle).collect()
    }

    fn early_bundles(&mut self, device: DeviceId) -> Stored<Vec<BundleId>> {
        let rows = self.ask(
            "SELECT id FROM bundles WHERE device = $1 AND state = 'early'
             ORDER BY first_seq, bundle_no",
            cells_of![device],
        )?;
        rows.iter()
            .map(|row| row.exactly("id").map(BundleId))
            .collect()
    }

    fn put_bundle(&mut self, row: &BundleRow) -> Stored<()> {
        let (first, last) = row.seqs.unzip();
        self.tell(
            "INSERT INTO bundles (bundle_no, id, device, carrier, pieces, state, reason,
                first_seq, last_seq, arrived_at, decided_at, decided_by)
             VALUES ((SELECT coalesce(max(bundle_no), 0) + 1 FROM bundles),
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET carrier = excluded.carrier,
                state = excluded.state, reason = excluded.reason,
                first_seq = excluded.first_seq, last_seq = excluded.last_seq,
                decided_at = excluded.decided_at, decided_by = excluded.decided_by",
            cells_of![
                row.id.0,
                row.device,
                row.carrier,
                row.pieces,
                word(row.state),
                row.reason.as_deref(),
                first,
                last,
                row.arrived_at,
                row.decided_at,
                row.decided_by,
            ],
        )?;
        Ok(())
    }

    fn kept_bytes(&mut self, carrier: Option<WorkerId>) -> Stored<u64> {
        let row = self.ask_one(
            "SELECT coalesce(sum(octet_length(body)), 0)::bigint AS kept FROM bundle_pieces
             JOIN bundles USING (bundle_no) WHERE carrier IS NOT DISTINCT FROM $1",
            cells_of![carrier],
        )?;
        row.map_or(Ok(0), |row| row.count("kept"))
    }

    fn add_piece(&mut self, id: BundleId, number: u16, body: &[u8]) -> Stored<()> {
        self.tell(
            "INSERT INTO bundle_pieces (bundle_no, number, body)
             SELECT bundle_no, $2, $3 FROM bundles WHERE id = $1
             ON CONFLICT (bundle_no, number) DO NOTHING",
            cells_of![id.0, number, body],
        )?;
        Ok(())
    }

    fn piece_numbers(&mut self, id: BundleId) -> Stored<Vec<u16>> {
        let rows = self.ask(
            "SELECT number FROM bundle_pieces JOIN bundles USING (bundle_no)
             WHERE id = $1 ORDER BY number",
            cells_of![id.0],
        )?;
        rows.iter().map(|row| small(row, "number")).collect()
    }

    fn pieces(&mut self, id: BundleId) -> Stored<Vec<Vec<u8>>> {
        let rows = self.ask(
            "SELECT body FROM bundle_pieces JOIN bundles USING (bundle_no)
             WHERE id = $1 ORDER BY number",
            cells_of![id.0],
        )?;
        rows.iter().map(|row| row.plain("body")).collect()
    }

    fn drop_pieces(&mut self, id: BundleId) -> Stored<()> {
        self.tell(
            "DELETE FROM bundle_pieces
             WHERE bundle_no = (SELECT bundle_no FROM bundles WHERE id = $1)",
            cells_of![id.0],
        )?;
        Ok(())
    }
}

fn small(row: &Row, name: &str) -> Stored<u16> {
    u16::try_from(row.no(name)?).map_err(|_| StoreError::Damaged { what: "a column" })
}

fn bundle(row: &Row) -> Stored<BundleRow> {
    let (first, last) = (row.maybe_count("first_seq")?, row.maybe_count("last_seq")?);
    Ok(BundleRow {
        id: BundleId(row.exactly("id")?),
        device: row.id("device")?,
        carrier: row.maybe_id("carrier")?,
        pieces: small(row, "pieces")?,
        state: row.word("state")?,
        reason: row.plain("reason")?,
        seqs: first.zip(last),
        arrived_at: row.plain("arrived_at")?,
        decided_at: row.plain("decided_at")?,
        decided_by: row.maybe_id("decided_by")?,
    })
}
