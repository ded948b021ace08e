//! What went wrong, for a program and for a person.

use serde_json::json;
use tanfang_core::app::AppError;

/// A verb that was not done.
pub enum Failure {
    /// The phone says why.
    App(AppError),
    /// The command line or its file is not as it should be.
    Asked(String),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Failure::App(error)
    }
}

impl Failure {
    /// 2: the person must correct something; 3: offline; 1: a fault.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Asked(_) => 2,
            Failure::App(error) => match error {
                AppError::NeedsCorrection { .. }
                | AppError::NotFound { .. }
                | AppError::CodeRefused { .. }
                | AppError::AnotherWorker { .. }
                | AppError::NotEnrolled
                | AppError::Sealed(_)
                | AppError::Asked { .. } => 2,
                AppError::Offline { .. } => 3,
                AppError::SignedOut
                | AppError::EnrolAgain
                | AppError::Revoked
                | AppError::DiskFull
                | AppError::SetAside { .. }
                | AppError::Keystore(_)
                | AppError::UpdateApp { .. }
                | AppError::InUse
                | AppError::Fault { .. } => 1,
            },
        }
    }

    /// One JSON document.
    pub fn json(&self) -> String {
        let document = match self {
            Failure::Asked(message) => json!({"error": "asked", "message": message}),
            Failure::App(error) => {
                let mut document = json!({"error": error.code(), "message": error.to_string()});
                if let AppError::Sealed(problem) = error {
                    document["reason"] = json!(problem.code());
                }
                if let AppError::Offline {
                    retry_after_secs: Some(secs),
                    ..
                } = error
                {
                    document["retry_after_secs"] = json!(secs);
                }
                if let AppError::NeedsCorrection { problems, draft } = error {
                    document["problems"] = json!(problems);
                    document["draft"] = json!(draft.map(|draft| draft.to_string()));
                }
                document
            }
        };
        document.to_string()
    }

    /// A line, and one for each problem.
    pub fn text(&self) -> String {
        match self {
            Failure::Asked(message) => message.clone(),
            Failure::App(error) => {
                let mut text = error.to_string();
                if let AppError::NeedsCorrection { problems, draft } = error {
                    for problem in problems {
                        text.push_str(&format!("\n  {}: {}", problem.field, problem.message));
                    }
                    if let Some(draft) = draft {
                        text.push_str(&format!("\n  草稿 draft: {draft}"));
                    }
                }
                text
            }
        }
    }
}
