//! Whose phone it is, and which server it speaks to.

use rusqlite::{OptionalExtension, named_params};

use super::meta::ENROLLING;
use super::{StoreError, Tx};
use crate::model::{AreaCode, DeviceId, Epoch, WorkerId};
use crate::planted::{self, Bug};

/// What an enrolment gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Where the server answers.
    pub server: String,
    /// This phone's id.
    pub device: DeviceId,
    /// The worker whose phone it is.
    pub worker: WorkerId,
    /// The worker's name.
    pub name: String,
    /// The county.
    pub county: AreaCode,
    /// The server's history that the cursors belong to.
    pub epoch: Epoch,
    /// The session token.
    pub token: String,
    /// The server's public key (Ed25519).
    pub server_key: Vec<u8>,
}

impl Tx<'_> {
    /// The enrolment, if there was one.
    pub fn enrolment(&self) -> Result<Option<Enrolment>, StoreError> {
        if let Some(known) = &*self.enrolment.borrow() {
            return Ok(Some(known.clone()));
        }
        let found = self
            .statement(
                "SELECT server, device, worker, name, county, epoch, token, server_key
                 FROM enrolment WHERE id = 1",
            )?
            .query_row([], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, Vec<u8>>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, String>(4)?,
                    row.get::<_, Vec<u8>>(5)?,
                    row.get::<_, String>(6)?,
                    row.get::<_, Vec<u8>>(7)?,
                ))
            })
            .optional()?;
        let Some((server, device, worker, name, county, epoch, token, server_key)) = found else {
            return Ok(None);
        };
        let found = Enrolment {
            server,
            device: DeviceId::from_slice(&device).map_err(|_| StoreError::Unreadable)?,
            worker: WorkerId::from_slice(&worker).map_err(|_| StoreError::Unreadable)?,
            name,
            county: county.parse().map_err(|_| StoreError::Unreadable)?,
            epoch: Epoch::from_slice(&epoch).map_err(|_| StoreError::Unreadable)?,
            token,
            server_key,
        };
        *self.enrolment.borrow_mut() = Some(found.clone());
        Ok(Some(found))
    }

    /// The enrolment, or [`StoreError::NotEnrolled`].
    pub fn enrolled(&self) -> Result<Enrolment, StoreError> {
        self.enrolment()?.ok_or(StoreError::NotEnrolled)
    }

    /// Writes the enrolment down, in the place of any before.
    pub fn set_enrolment(&self, new: &Enrolment) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO enrolment (id, server, device, worker, name, county, epoch, token, server_key)
             VALUES (1, :server, :device, :worker, :name, :county, :epoch, :token, :server_key)
             ON CONFLICT (id) DO UPDATE SET server = excluded.server, device = excluded.device,
               worker = excluded.worker, name = excluded.name, county = excluded.county,
               epoch = excluded.epoch, token = excluded.token, server_key = excluded.server_key",
        )?
        .execute(named_params! {
            ":server": new.server, ":device": new.device.bytes(), ":worker": new.worker.bytes(),
            ":name": new.name, ":county": new.county.to_string(), ":epoch": new.epoch.bytes(),
            ":token": new.token, ":server_key": new.server_key,
        })?;
        *self.enrolment.borrow_mut() = Some(new.clone());
        self.forget_meta(ENROLLING)
    }

    /// The server's history has changed.
    pub fn set_epoch(&self, epoch: Epoch) -> Result<(), StoreError> {
        let enrolment = self.enrolled()?;
        self.set_enrolment(&Enrolment { epoch, ..enrolment })
    }

    /// An enrolment was refused: the next begins with another device id.
    pub fn forget_enrolling(&self) -> Result<(), StoreError> {
        self.forget_meta(ENROLLING)
    }

    /// The device id to enrol with: the same again after a lost answer, so that the server knows
    /// it again.
    pub fn device_to_enrol(
        &self,
        fresh: impl FnOnce() -> DeviceId,
    ) -> Result<DeviceId, StoreError> {
        if let Some(bytes) = self
            .meta(ENROLLING)?
            .filter(|_| !planted::is(Bug::RetriedUnderNewId))
        {
            return DeviceId::from_slice(&bytes).map_err(|_| StoreError::Unreadable);
        }
        let device = fresh();
        self.set_meta(ENROLLING, device.bytes())?;
        Ok(device)
    }
}
