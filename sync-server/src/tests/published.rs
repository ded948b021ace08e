//! Forms and the log of what administrators did.

use tanfang_core::form::Form;

use super::world::*;
use crate::engine::{PublishError, verify_audit};

fn form(version: &str, compartment: &str) -> (Form, String) {
    let source = format!(
        r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:of | bind::tanfang:compartment |
| | text | phone | phone | person | {compartment} |
| | text | well | well | person | care |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | extra | extra | {version} | tanfang="https://tanfang.example/xlsform" | person |
"#
    );
    (Form::compile(&source).unwrap(), source)
}

#[test]
fn a_form_that_gives_a_known_field_another_compartment_is_not_published() {
    let mut world = World::new();
    let (wrong, source) = form("1", "identity");
    let refused = world
        .server
        .write(|turn| turn.publish_form(&wrong, &source))
        .unwrap_err();
    assert!(
        matches!(refused, PublishError::AnotherMeaning(ref told) if told.len() == 1 && told[0].field == "phone")
    );
    let (right, source) = form("1", "contact");
    assert_eq!(
        world
            .server
            .write(|turn| turn.publish_form(&right, &source)),
        Ok(true)
    );
    assert_eq!(
        world
            .server
            .write(|turn| turn.publish_form(&right, &source)),
        Ok(false)
    );
    let mut phone = world.worker("village_committee", VILLAGE);
    let reply = world.ask(&phone, phone.request(None)).unwrap();
    assert!(reply.manifest.unwrap().body.contains(right.hash()));
    phone.card(&world, VILLAGE);
}

/// One question under the name of another form would take the place of all of it.
#[test]
fn a_form_of_a_published_id_about_another_kind_of_record_is_not_published() {
    let mut world = World::new();
    let visit = world.visit.id.clone();
    let source = format!(
        r#"
| survey | | | |
| | type | name | label |
| | text | a | A |
| settings | | | |
| | form_id | version | |
| | {visit} | 9 | |
"#
    );
    let form = Form::compile(&source).unwrap();
    let refused = world
        .server
        .write(|turn| turn.publish_form(&form, &source))
        .unwrap_err();
    assert!(
        matches!(refused, PublishError::AnotherKind { ref id, .. } if *id == visit),
        "{refused}"
    );
}

#[test]
fn the_audit_log_holds_together() {
    let mut world = World::new();
    world.worker("village_committee", VILLAGE);
    let entries = world.server.read(|turn| {
        verify_audit(turn.tx()).map_err(|_| crate::store::StoreError::Damaged {
            what: "the audit log",
        })
    });
    assert!(entries.unwrap() >= 4);
}
