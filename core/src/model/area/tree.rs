//! The tree of areas: what a county publishes, and how a ledger's names find their code in it.

mod build;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::names::{stem, without_blanks};
use super::{AreaCode, AreaLevel, AreaRow, AreaRowError, GroupNo};

/// One area. As a document its keys stand in alphabetical order and absent values are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its code, which also says its level.
    pub code: AreaCode,
    /// Its full name.
    pub name: String,
    /// The area it lies in; none at the top of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AreaCode>,
    /// What came after it, when it was merged or parted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<AreaCode>,
    /// The first day it existed; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The last day it existed; none: it still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
}

impl Area {
    /// What kind of area it is.
    pub fn level(&self) -> AreaLevel {
        self.code.level()
    }

    /// Whether it exists on this day.
    pub fn exists_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// A villagers' group (村民小组) of a village.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VillageGroup {
    /// What people call it: 一组, 大寨.
    pub name: String,
    /// Its number.
    pub no: GroupNo,
    /// Its village.
    pub village: AreaCode,
}

/// The areas of a county or more, each with the one it lies in.
///
/// Promises: codes are unique, every parent is in the tree, a code begins with its parent's (so
/// there is no cycle), every successor is in the tree. Read from a document it is checked again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AreaDocument", into = "AreaDocument")]
pub struct AreaTree {
    areas: BTreeMap<AreaCode, Area>,
    groups: BTreeMap<(AreaCode, GroupNo), String>,
}

/// The tree as it is published: areas by code, groups by village and number.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaDocument {
    areas: Vec<Area>,
    #[serde(default)]
    groups: Vec<VillageGroup>,
}

/// Why no area has these names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaNameError {
    /// The name is needed and missing.
    #[error("the name of the {level:?} is missing: give it, or the 12 digits of the village")]
    Missing {
        /// The level whose name is missing.
        level: AreaLevel,
    },
    /// No area of this level has the name.
    #[error(
        "no {level:?} of this name is in the list of areas: compare it with the list, or import the area first"
    )]
    Unknown {
        /// The level at which nothing was found.
        level: AreaLevel,
    },
    /// Several have it.
    #[error("{} areas have this name: give the larger area too, or the 12 digits of the village", candidates.len())]
    Ambiguous {
        /// Their codes.
        candidates: Vec<AreaCode>,
    },
    /// The one that had it is gone, and several came after it.
    #[error("the area no longer exists and {} came after it: name the new one", successors.len())]
    Gone {
        /// What came after it.
        successors: Vec<AreaCode>,
    },
}

impl AreaTree {
    /// Makes a tree of the rows of a list; every problem is told at once.
    pub fn build(rows: &[AreaRow]) -> Result<AreaTree, Vec<AreaRowError>> {
        AreaTree::default().with(rows)
    }

    /// This tree and the rows of another list; a code that it had already is replaced.
    pub fn with(&self, rows: &[AreaRow]) -> Result<AreaTree, Vec<AreaRowError>> {
        build::with(self, rows)
    }

    /// The area of this code.
    pub fn get(&self, code: &AreaCode) -> Option<&Area> {
        self.areas.get(code)
    }

    /// Whether the list has this area, or one that lies in it.
    pub fn knows(&self, code: &AreaCode) -> bool {
        let mut from = self.areas.range(*code..);
        from.next().is_some_and(|(next, _)| code.covers(next))
    }

    /// All areas, each after the one it lies in.
    pub fn areas(&self) -> impl Iterator<Item = &Area> {
        self.areas.values()
    }

    /// How many areas there are, groups not counted.
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The areas directly in this one.
    pub fn children(&self, code: &AreaCode) -> impl Iterator<Item = &Area> {
        let (parent, own) = (Some(*code), *code);
        let within = self
            .areas
            .range(own..)
            .take_while(move |(inner, _)| own.covers(inner));
        within
            .map(|(_, area)| area)
            .filter(move |area| area.parent == parent)
    }

    /// The groups of a village, by number.
    pub fn groups(&self, village: AreaCode) -> impl Iterator<Item = VillageGroup> {
        let within = self.groups.range((village, GroupNo::FIRST)..);
        let within = within.take_while(move |((of, _), _)| *of == village);
        within.map(|((village, no), name)| VillageGroup {
            name: name.clone(),
            no: *no,
            village: *village,
        })
    }

    /// The number of a village's group by what people call it; else by the number in the text.
    pub fn group(&self, village: AreaCode, text: &str) -> Option<GroupNo> {
        let text = without_blanks(text);
        let named = self.groups(village).find(|group| group.name == text);
        named
            .map(|group| group.no)
            .or_else(|| GroupNo::read(&text).ok())
    }

    /// The full names from the top down to this area: 临沧市 永德县 德党镇.
    pub fn path(&self, code: &AreaCode) -> Vec<&str> {
        let mut names = Vec::new();
        let mut at = self.get(code);
        while let Some(area) = at {
            names.push(area.name.as_str());
            at = area.parent.and_then(|parent| self.get(&parent));
        }
        names.reverse();
        names
    }

    /// The full name of the area of a code, as it stands on paper; none where the tree has it not.
    pub fn written(&self, code: &str) -> Option<String> {
        let name = self.path(&code.parse().ok()?).concat();
        Some(name).filter(|name| !name.is_empty())
    }

    /// The village that a ledger names by county, township and village, on the day `on`.
    ///
    /// A full name is preferred to one without its ending (章嘎, 章嘎村 for 章嘎社区居民委员会). County
    /// and township may be empty as long as one village only is left. A village that has ended
    /// is followed to its successor when there is one.
    pub fn village_by_name(
        &self,
        (county, township, village): (&str, &str, &str),
        on: NaiveDate,
    ) -> Result<AreaCode, AreaNameError> {
        if without_blanks(village).is_empty() {
            return Err(AreaNameError::Missing {
                level: AreaLevel::Village,
            });
        }
        let mut within: Option<Vec<AreaCode>> = None;
        for (level, name) in [(AreaLevel::County, county), (AreaLevel::Township, township)] {
            if !without_blanks(name).is_empty() {
                within = Some(self.named(level, name, within.as_deref())?);
            }
        }
        let found = self.named(AreaLevel::Village, village, within.as_deref())?;
        let found = found.into_iter().map(|code| self.still_there(code, on));
        let mut found = found.collect::<Result<Vec<_>, _>>()?;
        found.sort();
        found.dedup();
        match found[..] {
            [one] => Ok(one),
            _ => Err(AreaNameError::Ambiguous { candidates: found }),
        }
    }

    /// The areas of this level with this name, of those in `within`; never an empty list.
    fn named(
        &self,
        level: AreaLevel,
        name: &str,
        within: Option<&[AreaCode]>,
    ) -> Result<Vec<AreaCode>, AreaNameError> {
        let (whole, known_as) = (without_blanks(name), stem(level, name));
        let candidates = self.areas.values().filter(|area| {
            area.level() == level
                && within.is_none_or(|within| within.iter().any(|w| w.covers(&area.code)))
        });
        let (mut exact, mut similar) = (Vec::new(), Vec::new());
        for area in candidates {
            if area.name == whole {
                exact.push(area.code);
            } else if stem(level, &area.name) == known_as {
                similar.push(area.code);
            }
        }
        let found = if exact.is_empty() { similar } else { exact };
        if found.is_empty() {
            Err(AreaNameError::Unknown { level })
        } else {
            Ok(found)
        }
    }

    /// The area itself, or the one that came after it by the day `on`.
    fn still_there(&self, code: AreaCode, on: NaiveDate) -> Result<AreaCode, AreaNameError> {
        let mut at = code;
        // Successors may be written in a ring: nothing is followed for longer than the tree is large.
        for _ in 0..=self.areas.len() {
            let Some(area) = self.areas.get(&at) else {
                break;
            };
            if area.valid_to.is_none_or(|to| on <= to) {
                return Ok(at);
            }
            match area.successors[..] {
                [next] => at = next,
                _ => {
                    return Err(AreaNameError::Gone {
                        successors: area.successors.clone(),
                    });
                }
            }
        }
        Err(AreaNameError::Gone {
            successors: Vec::new(),
        })
    }

    /// The published document: canonical JSON, equal trees give equal bytes.
    pub fn to_document(&self) -> String {
        // Keys are strings and no value can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<AreaTree> for AreaDocument {
    fn from(tree: AreaTree) -> AreaDocument {
        let group = |((village, no), name)| VillageGroup { name, no, village };
        AreaDocument {
            areas: tree.areas.into_values().collect(),
            groups: tree.groups.into_iter().map(group).collect(),
        }
    }
}

impl TryFrom<AreaDocument> for AreaTree {
    type Error = AreaRowError;

    /// The first problem, its line being the area's place in the document from 1.
    fn try_from(document: AreaDocument) -> Result<AreaTree, AreaRowError> {
        build::from_document(document.areas, document.groups)
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
