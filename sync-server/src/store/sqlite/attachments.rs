//! Attachments.

use rusqlite::{Row, named_params};
use tanfang_core::attachment::{AttachmentHash, AttachmentRef, MediaType};
use tanfang_core::model::{Compartment, RecordId};

use super::SqliteTx;
use super::columns::{Count, Id};
use crate::store::{
    AttachmentNo, Attachments, DeviceNo, NameRow, PartNo, StoreError, Stored, UploadRow,
};

impl Attachments for SqliteTx<'_> {
    fn upload(&mut self, hash: AttachmentHash, device: DeviceNo) -> Stored<Option<UploadRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT hash, length, media, attachment_no, received, wrapped FROM attachments
             WHERE hash = :hash AND device_no = :device",
        )?;
        let mut rows = ask.query(named_params! {":hash": hash.bytes(), ":device": device})?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(UploadRow {
            no: row.get("attachment_no")?,
            reference: reference(row)?,
            received: row.get::<_, Count>("received")?.0,
            wrapped: row.get("wrapped")?,
        }))
    }

    fn add_upload(
        &mut self,
        reference: &AttachmentRef,
        device: DeviceNo,
        wrapped: &[u8],
        at: i64,
    ) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO attachments
                   (hash, device_no, length, media, received, wrapped, touched_at)
                 VALUES (:hash, :device, :length, :media, 0, :wrapped, :at)",
            )?
            .execute(named_params! {
                ":hash": reference.hash.bytes(), ":device": device,
                ":length": Count(reference.length), ":media": reference.media.as_str(),
                ":wrapped": wrapped, ":at": at,
            })?;
        Ok(())
    }

    fn add_stretch(&mut self, no: AttachmentNo, start: u64, sealed: &[u8]) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO attachment_pieces (attachment_no, start, sealed)
                 VALUES (:no, :start, :sealed)",
            )?
            .execute(named_params! {":no": no, ":start": Count(start), ":sealed": sealed})?;
        Ok(())
    }

    fn set_received(&mut self, no: AttachmentNo, received: u64, at: i64) -> Stored<()> {
        self.sql
            .prepare_cached(
                "UPDATE attachments SET received = :received, touched_at = :at
                 WHERE attachment_no = :no",
            )?
            .execute(named_params! {":no": no, ":received": Count(received), ":at": at})?;
        Ok(())
    }

    fn piece_count(&mut self, no: AttachmentNo) -> Stored<u64> {
        let mut ask = self.sql.prepare_cached(
            "SELECT count(*) AS pieces FROM attachment_pieces WHERE attachment_no = :no",
        )?;
        Ok(ask
            .query_row(named_params! {":no": no}, |row| {
                row.get::<_, Count>("pieces")
            })?
            .0)
    }

    fn stretches(&mut self, no: AttachmentNo, from: u64, end: u64) -> Stored<Vec<(u64, Vec<u8>)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT start, sealed FROM attachment_pieces
             WHERE attachment_no = :no AND start < :end AND start >=
               (SELECT max(start) FROM attachment_pieces
                WHERE attachment_no = :no AND start <= :from)
             ORDER BY start",
        )?;
        let rows = ask.query_map(
            named_params! {":no": no, ":from": Count(from), ":end": Count(end)},
            |row| Ok((row.get::<_, Count>("start")?.0, row.get("sealed")?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn drop_upload(&mut self, no: AttachmentNo) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM attachment_pieces WHERE attachment_no = :no")?
            .execute(named_params! {":no": no})?;
        self.sql
            .prepare_cached("DELETE FROM attachments WHERE attachment_no = :no")?
            .execute(named_params! {":no": no})?;
        Ok(())
    }

    fn forget_upload_key(&mut self, no: AttachmentNo) -> Stored<()> {
        self.sql
            .prepare_cached("UPDATE attachments SET wrapped = NULL WHERE attachment_no = :no")?
            .execute(named_params! {":no": no})?;
        Ok(())
    }

    fn unnamed(&mut self, device: DeviceNo) -> Stored<(u64, u64)> {
        let mut ask = self.sql.prepare_cached(
            "SELECT count(*) AS many, coalesce(sum(length), 0) AS bytes FROM attachments AS sent
             WHERE device_no = :device AND NOT EXISTS
               (SELECT 1 FROM attachment_names AS name
                WHERE name.hash = sent.hash
                  AND (name.device_no = sent.device_no OR name.attachment_no = sent.attachment_no))",
        )?;
        Ok(ask.query_row(named_params! {":device": device}, |row| {
            Ok((
                row.get::<_, Count>("many")?.0,
                row.get::<_, Count>("bytes")?.0,
            ))
        })?)
    }

    fn stale(&mut self, before: i64, most: u32) -> Stored<Vec<AttachmentNo>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT attachment_no FROM attachments AS sent
             WHERE wrapped IS NOT NULL AND touched_at < :before AND NOT EXISTS
               (SELECT 1 FROM attachment_names AS name
                WHERE name.hash = sent.hash
                  AND (name.device_no = sent.device_no OR name.attachment_no = sent.attachment_no))
             ORDER BY touched_at LIMIT :most",
        )?;
        let rows = ask.query_map(named_params! {":before": before, ":most": most}, |row| {
            row.get("attachment_no")
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn add_name(&mut self, name: &NameRow) -> Stored<()> {
        let (no, sealed) = match &name.content {
            Some((no, sealed)) => (Some(*no), Some(sealed)),
            None => (None, None),
        };
        self.sql
            .prepare_cached(
                "INSERT INTO attachment_names (hash, part_no, device_no, record, compartment,
                   length, media, key_no, attachment_no, sealed)
                 VALUES (:hash, :part, :device, :record, :compartment,
                   :length, :media, :key, :no, :sealed)
                 ON CONFLICT (hash, part_no) DO NOTHING",
            )?
            .execute(named_params! {
                ":hash": name.reference.hash.bytes(), ":part": name.part, ":device": name.device,
                ":record": Id(name.record), ":compartment": name.compartment.as_str(),
                ":length": Count(name.reference.length), ":media": name.reference.media.as_str(),
                ":key": name.key, ":no": no, ":sealed": sealed,
            })?;
        Ok(())
    }

    fn names(&mut self, hash: AttachmentHash) -> Stored<Vec<NameRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT hash, length, media, part_no, device_no, record, compartment, key_no,
                    attachment_no, sealed
             FROM attachment_names WHERE hash = :hash ORDER BY part_no",
        )?;
        let mut rows = ask.query(named_params! {":hash": hash.bytes()})?;
        let mut names = Vec::new();
        while let Some(row) = rows.next()? {
            names.push(name(row)?);
        }
        Ok(names)
    }

    fn set_content(
        &mut self,
        hash: AttachmentHash,
        part: PartNo,
        no: AttachmentNo,
        sealed: &[u8],
    ) -> Stored<()> {
        self.sql
            .prepare_cached(
                "UPDATE attachment_names SET attachment_no = :no, sealed = :sealed
                 WHERE hash = :hash AND part_no = :part",
            )?
            .execute(named_params! {
                ":hash": hash.bytes(), ":part": part, ":no": no, ":sealed": sealed,
            })?;
        Ok(())
    }
}

fn name(row: &Row<'_>) -> Stored<NameRow> {
    let compartment: String = row.get("compartment")?;
    let no: Option<AttachmentNo> = row.get("attachment_no")?;
    let sealed: Option<Vec<u8>> = row.get("sealed")?;
    Ok(NameRow {
        reference: reference(row)?,
        part: row.get("part_no")?,
        device: row.get("device_no")?,
        record: row.get::<_, Id<RecordId>>("record")?.0,
        compartment: Compartment::parse(&compartment).ok_or(DAMAGED)?,
        key: row.get("key_no")?,
        content: no.zip(sealed),
    })
}

fn reference(row: &Row<'_>) -> Stored<AttachmentRef> {
    let hash: [u8; 32] = row.get("hash")?;
    let media: String = row.get("media")?;
    Ok(AttachmentRef {
        hash: AttachmentHash::from_slice(&hash).map_err(|_| DAMAGED)?,
        length: row.get::<_, Count>("length")?.0,
        media: MediaType::parse(&media).ok_or(DAMAGED)?,
    })
}

const DAMAGED: StoreError = StoreError::Damaged {
    what: "an attachment",
};
