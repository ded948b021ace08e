//! Sealed files: what a phone hands on where there is no link, and what it carries for others.

mod open;
mod seal;

pub use open::{Opened, OpenedFile};
pub use seal::{SealTo, Sealed, SealedFile};

use serde::Serialize;

use super::{App, AppError};
use crate::sealed::{BundleId, Piece};
use crate::store::{Carried, StoreError};
use crate::sync::{self, SyncError, Transport};
use crate::wire::Certificate;

/// A file that this phone carries for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CarriedLine {
    /// Its id, in hex.
    pub id: String,
    /// The device that sealed it.
    pub sender: String,
    /// The worker whose it is, where this phone knows.
    pub worker: Option<String>,
    /// How many pieces it has.
    pub pieces: u16,
    /// The pieces that are not here yet, counted from 1; none once it was handed in.
    pub missing: Vec<u16>,
    /// `carried`; with the county `early`, `quarantined`, `handed_in`; `refused`.
    pub state: &'static str,
    /// Of a refusal, why and what to do.
    pub message: Option<String>,
    /// Whether this phone's worker vouched for it.
    pub vouched: bool,
    /// Whether the county's answer for the sender is here.
    pub receipt: bool,
}

impl App {
    /// This phone's key as one word, for a QR code or a message: with it a colleague seals to this
    /// phone. It tells the worker's id, no name.
    ///
    /// # Errors
    /// [`AppError::Asked`] where the server has not said anything of this phone's keys yet.
    pub fn key(&self) -> Result<String, AppError> {
        Ok(self.read(tx_certificate)?.to_text())
    }

    /// Every file that is or was carried for others, the oldest first.
    pub fn carried(&self) -> Result<Vec<CarriedLine>, AppError> {
        self.read(|tx| Ok(tx.carried()?.into_iter().map(line).collect()))
    }

    /// Says of a carried file that it may be taken though its phone was revoked; it goes out with the
    /// next sync, and counts of who supervises an area of its author's.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where no such file is carried; [`AppError::Asked`] where this worker
    /// supervises nothing.
    pub fn vouch(&self, id: &str) -> Result<CarriedLine, AppError> {
        let unknown = AppError::NotFound {
            what: "sealed file",
        };
        let Some(id) = BundleId::from_hex(id) else {
            return Err(unknown);
        };
        self.write(|tx| {
            if !self.me(tx)?.is_supervisor() {
                let message = "只有负责督导的人可以担保：请交给乡镇 / only who supervises may vouch: hand the file to the township";
                return Err(AppError::Asked {
                    message: message.into(),
                });
            }
            if tx.carried_file(id)?.is_none() {
                return Err(unknown);
            }
            tx.vouch(id)?;
            tx.carried_file(id)?.map(line).ok_or(AppError::NotFound {
                what: "sealed file",
            })
        })
    }

    /// The county's answers for the phones whose files were handed in here, as files to bring back.
    pub fn receipts(&self) -> Result<Vec<SealedFile>, AppError> {
        let carried = self.read(|tx| Ok(tx.carried()?))?;
        let receipts = carried.into_iter().filter_map(|file| file.receipt);
        receipts
            .map(|bytes| {
                let name = Piece::read(&bytes)?.file_name();
                Ok(SealedFile { name, bytes })
            })
            .collect()
    }

    /// Whether one's own saves wait where what is carried for others could not be handed in: only
    /// those that were built on it, since the county knows nobody's head before it was sent.
    pub(super) fn waits_for_carried(&self, error: &SyncError) -> Result<bool, SyncError> {
        match error {
            SyncError::Revoked | SyncError::SignedOut => Ok(true),
            _ => Ok(self
                .store
                .read::<_, StoreError>(|tx| tx.builds_on_unconfirmed())?),
        }
    }

    /// A phone that has no word of the server for its keys asks for it.
    pub(super) fn certify_over(&self, link: &dyn Transport) -> Result<(), AppError> {
        let (known, enrolment) = self.read(|tx| Ok((tx.certificate()?, tx.enrolled()?)))?;
        if known.is_some() {
            return Ok(());
        }
        let key = self.agreement()?;
        let told = sync::certify(link, &enrolment.token, key.public())?;
        let told = told.filter(|told| {
            told.is_of(&enrolment.server_key)
                && told.device == enrolment.device
                && told.agreement_key == key.public()
        });
        match told {
            Some(certificate) => self.write(|tx| Ok(tx.set_certificate(&certificate)?)),
            None => Ok(()),
        }
    }
}

fn tx_certificate(tx: &crate::store::Tx<'_>) -> Result<Certificate, AppError> {
    tx.enrolled()?;
    let message = "还没有县里给这台手机的密钥证明：请先同步一次 / the county has not confirmed this phone's keys yet: sync once first";
    tx.certificate()?.ok_or(AppError::Asked {
        message: message.into(),
    })
}

fn line(file: Carried) -> CarriedLine {
    use crate::store::CarriedState::{HandedIn, Refused};
    let done = matches!(file.state, HandedIn | Refused);
    let missing = (0..file.pieces).filter(|no| !done && !file.held.contains(no));
    CarriedLine {
        id: file.id.to_string(),
        sender: file.sender.to_string(),
        worker: file.worker.map(|worker| worker.to_string()),
        pieces: file.pieces,
        missing: missing.map(|no| no + 1).collect(),
        state: file.state.as_str(),
        message: file.message,
        vouched: file.vouched,
        receipt: file.receipt.is_some(),
    }
}
