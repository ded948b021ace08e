//! Forms that a county publishes.

use super::*;

#[test]
fn a_form_that_this_app_cannot_read_says_what_to_do_and_leaves_the_others_alone() {
    let world = World::new("village_committee");
    let elder = world.elder();
    for (text, wanted) in [
        (r#"{"format":99}"#, "更新应用"),
        (r#"{"format":1}"#, "县级管理员"),
    ] {
        world.publishes(DocumentKind::Form, "of_the_county", text);
        let forms = world.app.forms().unwrap();
        let (unreadable, readable): (Vec<_>, Vec<_>) = forms
            .into_iter()
            .partition(|form| form.unreadable.is_some());
        assert_eq!(readable.len(), BUILT_IN.len());
        let [line] = unreadable.as_slice() else {
            panic!("{unreadable:?}")
        };
        assert_eq!(line.id, "of_the_county");
        let told = line.unreadable.as_deref().unwrap();
        assert!(told.contains(wanted), "{told}");
        assert!(world.app.show(elder).is_ok());
        assert!(
            world
                .app
                .new_record("of_the_county", &map(json!({})), None)
                .is_err()
        );
    }
    world.visit(elder);
}

#[test]
fn a_record_whose_form_this_app_cannot_read_is_shown_and_edited_by_no_other() {
    let world = World::new("village_committee");
    let elder = world.elder();
    let before = world.app.show(elder).unwrap();
    assert_eq!(before.form.as_deref(), Some("elder_card"));
    world.publishes(DocumentKind::Form, "elder_card", r#"{"format":99}"#);
    let edit = world
        .app
        .edit(elder, &map(json!({ "phone": "13800000000" })));
    assert!(matches!(edit, Err(AppError::UpdateApp { .. })), "{edit:?}");
    let standing = Standing::Refuses {
        on: "2024-05-01".parse().unwrap(),
        by: "本人".into(),
    };
    let noted = world.app.note_standing(elder, &standing);
    assert!(
        matches!(noted, Err(AppError::UpdateApp { .. })),
        "{noted:?}"
    );
    let shown = world.app.show(elder).unwrap();
    assert_eq!(shown.form, None);
    assert_eq!(shown.fields.get("name"), before.fields.get("name"));
}
