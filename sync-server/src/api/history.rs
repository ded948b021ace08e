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
    let sent = match sent {
        Ok(sent) => sent,
        Err(refusal) => return *refusal,
    };
    let told = asked(&writer, sent).await;
    told.unwrap_or_else(|refusal| refuse(&refusal))
}

async fn asked(writer: &Writer, sent: Sent) -> Result<HttpResponse, WireRefusal> {
    let Sent { token, bytes, room } = sent;
    let body = body::unpack::<HistoryRequest>(&bytes, ENROL_LIMIT_BYTES)?;
    let request = Request::History { token, body };
    match writer.ask_holding(request, room).await {
        Response::History(reply) => aside(move || answer(&*reply)).await,
        Response::Refused(refusal) => Err(refusal),
        _ => Err(WireRefusal::Unavailable),
    }
}
