//! Division codes as the rules read them: a code covers itself and what lies below it.

/// Where a level of a code ends: province, prefecture, county, township, village, grid.
const LEVELS: [usize; 6] = [2, 4, 6, 9, 12, 15];

/// Cuts off levels that are all zeros, which mean all of the level above: 530923000000 is 530923,
/// and 530900 is 5309.
pub fn trimmed(code: &str) -> &str {
    let mut kept = code;
    for pair in LEVELS.windows(2).rev() {
        let Some(level) = kept.get(pair[0]..) else {
            continue;
        };
        if level.is_empty() || !level.bytes().all(|byte| byte == b'0') {
            continue;
        }
        kept = &kept[..pair[0]];
    }
    kept
}

/// Says whether `code` is one: digits, as many as a level has.
pub fn well_formed(code: &str) -> bool {
    LEVELS.contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// Says whether `upper` covers `code`; an empty code covers nothing.
pub fn covers(upper: &str, code: &str) -> bool {
    !upper.is_empty() && trimmed(code).starts_with(trimmed(upper))
}

/// Gives every code that covers `code`, from itself up to the province, trimmed.
pub fn upwards(code: &str) -> impl Iterator<Item = &str> {
    let code = trimmed(code);
    LEVELS
        .iter()
        .rev()
        .filter_map(move |level| code.get(..*level))
}

/// Gives the division one level below `upper` that covers `code`; `upper` itself where there is
/// none.
pub fn level_below<'c>(upper: &'c str, code: &'c str) -> &'c str {
    let upper = trimmed(upper);
    let below = upwards(code).filter(|one| one.len() > upper.len());
    below.min_by_key(|one| one.len()).unwrap_or(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_in_place_of_a_level_mean_all_of_it() {
        assert_eq!(trimmed("530923000000"), "530923");
        assert_eq!(trimmed("530900"), "5309");
        assert_eq!(trimmed("530923100000"), "530923100");
        assert_eq!(trimmed("530923100201"), "530923100201");
        assert_eq!(trimmed("530923100200"), "530923100200");
        assert_eq!(trimmed("530923100201000"), "530923100201");
        assert_eq!(trimmed("530000000000000"), "53");
    }

    #[test]
    fn a_division_covers_those_below_it_and_no_neighbour() {
        assert!(covers("530923", "530923100201"));
        assert!(covers("530923000000", "530923"));
        assert!(covers("530900", "530923100201001"));
        assert!(!covers("530923100201", "530923100"));
        assert!(!covers("530922", "530923100201"));
        assert!(!covers("", "530923"));
    }

    #[test]
    fn upwards_names_every_code_that_covers() {
        let above: Vec<&str> = upwards("530923100201001").collect();
        assert_eq!(
            above,
            [
                "530923100201001",
                "530923100201",
                "530923100",
                "530923",
                "5309",
                "53"
            ]
        );
        assert_eq!(upwards("530900").collect::<Vec<_>>(), ["5309", "53"]);
    }
}
