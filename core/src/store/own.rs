//! Own saves: what this phone's worker made, and how the server took it.

use rusqlite::{OptionalExtension, Row, named_params};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::meta::{ACKNOWLEDGED, STAMP, THROUGH};
use super::pack::{Unreadable, pack_save, unpack_save};
use super::{StoreError, Tx};
use crate::merge::LINKS;
use crate::model::{AREA, DeviceId, DeviceSeq, Feed, Hlc, Origin, RecordId, Save};
use crate::planted::{self, Bug};
use crate::vault::Secret;
use crate::wire::{Acknowledgement, ChainHead, Refusal, Verdict, VerdictKind, link_save};

/// The chain after a save that lay among others: it is linked again where it is needed.
pub(super) const UNKNOWN: ChainHead = [0; 32];

/// Where the next save goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tip {
    /// The number of the last save; 0 before the first.
    pub seq: DeviceSeq,
    /// The chain after it; zeros before the first.
    pub chain: ChainHead,
    /// The latest stamp made or seen here.
    pub stamp: Option<Hlc>,
}

/// How an own save stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnState {
    /// Not yet acknowledged.
    Unsent,
    /// Kept by the server until the save that its record begins with is mended.
    Waiting,
    /// Refused, to be corrected by a person.
    Refused,
    /// In the server's log, for ever.
    Accepted,
}

/// An own save, without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSave {
    /// Its number.
    pub seq: DeviceSeq,
    /// How it stands.
    pub state: OwnState,
    /// The form it was filled in with.
    pub form: Option<String>,
    /// What it is about: the form's subject or visit.
    pub subject: RecordId,
    /// Of a refused one: reason's code, field, message.
    pub verdict: Option<OwnVerdict>,
}

/// What the server said of a refused save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnVerdict {
    /// The reason's code.
    pub reason: String,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// In words, with what to do.
    pub message: String,
}

impl Tx<'_> {
    /// Where the next save goes on.
    pub fn tip(&self) -> Result<Tip, StoreError> {
        if let Some(tip) = self.tip.get() {
            return Ok(tip);
        }
        let last = self
            .statement("SELECT seq, chain, body FROM saves ORDER BY seq DESC LIMIT 1")?
            .query_row([], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, [u8; 32]>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })
            .optional()?;
        let seen = match self.meta(STAMP)? {
            Some(bytes) => rmp_serde::from_slice(&bytes).map_err(|_| StoreError::Unreadable)?,
            None => None,
        };
        let tip = match last {
            None => Tip {
                seq: 0,
                chain: [0; 32],
                stamp: seen,
            },
            Some((seq, chain, body)) => Tip {
                seq: seq as u64,
                chain,
                stamp: seen.max(Some(unpack_save(&body, &self.terms())?.envelope.stamp)),
            },
        };
        let tip = Tip {
            stamp: tip.stamp.filter(|_| !planted::is(Bug::ClockNotPersisted)),
            ..tip
        };
        self.tip.set(Some(tip));
        Ok(tip)
    }

    /// Remembers the latest stamp that was seen, so that the next own one is later.
    pub fn saw_stamp(&self, stamp: Hlc) -> Result<(), StoreError> {
        let tip = self.tip()?;
        if tip.stamp.is_some_and(|known| known >= stamp) {
            return Ok(());
        }
        let bytes = rmp_serde::to_vec(&Some(stamp)).map_err(|_| Unreadable)?;
        self.set_meta(STAMP, &bytes)?;
        self.tip.set(Some(Tip {
            stamp: Some(stamp),
            ..tip
        }));
        Ok(())
    }

    /// Appends a save and settles its records, their facts and their lines in lists.
    ///
    /// Its number must be the next one; `subject` is what it is about, `salt_key` the device's.
    pub fn append(
        &self,
        save: &Save,
        subject: RecordId,
        salt_key: &Secret,
    ) -> Result<(), StoreError> {
        let tip = self.tip()?;
        let head = save.envelope.head;
        if head.seq != tip.seq + 1 {
            return Err(StoreError::Fault {
                code: "a save out of order".into(),
            });
        }
        let chain = link_save(&tip.chain, save, salt_key);
        self.insert_save(save, subject, &chain)?;
        if planted::is(Bug::OutboxOutsideTransaction) {
            self.write_terms()?;
            self.connection.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
        }
        self.settle(save)?;
        self.tip.set(Some(Tip {
            seq: head.seq,
            chain,
            stamp: tip.stamp.max(Some(save.envelope.stamp)),
        }));
        Ok(())
    }

    pub(super) fn insert_save(
        &self,
        save: &Save,
        subject: RecordId,
        chain: &ChainHead,
    ) -> Result<(), StoreError> {
        let body = pack_save(save, &mut self.terms())?;
        self.statement(
            "INSERT INTO saves (seq, form, subject, chain, body)
             VALUES (:seq, :form, :subject, :chain, :body)",
        )?
        .execute(named_params! {
            ":seq": save.envelope.head.seq as i64,
            ":form": save.envelope.form.as_ref().map(|form| &form.id),
            ":subject": subject.bytes(), ":chain": chain.as_slice(), ":body": body,
        })?;
        Ok(())
    }

    pub(super) fn settle(&self, save: &Save) -> Result<(), StoreError> {
        let mut done: Vec<RecordId> = Vec::new();
        for part in &save.parts {
            if !done.contains(&part.record) {
                done.push(part.record);
                self.settle_own(part.record, save)?;
            }
        }
        Ok(())
    }

    /// The number through which the server has everything.
    pub fn through(&self) -> Result<DeviceSeq, StoreError> {
        Ok(self.number(THROUGH)? as u64)
    }

    /// Sets that number; only after the server's answer.
    pub fn set_through(&self, through: DeviceSeq) -> Result<(), StoreError> {
        self.set_number(THROUGH, through as i64)
    }

    /// The server's last signed acknowledgement.
    pub fn acknowledged(&self) -> Result<Option<Acknowledgement>, StoreError> {
        match self.meta(ACKNOWLEDGED)? {
            None => Ok(None),
            Some(bytes) => Ok(Some(rmp_serde::from_slice(&bytes).map_err(|_| Unreadable)?)),
        }
    }

    /// Keeps an acknowledgement: the proof, should the server forget.
    pub fn set_acknowledged(&self, ack: &Acknowledgement) -> Result<(), StoreError> {
        let bytes = rmp_serde::to_vec_named(ack).map_err(|_| Unreadable)?;
        self.set_meta(ACKNOWLEDGED, &bytes)
    }

    /// One own save whole.
    pub fn own_save(&self, seq: DeviceSeq) -> Result<Option<Save>, StoreError> {
        let found = self
            .statement("SELECT body FROM saves WHERE seq = :seq")?
            .query_row(named_params! { ":seq": seq as i64 }, |row| {
                row.get::<_, Vec<u8>>(0)
            })
            .optional()?;
        match found {
            None => self.kept_save(seq),
            Some(body) => Ok(Some(unpack_save(&body, &self.terms())?)),
        }
    }

    /// Own saves from a number on, as many as fit in `budget_bytes` packed, at least one.
    pub fn outbox_chunk(
        &self,
        from: DeviceSeq,
        budget_bytes: usize,
    ) -> Result<Vec<Save>, StoreError> {
        let mut statement =
            self.statement("SELECT body FROM saves WHERE seq >= :from ORDER BY seq LIMIT 5000")?;
        let mut rows = statement.query(named_params! { ":from": from as i64 })?;
        let mut chunk = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let body: Vec<u8> = row.get(0)?;
            bytes += body.len();
            if bytes > budget_bytes && !chunk.is_empty() {
                break;
            }
            chunk.push(unpack_save(&body, &self.terms())?);
        }
        Ok(chunk)
    }

    /// How many own saves are not yet acknowledged, and how many bytes they have here.
    pub fn unsent_size(&self) -> Result<(u64, u64), StoreError> {
        let through = self.through()? as i64;
        let (saves, bytes) = self
            .statement(
                "SELECT count(*), coalesce(sum(length(body)), 0) FROM saves WHERE seq > :through",
            )?
            .query_row(named_params! { ":through": through }, |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })?;
        Ok((saves as u64, bytes as u64))
    }

    /// Own saves that are not accepted, by number.
    pub fn outbox(&self) -> Result<Vec<OwnSave>, StoreError> {
        self.own_saves(
            "SELECT seq, state, form, subject, reason, field, message FROM saves
             WHERE state IN (1, 2) AND mended_by IS NULL AND withdrawn_at IS NULL
             UNION ALL
             SELECT seq, state, form, subject, reason, field, message FROM saves
             WHERE seq > :through AND state = 0 AND withdrawn_at IS NULL
             ORDER BY seq",
        )
    }

    fn own_saves(&self, sql: &str) -> Result<Vec<OwnSave>, StoreError> {
        let through = self.through()? as i64;
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query(named_params! { ":through": through })?;
        let mut saves = Vec::new();
        while let Some(row) = rows.next()? {
            saves.push(own_save(row)?);
        }
        Ok(saves)
    }

    /// The numbers of own saves that the server let wait.
    pub fn waiting(&self) -> Result<Vec<DeviceSeq>, StoreError> {
        // The index holds the rows of exactly this condition; without it every save is read.
        let mut statement = self.statement(
            "SELECT seq FROM saves
                 WHERE state IN (1, 2) AND state = 1 AND withdrawn_at IS NULL ORDER BY seq",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, i64>(0))?;
        rows.map(|seq| Ok(seq? as u64)).collect()
    }

    /// Writes down how saves stand, and the receipts in the records that they wrote.
    ///
    /// Values in compartments whose feeds this phone may not hold are dropped from the records
    /// once the save is accepted; the save itself is kept, to be offered again to a server that
    /// was restored from a backup.
    pub fn hear_verdicts(
        &self,
        device: DeviceId,
        verdicts: &[Verdict],
        allowed: &BTreeSet<Feed>,
    ) -> Result<(), StoreError> {
        let mut received: BTreeMap<RecordId, Vec<super::records::Receipt>> = BTreeMap::new();
        for Verdict { seq, verdict } in verdicts {
            match verdict {
                VerdictKind::Accepted {
                    received_at,
                    receipts,
                } => {
                    if !self.set_accepted(*seq, *received_at)? {
                        continue;
                    }
                    let Some(save) = self.own_save(*seq)? else {
                        continue;
                    };
                    self.attachments_are_due(&save)?;
                    if self.take_up_again(*seq)? {
                        self.settle(&save)?;
                    }
                    let head = crate::model::Head { device, seq: *seq };
                    let moved = moves(&save);
                    let save = Rc::new(save);
                    for part in &save.parts {
                        let carried = receipts.iter().map(|receipt| &receipt.feed);
                        let carried: Vec<Feed> = carried
                            .filter(|feed| super::feeds::carries(feed, part.compartment))
                            .cloned()
                            .collect();
                        received
                            .entry(part.record)
                            .or_default()
                            .push(super::records::Receipt {
                                save: save.clone(),
                                head,
                                received_at: *received_at,
                                compartment: part.compartment,
                                feeds: carried,
                                moved,
                            });
                    }
                }
                VerdictKind::Waiting => self.set_waiting(*seq)?,
                VerdictKind::Refused(refusal) => self.set_refused(*seq, refusal)?,
            }
        }
        for (record, receipts) in received {
            self.receive(record, &receipts, allowed)?;
        }
        Ok(())
    }

    /// False where it was accepted before.
    pub(super) fn set_accepted(
        &self,
        seq: DeviceSeq,
        received_at: i64,
    ) -> Result<bool, StoreError> {
        let changed = self
            .statement(
                "UPDATE saves SET state = 3, received_at = :at, reason = NULL, field = NULL,
                 message = NULL WHERE seq = :seq AND state <> 3",
            )?
            .execute(named_params! { ":seq": seq as i64, ":at": received_at })?;
        Ok(changed > 0)
    }

    fn set_waiting(&self, seq: DeviceSeq) -> Result<(), StoreError> {
        self.statement(
            "UPDATE saves SET state = 1, reason = NULL, field = NULL, message = NULL
             WHERE seq = :seq AND state <> 3",
        )?
        .execute(named_params! { ":seq": seq as i64 })?;
        Ok(())
    }

    fn set_refused(&self, seq: DeviceSeq, refusal: &Refusal) -> Result<(), StoreError> {
        self.statement(
            "UPDATE saves SET state = 2, reason = :reason, field = :field, message = :message
             WHERE seq = :seq AND state <> 3",
        )?
        .execute(named_params! {
            ":seq": seq as i64, ":reason": refusal.reason.as_str(),
            ":field": refusal.field, ":message": refusal.message,
        })?;
        Ok(())
    }

    /// A foreign history: whatever comes after `through` is to be offered again, and a stamp or
    /// receipt that the server forgot is asked for again. What a right that ended had taken from
    /// the records is there again while it is unsent.
    pub fn offer_again_after(&self, through: DeviceSeq) -> Result<(), StoreError> {
        if self.keeps_after(through)? {
            self.take_apart()?;
        }
        let forgotten: Vec<i64> = {
            let mut statement =
                self.statement("SELECT seq FROM saves WHERE seq > :through AND state = 3")?;
            let rows = statement
                .query_map(named_params! { ":through": through as i64 }, |row| {
                    row.get(0)
                })?;
            rows.collect::<Result<_, _>>()?
        };
        self.statement(
            "UPDATE saves SET state = 0, received_at = NULL, reason = NULL, field = NULL,
             message = NULL WHERE seq > :through",
        )?
        .execute(named_params! { ":through": through as i64 })?;
        if !forgotten.is_empty() {
            self.forget_digests()?;
        }
        for seq in forgotten {
            if let Some(save) = self.own_save(seq as u64)? {
                self.settle(&save)?;
                let records = save.parts.iter().map(|part| part.record);
                self.unreceive(save.envelope.head, records)?;
            }
        }
        self.offer_attachments_again()?;
        self.set_through(through)
    }

    /// The parts of own saves that are not accepted, by record: never taken from a phone.
    pub(super) fn open_parts(
        &self,
    ) -> Result<BTreeMap<RecordId, Vec<(crate::model::Part, Origin)>>, StoreError> {
        let mut statement = self.statement(
            "SELECT seq, body FROM saves WHERE state IN (1, 2) AND withdrawn_at IS NULL
             UNION ALL
             SELECT seq, body FROM saves
             WHERE seq > :through AND state = 0 AND withdrawn_at IS NULL
             ORDER BY seq",
        )?;
        let through = self.through()? as i64;
        let mut rows = statement.query(named_params! { ":through": through })?;
        let mut open: BTreeMap<RecordId, Vec<_>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let body: Vec<u8> = row.get(1)?;
            let save = unpack_save(&body, &self.terms())?;
            let origin = Origin {
                envelope: save.envelope,
                received_at: None,
            };
            for part in save.parts {
                let told = (part, origin.clone());
                open.entry(told.0.record).or_default().push(told);
            }
        }
        Ok(open)
    }
}

/// Whether a save says of a record that was there already where it belongs.
fn moves(save: &Save) -> bool {
    let there = save.parts.iter().filter(|part| !part.begins);
    there
        .flat_map(|part| &part.writes)
        .map(|write| write.field.as_str())
        .any(|field| field == AREA || LINKS.contains(&field))
}

pub(super) fn own_save(row: &Row<'_>) -> Result<OwnSave, StoreError> {
    let subject: Vec<u8> = row.get(3)?;
    let verdict = match row.get::<_, Option<String>>(4)? {
        None => None,
        Some(reason) => Some(OwnVerdict {
            reason,
            field: row.get(5)?,
            message: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
        }),
    };
    Ok(OwnSave {
        seq: row.get::<_, i64>(0)? as u64,
        state: match row.get::<_, i64>(1)? {
            0 => OwnState::Unsent,
            1 => OwnState::Waiting,
            2 => OwnState::Refused,
            _ => OwnState::Accepted,
        },
        form: row.get(2)?,
        subject: RecordId::from_slice(&subject).map_err(|_| StoreError::Unreadable)?,
        verdict,
    })
}
