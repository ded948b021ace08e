//! The ids under which this phone was enrolled before, and what it said under them.

use rusqlite::named_params;

use super::meta::ACKNOWLEDGED;
use super::pack::{Unreadable, unpack_save};
use super::{Enrolment, StoreError, Tx};
use crate::model::{DeviceId, DeviceSeq, RecordId, Save};
use crate::wire::Former;

/// Of so many earlier ids the server is asked, the newest.
const FORMER_MOST: usize = 64;

/// Through which number the server has the saves of the ids under which this phone was enrolled: what
/// it accepted beyond, it has lost since.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerHas {
    /// Of the last id; none where the server did not say.
    pub former: Option<DeviceSeq>,
    /// Of those before, as far as it said.
    pub earlier: Vec<(DeviceId, DeviceSeq)>,
}

impl Tx<'_> {
    /// This phone under the id that it has, if it has one, with the server's last word for it.
    pub fn former(&self) -> Result<Option<Former>, StoreError> {
        let acknowledged = self.acknowledged()?;
        Ok(self.enrolment()?.map(|known| Former {
            device: known.device,
            acknowledged,
        }))
    }

    /// The ids that it had before that, the newest last.
    pub fn earlier(&self) -> Result<Vec<Former>, StoreError> {
        let mut statement =
            self.statement("SELECT device, acknowledged FROM former_ids ORDER BY device")?;
        let mut rows = statement.query([])?;
        let mut earlier = Vec::new();
        while let Some(row) = rows.next()? {
            let (device, acknowledged): (Vec<u8>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            let read = |bytes: Vec<u8>| rmp_serde::from_slice(&bytes).map_err(|_| Unreadable);
            earlier.push(Former {
                device: DeviceId::from_slice(&device).map_err(|_| Unreadable)?,
                acknowledged: acknowledged.map(read).transpose()?,
            });
        }
        let most = earlier.len().saturating_sub(FORMER_MOST);
        Ok(earlier.split_off(most))
    }

    pub(super) fn keep_former_id(&self, before: &Enrolment) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO former_ids (device, acknowledged) VALUES (:device, :acknowledged)
             ON CONFLICT (device) DO UPDATE SET acknowledged = excluded.acknowledged",
        )?
        .execute(named_params! {
            ":device": before.device.bytes(), ":acknowledged": self.meta(ACKNOWLEDGED)?,
        })?;
        Ok(())
    }

    /// What the server had accepted under earlier ids and has lost, in the order in which it was made.
    pub(super) fn take_lost_saves(
        &self,
        server: &ServerHas,
    ) -> Result<Vec<(Save, RecordId)>, StoreError> {
        let mut lost = Vec::new();
        for (device, through) in &server.earlier {
            let taken = named_params! { ":device": device.bytes(), ":through": *through as i64 };
            let mut statement = self.statement(
                "SELECT accepted, subject, body FROM former_saves
                 WHERE device = :device AND seq > :through AND accepted IS NOT 0",
            )?;
            let mut rows = statement.query(taken)?;
            while let Some(row) = rows.next()? {
                let (sure, subject): (Option<bool>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
                let save = unpack_save(&row.get::<_, Vec<u8>>(2)?, &self.terms())?;
                let Some(first) = save.parts.first().map(|part| part.record) else {
                    continue;
                };
                let subject = subject.map(|id| RecordId::from_slice(&id).map_err(|_| Unreadable));
                // One that was withdrawn, or said anew, is in no record.
                if sure.is_some() || self.is_settled(&save)? {
                    lost.push((save, subject.transpose()?.unwrap_or(first)));
                }
            }
        }
        lost.sort_by_key(|(save, _)| save.envelope.stamp);
        for (save, _) in &lost {
            let head = save.envelope.head;
            self.statement("DELETE FROM former_saves WHERE device = :device AND seq = :seq")?
                .execute(named_params! {
                    ":device": head.device.bytes(), ":seq": head.seq as i64,
                })?;
        }
        Ok(lost)
    }

    fn is_settled(&self, save: &Save) -> Result<bool, StoreError> {
        for part in &save.parts {
            let record = self.record(part.record)?;
            if record.is_some_and(|record| record.origins.contains_key(&save.envelope.head)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
