//! Settled records: read, changed and written with their facts and lines in one step.

use rusqlite::{OptionalExtension, named_params};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::digests::{Told, told_in};
use super::pack::{pack_record, unpack_record, unpack_said};
use super::said::SaidBy;
use super::{StoreError, Tx};
use crate::facts;
use crate::merge::Record;
use crate::model::{Compartment, Feed, Head, Kind, RecordId, Save};

/// A record's place in the table, and the record.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) place: Option<i64>,
    /// The record as it stands.
    pub(super) record: Record,
    /// The own save that said all of it when it was read.
    pub(super) said_by: Option<SaidBy>,
}

impl Change {
    /// A record that is not held yet.
    pub(super) fn new(record: Record) -> Self {
        Self {
            place: None,
            record,
            said_by: None,
        }
    }
}

/// What the server's acceptance of one part says.
pub(super) struct Receipt {
    /// The save.
    pub(super) save: Rc<Save>,
    pub(super) head: Head,
    pub(super) received_at: i64,
    pub(super) compartment: Compartment,
    pub(super) feeds: Vec<Feed>,
    /// Whether the save moved something: then a part may be in no feed, and the record settled in
    /// those of its new place.
    pub(super) moved: bool,
}

impl Tx<'_> {
    /// A settled record.
    pub fn record(&self, id: RecordId) -> Result<Option<Record>, StoreError> {
        Ok(self.find(id)?.map(|change| change.record))
    }

    pub(super) fn find(&self, id: RecordId) -> Result<Option<Change>, StoreError> {
        self.find_among(id, &[])
    }

    /// The same, where these receipts' saves were read already.
    fn find_among(&self, id: RecordId, receipts: &[Receipt]) -> Result<Option<Change>, StoreError> {
        let found = self
            .statement("SELECT place, body FROM records WHERE id = :id")?
            .query_row(named_params! { ":id": id.bytes() }, |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()?;
        let Some((place, body)) = found else {
            return Ok(None);
        };
        let (record, said_by) = match unpack_said(&body)? {
            Some((seq, received_at)) => {
                let mut read = receipts.iter().map(|receipt| &receipt.save);
                let read = read.find(|save| save.envelope.head.seq == seq);
                let (record, said_by) = match read {
                    Some(save) => SaidBy::all_of(id, save, received_at)?,
                    None => self.said_by(id, seq, received_at)?,
                };
                (record, Some(said_by))
            }
            None => (unpack_record(id, &body, &self.terms())?, None),
        };
        Ok(Some(Change {
            place: Some(place),
            record,
            said_by,
        }))
    }

    /// Reads a record (or begins with an empty one), alters it and writes it with its facts.
    pub(super) fn change(
        &self,
        id: RecordId,
        kind: &Kind,
        alter: impl FnOnce(&mut Record),
    ) -> Result<i64, StoreError> {
        let new = || Change::new(Record::new(id, kind.clone()));
        let mut change = self.find(id)?.unwrap_or_else(new);
        alter(&mut change.record);
        self.put(&change)
    }

    /// Writes a record, its line and its facts.
    pub(super) fn put(&self, change: &Change) -> Result<i64, StoreError> {
        let record = &change.record;
        let line = facts::list_row(record);
        let body = match change.said_by.and_then(|said_by| said_by.packed(record)) {
            Some(body) => body,
            None => pack_record(record, &mut self.terms())?,
        };
        // A record that one voided and another edited is shown until somebody decides.
        let shown = is_shown(record) && (!line.void || line.conflicts > 0);
        let sql = match change.place {
            None => {
                "INSERT INTO records
                   (place, id, kind, grp, title, household, area, shown, conflicts, body)
                 VALUES
                   (:place, :id, :kind, :grp, :title, :household, :area, :shown, :conflicts, :body)"
            }
            Some(_) => {
                "UPDATE records SET kind = :kind, grp = :grp, title = :title,
                   household = :household, area = :area, shown = :shown, conflicts = :conflicts,
                   body = :body WHERE place = :place AND id = :id"
            }
        };
        self.statement(sql)?.execute(named_params! {
            ":place": change.place, ":id": record.id.bytes(), ":kind": line.kind.as_str(),
            ":grp": line.group, ":title": line.title,
            ":household": line.household.as_ref().map(|h| h.bytes().as_slice()),
            ":area": line.area, ":shown": shown, ":conflicts": line.conflicts, ":body": body,
        })?;
        let place = change
            .place
            .unwrap_or_else(|| self.connection.last_insert_rowid());
        self.put_facts(place, record, change.place.is_none())?;
        self.name_attachments(place, record, change.place.is_none())?;
        Ok(place)
    }

    /// Takes a record out of the tables: nothing of it may be held and nothing of it is unsent.
    pub(super) fn drop_record(&self, place: i64) -> Result<(), StoreError> {
        self.took_away.set(true);
        self.statement("DELETE FROM records WHERE place = :place")?
            .execute(named_params! { ":place": place })?;
        Ok(())
    }

    /// Writes receipts into a record, and drops what its author may not hold.
    pub(super) fn receive(
        &self,
        id: RecordId,
        receipts: &[Receipt],
        allowed: &BTreeSet<Feed>,
    ) -> Result<(), StoreError> {
        let Some(mut change) = self.find_among(id, receipts)? else {
            return Ok(());
        };
        let Some(place) = change.place else {
            return Ok(());
        };
        let known = change.record.origins.values();
        let known = known.filter(|origin| origin.received_at.is_some()).count() > 0;
        let before = match known {
            true => told_in(&change.record, self.feeds_holding(Some(place))?),
            false => Told::new(),
        };
        let mut foreign = BTreeSet::new();
        let mut held = BTreeSet::new();
        for receipt in receipts {
            if let Some(origin) = change.record.origins.get_mut(&receipt.head) {
                let first = origin.received_at.unwrap_or(receipt.received_at);
                origin.received_at = Some(first.min(receipt.received_at));
            }
            held.extend(receipt.feeds.iter().filter(|feed| allowed.contains(feed)));
            let placed = !receipt.feeds.is_empty() || receipt.moved;
            if placed && !receipt.feeds.iter().any(|f| allowed.contains(f)) {
                foreign.insert(receipt.compartment);
            }
        }
        for feed in &held {
            self.hold(place, feed)?;
        }
        if !foreign.is_empty() {
            let open = self.open_parts()?;
            let mine = open.get(&id).map(Vec::as_slice).unwrap_or_default();
            for compartment in foreign {
                if !self.is_carried(place, compartment)? {
                    self.forget_kept()?;
                    self.took_away.set(true);
                    change.record = without(&change.record, compartment, mine);
                }
            }
        }
        let held = match known {
            true => self.feeds_holding(Some(place))?,
            false => held.into_iter().cloned().collect(),
        };
        self.shift_digests(before, told_in(&change.record, held));
        if change.record.fields.is_empty() {
            // Not even that there is such a record stays with who may hold nothing of it.
            return self.drop_record(place);
        }
        self.put_received(&change)
    }

    /// Writes a record of which nothing but receipts altered since it was read; one that an own save
    /// says whole has the line that it had.
    pub(super) fn put_received(&self, change: &Change) -> Result<(), StoreError> {
        let said = change
            .said_by
            .and_then(|said_by| said_by.packed(&change.record));
        let Some((place, body)) = change.place.zip(said) else {
            return self.put(change).map(drop);
        };
        self.statement("UPDATE records SET body = :body WHERE place = :place")?
            .execute(named_params! { ":place": place, ":body": body })?;
        self.put_facts(place, &change.record, false)?;
        self.names_are_received(place, &change.record)
    }

    /// Makes every line and fact again from the settled records.
    pub fn rebuild(&self) -> Result<u64, StoreError> {
        let ids: Vec<Vec<u8>> = {
            let mut statement = self.statement("SELECT id FROM records ORDER BY place")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for id in &ids {
            let id = RecordId::from_slice(id).map_err(|_| StoreError::Unreadable)?;
            if let Some(change) = self.find(id)? {
                self.put(&change)?;
            }
        }
        Ok(ids.len() as u64)
    }
}

/// A part whose record has no part that makes it visible is kept, not shown.
fn is_shown(record: &Record) -> bool {
    let visible = |c: Compartment| {
        matches!(
            c,
            Compartment::Contact | Compartment::Roster | Compartment::Protection
        )
    };
    record.begun && record.fields.values().any(|r| visible(r.compartment))
}

/// The record without what travels in one compartment, save for own parts that are not accepted.
pub(super) fn without(
    record: &Record,
    compartment: Compartment,
    mine: &[(crate::model::Part, crate::model::Origin)],
) -> Record {
    let mut rest = Record::new(record.id, record.kind.clone());
    for kept in Compartment::ALL.into_iter().filter(|c| *c != compartment) {
        rest.join(&record.in_compartment(kept));
    }
    mine.iter()
        .filter(|(part, _)| part.compartment == compartment)
        .for_each(|(part, origin)| rest.hear(part, origin));
    rest.begun = record.begun;
    rest
}
