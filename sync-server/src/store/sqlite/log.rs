//! The log of saves.

use rusqlite::{OptionalExtension, named_params};
use tanfang_core::model::{DeviceId, DeviceSeq, RecordId};

use super::SqliteTx;
use super::columns::{Count, Id, Word};
use crate::store::{
    DeviceNo, KeyNo, Log, PartNo, Received, SaveNo, SaveState, SealedPart, Stored, StoredSave,
    Waits, WaitsFor,
};

impl Log for SqliteTx<'_> {
    fn received(&mut self, device: DeviceNo, seq: DeviceSeq) -> Stored<Option<Received>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT save_no, state, received_at, chain, refusal FROM saves
             WHERE device_no = :device AND seq = :seq",
        )?;
        let row = ask.query_row(
            named_params! {":device": device, ":seq": Count(seq)},
            |row| {
                Ok(Received {
                    no: row.get("save_no")?,
                    state: row.get::<_, Word<SaveState>>("state")?.0,
                    received_at: row.get("received_at")?,
                    chain: row.get("chain")?,
                    refusal: row.get("refusal")?,
                })
            },
        );
        Ok(row.optional()?)
    }

    fn append_save(&mut self, device: DeviceNo, save: &StoredSave) -> Stored<SaveNo> {
        self.sql
            .prepare_cached(
                "INSERT INTO saves (device_no, seq, state, received_at, chain, envelope, refusal)
                 VALUES (:device, :seq, :state, :received_at, :chain, :envelope, :refusal)",
            )?
            .execute(named_params! {
                ":device": device, ":seq": Count(save.seq), ":state": Word(save.state),
                ":received_at": save.received_at, ":chain": save.chain,
                ":envelope": save.envelope, ":refusal": save.refusal,
            })?;
        Ok(SaveNo(self.sql.last_insert_rowid()))
    }

    fn append_part(&mut self, save: SaveNo, place: u32, part: &SealedPart) -> Stored<PartNo> {
        self.sql
            .prepare_cached(
                "INSERT INTO parts (save_no, place, key_no, sealed)
                 VALUES (:save, :place, :key, :sealed)",
            )?
            .execute(named_params! {
                ":save": save, ":place": place, ":key": part.key, ":sealed": part.sealed,
            })?;
        Ok(PartNo(self.sql.last_insert_rowid()))
    }

    fn decide(&mut self, save: SaveNo, state: SaveState, refusal: Option<&[u8]>) -> Stored<()> {
        self.sql
            .prepare_cached(
                "UPDATE saves SET state = :state, refusal = :refusal WHERE save_no = :save",
            )?
            .execute(named_params! {":save": save, ":state": Word(state), ":refusal": refusal})?;
        Ok(())
    }

    fn save(&mut self, save: SaveNo) -> Stored<Option<(DeviceNo, StoredSave)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT device_no, seq, state, received_at, chain, envelope, refusal FROM saves
             WHERE save_no = :save",
        )?;
        let row = ask.query_row(named_params! {":save": save}, |row| {
            Ok((
                row.get("device_no")?,
                StoredSave {
                    seq: row.get::<_, Count>("seq")?.0,
                    state: row.get::<_, Word<SaveState>>("state")?.0,
                    received_at: row.get("received_at")?,
                    chain: row.get("chain")?,
                    envelope: row.get("envelope")?,
                    refusal: row.get("refusal")?,
                },
            ))
        });
        Ok(row.optional()?)
    }

    fn parts_of(&mut self, save: SaveNo) -> Stored<Vec<(PartNo, SealedPart)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT part_no, key_no, sealed FROM parts WHERE save_no = :save ORDER BY place",
        )?;
        let rows = ask.query_map(named_params! {":save": save}, |row| {
            let part = SealedPart {
                key: row.get("key_no")?,
                sealed: row.get("sealed")?,
            };
            Ok((row.get("part_no")?, part))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn accepted_after(&mut self, save: SaveNo, limit: u32) -> Stored<Vec<SaveNo>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT save_no FROM saves WHERE save_no > :save AND state = 'accepted'
             ORDER BY save_no LIMIT :limit",
        )?;
        let rows = ask.query_map(named_params! {":save": save, ":limit": limit}, |row| {
            row.get("save_no")
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn last_save(&mut self) -> Stored<SaveNo> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT coalesce(max(save_no), 0) AS last FROM saves")?;
        Ok(ask.query_row([], |row| row.get("last"))?)
    }

    fn part_key(&mut self, owner: RecordId) -> Stored<Option<(KeyNo, Option<Vec<u8>>)>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT key_no, wrapped FROM part_keys WHERE owner = :owner")?;
        let row = ask.query_row(named_params! {":owner": Id(owner)}, |row| {
            Ok((row.get("key_no")?, row.get("wrapped")?))
        });
        Ok(row.optional()?)
    }

    fn part_key_by_no(&mut self, no: KeyNo) -> Stored<Option<Vec<u8>>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT wrapped FROM part_keys WHERE key_no = :no")?;
        let row = ask.query_row(named_params! {":no": no}, |row| row.get("wrapped"));
        Ok(row.optional()?.flatten())
    }

    fn add_part_key(&mut self, owner: RecordId, wrapped: &[u8]) -> Stored<KeyNo> {
        self.sql
            .prepare_cached("INSERT INTO part_keys (owner, wrapped) VALUES (:owner, :wrapped)")?
            .execute(named_params! {":owner": Id(owner), ":wrapped": wrapped})?;
        Ok(KeyNo(self.sql.last_insert_rowid()))
    }

    fn wait_for(&mut self, record: RecordId, save: SaveNo) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO waits (record, save_no) VALUES (:record, :save)
                 ON CONFLICT (record, save_no) DO NOTHING",
            )?
            .execute(named_params! {":record": Id(record), ":save": save})?;
        Ok(())
    }

    fn waiting_for(&mut self, record: RecordId) -> Stored<Vec<SaveNo>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT save_no FROM waits WHERE record = :record ORDER BY save_no")?;
        let rows = ask.query_map(named_params! {":record": Id(record)}, |row| {
            row.get("save_no")
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn anything_waits(&mut self) -> Stored<bool> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM waits)")?;
        Ok(ask.query_row([], |row| row.get(0))?)
    }

    fn wait_for_county(&mut self, save: SaveNo, of: Option<DeviceId>) -> Stored<()> {
        self.sql
            .prepare_cached("INSERT INTO waits_for_county (save_no, device) VALUES (:save, :of)")?
            .execute(named_params! {":save": save, ":of": of.map(Id)})?;
        Ok(())
    }

    fn waiting_for_county(&mut self, which: WaitsFor) -> Stored<Vec<SaveNo>> {
        let (of, sql) = match which {
            WaitsFor::Anything => (
                None,
                "SELECT save_no FROM waits_for_county ORDER BY save_no",
            ),
            WaitsFor::TheOffice => (
                None,
                "SELECT save_no FROM waits_for_county WHERE device IS NULL ORDER BY save_no",
            ),
            WaitsFor::Device(device) => (
                Some(device),
                "SELECT save_no FROM waits_for_county WHERE device = :of ORDER BY save_no",
            ),
        };
        let mut ask = self.sql.prepare_cached(sql)?;
        let rows = match of {
            Some(device) => ask.query(named_params! {":of": Id(device)})?,
            None => ask.query([])?,
        };
        Ok(rows
            .mapped(|row| row.get("save_no"))
            .collect::<Result<_, _>>()?)
    }

    fn how_many_wait(&mut self) -> Stored<Waits> {
        let mut ask = self.sql.prepare_cached(
            "SELECT (SELECT count(DISTINCT save_no) FROM waits) AS beginnings,
                 count(*) FILTER (WHERE device IS NULL) AS office, count(device) AS phones
             FROM waits_for_county",
        )?;
        Ok(ask.query_row([], |row| {
            Ok(Waits {
                beginnings: row.get::<_, Count>("beginnings")?.0,
                office: row.get::<_, Count>("office")?.0,
                phones: row.get::<_, Count>("phones")?.0,
            })
        })?)
    }

    fn stop_waiting(&mut self, save: SaveNo) -> Stored<()> {
        for sql in [
            "DELETE FROM waits WHERE save_no = :save",
            "DELETE FROM waits_for_county WHERE save_no = :save",
        ] {
            self.sql
                .prepare_cached(sql)?
                .execute(named_params! {":save": save})?;
        }
        Ok(())
    }
}
