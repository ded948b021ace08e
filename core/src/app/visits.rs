//! Visits: a supervisor confirms one that waits.

use serde_json::{Map, json};

use super::save::Saved;
use super::{App, AppError};
use crate::model::{Kind, RecordId};

impl App {
    /// Confirms a visit, or says that it did not take place, with the reason.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] without a reason, or where no role is held that supervises the
    /// visit's area: the server would refuse it.
    pub fn confirm(&self, visit: RecordId, yes: bool, reason: &str) -> Result<Saved, AppError> {
        if reason.trim().is_empty() {
            let message = "请写明理由 / say why";
            return Err(AppError::problem("reason", message));
        }
        let (by, on) = self.read(|tx| {
            let record = tx.record(visit)?;
            if record.is_none_or(|record| record.kind != Kind::VISIT) {
                return Err(AppError::NotFound { what: "visit" });
            }
            let me = self.me(tx)?;
            let area = tx.area_of(visit)?.and_then(|area| area.parse().ok());
            if area.is_some_and(|area| !me.supervises(&area)) {
                let message = "只有主管本地的人员可以复核，请联系乡镇 / only who supervises the area may confirm; ask the township";
                return Err(AppError::problem("confirmation", message));
            }
            Ok((me.enrolment.worker.to_string(), me.today.to_string()))
        })?;
        let row = json!({
            "confirmed": if yes { "yes" } else { "no" }, "by": by, "on": on, "why": reason,
        });
        self.note(visit, |_| {
            let rows = ("confirmation".to_owned(), json!([row]));
            Ok(Map::from_iter([rows]))
        })
    }
}
