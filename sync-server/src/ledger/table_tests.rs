//! Files as counties send them (ledgers.md, "Import realities" 2, 4 and 5).

use super::*;

const ROW: &str = "1,测试县,示例乡,样板村,测试甲,男,530999194402290016";
const HEADER: &str = "序号,县(区),乡镇(街道),村(社区),姓名,性别,公民身份号码";

fn read(text: &str) -> Result<Table, LedgerError> {
    Table::read(LedgerKind::Elder, text.as_bytes())
}

fn cells(table: &Table, at: usize) -> (u64, &str, &str) {
    let record = &table.records[at];
    let cell = |label| {
        record
            .cells
            .get(label)
            .map(String::as_str)
            .unwrap_or_default()
    };
    (record.line, cell(labels::NAME), cell(labels::ID_NUMBER))
}

#[test]
fn titles_above_and_totals_below_are_no_rows() {
    let table = read(&format!(
        "特殊困难老年人信息台账,,,,,,\r\n填报单位:测试县样例局,,,填报日期:2024-07-01,,,\r\n\r\n\
         {HEADER}\r\n{ROW}\r\n,,,,,,\r\n合计,,,,1,,\r\n填表人:样例,,审核人:样例,,,,\r\n"
    ))
    .unwrap();
    assert_eq!(table.records.len(), 1);
    assert_eq!(cells(&table, 0), (5, "测试甲", "530999194402290016"));
}

#[test]
fn one_file_reads_alike_in_every_encoding() {
    let text = format!("{HEADER}\n{ROW}\n");
    let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [text.as_bytes(), &gb, &marked, &utf16] {
        let table = Table::read(LedgerKind::Elder, bytes).unwrap();
        assert_eq!(cells(&table, 0), (2, "测试甲", "530999194402290016"));
    }
}

#[test]
fn rare_characters_survive_gb18030() {
    let text = format!("{HEADER}\n{}\n", ROW.replace("测试甲", "测𠮷·试"));
    let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
    let table = Table::read(LedgerKind::Elder, &gb).unwrap();
    assert_eq!(cells(&table, 0).1, "测𠮷·试");
}

#[test]
fn headings_are_known_by_synonyms_and_in_any_order() {
    let table = read(
        "*身份证号,老人姓名,村(居),组,乡(镇),县区,没见过的列\n530999194402290016,测试甲,样板村,一组,示例乡,测试县,x\n",
    )
    .unwrap();
    assert_eq!(cells(&table, 0), (2, "测试甲", "530999194402290016"));
    assert_eq!(table.ignored, ["没见过的列"]);
}

#[test]
fn a_header_of_two_levels_is_joined() {
    let text = "姓名,性别,公民身份号码,村(社区),父亲,,,母亲,\n,,,,姓名,身份号码,状态,姓名,状态\n\
                测试童甲,男,530999201306010056,样板村,测试父甲,530999198803030117,外出务工,测试母甲,在家\n";
    let table = Table::read(LedgerKind::Child, text.as_bytes()).unwrap();
    assert_eq!(table.records.len(), 1);
    let record = &table.records[0];
    assert_eq!(record.line, 3);
    assert_eq!(record.cells["姓名"], "测试童甲");
    assert_eq!(record.cells["父亲姓名"], "测试父甲");
    assert_eq!(record.cells["父亲身份号码"], "530999198803030117");
    assert_eq!(record.cells["母亲状态"], "在家");
    assert!(table.ignored.is_empty());
}

#[test]
fn lines_are_numbered_as_the_file_has_them() {
    let quoted = ROW.replace("样板村", "\"样板\n村\"");
    let table = read(&format!("\n\n{HEADER}\n\n{quoted}\n\n\n{ROW}\n")).unwrap();
    let lines: Vec<u64> = table.records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [5, 9]);
    let old_mac = format!("{HEADER}\r{ROW}\r{ROW}\r");
    let lines: Vec<u64> = read(&old_mac)
        .unwrap()
        .records
        .iter()
        .map(|r| r.line)
        .collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn a_file_of_tabs_is_read_too() {
    let table = read(&format!("{HEADER}\n{ROW}\n").replace(',', "\t")).unwrap();
    assert_eq!(cells(&table, 0).1, "测试甲");
}

#[test]
fn where_only_ticks_stand_an_empty_cell_says_no() {
    let table = read(&format!(
        "{HEADER},是否失能留守,居住状况\n{ROW},√,独居\n{ROW},,√\n"
    ))
    .unwrap();
    assert!(table.tick_columns.contains("是否失能留守"));
    assert!(!table.tick_columns.contains("居住状况"));
}

#[test]
fn a_row_that_slipped_is_seen() {
    let table = read(&format!("{HEADER}\n{ROW},,\n{ROW},备注里有逗号\n")).unwrap();
    assert!(!table.records[0].overflows);
    assert!(table.records[1].overflows);
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let open = format!("{HEADER}\n1,\"测试县,{}", "\n".repeat(60));
    for (bytes, why) in [
        (&b""[..], LedgerError::Empty),
        (b"\xEF\xBB\xBF\r\n,,\r\n", LedgerError::Empty),
        (b"PK\x03\x04rest", LedgerError::Workbook),
        (b"\xFF\x00\xFF\xFF", LedgerError::NotText),
        ("只是一段文字".as_bytes(), LedgerError::NoHeader),
        (b"<html><body>login</body></html>", LedgerError::NoHeader),
        (open.as_bytes(), LedgerError::OpenQuote { line: 2 }),
        (
            "姓名,性别,民族,年龄,联系电话,村民小组\n".as_bytes(),
            LedgerError::MissingColumns {
                line: 1,
                columns: vec![labels::ID_NUMBER, labels::VILLAGE],
            },
        ),
    ] {
        assert_eq!(Table::read(LedgerKind::Elder, bytes).err(), Some(why));
    }
}
