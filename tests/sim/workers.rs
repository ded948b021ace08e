//! Who holds which phone, and what a worker may see, by our own table.

use std::collections::BTreeSet;

use tanfang_core::merge::Record;
use tanfang_core::model::{AreaCode, Compartment, Feed, Head, Kind, RecordId, WorkerId};

use crate::event::PHONES;
use crate::house::{COUNTY, OTHER, TOWNSHIP, VILLAGE};
use crate::model::Model;

const HELPER: &str = "helper";
const OFFICER: &str = "protection_officer";

/// Whose the fourth phone is; the first three belong to two villages' committees and the township.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cast {
    /// A grid worker's, who reads no id numbers.
    #[default]
    GridWorker,
    /// The second phone of the first village's committee.
    SecondPhone,
    /// A paired helper's, who holds the people paired with them and nobody else.
    Helper,
    /// A protection officer's, who reads cases and nothing else.
    Officer,
}

impl Cast {
    /// Every one.
    pub const ALL: [Cast; 4] = [
        Self::GridWorker,
        Self::SecondPhone,
        Self::Helper,
        Self::Officer,
    ];

    /// Role and area of the county's workers.
    pub fn workers(self) -> [(&'static str, &'static str); PHONES] {
        let fourth = match self {
            Self::GridWorker | Self::SecondPhone => ("grid_worker", VILLAGE),
            Self::Helper => (HELPER, COUNTY),
            Self::Officer => (OFFICER, VILLAGE),
        };
        [
            ("village_committee", VILLAGE),
            ("village_committee", OTHER),
            ("township_civil", TOWNSHIP),
            fourth,
        ]
    }

    /// The place among the workers of whom a phone belongs to.
    pub fn holder(self, phone: usize) -> usize {
        match (self, phone) {
            (Self::SecondPhone, 3) => 0,
            _ => phone,
        }
    }

    /// The phones of the worker whose phone this is.
    pub fn phones_of(self, phone: usize) -> Vec<usize> {
        let same = |other: &usize| self.holder(*other) == self.holder(phone);
        (0..PHONES).filter(same).collect()
    }
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

/// A person of whom a helper takes care.
#[derive(Debug, Clone)]
pub struct Pairing {
    /// The pairing's record.
    pub record: RecordId,
    /// The helper.
    pub worker: WorkerId,
    /// The person.
    pub person: RecordId,
    /// The last day on which it holds, as a form writes it.
    pub to: Option<String>,
}

impl Pairing {
    /// Whether it holds on a day.
    pub fn lasts(&self, today: &str) -> bool {
        self.to.as_deref().is_none_or(|to| to >= today)
    }
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
    /// What the role reads of an area that it holds.
    pub fn reads(&self, compartment: Compartment) -> bool {
        match compartment {
            Compartment::Contact | Compartment::Care => self.role != OFFICER,
            Compartment::Identity => !["grid_worker", OFFICER].contains(&self.role),
            Compartment::Protection | Compartment::Roster => false,
        }
    }

    /// Whether a right that lasts covers an area; a helper holds people, not areas.
    pub fn covers(&self, area: &AreaCode) -> bool {
        self.role != HELPER && self.lasts_over(area)
    }

    /// Whether the worker receives the cases of an area.
    pub fn receives_cases(&self, area: &AreaCode) -> bool {
        self.role == OFFICER && self.lasts_over(area)
    }

    fn lasts_over(&self, area: &AreaCode) -> bool {
        let mut held = self.rights.iter().filter(|right| !right.ended);
        held.any(|right| area.as_str().starts_with(right.area.as_str()))
    }

    /// The villages in which the worker has or had the people.
    pub fn villages_ever(&self) -> Vec<&'static str> {
        let ever = |village: &&str| {
            let mut rights = self.rights.iter();
            self.role != HELPER && rights.any(|right| village.starts_with(right.area.as_str()))
        };
        [VILLAGE, OTHER].into_iter().filter(ever).collect()
    }

    /// Whether the worker's phone may hold a feed; `cases` are those that the worker may read.
    pub fn may_hold(&self, feed: &Feed, cases: &BTreeSet<RecordId>) -> bool {
        match feed {
            Feed::Area(_, Compartment::Roster) => true,
            Feed::Area(area, compartment) => self.covers(area) && self.reads(*compartment),
            Feed::Worker(worker) => *worker == self.id,
            Feed::Case(case) => cases.contains(case),
        }
    }
}

impl Model {
    /// Whose phone this is.
    pub fn worker(&self, phone: usize) -> &Worker {
        &self.now.workers[self.cast.holder(phone)]
    }

    /// Whether these pairings bring a record to their helper: the people, their households, what
    /// tells of those households, and the pairings themselves. `homes` are the households that the
    /// record names.
    pub fn is_paired<'p>(
        &self,
        mut pairings: impl Iterator<Item = &'p Pairing> + Clone,
        record: &Record,
        homes: &BTreeSet<RecordId>,
    ) -> bool {
        let at_home = |pairing: &Pairing, home: &RecordId| {
            self.homes.get(&pairing.person).is_some_and(|at| at == home)
        };
        match record.kind.as_str() {
            "person" => pairings.any(|pairing| pairing.person == record.id),
            "household" => pairings.any(|pairing| at_home(pairing, &record.id)),
            "visit" => pairings.any(|pairing| homes.iter().any(|home| at_home(pairing, home))),
            _ => record.kind == Kind::PAIRING && pairings.any(|of| of.record == record.id),
        }
    }
}
