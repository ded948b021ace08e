//! Which person and household a row is about: by id number, else name, birth and village; a
//! household by its people, its house, or the same parents.

use tanfang_core::merge::Record;
use tanfang_core::model::{AreaCode, Kind, RecordId};

use crate::engine::{Lookup, Turn};
use crate::ledger::{HouseholdKey, Row};
use crate::store::Stored;

/// What was found.
pub(super) struct Found {
    pub(super) person: Option<RecordId>,
    pub(super) household: Option<RecordId>,
}

pub(super) fn find(turn: &mut Turn<'_>, row: &Row) -> Stored<Found> {
    let person = person(turn, row)?;
    let lives_in = match person {
        Some(id) => turn
            .record(id)?
            .and_then(|record| record.text("household")?.parse().ok()),
        None => None,
    };
    let household = match lives_in {
        Some(id) => Some(id),
        None => first_of(turn, &household_keys(turn, row), Kind::HOUSEHOLD, |_| true)?,
    };
    Ok(Found { person, household })
}

fn person(turn: &mut Turn<'_>, row: &Row) -> Stored<Option<RecordId>> {
    let number = row.match_keys.id_number.map(|id| id.reveal().to_owned());
    let by_number: Vec<Lookup> = number
        .iter()
        .filter_map(|number| turn.by_id_number(number))
        .collect();
    if let Some(found) = first_of(turn, &by_number, Kind::PERSON, |_| true)? {
        return Ok(Some(found));
    }
    let by_name: Vec<Lookup> = name_key(turn, row).into_iter().collect();
    // Somebody of this name and birth with another number is somebody else.
    first_of(turn, &by_name, Kind::PERSON, |known| {
        number.is_none() || known.text("id_number").is_none()
    })
}

fn name_key(turn: &Turn<'_>, row: &Row) -> Option<Lookup> {
    let keys = &row.match_keys;
    turn.by_name(
        keys.name.as_ref()?.as_str(),
        &keys.birth?.to_string(),
        &keys.village,
    )
}

fn household_keys(turn: &Turn<'_>, row: &Row) -> Vec<Lookup> {
    let mut keys = Vec::new();
    for key in &row.household_keys {
        keys.extend(match key {
            HouseholdKey::Address {
                village,
                group,
                house,
            } => Some(turn.by_house(
                village,
                &group.map(|no| no.to_string()).unwrap_or_default(),
                house,
            )),
            HouseholdKey::Parents { father, mother } => turn.by_parents(
                father.as_ref().map(|id| id.reveal()),
                mother.as_ref().map(|id| id.reveal()),
            ),
        });
    }
    // A phone's household of the same place, by the address as it is written; never an address
    // that is no house.
    let text = |name: &str| row.answers.get(name).and_then(serde_json::Value::as_str);
    let is_house = row
        .household_keys
        .iter()
        .any(|key| matches!(key, HouseholdKey::Address { .. }));
    if let (true, Some(address)) = (is_house, text("address")) {
        let village: &AreaCode = &row.match_keys.village;
        keys.extend(turn.by_address(village, text("group_no").unwrap_or_default(), address));
    }
    keys
}

/// The first record of a kind that one of the keys finds; by a person's key for a household, the
/// household of that person.
fn first_of(
    turn: &mut Turn<'_>,
    keys: &[Lookup],
    kind: Kind,
    fits: impl Fn(&Record) -> bool,
) -> Stored<Option<RecordId>> {
    for key in keys {
        for id in turn.tx().look_up(key)? {
            let Some(record) = turn.record(id)?.filter(|record| !record.is_void()) else {
                continue;
            };
            if record.kind == kind && fits(&record) {
                return Ok(Some(id));
            }
            if kind == Kind::HOUSEHOLD
                && record.kind == Kind::PERSON
                && let Some(household) = record.text("household").and_then(|id| id.parse().ok())
            {
                return Ok(Some(household));
            }
        }
    }
    Ok(None)
}

/// Remembers by what the ledger told of these records, so that the next file finds them also when
/// a worker has put a name or an address right meanwhile.
pub(super) fn remember(
    turn: &mut Turn<'_>,
    row: &Row,
    person: RecordId,
    household: RecordId,
) -> Stored<()> {
    let number = row
        .match_keys
        .id_number
        .and_then(|id| turn.by_id_number(id.reveal()));
    let mut of_person: Vec<Lookup> = number.into_iter().collect();
    if row.match_keys.id_number.is_none() {
        of_person.extend(name_key(turn, row));
    }
    for key in of_person {
        turn.tx().add_import_key(person, &key)?;
    }
    for key in household_keys(turn, row) {
        turn.tx().add_import_key(household, &key)?;
    }
    Ok(())
}
