//! Voiding a record: it is kept with its history, and shown in no list.

use super::conflicts::record_of;
use super::save::Saved;
use super::settle::Decided;
use super::{App, AppError};
use crate::model::{Compartment, Field, RecordId, Value};

impl App {
    /// Voids a record, or with `void` false takes that back: a save like any other, which names
    /// everything that is seen of the record. An edit that it had not seen is a conflict, and until
    /// that is decided the record stays in the lists.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where no such record is here.
    pub fn void(&self, id: RecordId, void: bool) -> Result<Saved, AppError> {
        self.write(|tx| {
            let record = record_of(tx, id)?;
            let field = Field::void();
            let known = record
                .fields
                .get(&field)
                .map(|register| register.compartment);
            // Who may hold anything of it hears that it is void.
            let widest = || {
                record
                    .fields
                    .values()
                    .map(|register| register.compartment)
                    .min()
            };
            let decided = Decided {
                compartment: known.or_else(widest).unwrap_or(Compartment::Contact),
                field,
                value: Value::Bool(void),
            };
            let altered = record.is_void() != void || !record.conflicts().is_empty();
            self.say(
                tx,
                &record,
                altered.then_some(decided).into_iter().collect(),
                None,
            )
        })
    }
}
