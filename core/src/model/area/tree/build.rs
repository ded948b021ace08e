//! Making a tree: every promise of [`AreaTree`] is checked here and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::super::{AreaCode, AreaColumn, AreaLevel, AreaProblem, AreaRow, AreaRowError, GroupNo};
use super::{Area, AreaTree, VillageGroup};

/// What one row says.
enum Entry {
    Area(Area),
    Group(VillageGroup),
}

/// Areas and groups with the line that each came from.
#[derive(Default)]
struct Lines {
    areas: BTreeMap<AreaCode, (u64, Area)>,
    groups: BTreeMap<(AreaCode, GroupNo), (u64, String)>,
    errors: Vec<AreaRowError>,
    /// Areas of rows that could not be read: who names them is not wrong for that.
    unread: BTreeSet<AreaCode>,
}

pub(super) fn with(tree: &AreaTree, rows: &[AreaRow]) -> Result<AreaTree, Vec<AreaRowError>> {
    let mut lines = Lines::default();
    for row in rows {
        match entry(row, &mut lines.errors) {
            Some(entry) => lines.add(row.line, entry),
            None => lines.unread.extend(row.code.trim().parse::<AreaCode>()),
        }
    }
    lines.join(tree)
}

pub(super) fn from_document(
    areas: Vec<Area>,
    groups: Vec<VillageGroup>,
) -> Result<AreaTree, AreaRowError> {
    let mut lines = Lines::default();
    let entries = areas
        .into_iter()
        .map(Entry::Area)
        .chain(groups.into_iter().map(Entry::Group));
    for (entry, line) in entries.zip(1..) {
        lines.add(line, entry);
    }
    lines
        .join(&AreaTree::default())
        .map_err(|mut errors| errors.swap_remove(0))
}

impl Lines {
    fn add(&mut self, line: u64, entry: Entry) {
        let earlier = match entry {
            Entry::Area(area) => match self.areas.entry(area.code) {
                std::collections::btree_map::Entry::Occupied(other) => Some(other.get().0),
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert((line, area));
                    None
                }
            },
            Entry::Group(group) => match self.groups.entry((group.village, group.no)) {
                std::collections::btree_map::Entry::Occupied(other) => Some(other.get().0),
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert((line, group.name));
                    None
                }
            },
        };
        if let Some(earlier) = earlier {
            self.error(line, AreaColumn::Code, AreaProblem::Duplicate { earlier });
        }
    }

    fn error(&mut self, line: u64, column: AreaColumn, why: AreaProblem) {
        self.errors.push(AreaRowError { line, column, why });
    }

    /// Checks what spans rows, and joins them to `tree`.
    fn join(mut self, tree: &AreaTree) -> Result<AreaTree, Vec<AreaRowError>> {
        let mut joined = tree.clone();
        for (_, area) in self.areas.values() {
            joined.areas.insert(area.code, area.clone());
        }
        let mut errors = std::mem::take(&mut self.errors);
        let unread = |code: AreaCode| self.unread.contains(&code);
        let mut fail = |line: u64, column: AreaColumn, why: AreaProblem| {
            errors.push(AreaRowError { line, column, why });
        };
        for (line, area) in self.areas.values() {
            let named = area.parent.is_some_and(unread);
            if let Some(why) = parent_problem(&joined, area).filter(|_| !named) {
                fail(*line, AreaColumn::Parent, why);
            }
            if area
                .successors
                .iter()
                .any(|next| !joined.areas.contains_key(next) && !unread(*next))
            {
                fail(*line, AreaColumn::Successors, AreaProblem::UnknownSuccessor);
            }
        }
        for ((village, no), (line, name)) in self.groups {
            if village.level() != AreaLevel::Village {
                fail(line, AreaColumn::Code, AreaProblem::LevelAndCode);
            } else if !joined.areas.contains_key(&village) && !unread(village) {
                fail(line, AreaColumn::Parent, AreaProblem::Orphan);
            }
            joined.groups.insert((village, no), name);
        }
        errors.sort_by_key(|error| (error.line, error.column));
        if errors.is_empty() {
            Ok(joined)
        } else {
            Err(errors)
        }
    }
}

fn parent_problem(tree: &AreaTree, area: &Area) -> Option<AreaProblem> {
    let parent = area.parent?;
    if !tree.areas.contains_key(&parent) {
        return Some(AreaProblem::Orphan);
    }
    if leads_back(tree, area.code) {
        return Some(AreaProblem::Cycle);
    }
    (!parent.covers(&area.code)).then_some(AreaProblem::ParentElsewhere)
}

/// Whether going from parent to parent comes back to `start`.
fn leads_back(tree: &AreaTree, start: AreaCode) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = start;
    while let Some(parent) = tree.areas.get(&at).and_then(|area| area.parent) {
        if parent == start {
            return true;
        }
        if !seen.insert(parent) {
            return false;
        }
        at = parent;
    }
    false
}

/// Reads the cells of one row; what is wrong in each goes to `errors`.
fn entry(row: &AreaRow, errors: &mut Vec<AreaRowError>) -> Option<Entry> {
    let before = errors.len();
    let mut fail = |column: AreaColumn, why: AreaProblem| {
        errors.push(AreaRowError {
            line: row.line,
            column,
            why,
        });
    };
    let level = level(row.level.trim());
    if level.is_none() {
        fail(AreaColumn::Level, AreaProblem::UnknownLevel);
    }
    let name = super::without_blanks(&row.name);
    if name.is_empty() {
        fail(AreaColumn::Name, AreaProblem::NoName);
    }
    let found = match level {
        Some(None) => {
            let group = group(row.code.trim()).map_err(|why| fail(AreaColumn::Code, why));
            group
                .ok()
                .map(|(village, no)| Entry::Group(VillageGroup { name, no, village }))
        }
        Some(Some(level)) => area(row, name, Some(level), &mut fail).map(Entry::Area),
        None => area(row, name, None, &mut fail).map(Entry::Area),
    };
    found.filter(|_| errors.len() == before)
}

fn group(text: &str) -> Result<(AreaCode, GroupNo), AreaProblem> {
    let (village, no) = text.split_once('-').ok_or(AreaProblem::LevelAndCode)?;
    Ok((village.parse()?, no.parse()?))
}

/// An area's cells; the level is none where its word is no level.
fn area(
    row: &AreaRow,
    name: String,
    level: Option<AreaLevel>,
    fail: &mut impl FnMut(AreaColumn, AreaProblem),
) -> Option<Area> {
    let mut code_in = |column: AreaColumn, text: &str| -> Option<AreaCode> {
        let code = text.trim().parse::<AreaCode>();
        code.map_err(|why| fail(column, AreaProblem::Code(why)))
            .ok()
    };
    // Without a level nobody knows whether it is a group's.
    let code = level.and_then(|_| code_in(AreaColumn::Code, &row.code));
    let parent = Some(row.parent.trim()).filter(|text| !text.is_empty());
    let parent = parent.and_then(|text| code_in(AreaColumn::Parent, text));
    let successors = row
        .successors
        .split(';')
        .filter(|text| !text.trim().is_empty());
    let successors: Vec<AreaCode> = successors
        .filter_map(|text| code_in(AreaColumn::Successors, text))
        .collect();
    let wrong_level = |code: &AreaCode| level.is_some_and(|level| code.level() != level);
    if code.as_ref().is_some_and(wrong_level) {
        fail(AreaColumn::Code, AreaProblem::LevelAndCode);
    }
    let mut day_in = |column: AreaColumn, text: &str| {
        day(text).unwrap_or_else(|()| {
            fail(column, AreaProblem::Date);
            None
        })
    };
    let valid_from = day_in(AreaColumn::ValidFrom, &row.valid_from);
    let valid_to = day_in(AreaColumn::ValidTo, &row.valid_to);
    if valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
        fail(AreaColumn::ValidTo, AreaProblem::EndsBeforeItBegins);
    }
    Some(Area {
        code: code?,
        name,
        parent,
        successors,
        valid_from,
        valid_to,
    })
}

/// The level by its word; inside, none is a villagers' group.
fn level(word: &str) -> Option<Option<AreaLevel>> {
    Some(match word {
        "province" => Some(AreaLevel::Province),
        "prefecture" => Some(AreaLevel::Prefecture),
        "county" => Some(AreaLevel::County),
        "township" => Some(AreaLevel::Township),
        "village" => Some(AreaLevel::Village),
        "grid" => Some(AreaLevel::Grid),
        "group" => None,
        _ => return None,
    })
}

fn day(text: &str) -> Result<Option<NaiveDate>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Some)
            .map_err(|_| ()),
    }
}
