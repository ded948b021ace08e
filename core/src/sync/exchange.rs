//! One exchange: a message there, a message or a refusal back.

use serde::de::DeserializeOwned;

use super::SyncError;
use super::transport::{Answer, Call, Transport};
use crate::wire::{
    CONTENT_TYPE, CarryReply, CarryRequest, Certificate, CertifyRequest, CodecError, EnrolReply,
    EnrolRequest, REPLY_LIMIT_BYTES, SyncReply, SyncRequest, WireRefusal, decode, encode,
};

/// Enrols this phone.
pub fn enrol(link: &dyn Transport, request: &EnrolRequest) -> Result<EnrolReply, SyncError> {
    post(link, "/v1/enrol", None, encode(request)?)
}

/// One turn of the conversation.
pub fn sync(
    link: &dyn Transport,
    token: &str,
    request: &SyncRequest,
) -> Result<SyncReply, SyncError> {
    send(link, token, packed(request)?).map(|(reply, _)| reply)
}

/// A question's bytes, made while the link is still busy with the one before.
pub(super) fn packed(request: &SyncRequest) -> Result<Vec<u8>, SyncError> {
    Ok(encode(request)?)
}

/// One turn of the conversation, of a question that is [`packed`]; the answer, and how many bytes
/// it had.
pub(super) fn send(
    link: &dyn Transport,
    token: &str,
    body: Vec<u8>,
) -> Result<(SyncReply, u64), SyncError> {
    let answer = link.exchange(&posted("/v1/sync", Some(token), body))?;
    Ok((read(&answer)?, answer.body.len() as u64))
}

/// One word about a sealed file that this phone carries.
pub(super) fn carry(
    link: &dyn Transport,
    token: &str,
    request: &CarryRequest,
) -> Result<CarryReply, SyncError> {
    post(link, "/v1/bundles", Some(token), encode(request)?)
}

/// This phone's public agreement key against the server's word for its keys.
pub(super) fn keys(
    link: &dyn Transport,
    token: &str,
    request: &CertifyRequest,
) -> Result<Certificate, SyncError> {
    post(link, "/v1/keys", Some(token), encode(request)?)
}

/// A published document's text, by its hash; the caller compares the hash.
pub fn document(link: &dyn Transport, token: &str, hash: &str) -> Result<String, SyncError> {
    let call = Call {
        path: format!("/v1/documents/{hash}"),
        token: Some(token.to_owned()),
        body: None,
    };
    read(&link.exchange(&call)?)
}

fn post<A: DeserializeOwned>(
    link: &dyn Transport,
    path: &str,
    token: Option<&str>,
    body: Vec<u8>,
) -> Result<A, SyncError> {
    read(&link.exchange(&posted(path, token, body))?)
}

fn posted(path: &str, token: Option<&str>, body: Vec<u8>) -> Call {
    Call {
        path: path.to_owned(),
        token: token.map(str::to_owned),
        body: Some(body),
    }
}

/// A page of another server with status 200 is told by its type and its first bytes.
fn read<A: DeserializeOwned>(answer: &Answer) -> Result<A, SyncError> {
    let ours = answer
        .content_type
        .as_deref()
        .and_then(|named| named.split(';').next())
        .is_some_and(|named| named.trim().eq_ignore_ascii_case(CONTENT_TYPE));
    if !ours {
        return Err(CodecError::NotOurs.into());
    }
    match answer.status {
        200 => Ok(decode(&answer.body, REPLY_LIMIT_BYTES)?),
        _ => match decode::<WireRefusal>(&answer.body, REPLY_LIMIT_BYTES)? {
            WireRefusal::Unavailable => Err(SyncError::Unavailable {
                retry_after_secs: answer.retry_after_secs,
            }),
            refusal => Err(refusal.into()),
        },
    }
}
