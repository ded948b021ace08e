//! A card whose questions bind nobody, for phones whose owners write their messages by hand.

use tanfang_core::model::FormRef;

use crate::raw::Raw;
use crate::world::{World, must};

const ID: &str = "hand_card";

const FORM: &str = r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:of | bind::tanfang:compartment |
| | text | household | household | person | contact |
| | text | name | name | person | contact |
| | text | phone | phone | person | contact |
| | text | id_number | id | person | identity |
| | text | care_note | note | person | care |
| | text | home_division | village | household | contact |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | card | hand_card | 1 | tanfang="https://tanfang.example/xlsform" | person |
"#;

/// The county publishes the card.
#[track_caller]
pub fn publish(world: &World, now: &str) {
    let file = world.path("hand_card.md");
    std::fs::write(&file, FORM).expect("the form can be written");
    let added = world
        .county
        .verb(now, &["form", "add", &file.to_string_lossy()]);
    must(added);
}

/// The card as this phone is told of it.
#[track_caller]
pub fn told_to(phone: &Raw) -> FormRef {
    phone.forms().remove(ID).expect("the card was published")
}
