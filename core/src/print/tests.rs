use super::*;
use crate::form::Form;

fn form(id: &str) -> Form {
    Form::built_in(id).unwrap().unwrap()
}

#[test]
fn every_blank_of_the_shipped_cards_is_filled_by_a_question() {
    for id in ["elder_card", "child_left_behind"] {
        let layout = Layout::built_in(id).unwrap();
        assert_eq!(layout.form, id);
        assert_eq!(layout.fits(&form(id), Some(&form("visit"))), Ok(()));
    }
}

#[test]
fn the_childs_card_has_its_43_blanks_in_order() {
    let layout = Layout::built_in("child_left_behind").unwrap();
    let numbers: Vec<u16> = layout.blanks().filter_map(|blank| blank.no).collect();
    assert_eq!(numbers, (1..=43).collect::<Vec<u16>>());
}

#[test]
fn a_layout_of_another_county_is_held_against_the_form() {
    let text = |field: &str| {
        format!(
            r#"{{"form": "elder_card", "title": "卡", "source": "D",
                "rows": [[{{"label": "爱好", "fields": ["{field}"]}}]]}}"#
        )
    };
    let layout = Layout::from_json(&text("category.hobby")).unwrap();
    let told = layout.fits(&form("elder_card"), None);
    assert!(
        matches!(told, Err(LayoutError::NoSuchQuestion { field, .. }) if field == "category.hobby")
    );
    let good = Layout::from_json(&text("category.code")).unwrap();
    assert_eq!(good.fits(&form("elder_card"), None), Ok(()));
    let broken = Layout::from_json("{\"form\":\n 1}");
    assert!(matches!(
        broken,
        Err(LayoutError::Malformed { line: 2, .. })
    ));
}

#[test]
fn what_somebody_typed_is_text_on_paper_and_never_markup() {
    let cell = |value: &str| Cell {
        label: "记录".into(),
        value: value.into(),
    };
    let card = Card {
        title: "卡 & 表".into(),
        head: vec![cell("\"x\" onload='y'")],
        rows: vec![vec![cell("<script>alert(1)</script>"), cell("")], vec![]],
        visits: None,
        foot: vec![],
    };
    let page = html(&card);
    assert!(!page.contains("<script") && !page.contains("onload='"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("卡 &amp; 表"));
}

#[cfg(feature = "author")]
mod workbook {
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    use super::*;

    fn read(bytes: Vec<u8>) -> Vec<Vec<String>> {
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let text = |cell: &Data| cell.to_string();
        sheet
            .rows()
            .map(|row| row.iter().map(text).collect())
            .collect()
    }

    #[test]
    fn a_workbook_holds_every_blank_and_visit_of_the_page_as_text() {
        let cell = |label: &str, value: &str| Cell {
            label: label.into(),
            value: value.into(),
        };
        let columns = 1..=10;
        let card = Card {
            title: "卡片".into(),
            head: vec![cell("填表人", "测试甲"), cell("日期", "2024-06-24")],
            rows: vec![
                vec![cell("一", "1"), cell("二", "=1+1"), cell("三", "3")],
                vec![],
                vec![cell("很长", &"长".repeat(500))],
            ],
            visits: Some(Table {
                title: "走访".into(),
                columns: columns.clone().map(|n| format!("c{n}")).collect(),
                rows: vec![columns.map(|n| format!("v{n}")).collect()],
            }),
            foot: vec![cell("审核人", "")],
        };
        let book = xlsx(&card).unwrap();
        assert_eq!(book, xlsx(&card).unwrap(), "the same bytes each time");
        let rows = read(book);
        let said: Vec<Vec<&str>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(String::as_str)
                    .filter(|t| !t.is_empty())
                    .collect()
            })
            .collect();
        assert_eq!(said[0], ["卡片"]);
        assert_eq!(said[1], ["填表人：测试甲", "日期：2024-06-24"]);
        assert_eq!(said[2], ["一", "1", "二", "=1+1", "三", "3"]);
        assert_eq!(said[3], ["很长", "长".repeat(500).as_str()]);
        assert_eq!(said[4], ["走访"]);
        assert_eq!(said[5].len(), 10);
        assert_eq!(said[6].last(), Some(&"v10"));
        assert_eq!(said[7], ["审核人："]);
    }

    #[test]
    fn the_width_of_a_page_is_shared_to_the_last_column() {
        for count in 1..=20 {
            assert_eq!(
                grid::table(count).iter().sum::<usize>(),
                grid::GRID,
                "{count}"
            );
        }
        for count in 1..=4 {
            let all = grid::blanks(count)
                .into_iter()
                .map(|(label, value)| label + value);
            assert_eq!(all.sum::<usize>(), grid::GRID, "{count}");
        }
    }

    #[test]
    fn a_text_that_no_cell_holds_is_said() {
        let card = Card {
            title: "卡".into(),
            head: vec![],
            rows: vec![vec![Cell {
                label: "记录".into(),
                value: "长".repeat(40_000),
            }]],
            visits: None,
            foot: vec![],
        };
        assert!(xlsx(&card).is_err());
    }
}
