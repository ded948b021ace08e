//! `POST /v1/enrol`

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::WireRefusal;

use super::{Writer, answer, refuse, unpack};
use crate::engine::{Request, Response};

pub(super) async fn enrol(State(writer): State<Writer>, body: Bytes) -> HttpResponse {
    let request = match unpack(&body) {
        Ok(request) => request,
        Err(refusal) => return refuse(&refusal),
    };
    match writer.ask(Request::Enrol(request)).await {
        Response::Enrolled(reply) => answer(&*reply),
        Response::Refused(refusal) => refuse(&refusal),
        _ => refuse(&WireRefusal::Unavailable),
    }
}
