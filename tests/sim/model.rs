//! What the simulator knows by itself: what was made, by whom, having seen what; who holds which
//! area. Nothing of it is read from what is tested.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::merge::Record;
use tanfang_core::model::{DeviceId, Envelope, Field, Head, Hlc, Kind, Part, RecordId, Value};

use crate::photos::Photo;
use crate::workers::{Cast, Pairing, Worker};

/// A save by its number in the simulation, which its envelope carries: it is the same save, also
/// when a new device id numbers it anew.
pub type Token = u32;

const MARK: &str = "sim/";

/// What a rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// The rule.
    pub rule: &'static str,
    /// What it saw.
    pub what: String,
}

/// How a check ends.
pub type Outcome = Result<(), Broken>;

/// A rule that does not hold.
pub fn broken<T>(rule: &'static str, what: impl Into<String>) -> Result<T, Broken> {
    Err(Broken {
        rule,
        what: what.into(),
    })
}

/// One write of a field.
#[derive(Debug, Clone)]
pub struct Wrote {
    /// Of which record.
    pub record: RecordId,
    /// Which field.
    pub field: Field,
    /// The saves that its author was looking at.
    pub seen: BTreeSet<Token>,
    /// What it says.
    pub value: Value,
    /// Every save of the field that the author's phone had heard of, superseded or not.
    pub knew: BTreeSet<Token>,
    /// The values that stood there.
    pub stood: Vec<Value>,
}

/// A save that a phone said is saved.
#[derive(Debug, Clone)]
pub struct Made {
    /// By which phone.
    pub phone: usize,
    /// When, by its stamp.
    pub stamp: Hlc,
    /// What it says.
    pub parts: Vec<Part>,
    /// The same, field by field.
    pub wrote: Vec<Wrote>,
}

/// What a copy of the server's folder remembers.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// Who holds what.
    pub workers: Vec<Worker>,
    /// Who takes care of whom.
    pub pairings: Vec<Pairing>,
    /// Under which number each save that was pushed is in the log.
    pub logged: BTreeMap<Token, Head>,
    /// How far the server told each device that it has its saves.
    pub told: BTreeMap<DeviceId, u64>,
    /// The last version of the visit's form.
    pub visit_version: u32,
    /// What its audit must name, in order: enrolments and revocations.
    pub audited: Vec<&'static str>,
    /// Devices whose session was ended.
    pub revoked: BTreeSet<DeviceId>,
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Whose the phones are.
    pub cast: Cast,
    /// What the server must remember.
    pub now: Remembered,
    /// Every save that was made, by token less one.
    pub made: Vec<Made>,
    /// Every record that a save began.
    pub records: Vec<(RecordId, Kind)>,
    /// Every device that was enrolled.
    pub devices: Vec<DeviceId>,
    /// Saves that a re-enrolment numbered anew: the server may have them under two numbers.
    pub renumbered: BTreeSet<Token>,
    /// What was attached.
    pub photos: Vec<Photo>,
    /// Saves that their phone once knew as accepted.
    pub heard: BTreeSet<Token>,
    /// The household of each person.
    pub homes: BTreeMap<RecordId, RecordId>,
    /// Every pairing that ever was, also what a server that was set back has lost.
    pub paired: Vec<Pairing>,
    /// Every case, and the phone on which it was reported.
    pub cases: Vec<(RecordId, usize)>,
}

impl Model {
    /// Takes up what a phone said is saved; answers its token.
    pub fn take_up(&mut self, made: Made) -> Token {
        for part in made.parts.iter().filter(|part| part.begins) {
            let known = (part.record, part.kind.clone());
            if self.records.contains(&known) {
                continue;
            }
            if part.kind == Kind::EMERGENCY {
                self.cases.push((part.record, made.phone));
            }
            let mut writes = part.writes.iter();
            let home = writes.find(|write| write.field.as_str() == "household");
            let home = home.and_then(|write| write.value.as_text()?.parse().ok());
            if let Some(home) = home.filter(|_| part.kind == Kind::PERSON) {
                self.homes.insert(part.record, home);
            }
            self.records.push(known);
        }
        self.made.push(made);
        self.made.len() as Token
    }

    /// A save.
    pub fn made(&self, token: Token) -> Option<&Made> {
        self.made.get((token as usize).checked_sub(1)?)
    }

    /// The name under which a story knows a record.
    pub fn name(&self, id: RecordId) -> String {
        match self.records.iter().position(|(known, _)| *known == id) {
            Some(at) => format!("{} {}", self.records[at].1, at + 1),
            None => "a record of the county".to_owned(),
        }
    }
}

/// What the envelope of a save carries.
pub fn mark(token: Token) -> String {
    format!("{MARK}{token}")
}

/// The save that an envelope belongs to; none of the server's own.
pub fn token_of(envelope: &Envelope) -> Option<Token> {
    envelope.app.strip_prefix(MARK)?.parse().ok()
}

/// The saves that a record knows, by head.
pub fn tokens(record: &Record) -> BTreeMap<Head, Token> {
    let origins = record.origins.iter();
    origins
        .filter_map(|(head, origin)| Some((*head, token_of(&origin.envelope)?)))
        .collect()
}
