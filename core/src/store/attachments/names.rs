//! What names an attachment, what is to be carried, and what nobody names any more.

use rusqlite::{OptionalExtension, named_params};
use std::collections::{BTreeMap, BTreeSet};

use super::{COLUMNS, Held, THERE, held, reference};
use crate::attachment::{AttachmentHash, AttachmentRef};
use crate::merge::Record;
use crate::model::{RecordId, Save, Value};
use crate::store::carried::KEPT_MILLIS;
use crate::store::pack::unpack_save;
use crate::store::{DraftId, StoreError, Tx};

/// An attachment that a settled record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// How the record names it.
    pub reference: AttachmentRef,
    /// Which record.
    pub record: RecordId,
    /// Whether the server has a save that names it there.
    pub accepted: bool,
}

/// An attachment that a record names and that is not wholly here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanting {
    /// How the record names it.
    pub reference: AttachmentRef,
    /// How many bytes are here.
    pub here: u64,
    /// Whether a person asked for it.
    pub wanted: bool,
}

/// How many are looked at in one sync; what is left comes with the next.
const MOST: i64 = 500;

impl Tx<'_> {
    /// Notes what a settled record names, in the place of what it named.
    pub(in crate::store) fn name_attachments(
        &self,
        place: i64,
        record: &Record,
        is_new: bool,
    ) -> Result<(), StoreError> {
        let mut replaced = BTreeMap::new();
        if !is_new {
            replaced = self.replaced_in(place)?;
            self.statement("DELETE FROM attachment_names WHERE record = :record")?
                .execute(named_params! { ":record": place })?;
        }
        let now = self.server_millis()?.unwrap_or_default();
        for (reference, named) in named_by(record) {
            let since = replaced.get(reference.hash.bytes().as_slice());
            let past_since = (!named.shown).then(|| since.copied().unwrap_or(now));
            self.statement(
                "INSERT INTO attachment_names (hash, record, length, media, accepted, past_since)
                 VALUES (:hash, :record, :length, :media, :accepted, :past_since)
                 ON CONFLICT (hash, record) DO UPDATE SET
                   accepted = max(accepted, excluded.accepted),
                   past_since = min(past_since, excluded.past_since)",
            )?
            .execute(named_params! {
                ":hash": reference.hash.bytes(), ":record": place,
                ":length": reference.length as i64, ":media": reference.media.as_str(),
                ":accepted": named.accepted, ":past_since": past_since,
            })?;
        }
        Ok(())
    }

    /// Since when only the record's past names each of these.
    fn replaced_in(&self, place: i64) -> Result<BTreeMap<Vec<u8>, i64>, StoreError> {
        let mut statement = self.statement(
            "SELECT hash, past_since FROM attachment_names
             WHERE record = :record AND past_since IS NOT NULL",
        )?;
        let rows = statement.query_map(named_params! { ":record": place }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every attachment that settled records name, or that one does; the newest record first.
    pub fn named_attachments(&self, of: Option<RecordId>) -> Result<Vec<Named>, StoreError> {
        let mut statement = self.statement(
            "SELECT name.hash, name.length, name.media, name.accepted, records.id
             FROM attachment_names AS name JOIN records ON records.place = name.record
             WHERE name.past_since IS NULL AND (:of IS NULL OR name.record = (SELECT place FROM records WHERE id = :of))
             ORDER BY records.id DESC, name.hash",
        )?;
        let of = of.as_ref().map(|id| id.bytes().as_slice());
        let mut rows = statement.query(named_params! { ":of": of })?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let id: Vec<u8> = row.get(4)?;
            all.push(Named {
                reference: reference(row)?,
                accepted: row.get(3)?,
                record: RecordId::from_slice(&id).map_err(|_| StoreError::Unreadable)?,
            });
        }
        Ok(all)
    }

    /// How a record names the attachment of this hash, if one does or did.
    pub fn named_attachment(
        &self,
        hash: AttachmentHash,
    ) -> Result<Option<AttachmentRef>, StoreError> {
        self.statement(
            "SELECT hash, length, media FROM attachment_names WHERE hash = :hash
             ORDER BY past_since IS NOT NULL, accepted DESC LIMIT 1",
        )?
        .query_row(named_params! { ":hash": hash.bytes() }, |row| {
            Ok(reference(row))
        })
        .optional()?
        .transpose()
    }

    /// Whether a record or this phone knows an attachment so: of this hash, length and type.
    pub fn knows_attachment(&self, wanted: &AttachmentRef) -> Result<bool, StoreError> {
        if let Some(held) = self.attachment(wanted.hash)?
            && held.is_whole()
        {
            return Ok(held.reference == *wanted);
        }
        let mut statement = self.statement(
            "SELECT 1 FROM attachment_names
             WHERE hash = :hash AND length = :length AND media = :media",
        )?;
        Ok(statement.exists(named_params! {
            ":hash": wanted.hash.bytes(), ":length": wanted.length as i64,
            ":media": wanted.media.as_str(),
        })?)
    }

    /// The server has this save of the phone's: what it names is to be sent, whatever becomes of the
    /// record that names it here.
    pub(in crate::store) fn attachments_are_due(&self, save: &Save) -> Result<(), StoreError> {
        let writes = save.parts.iter().flat_map(|part| &part.writes);
        for reference in writes.flat_map(|write| references(&write.value)) {
            self.statement("UPDATE attachments SET due = 1 WHERE hash = :hash AND own = 1")?
                .execute(named_params! { ":hash": reference.hash.bytes() })?;
        }
        Ok(())
    }

    /// What is whole here, named by a save that the server has, and not known to be there, but for
    /// what the server did not take.
    pub fn attachments_to_send(&self) -> Result<Vec<Held>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM attachments
             WHERE here = length AND at_server <> :there AND problem IS NULL
               AND (due = 1 OR EXISTS (SELECT 1 FROM attachment_names AS name
                           WHERE name.hash = attachments.hash AND name.accepted = 1))
             ORDER BY own DESC, made_at, hash LIMIT :most"
        );
        let mut statement = self.statement(&sql)?;
        let mut rows = statement.query(named_params! { ":there": THERE, ":most": MOST })?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(held(row)?);
        }
        Ok(all)
    }

    /// How many of this phone's attachments the server lacks that a save names which it has, and how
    /// many that records name are not wholly here.
    pub fn attachments_left(&self) -> Result<(u64, u64), StoreError> {
        let count = |sql: &str| -> Result<u64, StoreError> {
            let counted = self
                .statement(sql)?
                .query_row([], |row| row.get::<_, i64>(0))?;
            Ok(counted as u64)
        };
        let waiting = count(
            "SELECT count(*) FROM attachments WHERE own = 1 AND at_server <> 1
               AND (due = 1 OR EXISTS (SELECT 1 FROM attachment_names AS name
                           WHERE name.hash = attachments.hash AND name.accepted = 1))",
        )?;
        let missing = count(
            "SELECT count(DISTINCT name.hash) FROM attachment_names AS name
             LEFT JOIN attachments AS kept ON kept.hash = name.hash
             WHERE name.past_since IS NULL AND (kept.hash IS NULL OR kept.here < kept.length)",
        )?;
        Ok((waiting, missing))
    }

    /// What records name and is not wholly here: what a person asked for first, then those of the
    /// newest records; what the server said that it has not comes last.
    pub fn attachments_to_fetch(&self) -> Result<Vec<Wanting>, StoreError> {
        let mut statement = self.statement(
            "SELECT name.hash, max(name.length), name.media, coalesce(kept.here, 0),
                    coalesce(kept.wanted, 0) AS wanted
             FROM attachment_names AS name
             JOIN records ON records.place = name.record
             LEFT JOIN attachments AS kept ON kept.hash = name.hash
             WHERE name.accepted = 1 AND (name.past_since IS NULL OR kept.wanted = 1)
               AND (kept.hash IS NULL OR
               kept.here < kept.length AND (kept.problem IS NULL OR kept.wanted = 1))
             GROUP BY name.hash
             ORDER BY wanted DESC, coalesce(kept.at_server, 0) = 2, max(records.id) DESC
             LIMIT :most",
        )?;
        let mut rows = statement.query(named_params! { ":most": MOST })?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(Wanting {
                reference: reference(row)?,
                here: row.get::<_, i64>(3)? as u64,
                wanted: row.get(4)?,
            });
        }
        Ok(all)
    }

    /// How many bytes are here of what was fetched.
    pub fn fetched_bytes(&self) -> Result<u64, StoreError> {
        let mut statement =
            self.statement("SELECT coalesce(sum(here), 0) FROM attachments WHERE own = 0")?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Throws away what a right that ended left without a name, and what a later value replaced thirty
    /// days ago: what was fetched, and own ones that the server has had for as long. Until then a
    /// server that was set back may lack them, and nobody else need have them (ADR 0013).
    pub fn sweep_unnamed(&self) -> Result<u64, StoreError> {
        let loose = self.unnamed("own = 0 OR at_server = 1")?;
        self.sweep(loose)
    }

    /// Throws away every own one that the server has and no record names: this phone was revoked.
    pub fn sweep_sent(&self) -> Result<u64, StoreError> {
        self.statement("UPDATE attachments SET sent_at = NULL WHERE own = 1 AND at_server = 1")?
            .execute([])?;
        self.sweep_unnamed()
    }

    /// Throws away what was attached before a moment and is in no record, draft or save.
    pub fn sweep_attached_before(&self, millis: i64) -> Result<u64, StoreError> {
        let loose = self.unnamed(&format!("own = 1 AND made_at < {millis}"))?;
        self.sweep(loose)
    }

    /// Drops a draft that a person threw away, with the attachments that only it named.
    pub fn drop_draft_and_attachments(&self, id: DraftId) -> Result<(), StoreError> {
        let Some(draft) = self.draft(id)? else {
            return Ok(());
        };
        self.drop_draft(id)?;
        let mut loose = self.unnamed("own = 1")?;
        loose.retain(|hash| draft.answers.contains(&hash.to_string()));
        self.sweep(loose).map(|_| ())
    }

    fn unnamed(&self, further: &str) -> Result<BTreeSet<AttachmentHash>, StoreError> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT hash FROM attachments WHERE ({further})
             AND NOT (own = 1 AND due = 1 AND (at_server <> 1 OR coalesce(sent_at, 0) >= :kept_from))
             AND NOT EXISTS
             (SELECT 1 FROM attachment_names AS name WHERE name.hash = attachments.hash
              AND (name.past_since IS NULL OR name.past_since >= :kept_from))"
        ))?;
        let kept_from = self.server_millis()?.unwrap_or_default() - KEPT_MILLIS;
        let rows = statement.query_map(named_params! { ":kept_from": kept_from }, |row| {
            row.get::<_, [u8; 32]>(0)
        })?;
        rows.map(|hash| AttachmentHash::from_slice(&hash?).map_err(|_| StoreError::Unreadable))
            .collect()
    }

    /// Throws these away, but for what a draft or an own save that is not accepted names.
    fn sweep(&self, mut loose: BTreeSet<AttachmentHash>) -> Result<u64, StoreError> {
        if loose.is_empty() {
            return Ok(0);
        }
        for draft in self.drafts()? {
            loose.retain(|hash| !draft.answers.contains(&hash.to_string()));
        }
        if !loose.is_empty() {
            for hash in self.named_by_open_saves()? {
                loose.remove(&hash);
            }
        }
        for hash in &loose {
            self.forget_attachment(*hash)?;
        }
        Ok(loose.len() as u64)
    }

    /// Writes down that what a record names was accepted; what it names has not altered.
    pub(in crate::store) fn names_are_received(
        &self,
        place: i64,
        record: &Record,
    ) -> Result<(), StoreError> {
        if named_by(record).is_empty() {
            return Ok(());
        }
        self.name_attachments(place, record, false)
    }

    /// What own saves name that are not accepted, withdrawn ones too: they stay for reading.
    fn named_by_open_saves(&self) -> Result<BTreeSet<AttachmentHash>, StoreError> {
        let mut statement = self.statement("SELECT body FROM saves WHERE state <> 3")?;
        let mut rows = statement.query([])?;
        let mut named = BTreeSet::new();
        while let Some(row) = rows.next()? {
            let body: Vec<u8> = row.get(0)?;
            for part in unpack_save(&body, &self.terms())?.parts {
                let values = part.writes.iter().map(|write| &write.value);
                named.extend(values.flat_map(references).map(|found| found.hash));
            }
        }
        Ok(named)
    }
}

/// How a record names an attachment.
#[derive(Default)]
struct Naming {
    /// Whether the server has a save that does.
    accepted: bool,
    /// Whether the record shows it, or a person has yet to choose it; else its past does.
    shown: bool,
}

/// The attachments that a record's values name, those of its past too.
fn named_by(record: &Record) -> BTreeMap<AttachmentRef, Naming> {
    let mut named: BTreeMap<AttachmentRef, Naming> = BTreeMap::new();
    for register in record.fields.values() {
        let live = register.live.iter().map(|(head, told)| (head, told, true));
        let past = register.past.iter();
        let past = past.filter_map(|(head, told)| Some((head, told.as_ref()?, false)));
        for (head, told, shown) in live.chain(past) {
            for reference in references(&told.value) {
                let origin = record.origins.get(head);
                let naming = named.entry(reference).or_default();
                naming.accepted |= origin.is_some_and(|origin| origin.received_at.is_some());
                naming.shown |= shown;
            }
        }
    }
    named
}

/// The references in a value; nothing but a map or a list can hold one.
fn references(value: &Value) -> Vec<AttachmentRef> {
    match value {
        Value::Map(_) => AttachmentRef::of_value(value).into_iter().collect(),
        Value::List(list) => list.iter().filter_map(AttachmentRef::of_value).collect(),
        _ => Vec::new(),
    }
}
