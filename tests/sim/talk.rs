//! A conversation, step by step, as `sync::run` leads it, over a link that may do anything.

use tanfang_core::model::DeviceId;
use tanfang_core::sync::{Heard, Session, SyncError};
use tanfang_core::wire::{SyncRequest, WireRefusal, encode, pack};

use crate::model::{Broken, broken};
use crate::phone::Phone;

/// A question on its way, and its answer once the server gave one.
#[derive(Debug, Clone)]
pub struct Flight {
    /// Whose it is.
    pub device: DeviceId,
    /// Under which session.
    pub token: String,
    /// The question, as it travels.
    pub request: Vec<u8>,
    /// The answer, as it travels.
    pub answer: Option<Result<Vec<u8>, WireRefusal>>,
}

/// A conversation under way.
pub struct Talk {
    /// What it knows.
    pub session: Session,
    /// The question on its way.
    pub flight: Flight,
    /// Whether the phone has used the time of this flight.
    pub tended: bool,
    /// The question after it, made ready.
    pub ahead: Option<SyncRequest>,
    /// The answer before it, heard and not yet written.
    pub unwritten: Option<Heard>,
    /// Turns that brought nothing.
    pub idle: u32,
}

/// What became of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It goes on.
    Not,
    /// Nothing remains.
    Complete,
    /// Something came that is no answer; the next conversation begins anew.
    BrokeOff,
    /// The server does not know this phone any more.
    NotOurs,
    /// The phone died.
    Died,
    /// The phone's disk took nothing, or did not say that it had.
    NotWritten,
    /// The server says that there is more, and sends nothing.
    NoProgress,
}

/// What an app of the first release speaks: nothing in columns, no snapshots.
pub const OLD_VERSION: u16 = 1;

/// The rule that is broken where a step of a conversation fails.
pub const RULE: &str = "a conversation goes on";

impl Phone {
    /// A question as it travels.
    pub fn flight(&mut self, request: &SyncRequest) -> Result<Flight, Broken> {
        let enrolment = self.read(|tx| tx.enrolled())?;
        let request = request.clone();
        let packed = match self.old {
            true => encode(&SyncRequest {
                version: OLD_VERSION,
                ..request
            }),
            false => pack(request),
        };
        let request = packed.or_else(|e| broken(RULE, e.to_string()))?;
        Ok(Flight {
            device: enrolment.device,
            token: enrolment.token,
            request,
            answer: None,
        })
    }

    /// What the conversation asks next.
    pub fn question(&mut self, session: &mut Session) -> Result<SyncRequest, Broken> {
        let vault = self.vault.clone();
        let asked = self.store()?.read(|tx| session.ask(tx, &*vault));
        asked.or_else(|e: SyncError| broken(RULE, e.to_string()))
    }

    /// Begins a conversation, if none is under way.
    pub fn ask(&mut self) -> Result<bool, Broken> {
        if self.talk.is_some() {
            return Ok(false);
        }
        let mut session = Session::new(self.limits);
        let request = self.question(&mut session)?;
        self.talk = Some(Talk {
            session,
            flight: self.flight(&request)?,
            tended: false,
            ahead: None,
            unwritten: None,
            idle: 0,
        });
        Ok(true)
    }

    /// Writes the answer before, and makes the next question ready, once in a flight.
    pub fn meanwhile(&mut self) -> Result<bool, Broken> {
        let Some(mut talk) = self.talk.take_if(|talk| !talk.tended) else {
            return Ok(false);
        };
        talk.tended = true;
        if let Some(heard) = talk.unwritten.take()
            && self.write(|tx| Ok(heard.write(tx)?))?.is_none()
        {
            return Ok(true);
        }
        if talk.session.goes_on() {
            talk.ahead = Some(self.question(&mut talk.session)?);
        }
        self.talk = Some(talk);
        Ok(true)
    }

    /// The question is lost, or its answer.
    pub fn lose(&mut self, answered: bool) -> bool {
        let fits = |talk: &mut Talk| talk.flight.answer.is_some() == answered;
        let Some(talk) = self.talk.take_if(fits) else {
            return false;
        };
        if !answered {
            self.former.push(talk.flight);
        }
        true
    }

    /// A former answer comes in the place of the awaited one.
    pub fn swap_late(&mut self, pick: u32) -> bool {
        let Some(talk) = &mut self.talk else {
            return false;
        };
        let answered: Vec<&Flight> = self.former.iter().filter(|f| f.answer.is_some()).collect();
        let Some(late) = answered.get(pick as usize % answered.len().max(1)) else {
            return false;
        };
        talk.flight.answer.clone_from(&late.answer);
        true
    }

    /// The answer is cut.
    pub fn cut_answer(&mut self, at: u32) -> bool {
        let talk = self.talk.as_mut();
        let Some(Ok(bytes)) = talk.and_then(|talk| talk.flight.answer.as_mut()) else {
            return false;
        };
        bytes.truncate(at as usize % bytes.len().max(1));
        true
    }

    /// Whether a question waits for the server, or an answer for the phone.
    pub fn awaits(&self, answered: bool) -> bool {
        let talk = self.talk.as_ref();
        talk.is_some_and(|talk| talk.flight.answer.is_some() == answered)
    }
}
