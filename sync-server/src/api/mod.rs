//! HTTP for phones, one endpoint a file. Bodies are packed and unpacked beside the writer; one
//! thread owns the store and answers one request after another.

mod arrivals;
mod attachments;
mod body;
mod bundles;
mod documents;
mod enrol;
mod health;
mod history;
mod same;
mod sender;
mod snapshots;
mod sync;
mod writer;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use axum::routing::{get, post};
use serde::Serialize;
use tanfang_core::wire::{CONTENT_TYPE, CodecError, SyncReply, WireRefusal, encode, pack};

use crate::server::Server;
pub(crate) use writer::Writer;

/// How long what is under way may take after the server was told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// When who was sent away may ask again: a full queue is worked off within it, and each phone adds
/// chance of its own.
const RETRY_AFTER_SECS: &str = "10";

/// The routes of a server.
pub fn router(server: Server) -> Router {
    router_of(Writer::start(server))
}

pub(crate) fn router_of(writer: Writer) -> Router {
    Router::new()
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/sync", post(sync::sync))
        .route("/v1/documents/{hash}", get(documents::document))
        .route("/v1/same/{digest}", get(same::same))
        .route("/v1/snapshots/{hash}", get(snapshots::snapshot_part))
        .route("/v1/bundles", post(bundles::carry))
        .route("/v1/keys", post(bundles::certify))
        .route("/v1/history", post(history::history))
        .route(
            "/v1/attachments",
            post(attachments::create).options(attachments::spoken),
        )
        .route(
            "/v1/attachments/{hash}",
            get(attachments::read)
                .head(attachments::offset)
                .patch(attachments::append)
                .delete(attachments::terminate)
                .options(attachments::spoken),
        )
        .route("/health", get(health::health))
        .with_state(writer)
}

/// Serves until told to stop by SIGTERM, SIGINT or `stop`; what was accepted is finished, its
/// answer sent.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(
    server: Server,
    listen: SocketAddr,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .enable_all()
        .build()?;
    let writer = Writer::start(server);
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        ready(listener.local_addr()?);
        let (told, mut hear) = tokio::sync::watch::channel(false);
        let graceful = async move {
            told_to_stop(stop).await;
            let _ = told.send(true);
        };
        let serving =
            axum::serve(listener, router_of(writer.clone())).with_graceful_shutdown(graceful);
        tokio::select! {
            done = async { serving.await } => done,
            () = async {
                let _ = hear.wait_for(|told| *told).await;
                tokio::time::sleep(LAST_WORDS).await;
            } => Ok(()),
        }
    });
    runtime.shutdown_timeout(LAST_WORDS);
    writer.finish();
    served
}

async fn told_to_stop(stop: impl Future<Output = ()>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return stop.await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
        () = stop => {}
    }
}

/// The session token of `Authorization: Bearer`.
fn token(headers: &HeaderMap) -> Result<String, WireRefusal> {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = value
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::trim);
    token
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
        .ok_or(WireRefusal::SignedOut)
}

fn answer<T: Serialize>(message: &T) -> HttpResponse {
    told(encode(message))
}

/// A turn is answered in the version in which it was asked.
fn answer_turn(reply: SyncReply, version_2: bool) -> HttpResponse {
    told(match version_2 {
        true => pack(reply),
        false => encode(&reply),
    })
}

fn told(body: Result<Vec<u8>, CodecError>) -> HttpResponse {
    match body {
        Ok(body) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response(),
        Err(_) => refuse(&WireRefusal::Unavailable),
    }
}

/// A refusal and its status; it holds no data.
fn refuse(refusal: &WireRefusal) -> HttpResponse {
    let status = match refusal {
        WireRefusal::SignedOut => StatusCode::UNAUTHORIZED,
        WireRefusal::Revoked => StatusCode::FORBIDDEN,
        WireRefusal::CodeUnknown => StatusCode::NOT_FOUND,
        WireRefusal::CodeUsed | WireRefusal::ChainBroken { .. } => StatusCode::CONFLICT,
        WireRefusal::Malformed { .. } => StatusCode::BAD_REQUEST,
        WireRefusal::Unavailable | WireRefusal::Other => StatusCode::SERVICE_UNAVAILABLE,
    };
    refuse_as(status, refusal)
}

fn refuse_as(status: StatusCode, refusal: &WireRefusal) -> HttpResponse {
    let body = encode(refusal).unwrap_or_default();
    let mut answer = (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let later = header::HeaderValue::from_static(RETRY_AFTER_SECS);
        answer.headers_mut().insert(header::RETRY_AFTER, later);
    }
    answer
}

/// Runs what takes long on a thread for it; a panic there refuses this request only.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WireRefusal> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| WireRefusal::Unavailable)
}
