//! What a form begins with, so that nobody is asked what the phone knows ("enter once").

use serde_json::{Map, Value as Json, json};

use super::me::Me;
use super::{App, AppError};
use crate::form::Form;
use crate::model::{AreaCode, Kind, RecordId};
use crate::store::Tx;

/// An area code down to the village.
const VILLAGE_DIGITS: usize = 12;

impl App {
    /// The answers that a form begins with when it is opened from a person's page, or from nobody's:
    /// the person where the form asks for one, the worker and the role among those who took part,
    /// the village where it asks where. They are answers like any other: shown, and changed by hand.
    /// What a form's own defaults fill in is not among them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a form or a person that is not here.
    pub fn begin(
        &self,
        form: &str,
        person: Option<RecordId>,
    ) -> Result<Map<String, Json>, AppError> {
        self.read(|tx| {
            let me = self.me(tx)?;
            let held = self.form(tx, form)?;
            let place = self.begins_at(tx, &me, person)?;
            let mut answers = Map::new();
            if let Some(person) = person {
                names_person(&held.form, person, &mut answers);
            }
            if asks(&held.form, Some("participants"), "worker", "worker") {
                let role = me.role(None, place.as_ref());
                let row = json!({"worker": me.enrolment.worker.to_string(), "role": role});
                answers.insert("participants".into(), json!([row]));
            }
            let village =
                place.and_then(|area| Some(area.as_str().get(..VILLAGE_DIGITS)?.to_owned()));
            if let Some(village) =
                village.filter(|_| asks(&held.form, None, "place_division", "area"))
            {
                answers.insert("place_division".into(), json!(village));
            }
            Ok(answers)
        })
    }

    /// Where the person lives, else where this worker's only role is held.
    fn begins_at(
        &self,
        tx: &Tx<'_>,
        me: &Me,
        person: Option<RecordId>,
    ) -> Result<Option<AreaCode>, AppError> {
        let Some(person) = person else {
            return Ok(match me.held.as_slice() {
                [only] => Some(only.area),
                _ => None,
            });
        };
        let record = tx
            .record(person)?
            .filter(|record| record.kind == Kind::PERSON);
        record.ok_or(AppError::NotFound { what: "person" })?;
        Ok(tx.area_of(person)?.and_then(|area| area.parse().ok()))
    }
}

/// The questions by which a form asks for the person that it is about.
const PERSON: [&str; 2] = ["person", "about"];

/// Whether a form asks for a person, so that it can be begun from a person's page.
pub(super) fn asks_for_a_person(form: &Form) -> bool {
    let asked = |name: &&str| asks(form, None, name, "person");
    PERSON.iter().any(asked) || asks(form, Some("people"), "person", "person")
}

/// The person, by the name under which the form asks for one.
fn names_person(form: &Form, person: RecordId, answers: &mut Map<String, Json>) {
    let id = json!(person.to_string());
    for name in PERSON {
        if asks(form, None, name, "person") {
            answers.insert(name.into(), id.clone());
        }
    }
    if asks(form, Some("people"), "person", "person") {
        answers.insert("people".into(), json!([{"person": id}]));
    }
}

/// Whether a form asks a question that names records of a kind.
fn asks(form: &Form, repeat: Option<&str>, name: &str, refers: &str) -> bool {
    let field = form.field(repeat, name);
    field.is_some_and(|field| field.refers.as_deref() == Some(refers))
}
