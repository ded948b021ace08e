//! Who may decide about a record at the county's desk: by whose word an administrator writes.

use tanfang_core::model::{RecordId, WorkerId};

use super::settle::areas;
use super::turn::Turn;
use crate::store::Stored;

impl Turn<'_> {
    /// Whether a worker supervises, today, an area where the record's household is or was.
    pub fn supervises_place_of(&mut self, worker: WorkerId, id: RecordId) -> Stored<bool> {
        let rights = self.rights(worker)?;
        let Some(household) = self.route(id)?.and_then(|route| route.household) else {
            return Ok(false);
        };
        let Some(record) = self.record(household)? else {
            return Ok(false);
        };
        let lived = areas(&record, true);
        Ok(lived.iter().any(|area| rights.supervises(area)))
    }
}
