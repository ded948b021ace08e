//! What ledgers write in cells (ledgers.md, "Import realities" 3 to 5).

use super::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn a_date_is_read_in_every_shape_that_ledgers_use() {
    for text in [
        "2024-05-01",
        "2024-5-1",
        "2024.5.1",
        "2024/05/01",
        "2024年5月1日",
        "2024年05月01日",
        "２０２４．５．１",
        "20240501",
        "45413",
        " 2024-05-01\t",
        "'2024-05-01",
        "2024-05-01 00:00:00",
        "2024 年 5 月 1 日",
    ] {
        let read = date(text);
        assert_eq!(
            read,
            Some(PartDate {
                first: day(2024, 5, 1),
                precision: Precision::Day
            }),
            "{text}"
        );
    }
}

#[test]
fn a_month_or_a_year_alone_is_kept_as_that() {
    for text in ["2024.5", "2024-05", "2024年5月", "202405"] {
        let read = date(text).unwrap();
        assert_eq!(
            (read.first, read.precision),
            (day(2024, 5, 1), Precision::Month),
            "{text}"
        );
        assert_eq!(read.last(), day(2024, 5, 31));
    }
    for text in ["1944", "1944年"] {
        let read = date(text).unwrap();
        assert_eq!(
            (read.first, read.precision),
            (day(1944, 1, 1), Precision::Year)
        );
        assert_eq!(read.last(), day(1944, 12, 31));
    }
    assert_eq!(date("2024.12").unwrap().last(), day(2024, 12, 31));
}

#[test]
fn what_is_no_date_or_could_be_two_is_refused() {
    for text in [
        "",
        "5/1/2024",
        "24.5.1",
        "2024-02-30",
        "2024-13-01",
        "不详",
        "2024-5-1-2",
        "1234567",
        "00001",
        "2024年5月1日上午",
        "99999-01-01",
        "2024-005-01",
    ] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn yes_and_no_are_read_in_every_way_that_ledgers_say_them() {
    for text in ["是", "有", "1", "√", "☑", "☑是 □否", "是√", "已签订"] {
        assert_eq!(yes_no(text), Some(true), "{text}");
    }
    for text in ["否", "无", "0", "□是 ☑否", "□", "未录入"] {
        assert_eq!(yes_no(text), Some(false), "{text}");
    }
    for text in ["", "不详", "2", "□是□否☑不详"] {
        assert_eq!(yes_no(text), None, "{text}");
    }
}

#[test]
fn several_values_are_parted_by_any_sign_or_chosen_by_marks() {
    for text in [
        "低保、特困",
        "低保;特困",
        "低保；特困",
        "低保,特困",
        "低保，特困",
        "低保/特困",
        "低保\n特困",
        "☑低保 ☑特困",
        "☑低保□高龄☑特困",
        "■低保 □高龄 ■特困",
        "低保、特困、低保、",
    ] {
        assert_eq!(choices(text), ["低保", "特困"], "{text}");
    }
    assert!(choices("□低保 □特困").is_empty());
}

#[test]
fn cells_are_freed_of_what_spreadsheets_add() {
    assert_eq!(
        clean("\u{A0}５３０９９９２０１２０１００１\t"),
        "530999201201001"
    );
    assert_eq!(clean("'15400000001"), "15400000001");
    assert_eq!(clean("\u{FEFF}\u{3000}测试　"), "测试");
    assert!(
        says_nothing("—") && says_nothing("/") && says_nothing("不适用") && !says_nothing("一")
    );
}
