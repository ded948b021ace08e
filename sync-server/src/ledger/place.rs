//! Where a row's people live: names and grid numbers to codes, addresses to houses.

use std::collections::HashMap;

use chrono::NaiveDate;
use tanfang_core::model::area::{AreaCode, AreaLevel, AreaNameError, AreaTree, GroupNo};

use super::labels::{COUNTY, GRID, GROUP, TOWNSHIP, VILLAGE};
use super::row::RowReader;
use super::{HintKind, ProblemKind};

/// Where a row's household lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub village: AreaCode,
    pub grid: Option<AreaCode>,
    pub group: Option<GroupNo>,
}

impl Place {
    /// The grid, else the village.
    pub fn area(&self) -> AreaCode {
        self.grid.unwrap_or(self.village)
    }
}

type Names = (String, String, String);

/// The list of areas, with what was found in it before: 3,000 rows name 30 villages.
pub(super) struct Places<'a> {
    tree: &'a AreaTree,
    today: NaiveDate,
    by_name: HashMap<Names, Result<AreaCode, AreaNameError>>,
    villages_at: HashMap<String, Option<(AreaCode, usize)>>,
}

impl<'a> Places<'a> {
    pub fn new(tree: &'a AreaTree, today: NaiveDate) -> Places<'a> {
        Places {
            tree,
            today,
            by_name: HashMap::new(),
            villages_at: HashMap::new(),
        }
    }

    /// The place that a row names; a problem is told to the reader.
    pub fn of(&mut self, row: &mut RowReader) -> Option<Place> {
        let grid = grid(row)?;
        let named = self.village(row);
        let in_list = grid
            .and_then(|grid| grid.village())
            .filter(|v| self.tree.get(v).is_some());
        let village = match (named, grid, in_list) {
            (Ok(named), Some(grid), _) if !named.covers(&grid) => {
                row.fail(GRID, ProblemKind::GridElsewhere(grid.to_string()));
                return None;
            }
            (Ok(named), ..) => named,
            // The digits say what the names do not.
            (Err(AreaNameError::Missing { .. }), _, Some(village)) => village,
            (Err(_), _, Some(village)) => {
                row.hint_with_value(VILLAGE, HintKind::PlaceUnknown);
                village
            }
            (Err(AreaNameError::Missing { .. }), Some(grid), None) => {
                row.fail(GRID, ProblemKind::Grid(grid.to_string()));
                return None;
            }
            (Err(why), ..) => {
                let (column, value) = blamed(row, &why);
                row.fail(column, ProblemKind::Area { value, why });
                return None;
            }
        };
        let grid = grid.filter(|code| code.level() == AreaLevel::Grid);
        Some(Place {
            village,
            grid,
            group: self.group(row, village),
        })
    }

    fn village(&mut self, row: &RowReader) -> Result<AreaCode, AreaNameError> {
        let cell = |label| row.text(label).unwrap_or_default();
        let names = (cell(COUNTY), cell(TOWNSHIP), cell(VILLAGE));
        if let Some(known) = self.by_name.get(&names) {
            return known.clone();
        }
        let found = self
            .tree
            .village_by_name((&names.0, &names.1, &names.2), self.today);
        self.by_name.insert(names, found.clone());
        found
    }

    fn group(&self, row: &mut RowReader, village: AreaCode) -> Option<GroupNo> {
        let Some(text) = row.text(GROUP) else {
            row.hint(GROUP, HintKind::Missing);
            return None;
        };
        let group = self.tree.group(village, &text);
        if group.is_none() {
            row.hint_with_value(GROUP, HintKind::PlaceUnknown);
        }
        group
    }

    /// The village that a written address begins with, and what follows its name.
    ///
    /// `near` is tried first: nearly all addresses of a row are in its own village.
    pub fn in_address<'t>(
        &mut self,
        address: &'t str,
        near: AreaCode,
    ) -> Option<(AreaCode, &'t str)> {
        if let Some(rest) = self.after_names(address, near) {
            return Some((near, rest));
        }
        let key: String = address
            .chars()
            .take_while(|c| !c.is_ascii_digit())
            .collect();
        if let Some(known) = self.villages_at.get(&key) {
            return known.map(|(village, at)| (village, &address[at..]));
        }
        let villages = self
            .tree
            .areas()
            .filter(|area| area.level() == AreaLevel::Village);
        let mut found = villages.filter_map(|area| {
            let rest = self.after_names(&key, area.code)?;
            Some((area.code, key.len() - rest.len()))
        });
        // Two villages of one name without their township say nothing.
        let one = found.next().filter(|_| found.next().is_none());
        self.villages_at.insert(key, one);
        one.map(|(village, at)| (village, &address[at..]))
    }

    /// What follows the village's name in an address; the larger areas before it may be left out.
    fn after_names<'t>(&self, address: &'t str, village: AreaCode) -> Option<&'t str> {
        let mut rest = address.strip_prefix("云南省").unwrap_or(address);
        let levels = [
            AreaLevel::Prefecture,
            AreaLevel::County,
            AreaLevel::Township,
        ];
        for area in levels
            .into_iter()
            .filter_map(|level| self.tree.get(&village.at(level)?))
        {
            rest = rest.strip_prefix(area.name.as_str()).unwrap_or(rest);
        }
        let name = self.tree.get(&village)?.name.as_str();
        let short = ["村民委员会", "居民委员会", "村委会", "居委会"];
        let short = short
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(name);
        let short = short.trim_end_matches("社区").trim_end_matches('村');
        if let Some(after) = rest.strip_prefix(name) {
            return Some(after);
        }
        let after = rest.strip_prefix(short).filter(|_| !short.is_empty())?;
        let endings = ["村民委员会", "村委会", "社区居委会", "居委会", "社区", "村"];
        endings.iter().find_map(|ending| after.strip_prefix(ending))
    }
}

/// The grid's code or its village's, none where the cell is empty; nothing at all where it is wrong.
fn grid(row: &mut RowReader) -> Option<Option<AreaCode>> {
    let Some(text) = row.text(GRID) else {
        return Some(None);
    };
    let digits: String = text.chars().filter(|c| *c != ' ').collect();
    match digits.parse::<AreaCode>() {
        // Twelve digits, or zeros for the grid, name the village.
        Ok(code) if code.village().is_some() => Some(Some(code)),
        _ => {
            row.fail(GRID, ProblemKind::Grid(text));
            None
        }
    }
}

/// The column that a name error is about, and its text.
fn blamed(row: &RowReader, why: &AreaNameError) -> (&'static str, String) {
    let column = match why {
        AreaNameError::Missing { level } | AreaNameError::Unknown { level } => match level {
            AreaLevel::County => COUNTY,
            AreaLevel::Township => TOWNSHIP,
            _ => VILLAGE,
        },
        AreaNameError::Ambiguous { .. } | AreaNameError::Gone { .. } => VILLAGE,
    };
    (column, row.text(column).unwrap_or_default())
}

/// What is left of an address when the areas and the group are gone: the house. None where the
/// address ends with the village or the group.
pub(super) fn house(after_village: &str, group: Option<&str>) -> Option<String> {
    let rest: String = after_village
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let rest = group
        .and_then(|group| rest.strip_prefix(group))
        .unwrap_or(&rest);
    let has_number = rest
        .chars()
        .any(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    let is_group = rest.ends_with('组') || rest.ends_with('社');
    (has_number && !is_group).then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_is_what_areas_and_group_leave() {
        for (after, group, left) in [
            ("一组1号", Some("一组"), Some("1号")),
            ("1号", Some("一组"), Some("1号")),
            ("三组 5 号", Some("三组"), Some("5号")),
            ("", Some("一组"), None),
            ("一组", Some("一组"), None),
            ("二组", None, None),
            ("大寨", Some("大寨"), None),
        ] {
            assert_eq!(house(after, group).as_deref(), left);
        }
    }
}
