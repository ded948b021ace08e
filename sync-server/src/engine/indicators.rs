//! 底数清、情况明、数据准、可追溯, from everything that the county holds.

use std::collections::BTreeMap;

use tanfang_core::compliance::indicators::{Indicators, Measure, Sources, indicators};
use tanfang_core::facts::rows::{Day, Facts};
use tanfang_core::merge::Record;
use tanfang_core::model::area::AreaTree;
use tanfang_core::model::{AreaCode, RecordId, WorkerId};

use super::traced::Traced;
use super::turn::Turn;
use crate::store::{StoreError, Stored};

/// What the server knows that facts do not say.
struct Held<'h, 't> {
    turn: &'h mut Turn<'t>,
    areas: &'h AreaTree,
    /// Of each area the days on which it was confirmed, in their order.
    confirmed: BTreeMap<String, Vec<Day>>,
    traced: Traced,
    failed: Option<StoreError>,
}

impl Held<'_, '_> {
    fn noted<T: Default>(&mut self, found: Stored<T>) -> T {
        found.unwrap_or_else(|error| {
            self.failed.get_or_insert(error);
            T::default()
        })
    }
}

impl Sources for Held<'_, '_> {
    fn areas(&self) -> &AreaTree {
        self.areas
    }

    fn confirmed(&self, area: &str, until: Day) -> Option<Day> {
        let days = self.confirmed.get(area)?;
        days.iter().rev().find(|day| **day <= until).copied()
    }

    fn record(&mut self, id: RecordId) -> Option<Record> {
        let found = self.turn.record(id);
        self.noted(found)
    }

    fn is_traceable(&mut self, id: RecordId) -> bool {
        let found = self.traced.record(self.turn, id);
        self.noted(found)
    }
}

impl Turn<'_> {
    /// Measures the data of a division.
    ///
    /// # Errors
    /// As of the store.
    pub fn indicators(
        &mut self,
        facts: &Facts,
        list: &AreaTree,
        measure: &Measure,
    ) -> Stored<Indicators> {
        let mut confirmed: BTreeMap<String, Vec<Day>> = BTreeMap::new();
        for (area, day) in self.tx.confirmed_areas()? {
            confirmed.entry(area.to_string()).or_default().push(day);
        }
        let mut held = Held {
            turn: self,
            areas: list,
            confirmed,
            traced: Traced::default(),
            failed: None,
        };
        let found = indicators(facts, measure, &mut held);
        match held.failed {
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    /// Notes that the list of an area's people was complete on a day, by the word of who supervises
    /// it; false where the worker does not.
    ///
    /// # Errors
    /// As of the store.
    pub fn confirm_area(&mut self, area: &AreaCode, day: Day, by: WorkerId) -> Stored<bool> {
        if !self.rights(by)?.supervises(area) {
            return Ok(false);
        }
        self.tx.confirm_area(area, day)?;
        self.audit("confirm area", &format!("{area} {day} by {by}"))?;
        Ok(true)
    }
}
