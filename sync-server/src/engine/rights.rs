//! What a worker may write and read, from assignments and pairings.

use std::collections::BTreeSet;

use tanfang_core::facts::rows::Day;
use tanfang_core::model::{AreaCode, RecordId, WorkerId};
use tanfang_core::rights::{Held, Roles, Scope};

use super::turn::Turn;
use crate::store::{AssignmentRow, Stored};

/// A worker's rights on one day.
#[derive(Debug, Clone, Default)]
pub(super) struct Rights {
    /// Roles held today: they choose what is read.
    pub(super) held: Vec<Held>,
    /// Areas of which the worker has or had the people: a late visit is written by their right.
    pub(super) areas_ever: Vec<AreaCode>,
    /// Areas over which the worker supervises today.
    pub(super) supervised: Vec<AreaCode>,
    /// Every assignment, past and to come too.
    pub(super) assignments: Vec<AssignmentRow>,
    /// People with whom the worker is or was paired.
    pub(super) paired_ever: BTreeSet<RecordId>,
}

impl Rights {
    pub(super) fn covers(&self, area: &AreaCode) -> bool {
        self.areas_ever.iter().any(|own| own.covers(area))
    }

    /// Whether the worker may know who works in a county: where a role is held today; of who holds
    /// none, where one was held or will be.
    pub(super) fn hold_roster(&self, county: &AreaCode) -> bool {
        let within = |area: &AreaCode| area.covers(county) || county.covers(area);
        match self.held.is_empty() {
            true => self.assignments.iter().any(|row| within(&row.area)),
            false => self.held.iter().any(|held| within(&held.area)),
        }
    }

    pub(super) fn supervises(&self, area: &AreaCode) -> bool {
        self.supervised.iter().any(|own| own.covers(area))
    }
}

impl Turn<'_> {
    /// The rights of a worker today.
    pub(super) fn rights(&mut self, worker: WorkerId) -> Stored<Rights> {
        let roles = self.roles()?;
        let today = self.today();
        let mut rights = Rights {
            assignments: self.tx.assignments(worker)?,
            ..Rights::default()
        };
        for row in rights.assignments.clone() {
            rights.take(&row, &roles, today);
        }
        rights.paired_ever = self
            .tx
            .pairings_of(worker)?
            .into_iter()
            .map(|p| p.person)
            .collect();
        Ok(rights)
    }

    /// The roles that a worker holds today.
    pub fn held(&mut self, worker: WorkerId) -> Stored<Vec<Held>> {
        self.rights(worker).map(|rights| rights.held)
    }
}

impl Rights {
    fn take(&mut self, row: &AssignmentRow, roles: &Roles, today: Day) {
        let Some(role) = roles.get(&row.role) else {
            return;
        };
        let (from, to) = (
            row.from.as_deref().and_then(day),
            row.to.as_deref().and_then(day),
        );
        if from.is_some_and(|from| from > today) {
            return;
        }
        if role.scope == Scope::Area {
            self.areas_ever.push(row.area);
        }
        if to.is_none_or(|to| to >= today) {
            self.held.push(Held {
                role: row.role.clone(),
                area: row.area,
            });
            if role.supervises {
                self.supervised.push(row.area);
            }
        }
    }
}

/// A day as a form writes it; the day of an instant too.
pub(super) fn day(text: &str) -> Option<Day> {
    text.get(..10)?.parse().ok()
}
