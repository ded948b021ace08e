//! Who may hold what: roles as data, and one function that chooses feeds.
//!
//! A part is seen whole or not at all, so rights choose *feeds*; what a screen shows of a feed is
//! the screen's. A right that ends is a feed that is dropped.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::model::{AreaCode, Compartment, Feed, WorkerId};

/// The table of roles, a file that a county may overrule (`core/packs/roles.json`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// `tanfang-roles/1`.
    pub format: String,
    /// Where the table comes from.
    pub source: String,
    /// The roles.
    pub roles: Vec<Role>,
}

/// One role.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its id: `village_committee`, `child_director` …
    pub id: String,
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
    /// Over what the role is held.
    pub scope: Scope,
    /// The compartments that the role reads.
    pub reads: Vec<Compartment>,
    /// Whether the role confirms visits that wait and sees who has not been seen below it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supervises: bool,
}

/// Over what a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody in an area.
    Area,
    /// Only the people paired with the worker (结对).
    Paired,
    /// Nobody's details: counts or logs at most.
    None,
}

/// A table of roles that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RolesError {
    /// Not the format.
    #[error(
        "the table of roles cannot be read at line {line}, column {column}: compare it with core/packs/roles.json"
    )]
    Malformed {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
    },
    /// One id twice.
    #[error("the table of roles names {0} twice: keep one")]
    Twice(String),
}

/// A role that a worker holds now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The role's id.
    pub role: String,
    /// The area it is held over; it covers those below.
    pub area: AreaCode,
}

impl Roles {
    /// The table that we ship.
    pub fn built_in() -> Roles {
        // The file is part of the program and a test reads it.
        Self::from_json(include_bytes!("../../packs/roles.json")).unwrap_or(Roles {
            format: "tanfang-roles/1".into(),
            source: String::new(),
            roles: Vec::new(),
        })
    }

    /// Reads a table.
    pub fn from_json(bytes: &[u8]) -> Result<Roles, RolesError> {
        let roles: Roles = serde_json::from_slice(bytes).map_err(|e| RolesError::Malformed {
            line: e.line(),
            column: e.column(),
        })?;
        let mut seen = BTreeSet::new();
        match roles.roles.iter().find(|role| !seen.insert(&role.id)) {
            Some(role) => Err(RolesError::Twice(role.id.clone())),
            None => Ok(roles),
        }
    }

    /// The role of this id.
    pub fn get(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// Whether a worker who holds `held` now may hold `feed`. Who holds nothing now keeps the roster of
    /// the county where they held a role: that is for the caller to know.
    pub fn visible(&self, worker: WorkerId, held: &[Held], feed: &Feed) -> bool {
        match feed {
            Feed::Worker(owner) => *owner == worker,
            Feed::Case(_) => false,
            Feed::Area(county, Compartment::Roster) => held
                .iter()
                .any(|h| h.area.covers(county) || county.covers(&h.area)),
            Feed::Area(area, compartment) => held.iter().any(|h| {
                h.area.covers(area)
                    && self
                        .get(&h.role)
                        .is_some_and(|r| r.scope == Scope::Area && r.reads.contains(compartment))
            }),
        }
    }

    /// Whether a worker may read the protection cases of `area`.
    pub fn reads_cases(&self, held: &[Held], area: &AreaCode) -> bool {
        held.iter().any(|h| {
            h.area.covers(area)
                && self
                    .get(&h.role)
                    .is_some_and(|r| r.reads.contains(&Compartment::Protection))
        })
    }

    /// The compartments that a worker reads, whatever the area: those of his roles, `contact` always.
    /// A question of another is not asked of a record that somebody else began; see [`reporting`].
    pub fn compartments(&self, held: &[Held]) -> BTreeSet<Compartment> {
        let read = held
            .iter()
            .filter_map(|h| self.get(&h.role))
            .flat_map(|r| r.reads.iter().copied());
        read.chain([Compartment::Contact]).collect()
    }
}

/// What is asked of a record that a worker begins, or began: what his roles read, and `protection`.
/// Whoever finds harm reports it, also who may not read what others reported (未成年人保护法 第十一条;
/// 九部门 2020 强制报告 意见).
pub fn reporting(reads: &BTreeSet<Compartment>) -> BTreeSet<Compartment> {
    let mut asked = reads.clone();
    asked.insert(Compartment::Protection);
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_shipped_table_reads() {
        let roles = Roles::from_json(include_bytes!("../../packs/roles.json")).unwrap();
        assert_eq!(roles.roles.len(), 22);
    }

    #[test]
    fn a_role_reads_its_compartments_of_what_its_area_covers_and_nothing_else() {
        let roles = Roles::built_in();
        let worker = WorkerId::from_uuid(Uuid::from_bytes([1; 16]));
        let held = [Held {
            role: "grid_worker".into(),
            area: "530999201201".parse().unwrap(),
        }];
        let sees = |feed: &str| roles.visible(worker, &held, &feed.parse().unwrap());
        assert!(sees("530999201201/contact"));
        assert!(sees("530999201201001/care"));
        assert!(!sees("530999201201/identity"));
        assert!(!sees("530999201202/contact"));
        assert!(sees("530999/roster"));
        assert!(!sees("530921/roster"));
        assert!(sees(&format!("worker/{worker}")));
        assert!(!sees("worker/00000000-0000-0000-0000-000000000000"));
        assert!(!sees("case/00000000-0000-0000-0000-000000000000"));
    }

    #[test]
    fn a_paired_role_holds_no_feed_of_an_area() {
        let roles = Roles::built_in();
        let worker = WorkerId::from_uuid(Uuid::from_bytes([1; 16]));
        let held = [Held {
            role: "helper".into(),
            area: "530999".parse().unwrap(),
        }];
        assert!(!roles.visible(worker, &held, &"530999201201/contact".parse().unwrap()));
        assert!(roles.visible(worker, &held, &"530999/roster".parse().unwrap()));
    }
}
