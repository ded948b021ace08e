//! One exchange: a message there, a message or a refusal back.

use serde::de::DeserializeOwned;

use super::SyncError;
use super::transport::{Answer, Call, LinkError, Transport};
use crate::model::content_hash;
use crate::store::ComingPart;
use crate::wire::{
    CONTENT_TYPE, CarryReply, CarryRequest, Certificate, CertifyRequest, CodecError, EnrolReply,
    EnrolRequest, HistoryReply, HistoryRequest, REPLY_LIMIT_BYTES, SameAnswer, SameQuestion,
    SnapshotPart, SyncReply, SyncRequest, WireRefusal, decode, encode, pack, unpack,
};

/// Enrols this phone.
pub fn enrol(link: &dyn Transport, request: &EnrolRequest) -> Result<EnrolReply, SyncError> {
    let answer = post(link, "/v1/enrol", None, encode(request)?)?;
    Ok(decode(whole(&answer)?, REPLY_LIMIT_BYTES)?)
}

/// One turn of the conversation.
pub fn sync(
    link: &dyn Transport,
    token: &str,
    request: &SyncRequest,
) -> Result<SyncReply, SyncError> {
    send(link, token, packed(request.clone())?).map(|(reply, _)| reply)
}

/// A question's bytes, made while the link is still busy with the one before.
pub(super) fn packed(request: SyncRequest) -> Result<Vec<u8>, SyncError> {
    Ok(pack(request)?)
}

/// One turn of the conversation, of a question that is [`packed`]; the answer, and how many bytes
/// it had.
pub(super) fn send(
    link: &dyn Transport,
    token: &str,
    body: Vec<u8>,
) -> Result<(SyncReply, u64), SyncError> {
    let answer = post(link, "/v1/sync", Some(token), body)?;
    let reply = unpack(whole(&answer)?, REPLY_LIMIT_BYTES)?;
    Ok((reply, answer.body.len() as u64))
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

/// One word about a sealed file that this phone carries; none where the server is older than they.
pub(super) fn carry(
    link: &dyn Transport,
    token: &str,
    request: &CarryRequest,
) -> Result<Option<CarryReply>, SyncError> {
    later(&post(link, "/v1/bundles", Some(token), encode(request)?)?)
}

/// This phone's public agreement key against the server's word for its keys; none likewise.
pub(super) fn keys(
    link: &dyn Transport,
    token: &str,
    request: &CertifyRequest,
) -> Result<Option<Certificate>, SyncError> {
    later(&post(link, "/v1/keys", Some(token), encode(request)?)?)
}

/// The answer of a path that older servers do not have: they say 404, and not in our words.
fn later<A: DeserializeOwned>(answer: &Answer) -> Result<Option<A>, SyncError> {
    match whole(answer) {
        Err(SyncError::Body(CodecError::NotOurs)) if answer.status == 404 => Ok(None),
        body => Ok(Some(decode(body?, REPLY_LIMIT_BYTES)?)),
    }
}

/// A published document's text, by its hash; the caller compares the hash.
pub fn document(link: &dyn Transport, token: &str, hash: &str) -> Result<String, SyncError> {
    let call = Call {
        path: format!("/v1/documents/{hash}"),
        token: Some(token.to_owned()),
        body: None,
    };
    Ok(decode(whole(&link.exchange(&call)?)?, REPLY_LIMIT_BYTES)?)
}

/// Everything that was ever said of a record, as far as this phone may hold it.
pub fn history(
    link: &dyn Transport,
    token: &str,
    request: &HistoryRequest,
) -> Result<HistoryReply, SyncError> {
    let answer = post(link, "/v1/history", Some(token), encode(request)?)?;
    Ok(decode(whole(&answer)?, REPLY_LIMIT_BYTES)?)
}

/// A part of a snapshot, if the server still has it; nothing of one that is altered is used.
pub fn snapshot_part(
    link: &dyn Transport,
    token: &str,
    which: &ComingPart,
) -> Result<Option<SnapshotPart>, SyncError> {
    let call = Call {
        path: format!("/v1/snapshots/{}", which.name.hash),
        token: Some(token.to_owned()),
        body: None,
    };
    let answer = link.exchange(&call)?;
    let body = match whole(&answer) {
        Ok(body) => body,
        Err(SyncError::NotUnderstood { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    if body.len() as u64 != which.name.length || content_hash(body) != which.name.hash {
        return Err(SyncError::AlteredSnapshot);
    }
    Ok(Some(unpack(body, REPLY_LIMIT_BYTES)?))
}

fn post(
    link: &dyn Transport,
    path: &str,
    token: Option<&str>,
    body: Vec<u8>,
) -> Result<Answer, SyncError> {
    let call = Call {
        path: path.to_owned(),
        token: token.map(str::to_owned),
        body: Some(body),
    };
    Ok(link.exchange(&call)?)
}

/// The body of an answer with status 200; any other is the refusal that it carries. A page of another
/// server with status 200 is told by its type, and by its first bytes when it is read.
fn whole(answer: &Answer) -> Result<&[u8], SyncError> {
    let ours = answer
        .content_type
        .as_deref()
        .and_then(|named| named.split(';').next())
        .is_some_and(|named| named.trim().eq_ignore_ascii_case(CONTENT_TYPE));
    if !ours {
        return Err(CodecError::NotOurs.into());
    }
    match answer.status {
        200 => Ok(&answer.body),
        _ => match decode::<WireRefusal>(&answer.body, REPLY_LIMIT_BYTES)? {
            WireRefusal::Unavailable => Err(SyncError::Unavailable {
                retry_after_secs: answer.retry_after_secs,
            }),
            refusal => Err(refusal.into()),
        },
    }
}
