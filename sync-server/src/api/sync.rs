//! `POST /v1/sync`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::{REQUEST_LIMIT_BYTES, SyncRequest, WireRefusal};

use super::{Writer, answer, aside, body, refuse, token};
use crate::engine::{Request, Response};

/// Nothing of the body is read before its sender is known and not revoked.
pub(super) async fn sync(
    State(writer): State<Writer>,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    let token = match signed_in(&writer, &headers).await {
        Ok(token) => token,
        Err(refusal) => {
            body::unheard(body);
            return refuse(&refusal);
        }
    };
    let bytes = match body::read(body, body::TURN_BYTES).await {
        Ok(bytes) => bytes,
        Err(unread) => return unread.refusal(),
    };
    let told = turn(&writer, token, bytes).await;
    told.unwrap_or_else(|refusal| refuse(&refusal))
}

pub(super) async fn signed_in(writer: &Writer, headers: &HeaderMap) -> Result<String, WireRefusal> {
    let token = token(headers)?;
    let asked = Request::SignedIn {
        token: token.clone(),
    };
    match writer.ask(asked).await {
        Response::SignedIn => Ok(token),
        Response::Refused(refusal) => Err(refusal),
        _ => Err(WireRefusal::Unavailable),
    }
}

async fn turn(writer: &Writer, token: String, bytes: Vec<u8>) -> Result<HttpResponse, WireRefusal> {
    let unpacked =
        aside(move || body::unpack::<SyncRequest>(&bytes, REQUEST_LIMIT_BYTES)).await??;
    let asked = Request::Sync {
        token,
        body: Box::new(unpacked),
    };
    match writer.ask(asked).await {
        Response::Synced(reply) => aside(move || answer(&*reply)).await,
        Response::Refused(refusal) => Err(refusal),
        _ => Err(WireRefusal::Unavailable),
    }
}
