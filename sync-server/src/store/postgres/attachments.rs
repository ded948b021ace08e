//! Attachments.

use tanfang_core::attachment::{AttachmentHash, AttachmentRef, MediaType};
use tanfang_core::model::Compartment;
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of};
use crate::store::{
    AttachmentNo, Attachments, DeviceNo, KeyNo, NameRow, PartNo, StoreError, Stored, UploadRow,
};

impl PostgresTx<'_> {
    fn found_by(&self, hash: AttachmentHash) -> [u8; 32] {
        self.sealer.attachment_key(hash.bytes())
    }
}

impl Attachments for PostgresTx<'_> {
    fn upload(&mut self, hash: AttachmentHash, device: DeviceNo) -> Stored<Option<UploadRow>> {
        let row = self.ask_one(
            "SELECT length, media, attachment_no, received, wrapped FROM attachments
             WHERE hash_key = $1 AND device_no = $2",
            cells_of![self.found_by(hash), device],
        )?;
        let upload = |row: Row| {
            Ok(UploadRow {
                no: AttachmentNo(row.no("attachment_no")?),
                reference: reference(hash, &row)?,
                received: row.count("received")?,
                wrapped: row.plain("wrapped")?,
            })
        };
        row.map(upload).transpose()
    }

    fn add_upload(
        &mut self,
        reference: &AttachmentRef,
        device: DeviceNo,
        wrapped: &[u8],
        at: i64,
    ) -> Stored<()> {
        self.tell(
            "INSERT INTO attachments
               (attachment_no, hash_key, device_no, length, media, received, wrapped, touched_at)
             SELECT coalesce(max(attachment_no), 0) + 1, $1, $2, $3, $4, 0, $5, $6
             FROM attachments",
            cells_of![
                self.found_by(reference.hash),
                device,
                reference.length,
                reference.media.as_str(),
                wrapped,
                at,
            ],
        )?;
        Ok(())
    }

    fn add_stretch(&mut self, no: AttachmentNo, start: u64, sealed: &[u8]) -> Stored<()> {
        self.tell(
            "INSERT INTO attachment_pieces (attachment_no, start, sealed) VALUES ($1, $2, $3)",
            cells_of![no, start, sealed],
        )?;
        Ok(())
    }

    fn set_received(&mut self, no: AttachmentNo, received: u64, at: i64) -> Stored<()> {
        self.tell(
            "UPDATE attachments SET received = $2, touched_at = $3 WHERE attachment_no = $1",
            cells_of![no, received, at],
        )?;
        Ok(())
    }

    fn piece_count(&mut self, no: AttachmentNo) -> Stored<u64> {
        let row = self.ask_one(
            "SELECT count(*) AS pieces FROM attachment_pieces WHERE attachment_no = $1",
            cells_of![no],
        )?;
        row.map_or(Ok(0), |row| row.count("pieces"))
    }

    fn stretches(&mut self, no: AttachmentNo, from: u64, end: u64) -> Stored<Vec<(u64, Vec<u8>)>> {
        let rows = self.ask(
            "SELECT start, sealed FROM attachment_pieces
             WHERE attachment_no = $1 AND start < $3 AND start >=
               (SELECT max(start) FROM attachment_pieces WHERE attachment_no = $1 AND start <= $2)
             ORDER BY start",
            cells_of![no, from, end],
        )?;
        let piece = |row: &Row| Ok((row.count("start")?, row.plain("sealed")?));
        rows.iter().map(piece).collect()
    }

    fn drop_upload(&mut self, no: AttachmentNo) -> Stored<()> {
        self.tell(
            "DELETE FROM attachment_pieces WHERE attachment_no = $1",
            cells_of![no],
        )?;
        self.tell(
            "DELETE FROM attachments WHERE attachment_no = $1",
            cells_of![no],
        )?;
        Ok(())
    }

    fn forget_upload_key(&mut self, no: AttachmentNo) -> Stored<()> {
        self.tell(
            "UPDATE attachments SET wrapped = NULL WHERE attachment_no = $1",
            cells_of![no],
        )?;
        Ok(())
    }

    fn unnamed(&mut self, device: DeviceNo) -> Stored<(u64, u64)> {
        let row = self.ask_one(
            "SELECT count(*) AS many, coalesce(sum(length), 0)::bigint AS bytes
             FROM attachments AS sent WHERE device_no = $1 AND NOT EXISTS
               (SELECT 1 FROM attachment_names AS name
                WHERE name.hash_key = sent.hash_key
                  AND (name.device_no = sent.device_no OR name.attachment_no = sent.attachment_no))",
            cells_of![device],
        )?;
        row.map_or(Ok((0, 0)), |row| {
            Ok((row.count("many")?, row.count("bytes")?))
        })
    }

    fn stale(&mut self, before: i64, most: u32) -> Stored<Vec<AttachmentNo>> {
        let rows = self.ask(
            "SELECT attachment_no FROM attachments AS sent
             WHERE wrapped IS NOT NULL AND touched_at < $1 AND NOT EXISTS
               (SELECT 1 FROM attachment_names AS name
                WHERE name.hash_key = sent.hash_key
                  AND (name.device_no = sent.device_no OR name.attachment_no = sent.attachment_no))
             ORDER BY touched_at LIMIT $2",
            cells_of![before, most],
        )?;
        rows.iter()
            .map(|row| row.no("attachment_no").map(AttachmentNo))
            .collect()
    }

    fn add_name(&mut self, name: &NameRow) -> Stored<()> {
        let (no, sealed) = match &name.content {
            Some((no, sealed)) => (Some(*no), Some(sealed.as_slice())),
            None => (None, None),
        };
        self.tell(
            "INSERT INTO attachment_names (hash_key, part_no, device_no, record, compartment,
               length, media, key_no, attachment_no, sealed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (hash_key, part_no) DO NOTHING",
            cells_of![
                self.found_by(name.reference.hash),
                name.part,
                name.device,
                name.record,
                name.compartment.as_str(),
                name.reference.length,
                name.reference.media.as_str(),
                name.key,
                no,
                sealed,
            ],
        )?;
        Ok(())
    }

    fn names(&mut self, hash: AttachmentHash) -> Stored<Vec<NameRow>> {
        let rows = self.ask(
            "SELECT length, media, part_no, device_no, record, compartment, key_no,
                    attachment_no, sealed
             FROM attachment_names WHERE hash_key = $1 ORDER BY part_no",
            cells_of![self.found_by(hash)],
        )?;
        rows.iter().map(|row| name(hash, row)).collect()
    }

    fn set_content(
        &mut self,
        hash: AttachmentHash,
        part: PartNo,
        no: AttachmentNo,
        sealed: &[u8],
    ) -> Stored<()> {
        self.tell(
            "UPDATE attachment_names SET attachment_no = $3, sealed = $4
             WHERE hash_key = $1 AND part_no = $2",
            cells_of![self.found_by(hash), part, no, sealed],
        )?;
        Ok(())
    }
}

fn name(hash: AttachmentHash, row: &Row) -> Stored<NameRow> {
    let no: Option<i64> = row.plain("attachment_no")?;
    let sealed: Option<Vec<u8>> = row.plain("sealed")?;
    Ok(NameRow {
        reference: reference(hash, row)?,
        part: PartNo(row.no("part_no")?),
        device: DeviceNo(row.no("device_no")?),
        record: row.id("record")?,
        compartment: Compartment::parse(row.plain("compartment")?).ok_or(DAMAGED)?,
        key: KeyNo(row.no("key_no")?),
        content: no.map(AttachmentNo).zip(sealed),
    })
}

fn reference(hash: AttachmentHash, row: &Row) -> Stored<AttachmentRef> {
    Ok(AttachmentRef {
        hash,
        length: row.count("length")?,
        media: MediaType::parse(row.plain("media")?).ok_or(DAMAGED)?,
    })
}

const DAMAGED: StoreError = StoreError::Damaged {
    what: "an attachment",
};
