//! Bodies of requests: read only for who may ask, never longer than stated, never kept when refused.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use axum::response::Response as HttpResponse;
use serde::de::DeserializeOwned;
use tanfang_core::wire::{CodecError, SyncRequest, WireRefusal, decode};

use super::arrivals::Room;
use super::{refuse, refuse_as};

/// The most that a turn's body may hold, packed, in bytes.
pub(super) const TURN_BYTES: usize = 8 << 20;
/// The most that an enrolment's body may hold, packed, in bytes.
pub(super) const ENROL_BYTES: usize = 16 << 10;
/// What is read of a refused body and thrown away, so that its sender hears the refusal.
const UNHEARD_BYTES: usize = 2 * TURN_BYTES;
/// How long a body may take to arrive: a little more than a phone waits for its exchange.
const ARRIVAL: Duration = Duration::from_secs(150);
/// How long a refused body may take.
const UNHEARD: Duration = Duration::from_secs(20);

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    TooLong {
        limit: usize,
    },
    Cut,
    /// Its phone came again, and this one hung.
    LetGo,
    NoRoom,
}

impl Unread {
    /// The refusal: 413 with the limit, 400, or 503 with a time to come again.
    pub(super) fn refusal(self) -> HttpResponse {
        match self {
            Unread::TooLong { limit } => refuse_as(
                StatusCode::PAYLOAD_TOO_LARGE,
                &WireRefusal::Malformed {
                    message: format!("the body is longer than {limit} bytes: send less at once"),
                },
            ),
            Unread::LetGo | Unread::NoRoom => refuse(&WireRefusal::Unavailable),
            Unread::Cut => refuse(&WireRefusal::Malformed {
                message: "the body was cut in the middle: send it again".to_owned(),
            }),
        }
    }
}

/// The bytes of a body, for which room is taken as they arrive; what is left of one that is refused is
/// thrown away.
pub(super) async fn read(mut body: Body, limit: usize, room: &mut Room) -> Result<Vec<u8>, Unread> {
    if HttpBody::size_hint(&body).lower() > limit as u64 {
        unheard(body);
        return Err(Unread::TooLong { limit });
    }
    let arriving = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = next(&mut body).await? {
            if bytes.len() + chunk.len() > limit {
                return Err(Unread::TooLong { limit });
            }
            room.take(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let arrived = tokio::time::timeout(ARRIVAL, arriving).await;
    let read = arrived.unwrap_or(Err(Unread::Cut));
    if matches!(read, Err(Unread::TooLong { .. } | Unread::NoRoom)) {
        unheard(body);
    }
    read
}

/// Throws away what still comes of a body, chunk by chunk, beside the answer: closing the
/// connection at once would take the refusal from a phone that is still sending.
pub(super) fn unheard(mut body: Body) {
    tokio::spawn(tokio::time::timeout(UNHEARD, async move {
        let mut left = UNHEARD_BYTES;
        while let Ok(Some(chunk)) = next(&mut body).await {
            let Some(rest) = left.checked_sub(chunk.len()) else {
                break;
            };
            left = rest;
        }
    }));
}

async fn next(body: &mut Body) -> Result<Option<axum::body::Bytes>, Unread> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Err(_)) => return Err(Unread::Cut),
            Some(Ok(frame)) => {
                if let Ok(chunk) = frame.into_data() {
                    return Ok(Some(chunk));
                }
            }
        }
    }
}

/// Unpacks a body; one that unpacks to more than `limit` bytes, or holds more items than so many
/// bytes can be, is refused before it is built.
pub(super) fn unpack<T: DeserializeOwned>(body: &[u8], limit: u64) -> Result<T, WireRefusal> {
    decode(body, limit).map_err(malformed)
}

/// Unpacks a turn of either version.
pub(super) fn unpack_turn(body: &[u8], limit: u64) -> Result<SyncRequest, WireRefusal> {
    tanfang_core::wire::unpack(body, limit).map_err(malformed)
}

fn malformed(error: CodecError) -> WireRefusal {
    WireRefusal::Malformed {
        message: error.to_string(),
    }
}
