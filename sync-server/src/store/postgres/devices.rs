//! Devices, enrolment codes, last exchanges.

use tanfang_core::model::{DeviceId, DeviceSeq, WorkerId};
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of, word};
use super::sealed::{Column, Sealer};
use crate::store::{
    CodeRow, DeviceKind, DeviceNo, DeviceRow, Devices, LastSyncRow, NewDevice, StoreError, Stored,
};

/// A device by one of its columns.
macro_rules! device_where {
    ($condition:literal) => {
        concat!(
            "SELECT device_no, id, kind, worker, algorithm, public_key, salt_key, through, chain,
                revoked_at IS NOT NULL AS revoked FROM devices WHERE ",
            $condition
        )
    };
}

impl Devices for PostgresTx<'_> {
    fn add_device(&mut self, device: &NewDevice) -> Stored<DeviceNo> {
        let id = device.id.bytes();
        let salt = self.sealer.seal(Column::SaltKey, id, &device.salt_key)?;
        let app = self.sealer.seal(Column::App, id, device.app.as_bytes())?;
        self.number(
            "INSERT INTO devices (device_no, id, kind, worker, algorithm, public_key, salt_key,
                token_hash, chain, whole_at, enrolled_at, app)
             SELECT coalesce(max(device_no), 0) + 1, $1, $2, $3, $4, $5, $6, $7,
                decode(repeat('00', 32), 'hex'), $8, $8, $9 FROM devices
             RETURNING device_no AS no",
            cells_of![
                device.id,
                word(device.kind),
                device.worker,
                device.algorithm.as_str(),
                device.public_key.as_slice(),
                salt,
                device.token_hash,
                device.enrolled_at,
                app,
            ],
        )
        .map(DeviceNo)
    }

    fn device(&mut self, no: DeviceNo) -> Stored<Option<DeviceRow>> {
        let row = self.ask_one(device_where!("device_no = $1"), cells_of![no])?;
        row.map(|row| device(&row, self.sealer)).transpose()
    }

    fn device_by_id(&mut self, id: DeviceId) -> Stored<Option<DeviceRow>> {
        let row = self.ask_one(device_where!("id = $1"), cells_of![id])?;
        row.map(|row| device(&row, self.sealer)).transpose()
    }

    fn device_by_token(&mut self, hash: &[u8; 32]) -> Stored<Option<DeviceRow>> {
        let row = self.ask_one(device_where!("token_hash = $1"), cells_of![*hash])?;
        row.map(|row| device(&row, self.sealer)).transpose()
    }

    fn server_devices(&mut self) -> Stored<Vec<DeviceId>> {
        let rows = self.ask(
            "SELECT id FROM devices WHERE kind = $1 ORDER BY device_no",
            cells_of![word(DeviceKind::Server)],
        )?;
        rows.iter().map(|row| row.id("id")).collect()
    }

    fn advance(&mut self, no: DeviceNo, through: DeviceSeq, chain: &[u8; 32]) -> Stored<()> {
        self.tell_later(
            "UPDATE devices SET through = $2, chain = $3 WHERE device_no = $1",
            cells_of![no, through, *chain],
        )
    }

    fn heard_whole(&mut self, no: DeviceNo, at: i64) -> Stored<()> {
        self.tell_later(
            "UPDATE devices SET whole_at = $2 WHERE device_no = $1",
            cells_of![no, at],
        )
    }

    fn set_token(&mut self, no: DeviceNo, hash: &[u8; 32]) -> Stored<()> {
        self.tell(
            "UPDATE devices SET token_hash = $2 WHERE device_no = $1",
            cells_of![no, *hash],
        )?;
        Ok(())
    }

    fn succeed(&mut self, no: DeviceNo, at: i64) -> Stored<()> {
        self.tell(
            "UPDATE devices SET whole_at = (
                 SELECT min(own.whole_at) FROM devices AS own
                 WHERE own.worker = devices.worker AND own.public_key = devices.public_key
                   AND own.kind = 'phone' AND own.revoked_at IS NULL)
             WHERE device_no = $1",
            cells_of![no],
        )?;
        self.tell(
            "UPDATE devices SET revoked_at = $2, token_hash = NULL
             FROM devices AS new
             WHERE new.device_no = $1 AND devices.device_no <> $1
               AND devices.worker = new.worker AND devices.public_key = new.public_key
               AND devices.kind = 'phone' AND devices.revoked_at IS NULL",
            cells_of![no, at],
        )?;
        Ok(())
    }

    fn revoke(&mut self, worker: WorkerId, at: i64) -> Stored<u64> {
        self.tell(
            "UPDATE devices SET revoked_at = $2
             WHERE worker = $1 AND kind = 'phone' AND revoked_at IS NULL",
            cells_of![worker, at],
        )
    }

    fn earliest_whole(&mut self, worker: WorkerId) -> Stored<Option<i64>> {
        let row = self.ask_one(
            "SELECT min(whole_at) AS earliest FROM devices
             WHERE worker = $1 AND kind = 'phone' AND revoked_at IS NULL",
            cells_of![worker],
        )?;
        row.map_or(Ok(None), |row| row.plain("earliest"))
    }

    fn add_code(&mut self, code: &CodeRow) -> Stored<()> {
        self.tell(
            "INSERT INTO codes (code_hash, worker, made_at, ends_at) VALUES ($1, $2, $3, $4)",
            cells_of![code.hash, code.worker, code.made_at, code.ends_at],
        )?;
        Ok(())
    }

    fn code(&mut self, hash: &[u8; 32]) -> Stored<Option<CodeRow>> {
        let row = self.ask_one(
            "SELECT worker, made_at, ends_at, used_at FROM codes WHERE code_hash = $1",
            cells_of![*hash],
        )?;
        let code = |row: Row| {
            Ok(CodeRow {
                hash: *hash,
                worker: row.id("worker")?,
                made_at: row.plain("made_at")?,
                ends_at: row.plain("ends_at")?,
                used_at: row.plain("used_at")?,
            })
        };
        row.map(code).transpose()
    }

    fn use_code(&mut self, hash: &[u8; 32], at: i64) -> Stored<()> {
        self.tell_later(
            "UPDATE codes SET used_at = $2 WHERE code_hash = $1",
            cells_of![*hash, at],
        )
    }

    fn end_codes(&mut self, worker: WorkerId, at: i64) -> Stored<()> {
        self.tell_later(
            "UPDATE codes SET ends_at = least(ends_at, $2) WHERE worker = $1 AND used_at IS NULL",
            cells_of![worker, at],
        )
    }

    fn last_sync(&mut self, worker: WorkerId) -> Stored<Option<LastSyncRow>> {
        let row = self.ask_one(
            "SELECT worker, millis, changed_at FROM last_syncs WHERE worker = $1",
            cells_of![worker],
        )?;
        row.map(|row| last_sync(&row)).transpose()
    }

    fn last_syncs(&mut self, changed_after: i64) -> Stored<Vec<LastSyncRow>> {
        let rows = self.ask(
            "SELECT worker, millis, changed_at FROM last_syncs
             WHERE changed_at > $1 ORDER BY changed_at",
            cells_of![changed_after],
        )?;
        rows.iter().map(last_sync).collect()
    }

    fn set_last_sync(&mut self, row: &LastSyncRow) -> Stored<()> {
        self.tell_later(
            "INSERT INTO last_syncs (worker, millis, changed_at) VALUES ($1, $2, $3)
             ON CONFLICT (worker) DO UPDATE
             SET millis = excluded.millis, changed_at = excluded.changed_at",
            cells_of![row.worker, row.millis, row.changed_at],
        )
    }
}

fn last_sync(row: &Row) -> Stored<LastSyncRow> {
    Ok(LastSyncRow {
        worker: row.id("worker")?,
        millis: row.plain("millis")?,
        changed_at: row.plain("changed_at")?,
    })
}

fn device(row: &Row, sealer: &Sealer) -> Stored<DeviceRow> {
    let id: DeviceId = row.id("id")?;
    let salt = sealer.open(Column::SaltKey, id.bytes(), row.plain("salt_key")?)?;
    Ok(DeviceRow {
        no: DeviceNo(row.no("device_no")?),
        id,
        kind: row.word("kind")?,
        worker: row.id("worker")?,
        algorithm: row.plain("algorithm")?,
        public_key: row.plain("public_key")?,
        salt_key: salt
            .try_into()
            .map_err(|_| StoreError::Damaged { what: "a column" })?,
        through: row.count("through")?,
        chain: row.exactly("chain")?,
        revoked: row.plain("revoked")?,
    })
}
