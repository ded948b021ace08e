//! The log of saves.

use tanfang_core::model::{DeviceId, DeviceSeq, RecordId};
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of, word};
use super::sealed::Column;
use crate::store::{
    DeviceNo, KeyNo, Log, PartNo, Received, SaveNo, SaveState, SealedPart, Stored, StoredSave,
    Waits, WaitsFor,
};

impl PostgresTx<'_> {
    /// The next number: the last one that is there, and one more for each given since.
    fn next(&mut self, of: fn(&mut Self) -> &mut Option<i64>, last: &'static str) -> Stored<i64> {
        let known = match *of(self) {
            Some(last) => last,
            None => self.number(last, cells_of![])?,
        };
        *of(self) = Some(known + 1);
        Ok(known + 1)
    }
}

const LAST_SAVE: &str = "SELECT coalesce(max(save_no), 0) AS no FROM saves";
const LAST_PART: &str = "SELECT coalesce(max(part_no), 0) AS no FROM parts";

impl Log for PostgresTx<'_> {
    fn received(&mut self, device: DeviceNo, seq: DeviceSeq) -> Stored<Option<Received>> {
        let row = self.ask_one(
            "SELECT save_no, state, received_at, chain, refusal FROM saves
             WHERE device_no = $1 AND seq = $2",
            cells_of![device, seq],
        )?;
        let received = |row: Row| {
            let no = SaveNo(row.no("save_no")?);
            Ok(Received {
                no,
                state: row.word("state")?,
                received_at: row.plain("received_at")?,
                chain: row.exactly("chain")?,
                refusal: self.refusal(no, &row)?,
            })
        };
        row.map(received).transpose()
    }

    fn append_save(&mut self, device: DeviceNo, save: &StoredSave) -> Stored<SaveNo> {
        let no = self.next(|tx| &mut tx.last.save, LAST_SAVE)?;
        let place = no.to_be_bytes();
        let envelope = self.sealer.seal(Column::Envelope, &place, &save.envelope)?;
        let refusal = self
            .sealer
            .maybe(Column::Refusal, &place, save.refusal.as_ref())?;
        self.tell_later(
            "INSERT INTO saves (save_no, device_no, seq, state, received_at, chain, envelope, refusal)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            cells_of![
                no,
                device,
                save.seq,
                word(save.state),
                save.received_at,
                save.chain,
                envelope,
                refusal,
            ],
        )?;
        Ok(SaveNo(no))
    }

    fn append_part(&mut self, save: SaveNo, place: u32, part: &SealedPart) -> Stored<PartNo> {
        let no = self.next(|tx| &mut tx.last.part, LAST_PART)?;
        self.tell_later(
            "INSERT INTO parts (part_no, save_no, place, key_no, sealed)
             VALUES ($1, $2, $3, $4, $5)",
            cells_of![no, save, place, part.key, part.sealed.as_slice()],
        )?;
        Ok(PartNo(no))
    }

    fn decide(&mut self, save: SaveNo, state: SaveState, refusal: Option<&[u8]>) -> Stored<()> {
        let place = save.0.to_be_bytes();
        let refusal = self.sealer.maybe(Column::Refusal, &place, refusal)?;
        self.tell(
            "UPDATE saves SET state = $2, refusal = $3 WHERE save_no = $1",
            cells_of![save, word(state), refusal],
        )?;
        Ok(())
    }

    fn save(&mut self, save: SaveNo) -> Stored<Option<(DeviceNo, StoredSave)>> {
        let row = self.ask_one(
            "SELECT device_no, seq, state, received_at, chain, envelope, refusal FROM saves
             WHERE save_no = $1",
            cells_of![save],
        )?;
        let stored = |row: Row| {
            let place = save.0.to_be_bytes();
            let stored = StoredSave {
                seq: row.count("seq")?,
                state: row.word("state")?,
                received_at: row.plain("received_at")?,
                chain: row.exactly("chain")?,
                envelope: self
                    .sealer
                    .open(Column::Envelope, &place, row.plain("envelope")?)?,
                refusal: self.refusal(save, &row)?,
            };
            Ok((DeviceNo(row.no("device_no")?), stored))
        };
        row.map(stored).transpose()
    }

    fn parts_of(&mut self, save: SaveNo) -> Stored<Vec<(PartNo, SealedPart)>> {
        let rows = self.ask(
            "SELECT part_no, key_no, sealed FROM parts WHERE save_no = $1 ORDER BY place",
            cells_of![save],
        )?;
        let part = |row: &Row| {
            let part = SealedPart {
                key: KeyNo(row.no("key_no")?),
                sealed: row.plain("sealed")?,
            };
            Ok((PartNo(row.no("part_no")?), part))
        };
        rows.iter().map(part).collect()
    }

    fn accepted_after(&mut self, save: SaveNo, limit: u32) -> Stored<Vec<SaveNo>> {
        let rows = self.ask(
            "SELECT save_no FROM saves WHERE save_no > $1 AND state = 'accepted'
             ORDER BY save_no LIMIT $2",
            cells_of![save, limit],
        )?;
        rows.iter().map(save_no).collect()
    }

    fn last_save(&mut self) -> Stored<SaveNo> {
        self.number(LAST_SAVE, cells_of![]).map(SaveNo)
    }

    fn part_key(&mut self, owner: RecordId) -> Stored<Option<(KeyNo, Option<Vec<u8>>)>> {
        let row = self.ask_one(
            "SELECT key_no, wrapped FROM part_keys WHERE owner = $1",
            cells_of![owner],
        )?;
        row.map(|row| Ok((KeyNo(row.no("key_no")?), row.plain("wrapped")?)))
            .transpose()
    }

    fn part_key_by_no(&mut self, no: KeyNo) -> Stored<Option<Vec<u8>>> {
        let row = self.ask_one(
            "SELECT wrapped FROM part_keys WHERE key_no = $1",
            cells_of![no],
        )?;
        row.map_or(Ok(None), |row| row.plain("wrapped"))
    }

    fn add_part_key(&mut self, owner: RecordId, wrapped: &[u8]) -> Stored<KeyNo> {
        self.number(
            "INSERT INTO part_keys (key_no, owner, wrapped)
             SELECT coalesce(max(key_no), 0) + 1, $1, $2 FROM part_keys
             RETURNING key_no AS no",
            cells_of![owner, wrapped],
        )
        .map(KeyNo)
    }

    fn wait_for(&mut self, record: RecordId, save: SaveNo) -> Stored<()> {
        self.tell_later(
            "INSERT INTO waits (record, save_no) VALUES ($1, $2)
             ON CONFLICT (record, save_no) DO NOTHING",
            cells_of![record, save],
        )
    }

    fn waiting_for(&mut self, record: RecordId) -> Stored<Vec<SaveNo>> {
        let rows = self.ask(
            "SELECT save_no FROM waits WHERE record = $1 ORDER BY save_no",
            cells_of![record],
        )?;
        rows.iter().map(save_no).collect()
    }

    fn anything_waits(&mut self) -> Stored<bool> {
        let row = self.ask_one("SELECT EXISTS (SELECT 1 FROM waits) AS any", cells_of![])?;
        row.map_or(Ok(false), |row| row.plain("any"))
    }

    fn wait_for_county(&mut self, save: SaveNo, of: Option<DeviceId>) -> Stored<()> {
        self.tell(
            "INSERT INTO waits_for_county (save_no, device) VALUES ($1, $2)",
            cells_of![save, of],
        )?;
        Ok(())
    }

    fn waiting_for_county(&mut self, which: WaitsFor) -> Stored<Vec<SaveNo>> {
        let rows = match which {
            WaitsFor::Anything => self.ask(
                "SELECT save_no FROM waits_for_county ORDER BY save_no",
                cells_of![],
            ),
            WaitsFor::TheOffice => self.ask(
                "SELECT save_no FROM waits_for_county WHERE device IS NULL ORDER BY save_no",
                cells_of![],
            ),
            WaitsFor::Device(device) => self.ask(
                "SELECT save_no FROM waits_for_county WHERE device = $1 ORDER BY save_no",
                cells_of![device],
            ),
        };
        rows?.iter().map(save_no).collect()
    }

    fn how_many_wait(&mut self) -> Stored<Waits> {
        let row = self.ask_one(
            "SELECT (SELECT count(DISTINCT save_no) FROM waits) AS beginnings,
                 count(*) FILTER (WHERE device IS NULL) AS office, count(device) AS phones
             FROM waits_for_county",
            cells_of![],
        )?;
        let Some(row) = row else {
            return Ok(Waits::default());
        };
        Ok(Waits {
            beginnings: row.count("beginnings")?,
            office: row.count("office")?,
            phones: row.count("phones")?,
        })
    }

    fn stop_waiting(&mut self, save: SaveNo) -> Stored<()> {
        self.tell_later("DELETE FROM waits WHERE save_no = $1", cells_of![save])?;
        self.tell_later(
            "DELETE FROM waits_for_county WHERE save_no = $1",
            cells_of![save],
        )
    }
}

impl PostgresTx<'_> {
    fn refusal(&self, save: SaveNo, row: &Row) -> Stored<Option<Vec<u8>>> {
        let place = save.0.to_be_bytes();
        self.sealer
            .open_maybe(Column::Refusal, &place, row.plain("refusal")?)
    }
}

fn save_no(row: &Row) -> Stored<SaveNo> {
    row.no("save_no").map(SaveNo)
}
