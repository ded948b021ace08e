//! `GET /v1/documents/{hash}`

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::WireRefusal;

use super::{Writer, answer, refuse, token};
use crate::engine::{Request, Response};

pub(super) async fn document(
    State(writer): State<Writer>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> HttpResponse {
    let token = match token(&headers) {
        Ok(token) => token,
        Err(refusal) => return refuse(&refusal),
    };
    match writer.ask(Request::Document { token, hash }).await {
        Response::Document(body) => answer(&body),
        Response::Refused(refusal) => refuse(&refusal),
        _ => refuse(&WireRefusal::Unavailable),
    }
}
