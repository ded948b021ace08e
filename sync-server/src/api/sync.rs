//! `POST /v1/sync`

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::{SyncRequest, WireRefusal};

use super::{Writer, answer, aside, refuse, token, unpack};
use crate::engine::{Request, Response};

pub(super) async fn sync(
    State(writer): State<Writer>,
    headers: HeaderMap,
    body: Bytes,
) -> HttpResponse {
    let told = async {
        let token = token(&headers)?;
        let body = aside(move || unpack::<SyncRequest>(&body)).await??;
        match writer
            .ask(Request::Sync {
                token,
                body: Box::new(body),
            })
            .await
        {
            Response::Synced(reply) => aside(move || answer(&*reply)).await,
            Response::Refused(refusal) => Err(refusal),
            _ => Err(WireRefusal::Unavailable),
        }
    };
    told.await.unwrap_or_else(|refusal| refuse(&refusal))
}
