//! HTTP for phones, one endpoint a file. Bodies are packed and unpacked beside the writer; one
//! thread owns the store and answers one request after another.

mod attachments;
mod body;
mod documents;
mod enrol;
mod health;
mod sync;
mod writer;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use axum::routing::{get, post};
use serde::Serialize;
use tanfang_core::wire::{CONTENT_TYPE, WireRefusal, encode};

use crate::server::Server;
pub(crate) use writer::Writer;

/// How long what is under way may take after the server was told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// The routes of a server.
pub fn router(server: Server) -> Router {
    router_of(Writer::start(server))
}

pub(crate) fn router_of(writer: Writer) -> Router {
    Router::new()
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/sync", post(sync::sync))
        .route("/v1/documents/{hash}", get(documents::document))
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
    match encode(message) {
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
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response()
}

/// Runs what takes long on a thread for it; a panic there refuses this request only.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WireRefusal> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| WireRefusal::Unavailable)
}
