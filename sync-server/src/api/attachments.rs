//! `/v1/attachments`: upload by tus 1.0.0 (creation, checksum, termination), download by ranges.

mod headers;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use tanfang_core::attachment::{AttachmentHash, MAX_BYTES};
use tanfang_core::wire::{AttachmentRefusal, CONTENT_TYPE, WireRefusal, encode};

use super::arrivals::Room;
use super::body::Unread;
use super::sender::signed_in;
use super::{Writer, aside, body, refuse};
use crate::engine::{
    ANSWER_LIMIT_BYTES, AttachmentAsk, AttachmentTold, PIECE_LIMIT_BYTES, Request, Response,
};
use headers::{announced, checked, named, number, range, tus};

/// The version of tus that is spoken.
const TUS: &str = "1.0.0";
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// What an endpoint makes of a request, or why not.
type Made = Result<HttpResponse, Refused>;

enum Refused {
    Wire(WireRefusal),
    Attachment(AttachmentRefusal),
}

impl From<WireRefusal> for Refused {
    fn from(refusal: WireRefusal) -> Self {
        Refused::Wire(refusal)
    }
}

impl From<AttachmentRefusal> for Refused {
    fn from(refusal: AttachmentRefusal) -> Self {
        Refused::Attachment(refusal)
    }
}

/// `OPTIONS`: what is spoken here.
pub(super) async fn spoken() -> HttpResponse {
    let told = [
        ("tus-version", TUS.to_owned()),
        ("tus-extension", "creation,checksum,termination".to_owned()),
        ("tus-max-size", MAX_BYTES.to_string()),
        ("tus-checksum-algorithm", "sha256".to_owned()),
    ];
    ours((StatusCode::NO_CONTENT, told).into_response())
}

/// `POST /v1/attachments`
pub(super) async fn create(State(writer): State<Writer>, headers: HeaderMap) -> HttpResponse {
    let made: Made = async {
        let token = speaks_tus(&writer, &headers).await?;
        let reference = announced(&headers)?;
        let told = ask(&writer, token, AttachmentAsk::Create(reference)).await?;
        let AttachmentTold::At { offset, .. } = told else {
            return Err(WireRefusal::Unavailable.into());
        };
        let told = [
            (
                header::LOCATION,
                format!("/v1/attachments/{}", reference.hash),
            ),
            (UPLOAD_OFFSET, offset.to_string()),
        ];
        Ok((StatusCode::CREATED, told).into_response())
    }
    .await;
    answered(made)
}

/// `HEAD /v1/attachments/{hash}`
pub(super) async fn offset(
    State(writer): State<Writer>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> HttpResponse {
    let made: Made = async {
        let token = speaks_tus(&writer, &headers).await?;
        let told = ask(&writer, token, AttachmentAsk::Offset(known(&hash)?)).await?;
        let AttachmentTold::At { offset, reference } = told else {
            return Err(WireRefusal::Unavailable.into());
        };
        let told = [
            (UPLOAD_OFFSET, offset.to_string()),
            (UPLOAD_LENGTH, reference.length.to_string()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        Ok((StatusCode::OK, told).into_response())
    }
    .await;
    answered(made)
}

/// `PATCH /v1/attachments/{hash}`: nothing of the body is read before its sender is known.
pub(super) async fn append(
    State(writer): State<Writer>,
    Path(hash): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    let ready = async {
        let token = speaks_tus(&writer, &headers).await?;
        let hash = known(&hash)?;
        if named(&headers, "content-type") != Some("application/offset+octet-stream") {
            return Err(Refused::Attachment(AttachmentRefusal::Malformed {
                message: "the body of PATCH is application/offset+octet-stream".to_owned(),
            }));
        }
        Ok((token, hash, number(&headers, "upload-offset")?))
    }
    .await;
    let (token, hash, offset) = match ready {
        Ok(ready) => ready,
        Err(refused) => {
            body::unheard(body);
            return answered(Err(refused));
        }
    };
    let arrivals = writer.arrivals();
    let read = arrivals.read(&token, body, PIECE_LIMIT_BYTES).await;
    let (bytes, room) = match read {
        Ok(read) => read,
        Err(Unread::TooLong { limit }) => {
            let limit = limit as u64;
            return answered(Err(AttachmentRefusal::PieceTooLong { limit }.into()));
        }
        Err(unread) => return ours(unread.refusal()),
    };
    let checked = aside(move || checked(&headers, &bytes).map(|()| bytes)).await;
    answered(appended(&writer, token, (hash, offset), checked, room).await)
}

async fn appended(
    writer: &Writer,
    token: String,
    (hash, offset): (AttachmentHash, u64),
    checked: Result<Result<Vec<u8>, AttachmentRefusal>, WireRefusal>,
    room: Room,
) -> Made {
    let bytes = checked??;
    let piece = AttachmentAsk::Append {
        hash,
        offset,
        bytes,
    };
    let ask = Request::Attachment { token, ask: piece };
    let AttachmentTold::At { offset, .. } = told(writer.ask_holding(ask, room).await)? else {
        return Err(WireRefusal::Unavailable.into());
    };
    Ok((
        StatusCode::NO_CONTENT,
        [(UPLOAD_OFFSET, offset.to_string())],
    )
        .into_response())
}

/// `DELETE /v1/attachments/{hash}`
pub(super) async fn terminate(
    State(writer): State<Writer>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> HttpResponse {
    let made: Made = async {
        let token = speaks_tus(&writer, &headers).await?;
        ask(&writer, token, AttachmentAsk::Drop(known(&hash)?)).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }
    .await;
    answered(made)
}

/// `GET /v1/attachments/{hash}`: one range, of which at most a MiB is given at once.
pub(super) async fn read(
    State(writer): State<Writer>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> HttpResponse {
    let made: Made = async {
        let token = signed_in(&writer, &headers).await?;
        let hash = known(&hash)?;
        let asked = range(&headers)?;
        let (from, through) = asked.unwrap_or((0, None));
        let wanted = AttachmentAsk::Read {
            hash,
            from,
            through,
        };
        let told = ask(&writer, token, wanted).await?;
        let AttachmentTold::Bytes {
            reference,
            from,
            bytes,
        } = told
        else {
            return Err(WireRefusal::Unavailable.into());
        };
        let whole = bytes.len() as u64 == reference.length;
        if asked.is_none() && !whole {
            return Err(Refused::Attachment(AttachmentRefusal::Malformed {
                message: format!("longer than {ANSWER_LIMIT_BYTES} bytes: ask with Range"),
            }));
        }
        let last = from + bytes.len() as u64 - 1;
        let status = match asked {
            None => StatusCode::OK,
            Some(_) => StatusCode::PARTIAL_CONTENT,
        };
        let mut answer = (
            status,
            [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (header::ACCEPT_RANGES, "bytes".to_owned()),
                (header::CACHE_CONTROL, "no-store".to_owned()),
                (header::ETAG, format!("\"{hash}\"")),
            ],
            bytes,
        )
            .into_response();
        if asked.is_some() {
            let span = format!("bytes {from}-{last}/{}", reference.length);
            if let Ok(span) = HeaderValue::from_str(&span) {
                answer.headers_mut().insert(header::CONTENT_RANGE, span);
            }
        }
        Ok(answer)
    }
    .await;
    answered(made)
}

/// The token of a phone that may ask, and asks as it must.
async fn speaks_tus(writer: &Writer, headers: &HeaderMap) -> Result<String, Refused> {
    let token = signed_in(writer, headers).await?;
    tus(headers)?;
    Ok(token)
}

async fn ask(
    writer: &Writer,
    token: String,
    ask: AttachmentAsk,
) -> Result<AttachmentTold, Refused> {
    told(writer.ask(Request::Attachment { token, ask }).await)
}

fn told(answer: Response) -> Result<AttachmentTold, Refused> {
    match answer {
        Response::Attachment(told) => Ok(told?),
        Response::Refused(refusal) => Err(refusal.into()),
        _ => Err(WireRefusal::Unavailable.into()),
    }
}

fn known(hash: &str) -> Result<AttachmentHash, Refused> {
    hash.parse().map_err(|_| AttachmentRefusal::NotAHash.into())
}

fn answered(made: Made) -> HttpResponse {
    ours(match made {
        Ok(answer) => answer,
        Err(Refused::Wire(refusal)) => refuse(&refusal),
        Err(Refused::Attachment(refusal)) => refused(&refusal),
    })
}

fn refused(refusal: &AttachmentRefusal) -> HttpResponse {
    let status =
        StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = encode(refusal).unwrap_or_default();
    let mut answer = (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response();
    let told = match refusal {
        AttachmentRefusal::OffsetIs { offset } => Some((UPLOAD_OFFSET, offset.to_string())),
        AttachmentRefusal::NoSuchRange { length } => {
            Some((header::CONTENT_RANGE, format!("bytes */{length}")))
        }
        AttachmentRefusal::ProtocolNotSpoken => {
            Some((HeaderName::from_static("tus-version"), TUS.to_owned()))
        }
        _ => None,
    };
    if let Some((name, value)) = told
        && let Ok(value) = HeaderValue::from_str(&value)
    {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// Every answer names the version, so that another's page is told from ours.
fn ours(mut answer: HttpResponse) -> HttpResponse {
    let version = HeaderValue::from_static(TUS);
    answer.headers_mut().insert(TUS_RESUMABLE, version);
    answer
}
