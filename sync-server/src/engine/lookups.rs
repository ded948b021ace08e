//! Keys by which an import finds the record that a row is about. They tell nothing without the
//! server's key.

use chrono::NaiveDate;
use tanfang_core::facts::rows::Day;
use tanfang_core::merge::Record;
use tanfang_core::model::person::{ResidentId, lookup_key};
use tanfang_core::model::{AreaCode, RecordId, composed};

use super::settle::areas;
use super::turn::Turn;
use crate::store::Stored;

/// A key of one sort.
pub type Lookup = [u8; 32];

impl Turn<'_> {
    /// The key of an id number; none where the text is no number.
    pub fn by_id_number(&self, number: &str) -> Option<Lookup> {
        let read = ResidentId::read(number, self.today().date()).ok()?;
        Some(lookup_key(self.house.keys.lookup().expose(), &read.id).0)
    }

    /// The key of a name, a birth and a village.
    pub fn by_name(&self, name: &str, birth: &str, village: &AreaCode) -> Option<Lookup> {
        let birth: NaiveDate = birth.get(..10)?.parse::<Day>().ok()?.date();
        let village = village.village().unwrap_or(*village);
        Some(self.keyed("name", &[name, &birth.to_string(), village.as_str()]))
    }

    /// The key of a household's place; none without a group and an address.
    pub fn by_address(&self, village: &AreaCode, group: &str, address: &str) -> Option<Lookup> {
        if address.is_empty() {
            return None;
        }
        let village = village.village().unwrap_or(*village);
        Some(self.keyed("address", &[village.as_str(), group, address]))
    }

    /// The key of a child's parents by their id numbers; none where neither is known.
    pub fn by_parents(&self, father: Option<&str>, mother: Option<&str>) -> Option<Lookup> {
        if father.is_none() && mother.is_none() {
            return None;
        }
        Some(self.keyed(
            "parents",
            &[father.unwrap_or_default(), mother.unwrap_or_default()],
        ))
    }

    /// The key of a house as a ledger tells of it.
    pub fn by_house(&self, village: &AreaCode, group: &str, house: &str) -> Lookup {
        self.keyed("house", &[village.as_str(), group, house])
    }

    fn keyed(&self, sort: &str, words: &[&str]) -> Lookup {
        let mut message = format!("tanfang/{sort}/1");
        for word in words {
            message.push('\0');
            message.push_str(&composed(word));
        }
        self.house.keys.lookup().mac(message.as_bytes())
    }

    pub(super) fn lookups_of(&mut self, record: &Record) -> Stored<Vec<Lookup>> {
        let text = |name: &str| record.text(name).unwrap_or_default();
        if record.kind.as_str() == "household" {
            let places = areas(record, false);
            let keys = places
                .iter()
                .filter_map(|a| self.by_address(a, text("group_no"), text("address")));
            return Ok(keys.collect());
        }
        let mut keys: Vec<Lookup> = self.by_id_number(text("id_number")).into_iter().collect();
        keys.extend(self.by_parents(
            record.text("father_id_number"),
            record.text("mother_id_number"),
        ));
        for village in self.villages_of(record)? {
            keys.extend(self.by_name(text("name"), text("birth_date"), &village));
        }
        Ok(keys)
    }

    fn villages_of(&mut self, person: &Record) -> Stored<Vec<AreaCode>> {
        let mut villages = Vec::new();
        let households: Vec<RecordId> = person.targets().into_iter().collect();
        for household in households {
            if let Some(route) = self.route(household)? {
                villages.extend(
                    route
                        .areas_ever
                        .split(' ')
                        .filter_map(|area| area.parse::<AreaCode>().ok()),
                );
            }
        }
        Ok(villages)
    }
}
