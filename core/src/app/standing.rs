//! A worker notes what decides whether somebody must be seen and is no visit, by whose right it is.

use super::save::Saved;
use super::{App, AppError};
use crate::facts::Standing;
use crate::model::{AreaCode, Compartment, RecordId};

impl App {
    /// Notes a person's standing: a save of the card like any other.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where no such person is here; [`AppError::NeedsCorrection`] where this
    /// worker holds no role that may say so of the person's area (a leaving is for who registers,
    /// who reads `identity`), where nobody is in hospital or in the ledger on that day, or where the
    /// form refuses the row.
    pub fn note_standing(&self, person: RecordId, noted: &Standing) -> Result<Saved, AppError> {
        self.may_note(person, noted)?;
        self.note(person, |card| Ok(noted.answers(card)?))
    }

    fn may_note(&self, person: RecordId, noted: &Standing) -> Result<(), AppError> {
        self.read(|tx| {
            let record = tx.record(person)?;
            if record.is_none_or(|record| record.kind != crate::model::Kind::PERSON) {
                return Err(AppError::NotFound { what: "person" });
            }
            let me = self.me(tx)?;
            let area: Option<AreaCode> = tx.area_of(person)?.and_then(|area| area.parse().ok());
            let needed = match noted {
                Standing::Leaves { .. } => Compartment::Identity,
                _ => Compartment::Contact,
            };
            if area.is_some_and(|area| !me.may_hold(&crate::model::Feed::Area(area, needed))) {
                return Err(AppError::problem("standing", NOT_YOURS));
            }
            Ok(())
        })
    }
}

const NOT_YOURS: &str = "只有负责本地的人员可以登记此项,退出登记由登记人员办理;请联系村(社区)或乡镇 / only who has this area may note it, and a leaving is for who registers: ask the village or the township";
