//! What the simulator knows by itself: what was made, by whom, having seen what; who holds which
//! area. Nothing of it is read from what is tested.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::attachment::{AttachmentHash, AttachmentRef};
use tanfang_core::merge::Record;
use tanfang_core::model::{
    AreaCode, Compartment, DeviceId, Envelope, Feed, Field, Head, Hlc, Kind, Part, RecordId,
    WorkerId,
};

use crate::photos::Photo;

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

/// A right of a worker.
#[derive(Debug, Clone)]
pub struct Right {
    /// The assignment's record.
    pub record: RecordId,
    /// Where.
    pub area: AreaCode,
    /// Whether it has ended.
    pub ended: bool,
    /// The head of the save that wrote it.
    pub head: Option<Head>,
}

/// A worker.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Who.
    pub id: WorkerId,
    /// As what.
    pub role: &'static str,
    /// Where.
    pub rights: Vec<Right>,
}

impl Worker {
    /// What the role reads, by our own table.
    pub fn reads(&self, compartment: Compartment) -> bool {
        match compartment {
            Compartment::Contact | Compartment::Care => true,
            Compartment::Identity => self.role != "grid_worker",
            _ => false,
        }
    }

    /// Whether a right that lasts covers an area.
    pub fn covers(&self, area: &AreaCode) -> bool {
        let mut held = self.rights.iter().filter(|right| !right.ended);
        held.any(|right| area.as_str().starts_with(right.area.as_str()))
    }

    /// Whether the worker's phone may hold a feed.
    pub fn may_hold(&self, feed: &Feed) -> bool {
        match feed {
            Feed::Area(_, Compartment::Roster) => true,
            Feed::Area(area, compartment) => self.covers(area) && self.reads(*compartment),
            Feed::Worker(worker) => *worker == self.id,
            Feed::Case(_) => false,
        }
    }
}

/// What a copy of the server's folder remembers.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// Who holds what.
    pub workers: Vec<Worker>,
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
}

impl Model {
    /// A save.
    pub fn made(&self, token: Token) -> Option<&Made> {
        self.made.get((token as usize).checked_sub(1)?)
    }

    /// What a save names of photos.
    pub fn photo_of(&self, token: Token) -> Option<AttachmentHash> {
        let parts = &self.made(token)?.parts;
        let mut writes = parts.iter().flat_map(|part| &part.writes);
        writes.find_map(|write| Some(AttachmentRef::of_value(&write.value)?.hash))
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
