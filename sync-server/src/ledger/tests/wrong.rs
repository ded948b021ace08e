//! Rows and files that are wrong: each is told, and nothing else is lost.

use serde_json::json;

use super::super::*;
use super::{CHILDREN, ELDERS, county, elders, one_elder, problem, today, with_cell};

#[test]
fn a_bad_row_says_line_column_and_why_and_the_good_ones_go_in() {
    let broken = ELDERS.replace("530999194801050028", "530999194801050029");
    let ledger = elders(&broken);
    assert_eq!(
        ledger.rows.iter().map(|row| row.line).collect::<Vec<_>>(),
        [2, 4]
    );
    let [problem] = &ledger.problems[..] else {
        panic!("{:?}", ledger.problems)
    };
    assert_eq!(
        (problem.line, problem.column, problem.code),
        (3, "公民身份号码", "id_check")
    );
    assert_eq!(problem.value, None);
    assert!(!problem.to_string().contains("5309991948"));
    assert!(
        problem
            .to_string()
            .starts_with("第3行「公民身份号码」: 校验码不符")
    );
}

#[test]
fn each_kind_of_wrong_cell_is_told_by_name() {
    for (column, cell, code) in [
        ("公民身份号码", "53099919440229001", "id_length"),
        ("公民身份号码", "530999194402300016", "id_impossible_date"),
        ("姓名", "测试1", "name_digit"),
        ("姓名", "测?", "name_lost_character"),
        ("性别", "男女", "unknown_code"),
        ("出生日期", "29/2/1944", "date"),
        ("出生日期", "2025-01-01", "birth_in_future"),
        ("联系电话", "1540000001", "phone_mobile"),
        ("赡(扶)养人电话", "见备注", "phone_not_a_digit"),
        ("能力等级", "很差", "unknown_code"),
        ("享受政策", "低保;不知道的政策", "unknown_code"),
        ("子女总数", "两个", "count"),
        ("子女总数", "21", "count"),
        ("是否失能留守", "不详", "yes_no"),
        ("纳入日期", "2024-02-30", "date"),
        ("退出日期", "2024-04-11", "exit_before_entry"),
        ("网格编号", "5309992012010", "grid"),
        ("网格编号", "530999201202001", "grid_elsewhere"),
        ("备注", "逗号,后面", "too_many_cells"),
    ] {
        let (line, at, found) = problem(column, cell);
        assert_eq!((line, at, found), (2, column, code), "{cell}");
    }
    let long = "长".repeat(101);
    assert_eq!(problem("现居住地址", &long), (2, "现居住地址", "too_long"));
}

#[test]
fn all_problems_of_a_row_are_told_at_once() {
    let broken = with_cell(ELDERS, "性别", "?")
        .replace("15400000001", "1540000")
        .replace("重度失能", "x");
    let columns: Vec<_> = elders(&broken).problems.iter().map(|p| p.column).collect();
    assert_eq!(columns, ["性别", "能力等级", "联系电话"]);
}

#[test]
fn an_id_number_cut_by_a_spreadsheet_is_never_taken_as_right() {
    assert_eq!(
        problem("公民身份号码", "530999194402290000").2,
        "id_excel_precision"
    );
    assert_eq!(
        problem("公民身份号码", "5.30999E+17").2,
        "id_excel_precision"
    );
    // 1 in 11 passes its check by chance.
    let today = today();
    let passes = |n: &String| ResidentId::read(n, today).is_ok();
    let lost = (1..=12).flat_map(|m| (1..=28).map(move |d| format!("5309991944{m:02}{d:02}0000")));
    let by_chance = lost.into_iter().find(passes).unwrap();
    assert_eq!(problem("公民身份号码", &by_chance).2, "id_excel_precision");
    // An apostrophe shows that the cell held text.
    let as_text = one_elder("公民身份号码", &format!("'{by_chance}"));
    assert_eq!(as_text.answers["id_number"], json!(by_chance));
}

#[test]
fn no_file_of_any_bytes_makes_the_reader_panic() {
    let tree = county();
    let whole = ELDERS.as_bytes();
    for cut in (0..whole.len()).step_by(7) {
        let _ = read(LedgerKind::Elder, &whole[..cut], &tree, today());
        let _ = read(LedgerKind::Child, &whole[cut..], &tree, today());
    }
    for seed in 0u32..64 {
        let flipped: Vec<u8> = whole
            .iter()
            .enumerate()
            .map(|(at, byte)| {
                if (at as u32 * 31 + seed).is_multiple_of(97) {
                    byte ^ 0x15
                } else {
                    *byte
                }
            })
            .collect();
        let _ = read(LedgerKind::Elder, &flipped, &tree, today());
    }
}

#[test]
fn problems_and_hints_are_plain_json() {
    let broken = ELDERS.replace("530999194801050028", "1");
    let problem = serde_json::to_value(&elders(&broken).problems[0]).unwrap();
    assert_eq!(problem["code"], json!("id_length"));
    assert_eq!(problem["todo"], json!("对照证件核对后更正"));
    let row = one_elder("性别", "");
    assert!(
        serde_json::to_string(&row.hints)
            .unwrap()
            .contains("\"kind\":\"missing\"")
    );
}

#[test]
fn a_ledger_of_the_other_layout_is_refused_whole() {
    let read_as = |kind, text: &str| read(kind, text.as_bytes(), &county(), today()).err();
    let other = |other| Some(LedgerError::OtherLayout { line: 1, other });
    assert_eq!(read_as(LedgerKind::Elder, CHILDREN), other("child"));
    assert_eq!(read_as(LedgerKind::Child, ELDERS), other("elder"));
}
