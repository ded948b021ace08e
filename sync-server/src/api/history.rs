//! `POST /v1/history`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::{ENROL_LIMIT_BYTES, HistoryRequest, WireRefusal};

use super::sender::{Sent, heard};
use super::{Writer, answer, aside, body, refuse};
use crate::engine::{Request, Response};

/// A record's past, as far as the phone may hold it.
pub(super) async fn history(
    State(writer): State<Writer>,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    let sent = heard(&writer, &headers, body, body::ENROL_BYTES).await;
    let Sent { token, bytes, .. } = match sent {
        Ok(sent) => sent,
        Err(refusal) => return *refusal,
    };
    let told = asked(&writer, token, &bytes).await;
    told.unwrap_or_else(|refusal| refuse(&refusal))
}

async fn asked(writer: &Writer, token: String, bytes: &[u8]) -> Result<HttpResponse, WireRefusal> {
    let body = body::unpack::<HistoryRequest>(bytes, ENROL_LIMIT_BYTES)?;
    match writer.ask(Request::History { token, body }).await {
        Response::History(reply) => aside(move || answer(&*reply)).await,
        Response::Refused(refusal) => Err(refusal),
        _ => Err(WireRefusal::Unavailable),
    }
}
