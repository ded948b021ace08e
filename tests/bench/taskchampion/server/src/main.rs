//! `bench-taskchampion-server FOLDER`: TaskChampion's sync protocol over HTTP on loopback, by its
//! published core and SQLite storage. Prints its port when it listens.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use taskchampion_sync_server_core::{
    AddVersionResult, GetVersionResult, NIL_VERSION_ID, Server, ServerConfig, SnapshotUrgency,
};
use taskchampion_sync_server_storage_sqlite::SqliteStorage;
use uuid::Uuid;

/// As large as its own server takes.
const BODY_BYTES: usize = 100 << 20;
const SEGMENT: &str = "application/vnd.taskchampion.history-segment";
const SNAPSHOT: &str = "application/vnd.taskchampion.snapshot";
const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

type Answer = Result<Response, StatusCode>;

#[tokio::main]
async fn main() {
    let folder = std::env::args().nth(1).expect("a folder for the database");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let storage = SqliteStorage::new(&folder).expect("a new database opens");
    let server = Arc::new(Server::new(ServerConfig::default(), storage));
    let routes = Router::new()
        .route("/v1/client/add-version/{parent}", post(add_version))
        .route("/v1/client/get-child-version/{parent}", get(child_version))
        .route("/v1/client/add-snapshot/{version}", post(add_snapshot))
        .route("/v1/client/snapshot", get(snapshot))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(server);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    println!("{}", listener.local_addr().expect("an address").port());
    axum::serve(listener, routes).await.expect("it serves");
}

/// An answer worked out on a thread of its own: the storage's transactions do not leave theirs.
async fn apart<F: Future<Output = Answer>>(work: impl FnOnce() -> F + Send + 'static) -> Answer {
    let here = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || here.block_on(work()));
    done.await.unwrap_or(Err(FAILED))
}

/// The client that a request names; it is made when it first speaks.
async fn client(server: &Server, headers: &HeaderMap) -> Result<Uuid, StatusCode> {
    let named = headers.get("X-Client-Id").and_then(|id| id.to_str().ok());
    let id: Uuid = named
        .and_then(|id| id.parse().ok())
        .ok_or(StatusCode::BAD_REQUEST)?;
    let mut transaction = server.txn(id).await.map_err(|_| FAILED)?;
    if transaction
        .get_client()
        .await
        .map_err(|_| FAILED)?
        .is_none()
    {
        let made = transaction.new_client(NIL_VERSION_ID).await;
        made.map_err(|_| FAILED)?;
        transaction.commit().await.map_err(|_| FAILED)?;
    }
    Ok(id)
}

fn header(name: &'static str, value: impl ToString) -> (HeaderName, String) {
    (HeaderName::from_static(name), value.to_string())
}

async fn add_version(
    State(server): State<Arc<Server>>,
    Path(parent): Path<Uuid>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    apart(move || async move {
        let client = client(&server, &headers).await?;
        let added = server.add_version(client, parent, body.to_vec()).await;
        let (added, urgency) = added.map_err(|_| FAILED)?;
        let version = match added {
            AddVersionResult::Ok(version) => version,
            AddVersionResult::ExpectedParentVersion(parent) => {
                let named = [header("x-parent-version-id", parent)];
                return Ok((StatusCode::CONFLICT, named).into_response());
            }
        };
        let named = header("x-version-id", version);
        Ok(match urgency {
            SnapshotUrgency::None => [named].into_response(),
            SnapshotUrgency::Low => {
                [named, header("x-snapshot-request", "urgency=low")].into_response()
            }
            SnapshotUrgency::High => {
                [named, header("x-snapshot-request", "urgency=high")].into_response()
            }
        })
    })
    .await
}

async fn child_version(
    State(server): State<Arc<Server>>,
    Path(parent): Path<Uuid>,
    headers: HeaderMap,
) -> Answer {
    apart(move || async move {
        let client = client(&server, &headers).await?;
        let found = server.get_child_version(client, parent).await;
        match found.map_err(|_| FAILED)? {
            GetVersionResult::NotFound => Err(StatusCode::NOT_FOUND),
            GetVersionResult::Gone => Err(StatusCode::GONE),
            GetVersionResult::Success {
                version_id,
                parent_version_id,
                history_segment,
            } => {
                let named = [
                    header("x-version-id", version_id),
                    header("x-parent-version-id", parent_version_id),
                    header("content-type", SEGMENT),
                ];
                Ok((named, history_segment).into_response())
            }
        }
    })
    .await
}

async fn add_snapshot(
    State(server): State<Arc<Server>>,
    Path(version): Path<Uuid>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    apart(move || async move {
        let client = client(&server, &headers).await?;
        let added = server.add_snapshot(client, version, body.to_vec()).await;
        added
            .map(|()| StatusCode::OK.into_response())
            .map_err(|_| FAILED)
    })
    .await
}

async fn snapshot(State(server): State<Arc<Server>>, headers: HeaderMap) -> Answer {
    apart(move || async move {
        let client = client(&server, &headers).await?;
        match server.get_snapshot(client).await.map_err(|_| FAILED)? {
            None => Err(StatusCode::NOT_FOUND),
            Some((version, data)) => {
                let named = [
                    header("x-version-id", version),
                    header("content-type", SNAPSHOT),
                ];
                Ok((named, data).into_response())
            }
        }
    })
    .await
}
