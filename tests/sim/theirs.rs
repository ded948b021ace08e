//! What a worker may hold of what the server has, by our own reckoning.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::DateTime;
use tanfang_core::merge::Record;
use tanfang_core::model::{
    AREA, AreaCode, Clock, Compartment, Feed, Field, Head, Kind, RecordId, WallTime,
};

use crate::house::World;
use crate::model::Broken;
use crate::workers::Worker;

/// The area where an emergency happened, whoever lives where.
pub const PLACE: &str = "place_division";

const CHINA_MILLIS: i64 = 8 * 3_600_000;

/// The day of an instant in China, as a form writes it.
pub fn day(at: WallTime) -> String {
    let there = DateTime::from_timestamp_millis(at.millis + CHINA_MILLIS);
    there.unwrap_or_default().date_naive().to_string()
}

/// The cases that a worker may read: those reported by the worker, on whichever phone, and those of
/// areas whose cases the worker receives.
pub fn cases(world: &mut World, worker: &Worker) -> Result<BTreeSet<RecordId>, Broken> {
    let mut cases = BTreeSet::new();
    for (case, phone) in world.model.cases.clone() {
        let Some(whole) = world.look(|turn| turn.record(case))? else {
            continue;
        };
        let reported = world.model.worker(phone).id == worker.id;
        if reported
            || areas(world, &whole)?
                .iter()
                .any(|a| worker.receives_cases(a))
        {
            cases.insert(case);
        }
    }
    Ok(cases)
}

/// Whether a phone may hold a feed.
pub fn may_hold(world: &mut World, phone: usize, feed: &Feed) -> Result<bool, Broken> {
    let worker = world.model.worker(phone).clone();
    let cases = cases(world, &worker)?;
    Ok(worker.may_hold(feed, &cases))
}

/// What of a record this worker may hold, compartment by compartment: by the areas of its household,
/// by the pairings that last, by who reads its case.
pub fn visible(world: &mut World, worker: &Worker, whole: &Record) -> Result<Record, Broken> {
    let covered = areas(world, whole)?.iter().any(|area| worker.covers(area));
    let paired = is_paired(world, worker, whole);
    let cases = match whole.kind == Kind::EMERGENCY {
        true => cases(world, worker)?,
        false => BTreeSet::new(),
    };
    let mut seen = Record::new(whole.id, whole.kind.clone());
    for compartment in Compartment::ALL {
        let may = match compartment {
            Compartment::Protection => cases.contains(&whole.id),
            Compartment::Contact => paired || covered && worker.reads(compartment),
            _ => covered && worker.reads(compartment),
        };
        if may {
            seen.join(&whole.in_compartment(compartment));
        }
    }
    Ok(seen)
}

fn is_paired(world: &World, worker: &Worker, whole: &Record) -> bool {
    let today = day(world.time.now());
    let pairings = world.model.now.pairings.iter();
    let lasting = pairings.filter(|of| of.worker == worker.id && of.lasts(&today));
    let homes = stands(whole, "household");
    world.model.is_paired(lasting, whole, &homes)
}

/// Where a record belongs: by its household, of a pairing by its person, of an emergency also by
/// where it happened.
pub fn areas(world: &mut World, record: &Record) -> Result<BTreeSet<AreaCode>, Broken> {
    if record.kind == Kind::HOUSEHOLD {
        return Ok(stands(record, AREA));
    }
    let mut all = match record.kind == Kind::EMERGENCY {
        true => stands(record, PLACE),
        false => BTreeSet::new(),
    };
    let mut homes = stands::<RecordId>(record, "household");
    for person in stands::<RecordId>(record, "person") {
        homes.extend(world.model.homes.get(&person));
    }
    for home in homes {
        if let Some(household) = world.look(|turn| turn.record(home))? {
            all.extend(stands::<AreaCode>(&household, AREA));
        }
    }
    Ok(all)
}

/// Every value of a field that stands.
fn stands<T: FromStr + Ord>(record: &Record, field: &str) -> BTreeSet<T> {
    let field = Field::parse(field).expect("a field's name");
    let register = record.fields.get(&field);
    let live: Vec<(&Head, _)> = register
        .map(|r| r.live.iter().collect())
        .unwrap_or_default();
    live.into_iter()
        .filter_map(|(_, told)| told.value.as_text()?.parse().ok())
        .collect()
}
