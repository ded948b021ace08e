//! A new device id: what is unsent is renumbered under it, heads included, in one transaction.

use rusqlite::named_params;
use std::collections::{BTreeMap, BTreeSet};

use super::meta::{ACKNOWLEDGED, STAMP, THROUGH};
use super::own::Tip;
use super::pack::{Unreadable, unpack_save};
use super::{Enrolment, ServerHas, StoreError, Tx};
use crate::merge::{Record, Register, Told};
use crate::model::{DeviceSeq, Head, RecordId, Save};
use crate::vault::Secret;
use crate::wire::link_save;

/// What a renumbering did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Renumbered {
    /// How many saves have a new number.
    pub saves: u64,
    /// How many records name them.
    pub records: u64,
}

impl Tx<'_> {
    /// Begins anew as another device: own saves that are not accepted, and those that the server has
    /// lost of any id that this phone had, are numbered from 1 under the new id, in the order in which
    /// they were made, and everything that names them follows. Feeds start again; another history
    /// begins as [`Tx::begin_history`] says.
    pub fn renumber(
        &self,
        new: &Enrolment,
        salt_key: &Secret,
        server: &ServerHas,
    ) -> Result<Renumbered, StoreError> {
        let stamp = self.tip()?.stamp;
        let before = self.enrolment()?;
        if let Some(before) = &before {
            self.keep_former_id(before)?;
        }
        let mut open = self.take_lost_saves(server)?;
        open.extend(self.take_open_saves(server.former)?);
        let mut heads = BTreeMap::new();
        for (place, (save, _)) in open.iter().enumerate() {
            let seq = place as u64 + 1;
            let device = new.device;
            heads.insert(save.envelope.head, Head { device, seq });
        }
        let mut records = BTreeSet::new();
        let mut chain = [0; 32];
        for (save, subject) in &open {
            let save = renamed(save, &heads);
            chain = link_save(&chain, &save, salt_key);
            self.insert_save(&save, *subject, &chain)?;
            records.extend(save.parts.iter().map(|part| part.record));
        }
        self.rename_in_records(&heads)?;
        for (save, _) in &open {
            // What a right that ended had taken is there again while it is unsent.
            self.settle(&renamed(save, &heads))?;
        }
        self.set_through(0)?;
        self.forget_meta(ACKNOWLEDGED)?;
        if let Some(stamp) = stamp {
            let bytes = rmp_serde::to_vec(&Some(stamp)).map_err(|_| Unreadable)?;
            self.set_meta(STAMP, &bytes)?;
        }
        self.tip.set(Some(Tip {
            seq: open.len() as u64,
            chain,
            stamp,
        }));
        self.set_enrolment(new)?;
        match before.is_some_and(|before| before.epoch != new.epoch) {
            true => self.begin_history(new.epoch)?,
            false => self.start_feeds_again()?,
        }
        Ok(Renumbered {
            saves: open.len() as u64,
            records: records.len() as u64,
        })
    }

    /// The saves that the server has not, or not any more; those that it has go where nothing is sent
    /// from, and with them what was refused and is said anew by a later one, or was withdrawn.
    fn take_open_saves(
        &self,
        known: Option<DeviceSeq>,
    ) -> Result<Vec<(Save, RecordId)>, StoreError> {
        self.take_apart()?;
        self.keep_records_whole()?;
        let mut open = Vec::new();
        let mut statement = self.statement(
            "SELECT state = 3, mended_by IS NOT NULL, withdrawn_at IS NOT NULL, subject, body
                 FROM saves ORDER BY seq",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (accepted, mended, withdrawn): (bool, bool, bool) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let (subject, body): (Vec<u8>, Vec<u8>) = (row.get(3)?, row.get(4)?);
            let save = unpack_save(&body, &self.terms())?;
            if mended && !accepted && !withdrawn {
                self.forget_save(&save, false)?;
            }
            let lost = known.is_some_and(|known| save.envelope.head.seq > known);
            if !(accepted && !lost || mended || withdrawn) {
                let subject = RecordId::from_slice(&subject).map_err(|_| Unreadable)?;
                open.push((save, subject));
                continue;
            }
            let head = save.envelope.head;
            self.statement(
                "INSERT INTO former_saves (device, seq, subject, accepted, body)
                 VALUES (:device, :seq, :subject, :accepted, :body) ON CONFLICT DO NOTHING",
            )?
            .execute(named_params! {
                ":device": head.device.bytes(), ":seq": head.seq as i64, ":subject": subject,
                ":accepted": accepted && !lost, ":body": body,
            })?;
        }
        drop(rows);
        self.statement("DELETE FROM saves")?.execute([])?;
        self.set_number(THROUGH, 0)?;
        Ok(open)
    }

    fn rename_in_records(&self, heads: &BTreeMap<Head, Head>) -> Result<(), StoreError> {
        if heads.is_empty() {
            return Ok(());
        }
        let ids: Vec<Vec<u8>> = {
            let mut statement = self.statement("SELECT id FROM records ORDER BY place")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for id in ids {
            let id = RecordId::from_slice(&id).map_err(|_| Unreadable)?;
            if let Some(mut change) = self.find(id)?
                && change
                    .record
                    .origins
                    .keys()
                    .any(|head| heads.contains_key(head))
            {
                rename_record(&mut change.record, heads);
                self.put(&change)?;
            }
        }
        Ok(())
    }
}

fn rename(head: &Head, heads: &BTreeMap<Head, Head>) -> Head {
    heads.get(head).copied().unwrap_or(*head)
}

fn renamed(save: &Save, heads: &BTreeMap<Head, Head>) -> Save {
    let mut save = save.clone();
    save.envelope.head = rename(&save.envelope.head, heads);
    save.envelope.stamp.device = save.envelope.head.device;
    for write in save.parts.iter_mut().flat_map(|part| &mut part.writes) {
        rename_all(&mut write.seen, heads);
    }
    save
}

fn rename_all(seen: &mut [Head], heads: &BTreeMap<Head, Head>) {
    seen.iter_mut().for_each(|head| *head = rename(head, heads));
}

fn rename_record(record: &mut Record, heads: &BTreeMap<Head, Head>) {
    record.origins = std::mem::take(&mut record.origins)
        .into_values()
        .map(|mut origin| {
            if let Some(new) = heads.get(&origin.envelope.head) {
                origin.envelope.head = *new;
                origin.envelope.stamp.device = new.device;
                // Under its new number nobody has received it.
                origin.received_at = None;
            }
            (origin.envelope.head, origin)
        })
        .collect();
    for register in record.fields.values_mut() {
        rename_register(register, heads);
    }
}

fn rename_register(register: &mut Register, heads: &BTreeMap<Head, Head>) {
    let told = |mut told: Told| {
        rename_all(&mut told.seen, heads);
        told
    };
    register.live = std::mem::take(&mut register.live)
        .into_iter()
        .map(|(head, value)| (rename(&head, heads), told(value)))
        .collect();
    register.past = std::mem::take(&mut register.past)
        .into_iter()
        .map(|(head, value)| (rename(&head, heads), value.map(told)))
        .collect();
}
