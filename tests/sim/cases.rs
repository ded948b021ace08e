//! Cases of protection: reported by whoever finds harm, read by the reporter and by the officers of
//! the place.

use tanfang_core::model::{Compartment, Kind, Value};

use crate::drafts::{Forms, known, known_in};
use crate::event::Act;
use crate::house::VILLAGE;
use crate::model::{Broken, Model, Token};
use crate::phone::{Draft, Phone, part, write};
use crate::theirs::PLACE;

/// A case that is reported, or told more of.
pub fn draft(
    phone: &mut Phone,
    model: &Model,
    forms: &Forms,
    token: Token,
    act: Act,
) -> Result<Option<Draft>, Broken> {
    let of = Compartment::Protection;
    let happened = format!("t{token}");
    let form = Some(forms.case.clone());
    match act {
        Act::Report { pick } => {
            let Some(person) = known(phone, model, &Kind::PERSON, pick)? else {
                return Ok(None);
            };
            let Some(home) = person.text("household") else {
                return Ok(None);
            };
            let mut told = vec![
                write(None, "household", Value::text(home)),
                write(None, "description", Value::text(happened)),
            ];
            // Without it the case goes with the household.
            if pick % 3 == 0 {
                told.push(write(None, PLACE, Value::text(VILLAGE)));
            }
            Ok(Some(Draft {
                parts: vec![part(phone.id(), Kind::EMERGENCY, of, true, told)],
                form,
                photo: None,
                words: format!("reports a case of {}", model.name(person.id)),
            }))
        }
        Act::TellMore { pick } => {
            let case = known_in(phone, model, &Kind::EMERGENCY, of, pick)?;
            Ok(case.map(|case| {
                let told = write(Some(&case), "description", Value::text(happened));
                Draft {
                    parts: vec![part(case.id, Kind::EMERGENCY, of, false, vec![told])],
                    form,
                    photo: None,
                    words: format!("tells more of {}", model.name(case.id)),
                }
            }))
        }
        _ => Ok(None),
    }
}
