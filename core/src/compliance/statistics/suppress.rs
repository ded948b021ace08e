//! Small cells left out, and with them what would give them away.

use super::Statistics;

/// Counts below this are not told.
const LEAST: u32 = 5;

fn is_small(count: u32) -> bool {
    (1..LEAST).contains(&count)
}

pub(super) fn suppress(statistics: &mut Statistics) {
    statistics.suppressed = true;
    for group in &mut statistics.groups {
        let mut places: Vec<&mut Option<u32>> = group
            .places
            .iter_mut()
            .map(|place| &mut place.total)
            .collect();
        parts(&mut group.total, &mut places);
        for (at, size) in group.size.iter_mut().enumerate() {
            let column = group
                .places
                .iter_mut()
                .filter_map(|place| place.counts.get_mut(at));
            parts(&mut size.count, &mut column.collect::<Vec<_>>());
            // What came and went gives away what was, which an earlier report may have told.
            for flow in [&mut size.entered, &mut size.left] {
                *flow = flow.filter(|count| !is_small(*count) && size.count.is_some());
            }
        }
        for table in &mut group.tables {
            if group.total.is_none() {
                table.total = None;
            }
            let mut cells: Vec<&mut Option<u32>> =
                table.cells.iter_mut().map(|cell| &mut cell.count).collect();
            parts(&mut table.total, &mut cells);
        }
    }
}

/// Leaves out the small ones of parts that add up to a total, and the smallest others, until at
/// least two are left out that together reach [`LEAST`]: one alone is the total less the rest. Of
/// a total that is not told no part is.
fn parts(total: &mut Option<u32>, parts: &mut [&mut Option<u32>]) {
    *total = total.filter(|count| !is_small(*count));
    if total.is_none() {
        parts.iter_mut().for_each(|part| **part = None);
        return;
    }
    let small = |count: Option<u32>| count.is_some_and(is_small);
    let mut hidden: Vec<u32> = Vec::new();
    for part in parts.iter_mut().filter(|part| small(***part)) {
        hidden.extend(part.take());
    }
    while !hidden.is_empty() && (hidden.len() < 2 || hidden.iter().sum::<u32>() < LEAST) {
        let others = parts
            .iter_mut()
            .filter(|part| part.is_some_and(|count| count > 0));
        match others.min_by_key(|part| ***part) {
            Some(next) => hidden.extend(next.take()),
            None => break,
        }
    }
}
