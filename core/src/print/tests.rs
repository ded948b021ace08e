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
