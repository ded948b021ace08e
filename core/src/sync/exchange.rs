//! One exchange: a message there, a message or a refusal back.

use serde::de::DeserializeOwned;

use super::SyncError;
use super::transport::{Answer, Call, LinkError, Transport};
use crate::wire::{
    CONTENT_TYPE, CodecError, EnrolReply, EnrolRequest, REPLY_LIMIT_BYTES, SameAnswer,
    SameQuestion, SyncReply, SyncRequest, WireRefusal, decode, encode,
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

/// Whether all is as a phone at rest knows it; `None` where it is not, or somebody else answered.
pub(super) fn same(
    link: &dyn Transport,
    token: &str,
    question: &SameQuestion,
) -> Result<Option<SameAnswer>, LinkError> {
    let answer = link.exchange(&Call {
        path: question.path(),
        token: Some(token.to_owned()),
        body: None,
    })?;
    Ok(match answer.status {
        200 => SameAnswer::open(&answer.body, token, question),
        _ => None,
    })
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
