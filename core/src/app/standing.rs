//! What decides whether somebody must be seen and is no visit: the family of one in hospital was
//! asked, a person refuses, a person leaves. Each is a dated row of the card, written by whose
//! right it is.

use serde_json::{Map, Value as Json, json};

use super::save::Saved;
use super::{App, AppError};
use crate::facts::rows::Day;
use crate::model::{AreaCode, Compartment, RecordId};

/// What is noted of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The family of one in hospital was asked on this day; it excuses the month (规则 hospital).
    FamilyContacted {
        /// The day.
        on: Day,
    },
    /// Informed, the person refuses to be visited.
    Refuses {
        /// The day.
        on: Day,
        /// Who said so: the person, a guardian.
        by: String,
    },
    /// Informed, the person agrees, also after a refusal.
    Agrees {
        /// The day.
        on: Day,
        /// Who said so.
        by: String,
    },
    /// The person leaves the ledger: the last day, and why.
    Leaves {
        /// The last day.
        last: Day,
        /// Why.
        reason: String,
    },
}

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
        let shown = self.show(person)?;
        let rows = |repeat: &str| -> Vec<Json> {
            let rows = shown.fields.get(repeat).and_then(Json::as_array);
            rows.cloned().unwrap_or_default()
        };
        let (repeat, row) = match noted {
            Standing::FamilyContacted { on } => {
                let stay = rows("life_state").into_iter().rev().find(|row| {
                    row.get("code").and_then(Json::as_str) == Some("hospital") && holds(row, *on)
                });
                let stay = stay.ok_or_else(|| nothing_to_note(NO_STAY))?;
                let row = json!({"$row": stay.get("$row"), "family_contacted_on": on});
                ("life_state", row)
            }
            Standing::Refuses { on, by } => ("consent", consent("informed_refuse", *on, by)),
            Standing::Agrees { on, by } => ("consent", consent("informed_agree", *on, by)),
            Standing::Leaves { last, reason } => {
                if reason.trim().is_empty() {
                    return Err(AppError::problem("reason", "请写明理由 / say why"));
                }
                let open = rows("registration").into_iter().rev();
                let open = open
                    .filter(|row| row.get("to").is_none_or(Json::is_null))
                    .find(|row| holds(row, *last));
                let open = open.ok_or_else(|| nothing_to_note(NOT_REGISTERED))?;
                let row = json!({"$row": open.get("$row"), "to": last, "reason": reason});
                ("registration", row)
            }
        };
        self.edit(person, &Map::from_iter([(repeat.to_owned(), json!([row]))]))
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
const NO_STAY: &str = "这一天没有住院记录,请先登记住院 / there is no stay in hospital on that day: note the stay first";
const NOT_REGISTERED: &str =
    "这一天不在册,或已登记退出 / not in the ledger on that day, or left already";

fn nothing_to_note(message: &str) -> AppError {
    AppError::problem("standing", message)
}

fn consent(code: &str, on: Day, by: &str) -> Json {
    json!({"code": code, "on": on, "by": by})
}

/// Whether a dated row holds on a day; an absent end is open.
fn holds(row: &Json, day: Day) -> bool {
    let end = |name: &str| row.get(name).and_then(Json::as_str)?.parse::<Day>().ok();
    end("from").is_none_or(|from| from <= day) && end("to").is_none_or(|to| day <= to)
}
