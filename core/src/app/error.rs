//! What a person can do about it: one variant each.

use crate::entry::EntryProblem;
use crate::facts::NotNoted;
use crate::form::{FormError, Problem, ProblemCode, Severity};
use crate::model::WorkerId;
use crate::sealed::SealedError;
use crate::store::{DraftId, StoreError, Why};
use crate::sync::SyncError;
use crate::vault::VaultError;
use crate::wire::CodecError;

/// Why the phone does not do what was asked. Nothing is lost by any of these.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Some answers must be corrected; what was typed is kept as a draft.
    #[error("some answers must be corrected; what was typed is kept as a draft")]
    NeedsCorrection {
        /// Everything that is wrong, warnings among them.
        problems: Vec<Problem>,
        /// The draft that keeps the answers.
        draft: Option<DraftId>,
    },
    /// The server was not reached, or something between answered in its place: go on working.
    #[error("{message}")]
    Offline {
        /// What happened and what to do.
        message: String,
        /// After how many seconds the server asks to be tried again, at most an hour; none where
        /// nobody asked anything.
        retry_after_secs: Option<u32>,
    },
    /// The phone was never enrolled.
    #[error("this phone is not enrolled yet: enrol it with the code from the county")]
    NotEnrolled,
    /// The session has ended: enrol again.
    #[error("signed out: enrol again with a new code from the county; what is unsent stays here")]
    SignedOut,
    /// The phone came back from a backup: enrol again, what is unsent is numbered anew.
    #[error(
        "this phone came back from a backup: enrol again with a new code; what is unsent stays here"
    )]
    EnrolAgain,
    /// The phone was revoked.
    #[error("this phone was revoked: hand it to your supervisor, who can take in what is unsent")]
    Revoked,
    /// The enrolment code is not one, or was used.
    #[error("{message}")]
    CodeRefused {
        /// Which of the two, and what to do.
        message: String,
    },
    /// The folder belongs to another worker.
    #[error(
        "这里存的是另一位同事的资料，请换一个位置启用；若是恢复后重新启用，请县里按原工号 {worker} 发码 / this folder belongs to another worker: enrol in a new folder; what is unsent here stays sealed. After a restored server ask the county for a code of worker {worker} (enrol --worker)"
    )]
    AnotherWorker {
        /// Whose it is.
        worker: WorkerId,
    },
    /// The disk is full.
    #[error("the disk is full: free some room on the phone, then save again; nothing was lost")]
    DiskFull,
    /// The database did not open and was set aside whole.
    #[error(
        "the database did not open ({why}) and was set aside whole as {name}: open again to go on with an empty one, and hand the folder to the county, which may recover it"
    )]
    SetAside {
        /// Why it did not open.
        why: Why,
        /// The folder that now holds it.
        name: String,
    },
    /// The keystore gives no key.
    #[error(transparent)]
    Keystore(VaultError),
    /// Nothing of this name is held here.
    #[error("there is no {what} of this name on this phone: check it, or sync first")]
    NotFound {
        /// What was looked for: `form`, `record`, `draft`, `field`.
        what: &'static str,
    },
    /// A sealed file that cannot be used, or a key that nothing can be sealed to; nothing of it was
    /// taken.
    #[error(transparent)]
    Sealed(SealedError),
    /// Something was asked that makes no sense.
    #[error("{message}")]
    Asked {
        /// What to ask instead.
        message: String,
    },
    /// The app is older than what it reads.
    #[error("{message}")]
    UpdateApp {
        /// What is newer.
        message: String,
    },
    /// Another process has this phone open.
    #[error("another process has this phone's database open: close it and try again")]
    InUse,
    /// A fault of ours.
    #[error("something failed (code {code}): report it with the code; nothing was lost")]
    Fault {
        /// What to report; no personal data.
        code: String,
    },
}

impl AppError {
    pub(super) fn fault(code: impl Into<String>) -> Self {
        AppError::Fault { code: code.into() }
    }

    /// One answer that must be corrected.
    pub(super) fn problem(field: &str, message: impl Into<String>) -> Self {
        AppError::NeedsCorrection {
            problems: vec![Problem {
                field: field.to_owned(),
                code: ProblemCode::Constraint,
                message: message.into(),
                severity: Severity::Error,
            }],
            draft: None,
        }
    }

    /// The variant's name, for a program that reads the answer.
    pub fn code(&self) -> &'static str {
        match self {
            AppError::NeedsCorrection { .. } => "needs_correction",
            AppError::Offline { .. } => "offline",
            AppError::NotEnrolled => "not_enrolled",
            AppError::SignedOut => "signed_out",
            AppError::EnrolAgain => "enrol_again",
            AppError::Revoked => "revoked",
            AppError::CodeRefused { .. } => "code_refused",
            AppError::AnotherWorker { .. } => "another_worker",
            AppError::DiskFull => "disk_full",
            AppError::SetAside { .. } => "set_aside",
            AppError::Keystore(_) => "keystore",
            AppError::NotFound { .. } => "not_found",
            AppError::Sealed(_) => "sealed_file",
            AppError::Asked { .. } => "asked",
            AppError::UpdateApp { .. } => "update_app",
            AppError::InUse => "in_use",
            AppError::Fault { .. } => "fault",
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => AppError::DiskFull,
            StoreError::SetAside { why, name } => AppError::SetAside { why, name },
            StoreError::Vault(error) => AppError::Keystore(error),
            StoreError::InUse => AppError::InUse,
            StoreError::NotEnrolled => AppError::NotEnrolled,
            StoreError::TooNew { .. } => AppError::UpdateApp {
                message: error.to_string(),
            },
            StoreError::Unreadable => AppError::fault("unreadable"),
            StoreError::OldSqlite(_) => AppError::fault("old_sqlite"),
            StoreError::Folder { .. } => AppError::Asked {
                message: error.to_string(),
            },
            StoreError::Fault { code } => AppError::Fault { code },
        }
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        AppError::Keystore(error)
    }
}

impl From<SealedError> for AppError {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::Newer => AppError::UpdateApp {
                message: error.to_string(),
            },
            other => AppError::Sealed(other),
        }
    }
}

impl From<SyncError> for AppError {
    fn from(error: SyncError) -> Self {
        let message = error.to_string();
        let retry_after_secs = error.retry_after_secs();
        let offline = |message| AppError::Offline {
            message,
            retry_after_secs,
        };
        match error {
            SyncError::Link(_)
            | SyncError::Unavailable { .. }
            | SyncError::NoProgress
            | SyncError::AlteredDocument
            | SyncError::AlteredSnapshot
            | SyncError::NotSigned { .. } => offline(message),
            SyncError::Body(CodecError::Malformed(_)) | SyncError::NotUnderstood { .. } => {
                AppError::UpdateApp { message }
            }
            SyncError::Body(
                CodecError::NotOurs | CodecError::Truncated | CodecError::TooLarge { .. },
            ) => offline(message),
            SyncError::Store(error) => error.into(),
            SyncError::Vault(error) => error.into(),
            SyncError::NotThereYet => AppError::Asked { message },
            SyncError::SignedOut => AppError::SignedOut,
            SyncError::Revoked => AppError::Revoked,
            SyncError::CodeUnknown | SyncError::CodeUsed => AppError::CodeRefused { message },
            SyncError::ChainBroken { .. } => AppError::EnrolAgain,
        }
    }
}

impl From<FormError> for AppError {
    fn from(error: FormError) -> Self {
        match error {
            FormError::NewerFormat { .. } => AppError::UpdateApp {
                message: error.to_string(),
            },
            FormError::TooLarge { .. } | FormError::Json { .. } | FormError::Faults { .. } => {
                AppError::fault("form")
            }
        }
    }
}

impl From<EntryProblem> for AppError {
    fn from(problem: EntryProblem) -> Self {
        let message = problem.to_string();
        let field = match &problem {
            EntryProblem::NotARow { field }
            | EntryProblem::NotAnObject { field }
            | EntryProblem::NoSuchRow { field }
            | EntryProblem::NotAValue { field }
            | EntryProblem::NotAField { field } => field.clone(),
            EntryProblem::UnknownHousehold => "household".into(),
            EntryProblem::UnknownPerson | EntryProblem::TwoHouseholds => "people".into(),
            EntryProblem::NotAPlace => "home_division".into(),
            EntryProblem::AnotherKind { .. } => String::new(),
        };
        AppError::problem(&field, message)
    }
}

impl From<NotNoted> for AppError {
    fn from(problem: NotNoted) -> Self {
        let field = match problem {
            NotNoted::NoReason => "reason",
            NotNoted::NoStay | NotNoted::NotRegistered => "standing",
        };
        AppError::problem(field, problem.to_string())
    }
}
