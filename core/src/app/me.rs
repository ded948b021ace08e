//! Who works with this phone, in which roles, and what those roles read.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::labels::Lang;
use super::{App, AppError};
use crate::facts::FactRow;
use crate::facts::rows::{Day, Instant, Span};
use crate::model::{AreaCode, Compartment, DocumentKind, Feed, WorkerId};
use crate::rights::{Held, Roles, Scope};
use crate::store::{Enrolment, Tx};

/// A role over an area for a time, as the roster says.
pub(super) struct Term {
    pub(super) worker: String,
    pub(super) role: String,
    pub(super) area: Option<AreaCode>,
    pub(super) span: Span,
}

/// The worker today.
pub(super) struct Me {
    pub(super) enrolment: Enrolment,
    pub(super) today: Day,
    pub(super) held: Vec<Held>,
    pub(super) roster: Vec<Term>,
    pub(super) compartments: BTreeSet<Compartment>,
    roles: Roles,
}

impl Me {
    /// The role to act in: the one named if it is held, else the first that covers the area, else
    /// the first.
    pub(super) fn role(&self, named: Option<&str>, area: Option<&AreaCode>) -> String {
        let held = |role: &str| self.held.iter().any(|h| h.role == role);
        if let Some(named) = named.filter(|role| held(role)) {
            return named.to_owned();
        }
        let covering = self
            .held
            .iter()
            .find(|h| area.is_some_and(|area| h.area.covers(area)));
        covering
            .or(self.held.first())
            .map(|h| h.role.clone())
            .unwrap_or_default()
    }

    /// What a role is called; its code where the table has it not.
    pub(super) fn role_label(&self, role: &str, lang: Lang) -> String {
        let known = self.roles.get(role);
        known
            .map_or(role, |known| lang.of(&known.zh, &known.en))
            .to_owned()
    }

    /// Whether every role held is one of pairings only.
    pub(super) fn is_paired_only(&self) -> bool {
        let of_area = |h: &Held| {
            self.roles
                .get(&h.role)
                .is_some_and(|r| r.scope == Scope::Area)
        };
        !self.held.iter().any(of_area)
    }

    /// Whether the worker's roles let this phone hold a feed.
    pub(super) fn may_hold(&self, feed: &Feed) -> bool {
        let own_roster = Feed::Area(self.enrolment.county, Compartment::Roster);
        self.roles.visible(self.enrolment.worker, &self.held, feed)
            || self.held.is_empty() && *feed == own_roster
    }

    /// Whether another worker's roles of today let a phone of theirs hold a feed.
    pub(super) fn may_be_shown(&self, worker: WorkerId, feed: &Feed) -> bool {
        let text = worker.to_string();
        let terms = self.roster.iter();
        let terms = terms.filter(|term| term.worker == text && term.span.holds(self.today));
        let held: Vec<Held> = terms
            .filter_map(|term| {
                Some(Held {
                    role: term.role.clone(),
                    area: term.area?,
                })
            })
            .collect();
        self.roles.visible(worker, &held, feed)
    }

    /// Whether a worker has or had the people of an area, so that what they say of it is shown.
    pub(super) fn has_worked_in(&self, worker: WorkerId, area: &AreaCode) -> bool {
        let text = worker.to_string();
        self.roster.iter().any(|term| {
            let role = self.roles.get(&term.role);
            term.worker == text
                && role.is_some_and(|role| role.scope == Scope::Area)
                && term.area.is_some_and(|own| own.covers(area))
        })
    }

    /// Whether any role is held that supervises.
    pub(super) fn is_supervisor(&self) -> bool {
        let supervises = |h: &Held| self.roles.get(&h.role).is_some_and(|r| r.supervises);
        self.held.iter().any(supervises)
    }

    /// Whether a role is held that supervises an area.
    pub(super) fn supervises(&self, area: &AreaCode) -> bool {
        let supervising = |h: &&Held| self.roles.get(&h.role).is_some_and(|r| r.supervises);
        let mut held = self.held.iter().filter(supervising);
        held.any(|h| h.area.covers(area))
    }

    /// The roles of a worker, with the time for which each is held.
    pub(super) fn terms_of(&self, worker: &str) -> Vec<(String, Span)> {
        let terms = self.roster.iter().filter(|term| term.worker == worker);
        terms.map(|term| (term.role.clone(), term.span)).collect()
    }
}

impl App {
    /// The worker as of today's roster; read again after a sync and on another day.
    pub(super) fn me(&self, tx: &Tx<'_>) -> Result<Arc<Me>, AppError> {
        let today = Instant(self.doors.clock.now().millis).day();
        let mut cached = self.me.lock().map_err(|_| AppError::fault("poisoned"))?;
        if let Some(me) = cached.as_ref().filter(|me| me.today == today) {
            return Ok(me.clone());
        }
        let me = Arc::new(self.look_up(tx, today)?);
        *cached = Some(me.clone());
        Ok(me)
    }

    fn look_up(&self, tx: &Tx<'_>, today: Day) -> Result<Me, AppError> {
        let enrolment = tx.enrolled()?;
        let roles = match tx.active_documents(DocumentKind::Roles)?.pop() {
            Some((_, text)) => {
                Roles::from_json(text.as_bytes()).map_err(|_| AppError::fault("roles"))?
            }
            None => Roles::built_in(),
        };
        let mut roster = Vec::new();
        for row in tx.fact_rows_of("assignment")? {
            if let FactRow::Assignment {
                worker,
                role,
                division,
                span,
            } = row
            {
                roster.push(Term {
                    worker,
                    role,
                    area: division.parse().ok(),
                    span,
                });
            }
        }
        let mine = enrolment.worker.to_string();
        let held: Vec<Held> = roster
            .iter()
            .filter(|term| term.worker == mine && term.span.holds(today))
            .filter_map(|term| {
                Some(Held {
                    role: term.role.clone(),
                    area: term.area?,
                })
            })
            .collect();
        Ok(Me {
            compartments: roles.compartments(&held),
            enrolment,
            today,
            held,
            roster,
            roles,
        })
    }
}
