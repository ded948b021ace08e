//! Photos, signatures and scans, as a shell attaches, shows and fetches them.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

use super::enrol::link;
use super::{App, AppError};
use crate::attachment::{AttachmentHash, AttachmentProblem, AttachmentRef, prepare};
use crate::form::{Problem, ProblemCode, Severity};
use crate::model::{Part, RecordId, Value};
use crate::store::{Held, Tx};
use crate::sync::attachments::{Carried, fetch};
use crate::sync::{SyncError, Transport};

/// How long what was attached and never saved or kept in a draft is kept, in milliseconds.
const LOOSE_MILLIS: i64 = 7 * 86_400_000;

/// How an answer names what was attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// SHA-256 of the stored bytes, in hex.
    pub hash: String,
    /// How many bytes are stored.
    pub length: u64,
    /// The media type.
    #[serde(rename = "type")]
    pub media: String,
}

/// A photo with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// The media type.
    pub media: String,
    /// The bytes, stripped of everything but the picture.
    pub bytes: Vec<u8>,
}

/// A photo, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhotoLine {
    /// Its hash, in hex.
    pub hash: String,
    /// How many bytes it has.
    pub length: u64,
    /// The media type.
    #[serde(rename = "type")]
    pub media: String,
    /// Of one attached here: `unsaved` (in a draft, or in what the server has not taken),
    /// `waiting`, `sending`, `at_server`, `not_taken`. Of another phone's: `here`, `fetching`,
    /// `not_here`, `not_at_server`.
    pub state: &'static str,
    /// How many of its bytes are on this phone.
    pub here: u64,
    /// How many of them the server said it has.
    pub sent: u64,
    /// The records that name it.
    pub records: Vec<String>,
    /// Why the server does not take it, or what was wrong with what it gave.
    pub problem: Option<String>,
}

/// What a sync did about photos, and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PhotoReport {
    /// How many the server has newly.
    pub sent: u64,
    /// How many are newly here.
    pub fetched: u64,
    /// How many of this phone are still to be sent.
    pub waiting: u64,
    /// How many that records name are not here.
    pub missing: u64,
    /// Whether the link or the server ended it before its end; the records had come through by then.
    pub cut: bool,
}

impl App {
    /// Keeps a photo, signature or scan for an answer: stripped of what says where, when and by
    /// what it was taken, then stored encrypted. `named` is the media type that came with it.
    ///
    /// The answer of an `image` or `file` question is what this returns, as JSON. What is in no
    /// draft or save after seven days is thrown away.
    ///
    /// # Errors
    /// [`AppError::Asked`] where it is no JPEG, PNG, WebP or PDF, is cut, or larger than 8 MiB.
    pub fn attach(&self, bytes: &[u8], named: Option<&str>) -> Result<Attached, AppError> {
        let prepared = prepare(bytes, named)?;
        let now = self.doors.clock.now().millis;
        self.write(|tx| Ok(tx.attach(&prepared, now)?))?;
        Ok(Attached {
            hash: prepared.reference.hash.to_string(),
            length: prepared.reference.length,
            media: prepared.reference.media.to_string(),
        })
    }

    /// Every photo that is here or that a record names, and where it is.
    pub fn photos(&self) -> Result<Vec<PhotoLine>, AppError> {
        self.photos_of(None)
    }

    /// The same of one record.
    pub fn photos_of(&self, record: Option<RecordId>) -> Result<Vec<PhotoLine>, AppError> {
        self.read(|tx| lines(tx, record))
    }

    /// A photo's bytes, if all of them are here.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where nothing names it; [`AppError::Asked`] where it is not here.
    pub fn photo(&self, hash: &str) -> Result<Photo, AppError> {
        self.read(|tx| {
            let hash = parsed(hash)?;
            let held = tx.attachment(hash)?.filter(Held::is_whole);
            // One that was sent and whose record has left waits for a server that may be set back, not
            // for a reader.
            let shown = match &held {
                Some(held) if held.due => tx.named_attachment(hash)?.is_some(),
                _ => true,
            };
            match held.filter(|_| shown) {
                Some(held) => Ok(Photo {
                    media: held.reference.media.to_string(),
                    bytes: tx.attachment_bytes(hash, 0, held.reference.length as usize)?,
                }),
                None => {
                    named(tx, hash)?;
                    Err(AppError::Asked {
                        message: "照片还不在本机，请联网取回 / the photo is not on this phone yet: fetch it where there is a signal".into(),
                    })
                }
            }
        })
    }

    /// Fetches a photo that a record names, also on a link that is paid for by the byte; one that
    /// is here stays as it is. If the link ends, the next sync goes on with it.
    ///
    /// # Errors
    /// [`AppError::Offline`]; [`AppError::Asked`] where its author's phone has not sent it yet.
    pub fn fetch_photo(&self, hash: &str) -> Result<Photo, AppError> {
        let server = self.read(|tx| Ok(tx.enrolled()?.server))?;
        self.fetch_photo_over(&link(&server)?, hash)
    }

    /// The same over a link that the caller brings.
    pub fn fetch_photo_over(&self, link: &dyn Transport, hash: &str) -> Result<Photo, AppError> {
        let id = parsed(hash)?;
        let wanted = self.write(|tx| {
            if tx.attachment(id)?.is_some_and(|held| held.is_whole()) {
                return Ok(None);
            }
            let reference = named(tx, id)?;
            tx.begin_attachment(&reference)?;
            tx.set_wanted(id, true)?;
            Ok(Some(reference))
        })?;
        if let Some(reference) = wanted {
            self.or_give_back(fetch(&self.store, link, &reference))?;
        }
        self.photo(hash)
    }

    /// What a sync did about photos, and what is left; what was attached long ago and never used
    /// goes.
    pub(super) fn photo_report(&self, carried: Carried) -> Result<PhotoReport, AppError> {
        let before = self.doors.clock.now().millis - LOOSE_MILLIS;
        let (waiting, missing) = self.write(|tx| {
            tx.sweep_attached_before(before)?;
            Ok(tx.attachments_left()?)
        })?;
        Ok(PhotoReport {
            sent: carried.sent,
            fetched: carried.fetched,
            waiting,
            missing,
            cut: carried.cut,
        })
    }

    fn or_give_back<T>(&self, done: Result<T, SyncError>) -> Result<T, AppError> {
        if let Err(SyncError::Revoked) = &done {
            self.give_back()?;
        }
        Ok(done?)
    }
}

impl From<AttachmentProblem> for AppError {
    fn from(problem: AttachmentProblem) -> Self {
        AppError::Asked {
            message: problem.to_string(),
        }
    }
}

fn parsed(hash: &str) -> Result<AttachmentHash, AppError> {
    hash.parse()
        .map_err(|_| AppError::NotFound { what: "photo" })
}

/// How a record names it.
fn named(tx: &Tx<'_>, hash: AttachmentHash) -> Result<AttachmentRef, AppError> {
    let found = tx.named_attachment(hash)?;
    found.ok_or(AppError::NotFound { what: "photo" })
}

/// What a save is to name must have been attached here, or be in a record already: a hash typed
/// by hand would be waited for by everybody, for ever.
pub(super) fn are_known(tx: &Tx<'_>, parts: &[Part]) -> Result<(), AppError> {
    for write in parts.iter().flat_map(|part| &part.writes) {
        if let Some(reference) = AttachmentRef::of_value(&write.value)
            && !tx.knows_attachment(&reference)?
        {
            let message =
                "本机没有这张照片，请重新附上 / this photo is not on this phone: attach it again";
            return Err(AppError::problem(write.field.leaf(), message));
        }
    }
    Ok(())
}

/// Of what was given, the attachments that no question asked for: the save does not hold them.
pub(super) fn not_asked(given: &Map<String, Json>, asked: &Map<String, Json>) -> Vec<Problem> {
    let kept: BTreeSet<AttachmentHash> =
        given_in(asked).into_iter().map(|(_, hash)| hash).collect();
    let lost = given_in(given)
        .into_iter()
        .filter(|(_, hash)| !kept.contains(hash));
    lost.map(|(field, _)| Problem {
        field,
        code: ProblemCode::Warned,
        message: "表单没有问到这张照片，没有保存；需要时请在问到的题目里再附上 / the form did not ask for this photo and it was not saved: attach it again where the form asks"
            .into(),
        severity: Severity::Warning,
    })
    .collect()
}

/// The attachments in answers, by question; in a repeat `repeat[1].leaf`.
fn given_in(answers: &Map<String, Json>) -> Vec<(String, AttachmentHash)> {
    let hash = |json: &Json| {
        let value = Value::from_json(json)?;
        AttachmentRef::of_value(&value).map(|reference| reference.hash)
    };
    let mut given = Vec::new();
    for (name, answer) in answers {
        given.extend(hash(answer).map(|hash| (name.clone(), hash)));
        let rows = answer.as_array().into_iter().flatten();
        for (at, row) in (1..).zip(rows) {
            for (leaf, answer) in row.as_object().into_iter().flatten() {
                given.extend(hash(answer).map(|hash| (format!("{name}[{at}].{leaf}"), hash)));
            }
        }
    }
    given
}

/// The photos of one record, or of all and none.
pub(super) fn lines(tx: &Tx<'_>, of: Option<RecordId>) -> Result<Vec<PhotoLine>, AppError> {
    let mut lines: Vec<PhotoLine> = Vec::new();
    let mut places: BTreeMap<AttachmentHash, usize> = BTreeMap::new();
    for named in tx.named_attachments(of)? {
        let hash = named.reference.hash;
        let place = match places.get(&hash) {
            Some(place) => *place,
            None => {
                let held = tx.attachment(hash)?;
                places.insert(hash, lines.len());
                lines.push(line(&named.reference, held.as_ref(), named.accepted));
                lines.len() - 1
            }
        };
        if let Some(line) = lines.get_mut(place) {
            line.records.push(named.record.to_string());
            if named.accepted && line.state == "unsaved" {
                line.state = "waiting";
            }
        }
    }
    if of.is_none() {
        for held in tx.attachments()? {
            // What was sent and whose record has left waits only for a server that may be set back: it is
            // shown to nobody.
            let gone = held.due && held.at_server;
            if !gone && !places.contains_key(&held.reference.hash) {
                lines.push(line(&held.reference, Some(&held), false));
            }
        }
    }
    Ok(lines)
}

fn line(named: &AttachmentRef, held: Option<&Held>, accepted: bool) -> PhotoLine {
    let reference = held.map_or(named, |held| &held.reference);
    PhotoLine {
        hash: reference.hash.to_string(),
        length: reference.length,
        media: reference.media.to_string(),
        state: state(held, accepted),
        here: held.map_or(0, |held| held.here),
        sent: held.and_then(|held| held.sent).unwrap_or(0),
        records: Vec::new(),
        problem: held.and_then(|held| held.problem.clone()),
    }
}

fn state(held: Option<&Held>, accepted: bool) -> &'static str {
    let Some(held) = held else { return "not_here" };
    if !held.own {
        return match held {
            held if held.is_whole() => "here",
            held if held.not_yet => "not_at_server",
            held if held.here > 0 => "fetching",
            _ => "not_here",
        };
    }
    match held {
        held if held.at_server => "at_server",
        held if held.problem.is_some() => "not_taken",
        held if !accepted && !held.due => "unsaved",
        held if held.sent.unwrap_or(0) > 0 => "sending",
        _ => "waiting",
    }
}

/// An answer that names what was attached.
impl From<&Attached> for Json {
    fn from(attached: &Attached) -> Json {
        serde_json::json!({
            "hash": attached.hash, "length": attached.length, "type": attached.media,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_photo_that_no_question_asked_for_is_told_and_one_that_was_asked_is_not() {
        let photo = |n: u8| json!({"hash": hex::encode([n; 32]), "length": 9, "type": "image/png"});
        let map = |json: Json| json.as_object().unwrap().clone();
        let given = map(json!({
            "portrait": photo(1), "note": "x", "list": ["a"],
            "photos": [{"photo": photo(2)}, {"photo": photo(3)}],
        }));
        let asked = map(json!({"note": "x", "photos": [{"photo": photo(3)}]}));
        let told = not_asked(&given, &asked);
        let fields: Vec<&str> = told.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["portrait", "photos[1].photo"]);
        assert!(
            told.iter()
                .all(|problem| problem.severity == Severity::Warning)
        );
        assert!(not_asked(&asked, &asked).is_empty());
    }
}
