//! Divisions that were merged or renamed: who lives under a code that has ended lives, from the day
//! after, under the code that came after it. An obligation stays with the division at its period's
//! end, so that a closed month stays where it was.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::facts::rows::{Dated, Day, Facts};
use crate::model::AreaCode;
use crate::model::area::{AreaLevel, AreaTree};

/// A code of the facts that was followed to the one after it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Renamed {
    /// The code that ended.
    pub division: String,
    /// The one that came after it.
    pub successor: String,
    /// The first day of the new one.
    pub from: Day,
}

impl Renamed {
    /// Whether either of the two lies in an area, or is it.
    pub fn is_of(&self, area: &AreaCode) -> bool {
        let lies = |code: &str| code.parse().is_ok_and(|code| area.covers(&code));
        lies(&self.division) || lies(&self.successor)
    }
}

/// Follows the divisions of people and of assignments to what came after them, by a county's list of
/// areas; a code that ended and has several successors, or none, stays as it is, since nobody can
/// say who lives where. Answers what was followed, each once.
pub fn succeeded(mut facts: Facts, areas: &AreaTree) -> (Facts, Vec<Renamed>) {
    let ended = Ended::of(areas);
    if ended.0.is_empty() {
        return (facts, Vec::new());
    }
    let mut followed = BTreeSet::new();
    for subject in &mut facts.subjects {
        let rows = std::mem::take(&mut subject.divisions).into_iter();
        subject.divisions = rows
            .flat_map(|row| ended.follow(row, &mut followed))
            .collect();
    }
    let assignments = std::mem::take(&mut facts.assignments).into_iter();
    facts.assignments = assignments
        .flat_map(|held| {
            let row = Dated {
                code: held.division.clone(),
                from: held.from,
                to: held.to,
            };
            // Who had the division goes on to have what it became, until the county says otherwise.
            let rows = ended.follow(row, &mut followed).into_iter();
            rows.map(move |row| {
                let mut held = held.clone();
                (held.division, held.from, held.to) = (row.code, row.from, row.to);
                held
            })
        })
        .collect();
    (facts, followed.into_iter().collect())
}

/// The areas that ended with one successor: their last day, and it.
struct Ended(BTreeMap<AreaCode, (Day, AreaCode)>);

impl Ended {
    fn of(areas: &AreaTree) -> Ended {
        let ended = areas.areas().filter_map(|area| {
            let last = Day::from(area.valid_to?);
            match area.successors[..] {
                [next] if next != area.code => Some((area.code, (last, next))),
                _ => None,
            }
        });
        Ended(ended.collect())
    }

    /// The row as rows of the codes that were in force in turn.
    fn follow(&self, row: Dated, followed: &mut BTreeSet<Renamed>) -> Vec<Dated> {
        let mut rows = Vec::new();
        let mut rest = row;
        // A ring of successors ends here: each code is followed once.
        for _ in 0..=self.0.len() {
            let Some((last, next)) = self.after(&rest.code) else {
                break;
            };
            let begins = last.plus(1);
            if rest.to.is_some_and(|to| to <= last) {
                break;
            }
            let renamed = Renamed {
                division: rest.code.clone(),
                successor: next.to_string(),
                from: begins,
            };
            let has_begun = rest.from.is_none_or(|from| from <= last);
            if has_begun {
                rows.push(Dated {
                    code: rest.code.clone(),
                    from: rest.from,
                    to: Some(last),
                });
            }
            rest = Dated {
                code: renamed.successor.clone(),
                from: if has_begun { Some(begins) } else { rest.from },
                to: rest.to,
            };
            followed.insert(renamed);
        }
        rows.push(rest);
        rows
    }

    /// What ended under this code, of a grid also its village.
    fn after(&self, code: &str) -> Option<(Day, AreaCode)> {
        let code: AreaCode = code.parse().ok()?;
        let own = self.0.get(&code);
        let village = (code.level() == AreaLevel::Grid)
            .then(|| code.parent())
            .flatten();
        own.or_else(|| self.0.get(&village?)).copied()
    }
}

#[cfg(test)]
mod tests;
