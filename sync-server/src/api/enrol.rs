//! `POST /v1/enrol`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::{ENROL_LIMIT_BYTES, WireRefusal};

use super::{Writer, answer, body, refuse};
use crate::engine::{Request, Response};

/// Who enrols has no token yet: the body may be only as long as an enrolment is.
pub(super) async fn enrol(State(writer): State<Writer>, body: Body) -> HttpResponse {
    let arrivals = writer.arrivals();
    let read = arrivals.read_of_a_stranger(body, body::ENROL_BYTES).await;
    let (bytes, room) = match read {
        Ok(read) => read,
        Err(unread) => return unread.refusal(),
    };
    let request = match body::unpack(&bytes, ENROL_LIMIT_BYTES) {
        Ok(request) => request,
        Err(refusal) => return refuse(&refusal),
    };
    match writer.ask_holding(Request::Enrol(request), room).await {
        Response::Enrolled(reply) => answer(&*reply),
        Response::Refused(refusal) => refuse(&refusal),
        _ => refuse(&WireRefusal::Unavailable),
    }
}
