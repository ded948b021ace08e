//! Records of which only one own save spoke: their values stand in that save and nowhere else.

use super::pack::{Unreadable, pack_said};
use super::records::Change;
use super::{StoreError, Tx};
use crate::merge::Record;
use crate::model::{DeviceSeq, Head, Origin, RecordId, Save};

/// The own save that said all that is known of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct SaidBy {
    head: Head,
    /// How many fields it said.
    fields: usize,
}

impl SaidBy {
    /// Of a record of which nothing but this save was heard.
    pub(super) fn new(save: &Save, record: &Record) -> Self {
        Self {
            head: save.envelope.head,
            fields: record.fields.len(),
        }
    }

    /// The record that a save said all of.
    pub(super) fn all_of(
        id: RecordId,
        save: &Save,
        received_at: Option<i64>,
    ) -> Result<(Record, Self), Unreadable> {
        let origin = Origin {
            envelope: save.envelope.clone(),
            received_at,
        };
        let record = said_in(id, save, &origin).ok_or(Unreadable)?;
        let said_by = Self::new(save, &record);
        Ok((record, said_by))
    }

    /// What is kept of the record, if the save still says the whole of it: what a save told under
    /// its head never alters, so that it is enough to look whether something came or went.
    pub(super) fn packed(self, record: &Record) -> Option<Vec<u8>> {
        let (head, origin) = record.origins.first_key_value()?;
        let alone = record.begun && *head == self.head && record.origins.len() == 1;
        let whole = record.fields.len() == self.fields;
        let mut registers = record.fields.values();
        let plain = registers.all(|register| {
            register.past.is_empty()
                && register.live.len() == 1
                && register.live.contains_key(&self.head)
        });
        (alone && whole && plain).then(|| pack_said(self.head.seq, origin.received_at))
    }
}

impl Tx<'_> {
    /// Settles the parts of an own save that write one record.
    pub(super) fn settle_own(&self, id: RecordId, save: &Save) -> Result<(), StoreError> {
        let origin = Origin {
            envelope: save.envelope.clone(),
            received_at: None,
        };
        let mut change = match self.find(id)? {
            Some(change) => change,
            None => Change::new(said_in(id, save, &origin).ok_or(Unreadable)?),
        };
        match change.place {
            None => change.said_by = Some(SaidBy::new(save, &change.record)),
            Some(_) => {
                let parts = save.parts.iter().filter(|part| part.record == id);
                parts.for_each(|part| change.record.hear(part, &origin));
            }
        }
        self.put(&change).map(drop)
    }

    /// The record as its only save says it.
    pub(super) fn said_by(
        &self,
        id: RecordId,
        seq: DeviceSeq,
        received_at: Option<i64>,
    ) -> Result<(Record, SaidBy), StoreError> {
        let save = self.own_save(seq)?.ok_or(Unreadable)?;
        Ok(SaidBy::all_of(id, &save, received_at)?)
    }

    /// Keeps every record whole, before its save is taken out.
    pub(super) fn keep_records_whole(&self) -> Result<(), StoreError> {
        let ids: Vec<Vec<u8>> = {
            let mut statement =
                self.statement("SELECT id FROM records WHERE substr(body, 1, 1) = x'02'")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for id in ids {
            let id = RecordId::from_slice(&id).map_err(|_| Unreadable)?;
            if let Some(mut change) = self.find(id)? {
                change.said_by = None;
                self.put(&change)?;
            }
        }
        Ok(())
    }
}

/// What a save says of a record, settled; none where it says nothing.
fn said_in(id: RecordId, save: &Save, origin: &Origin) -> Option<Record> {
    let mut parts = save
        .parts
        .iter()
        .filter(|part| part.record == id)
        .peekable();
    let mut record = Record::new(id, parts.peek()?.kind.clone());
    parts.for_each(|part| record.hear(part, origin));
    Some(record)
}
