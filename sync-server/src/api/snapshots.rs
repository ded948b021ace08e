//! `GET /v1/snapshots/{hash}`

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use tanfang_core::wire::{CONTENT_TYPE, WireRefusal};

use super::{Writer, refuse, token};
use crate::engine::{Request, Response};

/// A part as it was packed when it was built.
pub(super) async fn snapshot_part(
    State(writer): State<Writer>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> HttpResponse {
    let token = match token(&headers) {
        Ok(token) => token,
        Err(refusal) => return refuse(&refusal),
    };
    match writer.ask(Request::SnapshotPart { token, hash }).await {
        Response::SnapshotPart(body) => {
            ([(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response()
        }
        Response::Refused(refusal) => refuse(&refusal),
        _ => refuse(&WireRefusal::Unavailable),
    }
}
