//! Questions that an attachment answers.
#![cfg(feature = "author")]

use serde_json::{Map, Value as Json, json};
use tanfang_core::attachment::{MediaType, prepare};
use tanfang_core::form::{Context, Form, ProblemCode, check};
use tanfang_core::model::WallTime;

fn source(photo: &str, repeat: &str) -> String {
    format!(
        r#"
| survey |
| | type | name | label | required | repeat_count |
| | {photo} | sign | Signature | |
| | file | scan | Scan | |
| | begin repeat | photos | Photos | | {repeat} |
| | image | photo | Photo | yes | |
| | end repeat | | | |
| settings |
| | form_title | form_id | version |
| | t | t | 1 |
"#
    )
}

fn told(sign: &Json) -> Result<Json, Vec<ProblemCode>> {
    let form = Form::compile(&source("image", "")).unwrap();
    let answers: Map<String, Json> = serde_json::from_value(json!({"sign": sign})).unwrap();
    let now = WallTime::parse("2024-05-10T12:00:00+08:00").unwrap();
    match check(&form, &answers, &Context::creating(now)) {
        Ok(checked) => Ok(checked.answers()["sign"].clone()),
        Err(problems) => Err(problems.into_iter().map(|problem| problem.code).collect()),
    }
}

#[test]
fn a_photo_is_never_required_and_a_row_of_photos_that_nobody_must_add_holds_one() {
    assert!(Form::compile(&source("image", "")).is_ok());
    let forced =
        source("image", "").replace("| sign | Signature | |", "| sign | Signature | yes |");
    let told = format!("{:?}", Form::compile(&forced).unwrap_err());
    assert!(told.contains("国办函〔2026〕12号"), "{told}");
    let scan = source("image", "").replace("| scan | Scan | |", "| scan | Scan | yes |");
    assert!(Form::compile(&scan).is_err());
    assert!(
        Form::compile(&source("image", "3")).is_err(),
        "three rows are forced"
    );
    let one = source("image", "").replace("| photos | Photos | |", "| photos | Photos | yes |");
    assert!(Form::compile(&one).is_err(), "one row is forced");
}

#[test]
fn an_answer_is_a_reference_and_a_picture_is_no_pdf() {
    let scan = prepare(b"%PDF-1.7 scan", None).unwrap().reference;
    assert_eq!(scan.media, MediaType::Pdf);
    assert_eq!(told(&scan.to_json()), Err(vec![ProblemCode::WrongType]));
    let mut picture = scan;
    picture.media = MediaType::Png;
    assert_eq!(told(&picture.to_json()), Ok(picture.to_json()));
}
