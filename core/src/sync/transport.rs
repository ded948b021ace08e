//! The link, as far as sync knows it: bytes there, bytes back, or why not.

use super::attachments::{AttachmentAnswer, AttachmentCall};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `/v1/sync` and its like.
    pub path: String,
    /// The session token, sent as `Authorization: Bearer`.
    pub token: Option<String>,
    /// The body of a POST; none for a GET.
    pub body: Option<Vec<u8>>,
}

/// What came back, whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type it names.
    pub content_type: Option<String>,
    /// The bytes.
    pub body: Vec<u8>,
    /// After how many seconds the server asks to be tried again (`Retry-After`).
    pub retry_after_secs: Option<u32>,
}

/// Why nothing whole came back. Whether the server got the request is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No connection, or no answer in time.
    #[error("the server was not reached: go on working, and sync again where there is a signal")]
    Unreachable,
    /// The answer broke off.
    #[error("the answer was cut in the middle: nothing was lost, sync again")]
    Cut,
    /// The answer is longer than any of ours.
    #[error(
        "the answer is longer than any of the county's server: change the network, then sync again"
    )]
    TooLong,
    /// Somebody stopped the sync in the middle of a transfer.
    #[error("the sync was stopped: nothing was lost, sync again when you like")]
    Stopped,
}

/// Carries a request to the server and its answer back.
pub trait Transport: Send + Sync {
    /// One exchange; it waits for a bounded time.
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError>;

    /// One exchange about an attachment. A link that carries records only reaches nobody.
    fn attachment(
        &self,
        token: &str,
        call: &AttachmentCall,
    ) -> Result<AttachmentAnswer, LinkError> {
        let _ = (token, call);
        Err(LinkError::Unreachable)
    }
}
