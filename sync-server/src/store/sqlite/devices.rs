//! Devices, enrolment codes, last exchanges.

use rusqlite::{OptionalExtension, Row, named_params};
use tanfang_core::model::{DeviceId, DeviceSeq, WorkerId};
use tanfang_core::planted::{self, Bug};

use super::SqliteTx;
use super::columns::{Count, Id, Word};
use crate::store::{
    CodeRow, DeviceKind, DeviceNo, DeviceRow, Devices, LastSyncRow, NewDevice, Stored,
};

const DEVICE: &str = "SELECT device_no, id, kind, worker, algorithm, public_key, salt_key, through,
    chain, revoked_at IS NOT NULL AS revoked FROM devices WHERE ";

impl SqliteTx<'_> {
    fn device_where(
        &self,
        condition: &str,
        value: &dyn rusqlite::ToSql,
    ) -> Stored<Option<DeviceRow>> {
        let mut ask = self.sql.prepare_cached(&format!("{DEVICE}{condition}"))?;
        Ok(ask
            .query_row(named_params! {":value": value}, device)
            .optional()?)
    }
}

impl Devices for SqliteTx<'_> {
    fn add_device(&mut self, device: &NewDevice) -> Stored<DeviceNo> {
        self.sql
            .prepare_cached(
                "INSERT INTO devices (id, kind, worker, algorithm, public_key, salt_key,
                    token_hash, chain, whole_at, enrolled_at, app)
                 VALUES (:id, :kind, :worker, :algorithm, :public_key, :salt_key, :token_hash,
                    zeroblob(32), :enrolled_at, :enrolled_at, :app)",
            )?
            .execute(named_params! {
                ":id": Id(device.id), ":kind": Word(device.kind), ":worker": Id(device.worker),
                ":algorithm": device.algorithm, ":public_key": device.public_key,
                ":salt_key": device.salt_key, ":token_hash": device.token_hash,
                ":enrolled_at": device.enrolled_at, ":app": device.app,
            })?;
        Ok(DeviceNo(self.sql.last_insert_rowid()))
    }

    fn device(&mut self, no: DeviceNo) -> Stored<Option<DeviceRow>> {
        self.device_where("device_no = :value", &no)
    }

    fn device_by_id(&mut self, id: DeviceId) -> Stored<Option<DeviceRow>> {
        self.device_where("id = :value", &Id(id))
    }

    fn device_by_token(&mut self, hash: &[u8; 32]) -> Stored<Option<DeviceRow>> {
        self.device_where("token_hash = :value", hash)
    }

    fn server_devices(&mut self) -> Stored<Vec<DeviceId>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT id FROM devices WHERE kind = :kind")?;
        let rows = ask.query_map(named_params! {":kind": Word(DeviceKind::Server)}, |row| {
            Ok(row.get::<_, Id<DeviceId>>("id")?.0)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn advance(&mut self, no: DeviceNo, through: DeviceSeq, chain: &[u8; 32]) -> Stored<()> {
        if planted::is(Bug::DedupeOutsideTransaction) {
            self.sql.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
        }
        self.sql
            .prepare_cached(
                "UPDATE devices SET through = :through, chain = :chain WHERE device_no = :no",
            )?
            .execute(named_params! {":no": no, ":through": Count(through), ":chain": chain})?;
        Ok(())
    }

    fn heard_whole(&mut self, no: DeviceNo, at: i64) -> Stored<()> {
        self.sql
            .prepare_cached("UPDATE devices SET whole_at = :at WHERE device_no = :no")?
            .execute(named_params! {":no": no, ":at": at})?;
        Ok(())
    }

    fn set_token(&mut self, no: DeviceNo, hash: &[u8; 32]) -> Stored<()> {
        self.sql
            .prepare_cached("UPDATE devices SET token_hash = :hash WHERE device_no = :no")?
            .execute(named_params! {":no": no, ":hash": hash})?;
        Ok(())
    }

    fn succeed(&mut self, no: DeviceNo, at: i64) -> Stored<()> {
        self.sql
            .prepare_cached(
                "UPDATE devices SET whole_at = (
                     SELECT min(own.whole_at) FROM devices AS own
                     WHERE own.worker = devices.worker AND own.public_key = devices.public_key
                       AND own.kind = 'phone' AND own.revoked_at IS NULL)
                 WHERE device_no = :no",
            )?
            .execute(named_params! {":no": no})?;
        self.sql
            .prepare_cached(
                "UPDATE devices SET revoked_at = :at, token_hash = NULL
                 FROM devices AS new
                 WHERE new.device_no = :no AND devices.device_no <> :no
                   AND devices.worker = new.worker AND devices.public_key = new.public_key
                   AND devices.kind = 'phone' AND devices.revoked_at IS NULL",
            )?
            .execute(named_params! {":no": no, ":at": at})?;
        Ok(())
    }

    fn revoke(&mut self, worker: WorkerId, at: i64) -> Stored<u64> {
        let changed = self
            .sql
            .prepare_cached(
                "UPDATE devices SET revoked_at = :at
                 WHERE worker = :worker AND kind = 'phone' AND revoked_at IS NULL",
            )?
            .execute(named_params! {":worker": Id(worker), ":at": at})?;
        Ok(changed as u64)
    }

    fn earliest_whole(&mut self, worker: WorkerId) -> Stored<Option<i64>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT min(whole_at) AS earliest FROM devices
             WHERE worker = :worker AND kind = 'phone' AND revoked_at IS NULL",
        )?;
        Ok(ask.query_row(named_params! {":worker": Id(worker)}, |row| {
            row.get("earliest")
        })?)
    }

    fn add_code(&mut self, code: &CodeRow) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO codes (code_hash, worker, made_at, ends_at)
                 VALUES (:hash, :worker, :made_at, :ends_at)",
            )?
            .execute(named_params! {
                ":hash": code.hash, ":worker": Id(code.worker), ":made_at": code.made_at,
                ":ends_at": code.ends_at,
            })?;
        Ok(())
    }

    fn code(&mut self, hash: &[u8; 32]) -> Stored<Option<CodeRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT worker, made_at, ends_at, used_at FROM codes WHERE code_hash = :hash",
        )?;
        let code = ask.query_row(named_params! {":hash": hash}, |row| {
            Ok(CodeRow {
                hash: *hash,
                worker: row.get::<_, Id<_>>("worker")?.0,
                made_at: row.get("made_at")?,
                ends_at: row.get("ends_at")?,
                used_at: row.get("used_at")?,
            })
        });
        Ok(code.optional()?)
    }

    fn use_code(&mut self, hash: &[u8; 32], at: i64) -> Stored<()> {
        self.sql
            .prepare_cached("UPDATE codes SET used_at = :at WHERE code_hash = :hash")?
            .execute(named_params! {":hash": hash, ":at": at})?;
        Ok(())
    }

    fn end_codes(&mut self, worker: WorkerId, at: i64) -> Stored<()> {
        self.sql
            .prepare_cached(
                "UPDATE codes SET ends_at = min(ends_at, :at) WHERE worker = :worker AND used_at IS NULL",
            )?
            .execute(named_params! {":worker": Id(worker), ":at": at})?;
        Ok(())
    }

    fn last_sync(&mut self, worker: WorkerId) -> Stored<Option<LastSyncRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT worker, millis, changed_at FROM last_syncs WHERE worker = :worker",
        )?;
        Ok(ask
            .query_row(named_params! {":worker": Id(worker)}, last_sync)
            .optional()?)
    }

    fn last_syncs(&mut self, changed_after: i64) -> Stored<Vec<LastSyncRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT worker, millis, changed_at FROM last_syncs
             WHERE changed_at > :after ORDER BY changed_at",
        )?;
        let rows = ask.query_map(named_params! {":after": changed_after}, last_sync)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn set_last_sync(&mut self, row: &LastSyncRow) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO last_syncs (worker, millis, changed_at)
                 VALUES (:worker, :millis, :changed_at)
                 ON CONFLICT (worker) DO UPDATE
                 SET millis = excluded.millis, changed_at = excluded.changed_at",
            )?
            .execute(named_params! {
                ":worker": Id(row.worker), ":millis": row.millis, ":changed_at": row.changed_at,
            })?;
        Ok(())
    }
}

fn last_sync(row: &Row<'_>) -> rusqlite::Result<LastSyncRow> {
    Ok(LastSyncRow {
        worker: row.get::<_, Id<WorkerId>>("worker")?.0,
        millis: row.get("millis")?,
        changed_at: row.get("changed_at")?,
    })
}

fn device(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    Ok(DeviceRow {
        no: row.get("device_no")?,
        id: row.get::<_, Id<DeviceId>>("id")?.0,
        kind: row.get::<_, Word<DeviceKind>>("kind")?.0,
        worker: row.get::<_, Id<WorkerId>>("worker")?.0,
        algorithm: row.get("algorithm")?,
        public_key: row.get("public_key")?,
        salt_key: row.get("salt_key")?,
        through: row.get::<_, Count>("through")?.0,
        chain: row.get("chain")?,
        revoked: row.get("revoked")?,
    })
}
