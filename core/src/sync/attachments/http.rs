//! Attachments over HTTP: tus 1.0 up, ranges down.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{AttachmentAnswer, AttachmentCall, Heard};
use crate::attachment::PIECE_BYTES;
use crate::sync::http::Http;
use crate::sync::{LinkError, SyncError};
use crate::wire::{AttachmentRefusal, CodecError, WireRefusal, decode};

/// The version of the protocol that is spoken.
const TUS: &str = "1.0.0";
/// More than any answer: a piece, or a refusal.
const ANSWER_BYTES: u64 = PIECE_BYTES as u64 + (64 << 10);
const REFUSAL_BYTES: u64 = 64 << 10;

/// Puts one request to the server.
pub(in crate::sync) fn exchange(
    link: &Http,
    token: &str,
    call: &AttachmentCall,
) -> Result<AttachmentAnswer, LinkError> {
    let client = &link.client;
    let all = format!("{}/v1/attachments", link.base);
    let request = match call {
        AttachmentCall::Create { reference } => client
            .post(all)
            .header("upload-length", reference.length)
            .header(
                "upload-metadata",
                format!(
                    "hash {},type {}",
                    STANDARD.encode(reference.hash.to_string()),
                    STANDARD.encode(reference.media.as_str())
                ),
            ),
        AttachmentCall::Offset { hash } => client.head(format!("{all}/{hash}")),
        AttachmentCall::Append {
            hash,
            offset,
            bytes,
        } => client
            .patch(format!("{all}/{hash}"))
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", *offset)
            .header(
                "upload-checksum",
                format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes))),
            )
            .body(link.body(bytes)),
        AttachmentCall::Read {
            hash,
            from,
            through,
        } => client
            .get(format!("{all}/{hash}"))
            .header("range", format!("bytes={from}-{through}")),
    };
    let sent = request
        .header("tus-resumable", TUS)
        .bearer_auth(token)
        .send();
    let response = sent.map_err(|_| link.failed(LinkError::Unreachable))?;
    let named = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
    let mut answer = AttachmentAnswer {
        status: response.status().as_u16(),
        ours: named("tus-resumable") == Some(TUS),
        offset: named("upload-offset").and_then(|text| text.parse().ok()),
        range: named("content-range").and_then(range),
        body: Vec::new(),
    };
    let mut body = response.take(ANSWER_BYTES + 1);
    match body.read_to_end(&mut answer.body) {
        Ok(_) if answer.body.len() as u64 > ANSWER_BYTES => Err(LinkError::TooLong),
        Ok(_) => Ok(answer),
        Err(_) => Err(link.failed(LinkError::Cut)),
    }
}

/// `bytes 0-65535/200000`: where it begins, and how many the whole has.
fn range(text: &str) -> Option<(u64, u64)> {
    let (span, whole) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (from, _) = span.split_once('-')?;
    Some((from.parse().ok()?, whole.parse().ok()?))
}

/// What an answer means; one that is not the server's is no answer.
pub(super) fn understood(
    call: &AttachmentCall,
    answer: AttachmentAnswer,
) -> Result<Heard, SyncError> {
    if !answer.ours {
        return Err(CodecError::NotOurs.into());
    }
    let done = match call {
        AttachmentCall::Create { .. } => 201,
        AttachmentCall::Offset { .. } => 200,
        AttachmentCall::Append { .. } => 204,
        AttachmentCall::Read { .. } => 206,
    };
    match answer.status {
        status if status == done => Ok(Heard::Answer(answer)),
        // An answer to HEAD has no body: its status says it.
        401 => Err(SyncError::SignedOut),
        403 => Err(SyncError::Revoked),
        503 => Err(SyncError::Unavailable {
            retry_after_secs: None,
        }),
        404 if answer.body.is_empty() => Ok(Heard::Refused(AttachmentRefusal::Unknown)),
        _ => match decode::<AttachmentRefusal>(&answer.body, REFUSAL_BYTES) {
            Ok(refusal) => Ok(Heard::Refused(refusal)),
            Err(_) => Err(decode::<WireRefusal>(&answer.body, REFUSAL_BYTES)?.into()),
        },
    }
}
