//! `GET /v1/same/{digest}`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response as HttpResponse};
use tanfang_core::wire::{SameQuestion, WireRefusal};

use super::{Writer, refuse, token};
use crate::engine::{Request, Response};

/// 200 and a proof where nothing has changed, 204 where the whole question must be asked.
pub(super) async fn same(
    State(writer): State<Writer>,
    Path(question): Path<String>,
    headers: HeaderMap,
) -> HttpResponse {
    let token = match token(&headers) {
        Ok(token) => token,
        Err(refusal) => return refuse(&refusal),
    };
    let Some(question) = SameQuestion::parse(&question) else {
        return refuse(&WireRefusal::Malformed {
            message: "not a digest of what a phone holds".to_owned(),
        });
    };
    let asked = Request::Same {
        token: token.clone(),
        question,
    };
    match writer.ask(asked).await {
        // No media type: the proof in the body says whose it is, and every byte is paid for.
        Response::Same(Some(answer)) => Body::from(answer.seal(&token, &question)).into_response(),
        Response::Same(None) => StatusCode::NO_CONTENT.into_response(),
        Response::Refused(refusal) => refuse(&refusal),
        _ => refuse(&WireRefusal::Unavailable),
    }
}
