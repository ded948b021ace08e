//! How blanks share the width of a page.

/// How many columns the page is divided into: one to four blanks stand side by side.
pub(super) const GRID: usize = 24;

/// The columns of each label and of the value beside it, of blanks in one row.
pub(super) fn blanks(count: usize) -> Vec<(usize, usize)> {
    let Some(width) = GRID.checked_div(count) else {
        return Vec::new();
    };
    let label = if count > 2 { 3 } else { 5 };
    let mut row = vec![(label, width.saturating_sub(label).max(1)); count];
    // The last blank takes what the division leaves over.
    if let Some((_, value)) = row.last_mut() {
        *value += GRID % count;
    }
    row
}

/// The columns of each column of a table: the first holds a day and a minute, of the others the
/// last take what the division leaves over.
#[cfg(feature = "author")]
pub(super) fn table(count: usize) -> Vec<usize> {
    let rest = count.saturating_sub(1);
    let first = if rest == 0 {
        GRID
    } else {
        (GRID / count).max(4)
    };
    let left = GRID.saturating_sub(first);
    let width = |place: usize| match left.checked_div(rest) {
        Some(each) => each.max(1) + usize::from(place + left % rest >= rest),
        None => 0,
    };
    let others = (0..rest).map(width);
    (count > 0)
        .then_some(first)
        .into_iter()
        .chain(others)
        .collect()
}
