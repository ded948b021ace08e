//! `POST /v1/sync`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::{REQUEST_LIMIT_BYTES, WireRefusal, is_version_2};

use super::sender::{Sent, heard};
use super::{Writer, answer_turn, aside, body, refuse};
use crate::engine::{Request, Response};

/// A turn of the conversation, answered in the version in which it was asked.
pub(super) async fn sync(
    State(writer): State<Writer>,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    let sent = match heard(&writer, &headers, body, body::TURN_BYTES).await {
        Ok(sent) => sent,
        Err(refusal) => return *refusal,
    };
    let told = turn(&writer, sent).await;
    told.unwrap_or_else(|refusal| refuse(&refusal))
}

async fn turn(writer: &Writer, sent: Sent) -> Result<HttpResponse, WireRefusal> {
    let Sent { token, bytes, room } = sent;
    let as_asked = is_version_2(&bytes);
    let place = writer.place().await?;
    let unpacked = aside(move || body::unpack_turn(&bytes, REQUEST_LIMIT_BYTES)).await??;
    let asked = Request::Sync {
        token,
        body: Box::new(unpacked),
    };
    match writer.ask_holding(asked, (place, room)).await {
        Response::Synced(reply) => aside(move || answer_turn(*reply, as_asked)).await,
        Response::Refused(refusal) => Err(refusal),
        _ => Err(WireRefusal::Unavailable),
    }
}
