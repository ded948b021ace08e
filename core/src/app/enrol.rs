//! Enrolment: one worker, one folder.

use serde::Serialize;

use super::{App, AppError, VERSION};
use crate::model::DeviceId;
use crate::store::{Enrolment, ServerHas};
use crate::sync::{self, SyncError, Transport, http::Http};
use crate::vault::{AgreementKey, KeyPurpose, Secret};
use crate::wire::{self, EnrolReply, EnrolRequest};

/// What an enrolment gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    /// The worker.
    pub worker: String,
    /// The worker's name.
    pub name: String,
    /// The county.
    pub county: String,
    /// This phone's id.
    pub device: String,
    /// How many unsent saves were numbered anew under it.
    pub renumbered: u64,
}

impl App {
    /// Enrols this phone with a code from the county. A phone that is enrolled already gets a new
    /// device id; what is unsent, and what the server has lost, is kept and numbered anew.
    pub fn enrol(&self, server: &str, code: &str) -> Result<Enrolled, AppError> {
        self.enrol_over(&link(server)?, server, code)
    }

    /// The same over a link that the caller brings.
    pub fn enrol_over(
        &self,
        link: &dyn Transport,
        server: &str,
        code: &str,
    ) -> Result<Enrolled, AppError> {
        let salt = self.salt()?;
        let now = self.doors.clock.now();
        let (former, earlier) = self.read(|tx| Ok((tx.former()?, tx.earlier()?)))?;
        let asked: Vec<DeviceId> = earlier.iter().map(|former| former.device).collect();
        let device =
            self.write(|tx| Ok(tx.device_to_enrol(|| DeviceId::fresh(now, &*self.doors.rng))?))?;
        let request = EnrolRequest {
            version: wire::VERSION,
            code: code.to_owned(),
            device,
            public_key: self.doors.vault.public_key()?,
            algorithm: "ES256".into(),
            salt_key: salt.expose().to_vec(),
            app: VERSION.into(),
            former,
            earlier,
            agreement_key: Some(self.agreement()?.public().to_vec()),
        };
        let reply = match sync::enrol(link, &request) {
            Ok(reply) => reply,
            // Whether the server took the id is not known elsewhere: the same is offered again.
            // Only these answers prove that it did not; a gateway's page, a failure or a cut does not.
            Err(
                error @ (SyncError::CodeUsed
                | SyncError::CodeUnknown
                | SyncError::NotUnderstood { .. }),
            ) => {
                self.write(|tx| Ok(tx.forget_enrolling()?))?;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        let taken = self.take(device, server, reply, &asked, &salt);
        if matches!(taken, Err(AppError::AnotherWorker { .. })) {
            // The server knows the id as another worker's phone: the next code is asked for a new one.
            self.write(|tx| Ok(tx.forget_enrolling()?))?;
        }
        taken
    }

    fn take(
        &self,
        device: DeviceId,
        server: &str,
        reply: EnrolReply,
        asked: &[DeviceId],
        salt: &Secret,
    ) -> Result<Enrolled, AppError> {
        let new = Enrolment {
            server: server.trim().trim_end_matches('/').to_owned(),
            device,
            worker: reply.worker,
            name: reply.name,
            county: reply.county,
            epoch: reply.epoch,
            token: reply.token,
            server_key: reply.server_key,
        };
        let certificate = reply.certificate;
        let renumbered = self.write(|tx| {
            let renumbered = match tx.enrolment()? {
                None => {
                    tx.set_enrolment(&new)?;
                    0
                }
                Some(before) if before.worker != new.worker => {
                    return Err(AppError::AnotherWorker {
                        worker: before.worker,
                    });
                }
                Some(_) => {
                    let through = reply.earlier_through.iter().copied();
                    let server = ServerHas {
                        former: reply.former_through,
                        earlier: asked.iter().copied().zip(through).collect(),
                    };
                    tx.renumber(&new, salt, &server)?.saves
                }
            };
            tx.set_server_millis(reply.server_millis)?;
            if let Some(certificate) = certificate.filter(|told| told.is_of(&new.server_key)) {
                tx.set_certificate(&certificate)?;
            }
            Ok(renumbered)
        })?;
        self.look_again();
        Ok(Enrolled {
            worker: new.worker.to_string(),
            name: new.name,
            county: new.county.to_string(),
            device: device.to_string(),
            renumbered,
        })
    }

    /// The key to which files for this phone are sealed, made at the first call.
    pub(super) fn agreement(&self) -> Result<AgreementKey, AppError> {
        let vault = &*self.doors.vault;
        if let Some(secret) = vault.key(KeyPurpose::Agreement)? {
            return Ok(AgreementKey::from_secret(&secret));
        }
        let secret = Secret::fresh(&*self.doors.rng);
        vault.keep(KeyPurpose::Agreement, &secret)?;
        Ok(AgreementKey::from_secret(&secret))
    }

    fn salt(&self) -> Result<Secret, AppError> {
        if let Some(salt) = self.doors.vault.key(KeyPurpose::Salt)? {
            return Ok(salt);
        }
        let salt = Secret::fresh(&*self.doors.rng);
        self.doors.vault.keep(KeyPurpose::Salt, &salt)?;
        Ok(salt)
    }
}

pub(super) fn link(server: &str) -> Result<Http, AppError> {
    Http::new(server).map_err(|error| AppError::Asked {
        message: error.to_string(),
    })
}
