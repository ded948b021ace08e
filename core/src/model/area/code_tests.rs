//! The promises of an area code.

use proptest::prelude::*;

use super::*;

fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

#[test]
fn zeros_in_place_of_a_level_mean_all_of_it() {
    for (given, canonical) in [
        ("530923000000", "530923"),
        ("530923", "530923"),
        ("530900", "5309"),
        ("530900000000", "5309"),
        ("530000", "53"),
        ("530902001000", "530902001"),
        ("530902001001", "530902001001"),
        ("530902001001000", "530902001001"),
        ("530902001001007", "530902001001007"),
        ("441900003001", "441900003001"),
    ] {
        assert_eq!(code(given).as_str(), canonical);
    }
}

#[test]
fn an_area_covers_itself_and_what_lies_in_it_and_nothing_else() {
    let prefecture = code("530900");
    assert!(prefecture.covers(&code("530923")));
    assert!(prefecture.covers(&code("530923100201001")));
    assert!(prefecture.covers(&prefecture));
    assert!(!code("530923").covers(&prefecture));
    assert!(!code("530923").covers(&code("530922100201")));
    assert!(!code("530923100").covers(&code("530923101201")));
}

#[test]
fn a_parent_is_the_next_larger_area_that_exists() {
    assert_eq!(code("530923100201001").parent(), Some(code("530923100201")));
    assert_eq!(code("530923100201").parent(), Some(code("530923100")));
    assert_eq!(code("5309").parent(), Some(code("53")));
    assert_eq!(code("53").parent(), None);
    // A city without counties.
    assert_eq!(code("441900003").parent(), Some(code("4419")));
    assert_eq!(code("441900003").county(), None);
}

#[test]
fn each_level_is_known_by_its_digits() {
    let grid = code("530923100201001");
    assert_eq!(grid.level(), AreaLevel::Grid);
    assert_eq!(grid.village(), Some(code("530923100201")));
    assert_eq!(grid.township(), Some(code("530923100")));
    assert_eq!(grid.county(), Some(code("530923")));
    assert_eq!(code("530923").village(), None);
}

#[test]
fn what_is_no_code_says_why() {
    for (given, why) in [
        ("", AreaCodeError::Empty),
        ("53092", AreaCodeError::Length { digits: 5 }),
        ("5309231002010011", AreaCodeError::Length { digits: 16 }),
        ("53092３", AreaCodeError::NotADigit { at: 6 }),
        (" 530923", AreaCodeError::NotADigit { at: 1 }),
        ("000000", AreaCodeError::NoProvince),
    ] {
        assert_eq!(given.parse::<AreaCode>(), Err(why));
    }
}

#[test]
fn a_code_is_a_string_in_json_and_is_checked_when_read() {
    assert_eq!(
        serde_json::to_string(&code("530923000000")).unwrap(),
        "\"530923\""
    );
    assert_eq!(
        serde_json::from_str::<AreaCode>("\"530923000\"").unwrap(),
        code("530923")
    );
    assert!(serde_json::from_str::<AreaCode>("\"53x\"").is_err());
    assert!(serde_json::from_str::<AreaCode>("530923").is_err());
}

proptest! {
    #[test]
    fn a_canonical_code_reads_back_as_itself(digits in "[1-9][0-9]{14}", level in 0usize..6) {
        let read = code(&digits[..ENDS[level]]);
        prop_assert_eq!(read.as_str().parse::<AreaCode>(), Ok(read));
    }

    #[test]
    fn a_parent_covers_its_child_and_sorts_before_it(digits in "[1-9][0-9]{14}", level in 1usize..6) {
        let child = code(&digits[..ENDS[level]]);
        if let Some(parent) = child.parent() {
            prop_assert!(parent.covers(&child) && !child.covers(&parent) && parent < child);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in ".{0,40}") {
        let _ = text.parse::<AreaCode>();
    }
}
