//! A whole sync as the app runs it (`sync::run`): records, documents, photos, over a link that may
//! end at any exchange.

use std::sync::Mutex;

use tanfang_core::model::DeviceId;
use tanfang_core::store::Together;
use tanfang_core::sync::attachments::{AttachmentAnswer, AttachmentCall};
use tanfang_core::sync::{self, Answer, Call, Cancel, LinkError, Plan, SyncError, Transport};
use tanfang_core::wire::{CONTENT_TYPE, SAME_PATH, SameQuestion, WireRefusal, encode};
use tanfang_server::engine::{AttachmentAsk, AttachmentTold, Request, Response};

use crate::house::World;
use crate::model::{Broken, broken};
use crate::talk::{End, Flight, RULE};

/// Where a sync ends: at the exchange after so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    after: u32,
    how: How,
}

/// How it ends there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// The question is lost.
    Lost,
    /// The answer is lost.
    Answered,
    /// Somebody stops it before the question is through.
    Stopped,
    /// Somebody stops it while the answer comes; it is whole all the same.
    StoppedAfter,
}

impl Cut {
    /// A third of them whole; the others end at one of the first exchanges.
    pub fn of(pick: u32) -> Option<Cut> {
        let how = [How::Lost, How::Answered, How::Stopped, How::StoppedAfter];
        let how = how.get(pick as usize % 6).copied();
        let after = pick / 6 % 12;
        how.map(|how| Cut { after, how })
    }
}

/// The link, and behind it the world.
struct Link<'w> {
    inner: Mutex<Inner<'w>>,
}

struct Inner<'w> {
    world: &'w mut World,
    no: usize,
    device: DeviceId,
    cut: Option<Cut>,
    cancel: Cancel,
    broken: Option<Broken>,
}

impl Link<'_> {
    fn through<T>(
        &self,
        ask: impl FnOnce(&mut Inner<'_>) -> Result<T, Broken>,
    ) -> Result<T, LinkError> {
        let mut inner = self.inner.lock().unwrap_or_else(|e| e.into_inner());
        if inner.broken.is_some() {
            return Err(LinkError::Unreachable);
        }
        let ends = match &mut inner.cut {
            // Whoever asks on after that finds no link.
            Some(cut) if cut.after == 0 => Some(std::mem::replace(&mut cut.how, How::Lost)),
            Some(cut) => {
                cut.after -= 1;
                None
            }
            None => None,
        };
        match ends {
            Some(How::Lost) => return Err(LinkError::Unreachable),
            Some(How::Stopped) => {
                inner.cancel.cancel();
                return Err(LinkError::Stopped);
            }
            Some(How::StoppedAfter) => inner.cancel.cancel(),
            Some(How::Answered) | None => {}
        }
        match ask(&mut inner) {
            Err(broken) => {
                inner.broken = Some(broken);
                Err(LinkError::Unreachable)
            }
            Ok(_) if ends == Some(How::Answered) => Err(LinkError::Cut),
            Ok(told) => Ok(told),
        }
    }
}

impl Transport for Link<'_> {
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError> {
        self.through(|inner| inner.exchange(call))
    }

    fn attachment(
        &self,
        token: &str,
        call: &AttachmentCall,
    ) -> Result<AttachmentAnswer, LinkError> {
        self.through(|inner| {
            let (no, device) = (inner.no, inner.device);
            let told = inner
                .world
                .told_of_photo(no, device, token, asked(call.clone()))?;
            photo_answer(call, told)
        })
    }
}

fn asked(call: AttachmentCall) -> AttachmentAsk {
    match call {
        AttachmentCall::Create { reference } => AttachmentAsk::Create(reference),
        AttachmentCall::Offset { hash } => AttachmentAsk::Offset(hash),
        AttachmentCall::Append {
            hash,
            offset,
            bytes,
        } => AttachmentAsk::Append {
            hash,
            offset,
            bytes,
        },
        AttachmentCall::Read {
            hash,
            from,
            through,
        } => AttachmentAsk::Read {
            hash,
            from,
            through: Some(through),
        },
    }
}

/// What the server says about a photo, as HTTP carries it.
fn photo_answer(call: &AttachmentCall, told: Response) -> Result<AttachmentAnswer, Broken> {
    let mut answer = AttachmentAnswer {
        status: match call {
            AttachmentCall::Create { .. } => 201,
            AttachmentCall::Offset { .. } => 200,
            AttachmentCall::Append { .. } => 204,
            AttachmentCall::Read { .. } => 206,
        },
        ours: true,
        ..AttachmentAnswer::default()
    };
    match told {
        Response::Attachment(Ok(AttachmentTold::At { offset, .. })) => answer.offset = Some(offset),
        Response::Attachment(Ok(AttachmentTold::Bytes {
            reference,
            from,
            bytes,
        })) => {
            answer.range = Some((from, reference.length));
            answer.body = bytes;
        }
        Response::Attachment(Err(refusal)) => {
            answer.status = refusal.status();
            answer.body = encode(&refusal).unwrap_or_default();
        }
        Response::Refused(refusal) => {
            answer.status = status(&refusal);
            answer.body = encode(&refusal).unwrap_or_default();
        }
        other => return broken(RULE, format!("{other:?}")),
    }
    Ok(answer)
}

/// As `docs/sync-protocol.md` has it, as far as a phone looks at it.
fn status(refusal: &WireRefusal) -> u16 {
    match refusal {
        WireRefusal::SignedOut => 401,
        WireRefusal::Revoked => 403,
        WireRefusal::Unavailable => 503,
        _ => 400,
    }
}

fn whole(body: Vec<u8>) -> Answer {
    Answer {
        status: 200,
        content_type: Some(CONTENT_TYPE.to_owned()),
        body,
        retry_after_secs: None,
    }
}

fn refused(refusal: &WireRefusal) -> Answer {
    Answer {
        status: status(refusal),
        ..whole(encode(refusal).unwrap_or_default())
    }
}

impl Inner<'_> {
    fn exchange(&mut self, call: &Call) -> Result<Answer, Broken> {
        let token = call.token.clone().unwrap_or_default();
        if let Some(body) = &call.body {
            let flight = Flight {
                device: self.device,
                token,
                request: body.clone(),
                answer: None,
            };
            let told = self.world.answer(self.no, &flight)?;
            return Ok(told.map_or_else(|refusal| refused(&refusal), whole));
        }
        let last = call.path.rsplit('/').next().unwrap_or_default().to_owned();
        let asked = match call.path.split('/').nth(2) {
            Some("documents") => Request::Document {
                token: token.clone(),
                hash: last,
            },
            Some("snapshots") => Request::SnapshotPart {
                token: token.clone(),
                hash: last,
            },
            _ => match call
                .path
                .strip_prefix(SAME_PATH)
                .and_then(SameQuestion::parse)
            {
                Some(question) => return self.same(token, question),
                None => return broken(RULE, call.path.clone()),
            },
        };
        self.world.pass(200);
        match self.world.server()?.handle(asked) {
            Response::Document(body) => {
                let body = encode(&body).or_else(|e| broken(RULE, e.to_string()))?;
                Ok(whole(body))
            }
            Response::SnapshotPart(body) => Ok(whole(body)),
            Response::Refused(refusal) => Ok(refused(&refusal)),
            other => broken(RULE, format!("{other:?}")),
        }
    }

    fn same(&mut self, token: String, question: SameQuestion) -> Result<Answer, Broken> {
        let asked = Request::Same {
            token: token.clone(),
            question,
        };
        self.world.pass(1_000);
        Ok(match self.world.server()?.handle(asked) {
            Response::Same(Some(answer)) => whole(answer.seal(&token, &question)),
            Response::Same(None) => Answer {
                status: 204,
                ..whole(Vec::new())
            },
            Response::Refused(refusal) => refused(&refusal),
            other => return broken(RULE, format!("{other:?}")),
        })
    }
}

impl World {
    /// A whole sync by the real driver, after whatever was under way. An old app has another one, which
    /// brings no documents and no photos.
    pub fn drive(&mut self, no: usize, cut: Option<Cut>) -> Result<End, Broken> {
        if self.phones[no].old {
            return self.sync(no);
        }
        self.phones[no].talk = None;
        let device = self.device(no)?;
        let phone = &mut self.phones[no];
        let (vault, limits) = (phone.vault.clone(), phone.limits);
        let store = phone.take_store()?;
        let plan = Plan {
            limits,
            together: Together {
                saves: 3,
                after_millis: 0,
            },
            ..Plan::default()
        };
        let link = Link {
            inner: Mutex::new(Inner {
                world: self,
                no,
                device,
                cut,
                cancel: plan.cancel.clone(),
                broken: None,
            }),
        };
        let ran = sync::run(&store, &*vault, &link, &plan, &mut |_| {});
        let inner = link.inner.into_inner().unwrap_or_else(|e| e.into_inner());
        let found = inner.broken;
        let phone = &mut self.phones[no];
        phone.give_back(store);
        if let Some(broken) = found {
            return Err(broken);
        }
        let stopped = plan.cancel.is_cancelled();
        match ran {
            Ok(tally) if stopped && !tally.complete && !tally.stopped => {
                broken("a sync that is stopped says so", format!("{tally:?}"))
            }
            Err(error @ SyncError::Link(_)) if stopped => {
                broken("to stop a sync is no error", error.to_string())
            }
            Ok(tally) if tally.complete && !tally.photos.cut => Ok(End::Complete),
            Ok(_) => Ok(End::BrokeOff),
            Err(SyncError::SignedOut | SyncError::Revoked) => Ok(End::NotOurs),
            Err(SyncError::Store(error)) if phone.excuses(&error)? => Ok(End::NotWritten),
            Err(SyncError::NoProgress) => Ok(End::NoProgress),
            Err(
                error @ (SyncError::Link(_)
                | SyncError::Unavailable { .. }
                | SyncError::Body(_)
                | SyncError::NotUnderstood { .. }),
            ) => {
                phone.trouble = error.to_string();
                Ok(End::BrokeOff)
            }
            Err(other) => broken(RULE, other.to_string()),
        }
    }
}
