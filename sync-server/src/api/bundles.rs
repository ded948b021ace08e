//! `POST /v1/bundles`, `POST /v1/keys`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::{
    CarryRequest, CertifyRequest, ENROL_LIMIT_BYTES, REQUEST_LIMIT_BYTES, WireRefusal,
};

use super::sender::{Sent, heard};
use super::{Writer, answer, aside, body, refuse};
use crate::engine::{Request, Response};

/// A sealed file that a phone carries: nothing of the body is read before its sender is known.
pub(super) async fn carry(
    State(writer): State<Writer>,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    let sent = match heard(&writer, &headers, body, body::TURN_BYTES).await {
        Ok(sent) => sent,
        Err(refusal) => return *refusal,
    };
    let Sent { token, bytes, room } = sent;
    let place = match writer.place().await {
        Ok(place) => place,
        Err(refusal) => return refuse(&refusal),
    };
    let unpack = move || body::unpack::<CarryRequest>(&bytes, REQUEST_LIMIT_BYTES);
    let request = match aside(unpack).await {
        Ok(Ok(request)) => Box::new(request),
        Ok(Err(refusal)) | Err(refusal) => return refuse(&refusal),
    };
    let asked = Request::Carry { token, request };
    match writer.ask_holding(asked, (place, room)).await {
        Response::Carried(reply) => answer(&*reply),
        Response::Refused(refusal) => refuse(&refusal),
        _ => refuse(&WireRefusal::Unavailable),
    }
}

/// A phone's public agreement key.
pub(super) async fn certify(
    State(writer): State<Writer>,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    let sent = heard(&writer, &headers, body, body::ENROL_BYTES).await;
    let Sent { token, bytes, room } = match sent {
        Ok(sent) => sent,
        Err(refusal) => return *refusal,
    };
    let request = match body::unpack::<CertifyRequest>(&bytes, ENROL_LIMIT_BYTES) {
        Ok(request) => request,
        Err(refusal) => return refuse(&refusal),
    };
    let asked = Request::Certify { token, request };
    match writer.ask_holding(asked, room).await {
        Response::Certified(certificate) => answer(&*certificate),
        Response::Refused(refusal) => refuse(&refusal),
        _ => refuse(&WireRefusal::Unavailable),
    }
}
