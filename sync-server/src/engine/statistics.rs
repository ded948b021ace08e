//! 规模、分布、特征 of an area, from everything that the county holds.

use tanfang_core::compliance::statistics::{Count, Statistics, Tables, statistics};
use tanfang_core::facts::rows::Facts;
use tanfang_core::form::Form;

use super::turn::Turn;
use crate::store::{StoreError, Stored};

impl Turn<'_> {
    /// Counts the people of an area by the tables that we ship, in the words of the forms that are
    /// published.
    ///
    /// # Errors
    /// As of the store.
    pub fn statistics(&mut self, facts: &Facts, asked: &Count) -> Stored<Statistics> {
        let tables = Tables::built_in().map_err(|_| StoreError::Damaged { what: "tables" })?;
        let mut published = Vec::new();
        for id in tables.forms() {
            published.extend(self.newest_form(id)?);
        }
        let forms: Vec<&Form> = published.iter().map(|form| form.form()).collect();
        let mut failed = None;
        let counted = statistics(facts, &tables, &forms, asked, &mut |id| {
            let found = self.record(id);
            found.unwrap_or_else(|error| {
                failed.get_or_insert(error);
                None
            })
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(counted),
        }
    }
}
