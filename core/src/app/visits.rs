//! Visits: a supervisor confirms one that waits.

use serde_json::json;

use super::save::Saved;
use super::{App, AppError};
use crate::model::{Kind, RecordId};

impl App {
    /// Confirms a visit, or says that it did not take place, with the reason.
    pub fn confirm(&self, visit: RecordId, yes: bool, reason: &str) -> Result<Saved, AppError> {
        let (by, on) = self.read(|tx| {
            let record = tx.record(visit)?;
            if record.is_none_or(|record| record.kind != Kind::VISIT) {
                return Err(AppError::NotFound { what: "visit" });
            }
            let me = self.me(tx)?;
            Ok((me.enrolment.worker.to_string(), me.today.to_string()))
        })?;
        let row = json!({
            "confirmed": if yes { "yes" } else { "no" }, "by": by, "on": on, "why": reason,
        });
        let mut given = serde_json::Map::new();
        given.insert("confirmation".into(), json!([row]));
        self.edit(visit, &given)
    }
}
