//! The promises of an identity number. Numbers are the standard's examples or of county 530999,
//! which does not exist.

use proptest::prelude::*;

use super::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn read(text: &str) -> Result<ReadResidentId, ResidentIdError> {
    ResidentId::read(text, day(2024, 7, 1))
}

fn with_check(seventeen: &str) -> String {
    let mut number = [0; 18];
    number[..17].copy_from_slice(seventeen.as_bytes());
    format!("{seventeen}{}", char::from(check_of(&number)))
}

#[test]
fn the_standards_own_examples_pass() {
    assert_eq!(
        read("11010519491231002X").unwrap().id.reveal(),
        "11010519491231002X"
    );
    assert_eq!(with_check("44052418800101001"), "440524188001010014");
    // Born in 1880, so it can be read only while that was possible.
    assert!(ResidentId::read("440524188001010014", day(1999, 7, 1)).is_ok());
    assert_eq!(read("440524188001010014"), Err(ResidentIdError::TooOld));
}

#[test]
fn birth_and_sex_come_from_the_number() {
    let id = read("530999194402290016").unwrap().id;
    assert_eq!(id.birth(), day(1944, 2, 29));
    assert_eq!(id.sex(), Sex::Male);
    assert_eq!(id.address_code(), "530999");
    assert_eq!(read("530999194801050028").unwrap().id.sex().code(), "2");
}

#[test]
fn what_keyboards_add_is_put_right() {
    let plain = read("11010519491231002X").unwrap();
    for typed in [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X\t",
        "\u{FEFF}110105\u{A0}19491231\u{3000}002ｘ",
    ] {
        assert_eq!(read(typed), Ok(plain));
    }
}

#[test]
fn an_old_number_is_upgraded_and_marked_unverified() {
    let old = read("530999440229001").unwrap();
    assert_eq!(old.id.reveal(), "530999194402290016");
    assert!(old.upgraded_unverified);
    assert!(!read("530999194402290016").unwrap().upgraded_unverified);
}

#[test]
fn what_is_wrong_is_said_by_name() {
    for (typed, why) in [
        ("  ", ResidentIdError::Empty),
        ("53099919440229001", ResidentIdError::Length { found: 17 }),
        ("5309991944O2290016", ResidentIdError::NotADigit { at: 11 }),
        ("53099944022900X", ResidentIdError::NotADigit { at: 15 }),
        ("530999194302290016", ResidentIdError::ImpossibleDate),
        ("530999202502280016", ResidentIdError::Future),
        ("530999188402290016", ResidentIdError::TooOld),
        ("530999194402290017", ResidentIdError::Check),
        ("530999194402290000", ResidentIdError::Check),
    ] {
        assert_eq!(read(typed), Err(why), "{why:?}");
    }
}

#[test]
fn age_is_counted_by_birthdays() {
    let number = with_check("53099918940702001");
    assert!(ResidentId::read(&number, day(2025, 7, 1)).is_ok());
    assert!(ResidentId::read(&number, day(2025, 7, 2)).is_err());
    let today = with_check("53099920240701001");
    assert!(read(&today).is_ok());
}

#[test]
fn nothing_shows_the_whole_number_by_accident() {
    let read = read("530999194402290016").unwrap();
    assert_eq!(read.id.masked(), "530999********0016");
    assert!(!format!("{read:?}").contains("19440229"));
}

#[test]
fn residence_permits_and_foreigners_cards_pass_by_the_same_check() {
    for seventeen in [
        "81000019900101001",
        "83000019900101001",
        "93153019900101001",
    ] {
        assert!(read(&with_check(seventeen)).unwrap().id.province_is_known());
    }
    assert!(
        !read(&with_check("78000019900101001"))
            .unwrap()
            .id
            .province_is_known()
    );
}

#[test]
fn what_a_spreadsheet_kept_as_a_number_is_suspect_even_where_the_check_fits() {
    assert!(looks_like_excel_precision_loss("530999194402290000"));
    assert!(looks_like_excel_precision_loss("5.30999E+17"));
    assert!(looks_like_excel_precision_loss("5.30999194402290e+17"));
    let days = (1..=12).flat_map(|month| (1..=28).map(move |day| (month, day)));
    let mut lost = days.map(|(month, day)| format!("5309991944{month:02}{day:02}0000"));
    let by_chance = lost.find(|number| read(number).is_ok()).unwrap();
    assert!(looks_like_excel_precision_loss(&by_chance));
    for right in [
        "530999194402290016",
        "11010519491231002X",
        "530999440229000",
        "",
        "E+17",
    ] {
        assert!(!looks_like_excel_precision_loss(right));
    }
}

proptest! {
    #[test]
    fn one_mistyped_digit_is_always_found(day in 0i64..27_000, sequence in 0u32..1000, at in 0usize..17, add in 1u8..10) {
        let birth = self::day(1950, 1, 1) + chrono::Days::new(day as u64);
        let right = with_check(&format!("530999{}{sequence:03}", birth.format("%Y%m%d")));
        prop_assert!(read(&right).is_ok());
        let mut wrong = right.into_bytes();
        wrong[at] = b'0' + (wrong[at] - b'0' + add) % 10;
        prop_assert!(read(std::str::from_utf8(&wrong).unwrap()).is_err());
    }

    #[test]
    fn two_neighbours_exchanged_are_always_found(sequence in 0u32..1000, at in 0usize..16) {
        let right = with_check(&format!("53099919571204{sequence:03}"));
        let mut wrong = right.clone().into_bytes();
        wrong.swap(at, at + 1);
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assume!(wrong != right);
        prop_assert!(read(&wrong).is_err());
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in ".{0,40}", digits in "[0-9]{14,18}[0-9Xx]?") {
        let _ = (read(&text), read(&digits), looks_like_excel_precision_loss(&text));
    }
}
