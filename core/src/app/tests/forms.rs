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
