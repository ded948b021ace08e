//! Why a sync did not go through, and what to do. Nothing is lost by any of these.

use super::transport::LinkError;
use crate::model::DeviceSeq;
use crate::store::StoreError;
use crate::vault::VaultError;
use crate::wire::{CodecError, WireRefusal};

/// Why a sync stopped. What turns before it brought is stored.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The link.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The bytes of the answer: another's page, cut, malformed.
    #[error(transparent)]
    Body(#[from] CodecError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keystore.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The session has ended.
    #[error("signed out: enrol again with a new code from the county; what is unsent stays here")]
    SignedOut,
    /// The phone was revoked.
    #[error("this phone was revoked: hand it to your supervisor, who can take in what is unsent")]
    Revoked,
    /// No such enrolment code.
    #[error("the county does not know this code: check it letter by letter")]
    CodeUnknown,
    /// The code was used on another phone.
    #[error("this code was used already: ask the county for a new one")]
    CodeUsed,
    /// This phone came back from a backup: the server has other saves under its numbers.
    #[error(
        "this phone came back from a backup (the server has its saves through {through}): enrol again with a new code; what is unsent is kept and numbered anew"
    )]
    ChainBroken {
        /// What the server has of this device.
        through: DeviceSeq,
    },
    /// The server has no room or failed.
    #[error("the server cannot take this now: nothing was lost, sync again later")]
    Unavailable {
        /// After how many seconds it asks to be tried again, if it says so.
        retry_after_secs: Option<u32>,
    },
    /// The server did not understand us.
    #[error("the server refused the request ({message}): update the app, then sync again")]
    NotUnderstood {
        /// What it said.
        message: String,
    },
    /// Something that the server must have signed was not signed by it.
    #[error(
        "the answer is not signed by the county's server ({what}): change the network, then sync again"
    )]
    NotSigned {
        /// What lacks the signature.
        what: &'static str,
    },
    /// A document's bytes do not have the hash that the manifest names.
    #[error("a published document arrived altered: sync again")]
    AlteredDocument,
    /// A part of a snapshot does not have the hash by which it was asked for.
    #[error("a part of the county's records arrived altered and was not used: sync again")]
    AlteredSnapshot,
    /// An attachment that its author's phone has not sent yet.
    #[error(
        "照片还没有传到服务器，请作者同步后再取 / the attachment is not at the server yet: its author's phone must sync first"
    )]
    NotThereYet,
    /// The server went on answering without bringing anything new.
    #[error("the server says there is more and sends nothing: sync again later")]
    NoProgress,
}

impl From<WireRefusal> for SyncError {
    fn from(refusal: WireRefusal) -> Self {
        match refusal {
            WireRefusal::SignedOut => SyncError::SignedOut,
            WireRefusal::Revoked => SyncError::Revoked,
            WireRefusal::CodeUnknown => SyncError::CodeUnknown,
            WireRefusal::CodeUsed => SyncError::CodeUsed,
            WireRefusal::ChainBroken { through } => SyncError::ChainBroken { through },
            WireRefusal::Unavailable => SyncError::Unavailable {
                retry_after_secs: None,
            },
            WireRefusal::Malformed { message } => SyncError::NotUnderstood { message },
            WireRefusal::Other => SyncError::NotUnderstood {
                message: "a reason of a newer server".into(),
            },
        }
    }
}
