//! What a person can do about it: one variant each.

use tanfang_core::app::AppError;
use tanfang_core::vault::VaultError;

use crate::doors::ClockError;
use crate::problem::Problem;

/// Why the phone does not do what was asked. Nothing is lost by any of these. `advice` says in
/// English what happened and what to do, without personal data; a shell has its own words for each
/// variant.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum TanfangError {
    /// Some answers must be corrected; what was typed is kept as a draft.
    #[error("{advice}")]
    NeedsCorrection {
        /// What happened and what to do.
        advice: String,
        /// Everything that is wrong, warnings among them.
        problems: Vec<Problem>,
        /// The draft that keeps the answers.
        draft: Option<String>,
    },
    /// The server was not reached, or something between answered in its place: go on working.
    #[error("{advice}")]
    Offline {
        /// What happened and what to do.
        advice: String,
        /// After how many seconds the server asks to be tried again, at most an hour; none where
        /// nobody asked anything. `SyncBackoff` reckons the wait.
        retry_after_secs: Option<u32>,
    },
    /// The phone was never enrolled.
    #[error("{advice}")]
    NotEnrolled {
        /// What happened and what to do.
        advice: String,
    },
    /// The session has ended: enrol again.
    #[error("{advice}")]
    SignedOut {
        /// What happened and what to do.
        advice: String,
    },
    /// The phone came back from a backup: enrol again, what is unsent is numbered anew.
    #[error("{advice}")]
    EnrolAgain {
        /// What happened and what to do.
        advice: String,
    },
    /// The phone was revoked: hand it to the supervisor.
    #[error("{advice}")]
    Revoked {
        /// What happened and what to do.
        advice: String,
    },
    /// The enrolment code is not one, or was used.
    #[error("{advice}")]
    CodeRefused {
        /// What happened and what to do.
        advice: String,
    },
    /// The folder belongs to another worker: enrol in a new one.
    #[error("{advice}")]
    AnotherWorker {
        /// What happened and what to do.
        advice: String,
    },
    /// The disk is full: free some room, then save again.
    #[error("{advice}")]
    DiskFull {
        /// What happened and what to do.
        advice: String,
    },
    /// The database did not open and was set aside whole: open again to go on with an empty one.
    #[error("{advice}")]
    SetAside {
        /// What happened and what to do.
        advice: String,
        /// The folder, beside the others in the home, that now holds it.
        name: String,
    },
    /// The key of this phone is gone: the county can open what is unsent.
    #[error("{advice}")]
    KeyLost {
        /// What happened and what to do.
        advice: String,
    },
    /// The keystore is locked: unlock the phone and try again.
    #[error("{advice}")]
    KeystoreLocked {
        /// What happened and what to do.
        advice: String,
    },
    /// The keystore failed, or threw what it should not: restart the phone and try again.
    #[error("{advice}")]
    KeystoreBroken {
        /// What happened and what to do.
        advice: String,
    },
    /// The clock that the shell brought did not answer: restart the phone and try again.
    #[error("{advice}")]
    ClockSilent {
        /// What happened and what to do.
        advice: String,
    },
    /// Nothing of this name is held here: check it, or sync first.
    #[error("{advice}")]
    NotFound {
        /// What happened and what to do.
        advice: String,
        /// What was looked for: `form`, `record`, `draft`, `field`, `visit`.
        what: String,
    },
    /// Something was asked that makes no sense: a text that is no id, answers that are no JSON.
    #[error("{advice}")]
    Asked {
        /// What to ask instead.
        advice: String,
    },
    /// The app is older than what it reads: update it.
    #[error("{advice}")]
    UpdateApp {
        /// What happened and what to do.
        advice: String,
    },
    /// Another process has this phone open: close it and try again.
    #[error("{advice}")]
    InUse {
        /// What happened and what to do.
        advice: String,
    },
    /// A fault of ours: report it with the code.
    #[error("{advice}")]
    Fault {
        /// What happened and what to do.
        advice: String,
        /// What to report.
        code: String,
    },
}

impl TanfangError {
    pub(crate) fn asked(advice: impl Into<String>) -> Self {
        TanfangError::Asked {
            advice: advice.into(),
        }
    }
}

impl From<AppError> for TanfangError {
    fn from(error: AppError) -> Self {
        use TanfangError as T;
        let advice = error.to_string();
        match error {
            AppError::NeedsCorrection { problems, draft } => T::NeedsCorrection {
                advice,
                problems: problems.into_iter().map(Problem::from).collect(),
                draft: draft.map(|draft| draft.to_string()),
            },
            AppError::Offline {
                retry_after_secs, ..
            } => T::Offline {
                advice,
                retry_after_secs,
            },
            AppError::NotEnrolled => T::NotEnrolled { advice },
            AppError::SignedOut => T::SignedOut { advice },
            AppError::EnrolAgain => T::EnrolAgain { advice },
            AppError::Revoked => T::Revoked { advice },
            AppError::CodeRefused { .. } => T::CodeRefused { advice },
            AppError::AnotherWorker { .. } => T::AnotherWorker { advice },
            AppError::DiskFull => T::DiskFull { advice },
            AppError::SetAside { name, .. } => T::SetAside { advice, name },
            AppError::Keystore(VaultError::Lost) => T::KeyLost { advice },
            AppError::Keystore(VaultError::Locked) => T::KeystoreLocked { advice },
            AppError::Keystore(VaultError::Broken) => T::KeystoreBroken { advice },
            AppError::NotFound { what } => T::NotFound {
                advice,
                what: what.to_owned(),
            },
            AppError::Sealed(_) | AppError::Asked { .. } => T::Asked { advice },
            AppError::UpdateApp { .. } => T::UpdateApp { advice },
            AppError::InUse => T::InUse { advice },
            AppError::Fault { code } => T::Fault { advice, code },
        }
    }
}

impl From<ClockError> for TanfangError {
    fn from(error: ClockError) -> Self {
        TanfangError::ClockSilent {
            advice: format!("{error}: restart the phone and try again"),
        }
    }
}
