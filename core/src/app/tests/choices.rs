//! What a question offers to a shell.

use super::*;

fn offered(world: &World, asked: Offering<'_>, answers: Json) -> Result<Vec<String>, AppError> {
    let rows = world.app.choices(&asked, &map(answers))?;
    Ok(rows
        .into_iter()
        .map(|row| format!("{} {}", row.name, row.label))
        .collect())
}

fn sex<'a>(subject: Option<RecordId>) -> Offering<'a> {
    Offering {
        form: "elder_card",
        subject,
        field: "sex",
        containing: "",
        lang: "zh",
        most: 50,
    }
}

#[test]
fn a_question_offers_its_rows_in_the_words_of_the_person() {
    let world = World::new("village_committee");
    let all = offered(&world, sex(None), json!({})).unwrap();
    assert!(all.contains(&"1 男".to_owned()), "{all:?}");
    let one = Offering {
        containing: "ale",
        lang: "en",
        most: 1,
        ..sex(None)
    };
    assert_eq!(offered(&world, one, json!({})).unwrap(), ["1 Male"]);
    let of_a_record = offered(&world, sex(Some(world.elder())), json!({"sex": null}));
    assert_eq!(of_a_record.unwrap(), all);
    let nowhere = Offering {
        field: "nowhere",
        ..sex(None)
    };
    let error = offered(&world, nowhere, json!({})).unwrap_err();
    assert!(matches!(error, AppError::NeedsCorrection { .. }));
}
