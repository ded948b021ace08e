//! Attachments: their bytes in the one encrypted file, piece by piece, beside what names them.

mod names;

use rusqlite::{OptionalExtension, Row, named_params};

use super::{StoreError, Tx};
use crate::attachment::{AttachmentHash, AttachmentRef, MediaType, PIECE_BYTES, Prepared};

pub use names::{Named, Wanting};

/// Whether the server has an attachment, by its own word.
const NOT_KNOWN: i64 = 0;
const THERE: i64 = 1;
const NOT_YET: i64 = 2;

/// An attachment that this phone has, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How fields name it.
    pub reference: AttachmentRef,
    /// Whether it was attached on this phone.
    pub own: bool,
    /// How many of its bytes are here, from the first.
    pub here: u64,
    /// How many of them the server said it has; none before it was asked.
    pub sent: Option<u64>,
    /// Whether the server said that it has all of it.
    pub at_server: bool,
    /// Whether the server said that it was not sent to it yet.
    pub not_yet: bool,
    /// Whether a person asked for it.
    pub wanted: bool,
    /// Whether a save of this phone's that the server has named it.
    pub due: bool,
    /// Why the server does not take it.
    pub problem: Option<String>,
}

impl Held {
    /// Whether all of it is here.
    pub fn is_whole(&self) -> bool {
        self.here == self.reference.length
    }
}

const COLUMNS: &str = "hash, length, media, own, here, sent, at_server, wanted, problem, due";

impl Tx<'_> {
    /// Keeps what was attached on this phone, whole. What is here already stays as it is, and is
    /// offered to the server again if that did not take it.
    pub fn attach(&self, prepared: &Prepared, now_millis: i64) -> Result<(), StoreError> {
        let reference = &prepared.reference;
        let known = self.attachment(reference.hash)?;
        if known.is_some_and(|held| held.is_whole()) {
            self.statement("UPDATE attachments SET problem = NULL WHERE hash = :hash")?
                .execute(named_params! { ":hash": reference.hash.bytes() })?;
            return Ok(());
        }
        self.forget_attachment(reference.hash)?;
        self.begin(reference, true, now_millis)?;
        for piece in prepared.bytes.chunks(PIECE_BYTES) {
            self.add_piece(reference.hash, piece)?;
        }
        Ok(())
    }

    fn begin(
        &self,
        reference: &AttachmentRef,
        own: bool,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO attachments (hash, length, media, own, here, sent, at_server, wanted, made_at)
             VALUES (:hash, :length, :media, :own, 0, NULL, 0, 0, :made_at)
             ON CONFLICT (hash) DO NOTHING",
        )?
        .execute(named_params! {
            ":hash": reference.hash.bytes(), ":length": reference.length as i64,
            ":media": reference.media.as_str(), ":own": own, ":made_at": now_millis,
        })?;
        Ok(())
    }

    /// Begins to fetch one, where nothing of it is here.
    pub fn begin_attachment(&self, reference: &AttachmentRef) -> Result<(), StoreError> {
        self.begin(reference, false, 0)
    }

    /// Appends what follows the bytes that are here.
    pub fn add_piece(&self, hash: AttachmentHash, bytes: &[u8]) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO attachment_pieces (hash, start, bytes)
             SELECT :hash, here, :bytes FROM attachments WHERE hash = :hash",
        )?
        .execute(named_params! { ":hash": hash.bytes(), ":bytes": bytes })?;
        self.statement("UPDATE attachments SET here = here + :count WHERE hash = :hash")?
            .execute(named_params! { ":hash": hash.bytes(), ":count": bytes.len() as i64 })?;
        Ok(())
    }

    /// An attachment that is here, whole or in part.
    pub fn attachment(&self, hash: AttachmentHash) -> Result<Option<Held>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM attachments WHERE hash = :hash");
        self.statement(&sql)?
            .query_row(named_params! { ":hash": hash.bytes() }, |row| Ok(held(row)))
            .optional()?
            .transpose()
    }

    /// Every attachment that is here, whole or in part, the oldest first.
    pub fn attachments(&self) -> Result<Vec<Held>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM attachments ORDER BY made_at, hash");
        let mut statement = self.statement(&sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(held(row)?);
        }
        Ok(all)
    }

    /// The bytes from one on, at most so many; empty at the end of what is here.
    pub fn attachment_bytes(
        &self,
        hash: AttachmentHash,
        from: u64,
        most: usize,
    ) -> Result<Vec<u8>, StoreError> {
        let mut statement = self.statement(
            "SELECT start, bytes FROM attachment_pieces WHERE hash = :hash
             AND start + length(bytes) > :from AND start < :end ORDER BY start",
        )?;
        let end = from.saturating_add(most as u64);
        let mut rows = statement.query(named_params! {
            ":hash": hash.bytes(), ":from": signed(from), ":end": signed(end),
        })?;
        let mut bytes = Vec::new();
        while let Some(row) = rows.next()? {
            let skipped = from.saturating_sub(row.get::<_, i64>(0)? as u64) as usize;
            let piece: Vec<u8> = row.get(1)?;
            bytes.extend_from_slice(piece.get(skipped.min(piece.len())..).unwrap_or_default());
        }
        bytes.truncate(most);
        Ok(bytes)
    }

    /// The server said how many bytes it has; with all of them it has the attachment.
    pub fn set_sent(&self, hash: AttachmentHash, sent: u64) -> Result<(), StoreError> {
        let now = self.server_millis()?.unwrap_or_default();
        self.statement(
            "UPDATE attachments SET sent = :sent, problem = NULL,
               at_server = CASE WHEN :sent = length THEN :there ELSE :not_known END,
               sent_at = CASE WHEN :sent = length THEN coalesce(sent_at, :now) END
             WHERE hash = :hash",
        )?
        .execute(named_params! {
            ":hash": hash.bytes(), ":sent": signed(sent), ":there": THERE, ":not_known": NOT_KNOWN,
            ":now": now,
        })?;
        Ok(())
    }

    /// The server gave a byte of it, so it has it.
    pub fn set_at_server(&self, hash: AttachmentHash) -> Result<(), StoreError> {
        let now = self.server_millis()?.unwrap_or_default();
        self.statement(
            "UPDATE attachments SET at_server = :there, sent_at = coalesce(sent_at, :now)
             WHERE hash = :hash",
        )?
        .execute(named_params! { ":hash": hash.bytes(), ":there": THERE, ":now": now })?;
        Ok(())
    }

    /// The server said that it was not sent to it yet.
    pub fn set_not_yet(&self, hash: AttachmentHash) -> Result<(), StoreError> {
        self.statement("UPDATE attachments SET at_server = :not_yet WHERE hash = :hash")?
            .execute(named_params! { ":hash": hash.bytes(), ":not_yet": NOT_YET })?;
        Ok(())
    }

    /// The server does not take it, or what it gave was not it.
    pub fn set_problem(&self, hash: AttachmentHash, problem: &str) -> Result<(), StoreError> {
        self.statement(
            "UPDATE attachments SET problem = :problem, sent = NULL WHERE hash = :hash",
        )?
        .execute(named_params! { ":hash": hash.bytes(), ":problem": problem })?;
        Ok(())
    }

    /// A person asks for it, or is served.
    pub fn set_wanted(&self, hash: AttachmentHash, wanted: bool) -> Result<(), StoreError> {
        self.statement("UPDATE attachments SET wanted = :wanted WHERE hash = :hash")?
            .execute(named_params! { ":hash": hash.bytes(), ":wanted": wanted })?;
        Ok(())
    }

    /// A server of another history may have lost what it had: everything is offered again.
    pub(super) fn offer_attachments_again(&self) -> Result<(), StoreError> {
        self.statement(
            "UPDATE attachments SET sent = NULL, at_server = 0, sent_at = NULL, problem = NULL",
        )?
        .execute([])?;
        Ok(())
    }

    /// Throws the bytes away that are here of it.
    pub fn forget_attachment(&self, hash: AttachmentHash) -> Result<(), StoreError> {
        let gone = self
            .statement("DELETE FROM attachments WHERE hash = :hash")?
            .execute(named_params! { ":hash": hash.bytes() })?;
        if gone > 0 {
            self.took_away.set(true);
        }
        Ok(())
    }
}

fn held(row: &Row<'_>) -> Result<Held, StoreError> {
    Ok(Held {
        reference: reference(row)?,
        own: row.get(3)?,
        here: row.get::<_, i64>(4)? as u64,
        sent: row.get::<_, Option<i64>>(5)?.map(|sent| sent as u64),
        at_server: row.get::<_, i64>(6)? == THERE,
        not_yet: row.get::<_, i64>(6)? == NOT_YET,
        wanted: row.get(7)?,
        problem: row.get(8)?,
        due: row.get(9)?,
    })
}

/// The reference in a row's first three columns.
fn reference(row: &Row<'_>) -> Result<AttachmentRef, StoreError> {
    let hash: [u8; 32] = row.get(0)?;
    let media: String = row.get(2)?;
    Ok(AttachmentRef {
        hash: AttachmentHash::from_slice(&hash).map_err(|_| StoreError::Unreadable)?,
        length: row.get::<_, i64>(1)? as u64,
        media: MediaType::parse(&media).ok_or(StoreError::Unreadable)?,
    })
}

/// SQLite's whole numbers are signed; no attachment is as long.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
