//! Who sends, and what: asked in this order, so that nothing of a body is read before its sender is
//! known and not revoked.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response as HttpResponse;
use tanfang_core::wire::WireRefusal;

use super::arrivals::Room;
use super::{Writer, body, refuse, token};
use crate::engine::{Request, Response};

/// The token of a phone that may ask.
pub(super) async fn signed_in(writer: &Writer, headers: &HeaderMap) -> Result<String, WireRefusal> {
    let token = token(headers)?;
    let asked = Request::SignedIn {
        token: token.clone(),
    };
    match writer.ask(asked).await {
        Response::SignedIn => Ok(token),
        Response::Refused(refusal) => Err(refusal),
        _ => Err(WireRefusal::Unavailable),
    }
}

/// What a phone sent, and its part of the room for bodies.
pub(super) struct Sent {
    pub(super) token: String,
    pub(super) bytes: Vec<u8>,
    pub(super) room: Room,
}

/// What was sent, of at most so many bytes; else the answer that its sender gets.
pub(super) async fn heard(
    writer: &Writer,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Sent, Box<HttpResponse>> {
    let token = match signed_in(writer, headers).await {
        Ok(token) => token,
        Err(refusal) => {
            body::unheard(body);
            return Err(Box::new(refuse(&refusal)));
        }
    };
    let read = writer.arrivals().read(&token, body, limit).await;
    match read {
        Ok((bytes, room)) => Ok(Sent { token, bytes, room }),
        Err(unread) => Err(Box::new(unread.refusal())),
    }
}
