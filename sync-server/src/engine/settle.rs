//! Accepted saves into settled records, with their facts, their lists' lines and their places.

use std::collections::BTreeSet;
use std::sync::Arc;

use tanfang_core::facts::{list_row, of_record};
use tanfang_core::merge::{FeedDigest, Record};
use tanfang_core::model::{
    AREA, AreaCode, Compartment, Feed, Head, Kind, Origin, RecordId, Save, WorkerId,
};
use tanfang_core::wire::Receipt;

use super::feeds::{Carriers, Departures, read_carriers, write_carriers};
use super::log::{InLog, record_or_new};
use super::pack::{self, OnlySave};
use super::turn::Turn;
use crate::store::{AssignmentRow, PairingRow, RecordRow, Route, SaveNo, Stored};

/// A record that a save alters, before it is written.
pub(super) struct Draft {
    pub(super) record: Record,
    /// Whether nothing was settled of it before.
    pub(super) new: bool,
    /// What it pointed to before.
    pub(super) old_targets: BTreeSet<RecordId>,
    /// Whether what decides its places altered.
    pub(super) moved: bool,
}

impl Turn<'_> {
    /// Settles an accepted save: records, facts and feeds, in this one transaction. Answers its
    /// places in the feeds.
    pub(super) fn settle(
        &mut self,
        save: &Save,
        place: &InLog,
        received_at: i64,
        feed: bool,
    ) -> Stored<Vec<Receipt>> {
        let origin = Origin {
            envelope: save.envelope.clone(),
            received_at: Some(received_at),
        };
        let mut drafts: Vec<Draft> = Vec::new();
        for part in &save.parts {
            let at = match drafts
                .iter()
                .position(|draft| draft.record.id == part.record)
            {
                Some(at) => at,
                None => {
                    drafts.push(self.draft(part)?);
                    drafts.len() - 1
                }
            };
            if part.begins
                && let Some(draft) = drafts.get_mut(at)
            {
                let entry = self.routes.get_mut(&part.record).and_then(Option::as_mut);
                if let Some(route) = entry
                    && route.author.is_none()
                {
                    Arc::make_mut(route).author = Some(save.envelope.author);
                }
                draft.record.hear(part, &origin);
            } else if let Some(draft) = drafts.get_mut(at) {
                draft.record.hear(part, &origin);
            }
        }
        for draft in &mut drafts {
            self.place(draft)?;
        }
        let mut departures = Departures::new();
        let shifts = self.carry(&drafts)?;
        for draft in &drafts {
            self.write_record(draft, save, place)?;
        }
        if !feed {
            return Ok(Vec::new());
        }
        self.name_attachments(save, &place.parts)?;
        let receipts = self.feed_parts(save, place, &drafts, &shifts)?;
        self.feed_shifts(save.envelope.head, &drafts, &shifts, &mut departures)?;
        self.put_departures(departures)?;
        Ok(receipts)
    }

    fn draft(&mut self, part: &tanfang_core::model::Part) -> Stored<Draft> {
        let known = match self.route(part.record)? {
            Some(_) => self.record(part.record)?,
            None => None,
        };
        let new = known.is_none();
        let record = record_or_new(known, part);
        let route = self.route(part.record)?.unwrap_or_else(|| {
            Arc::new(Route {
                kind: part.kind.as_str().to_owned(),
                begun: false,
                carriers: String::new(),
                areas_ever: String::new(),
                author: None,
                household: None,
            })
        });
        self.routes.insert(part.record, Some(route));
        let old_targets = record.targets();
        Ok(Draft {
            record,
            new,
            old_targets,
            moved: false,
        })
    }

    /// Writes what decides a record's places: its links, a household's areas, an assignment, a pairing.
    fn place(&mut self, draft: &mut Draft) -> Stored<()> {
        let record = &draft.record;
        let now = record.targets();
        for gone in draft.old_targets.difference(&now) {
            self.tx.unlink(*gone, record.id)?;
        }
        for new in now.difference(&draft.old_targets) {
            self.tx.link(*new, record.id, record.kind.as_str())?;
        }
        // An emergency is also where it happened.
        draft.moved = draft.new || now != draft.old_targets || record.kind == Kind::EMERGENCY;
        if record.kind == Kind::ASSIGNMENT {
            self.tx
                .put_assignment(record.id, assignment(record).as_ref())?;
            draft.moved = true;
        }
        if record.kind == Kind::PAIRING {
            self.tx.put_pairing(record.id, pairing(record).as_ref())?;
            draft.moved = true;
        }
        self.rights_moved |= record.kind == Kind::PAIRING;
        if let Some(Some(route)) = self.routes.get_mut(&record.id) {
            let route = Arc::make_mut(route);
            route.begun = record.begun;
            route.household = household_of(record);
            if record.kind == Kind::HOUSEHOLD {
                let (ever, areas_now) = (areas(record, true), areas(record, false));
                let carried = read_carriers(&route.carriers)?;
                let areas_before: BTreeSet<AreaCode> = carried
                    .iter()
                    .filter_map(|c| match c {
                        super::feeds::Carrier::Area(area) => Some(*area),
                        super::feeds::Carrier::Worker(_) => None,
                    })
                    .collect();
                draft.moved |= areas_before != areas_now;
                self.rights_moved |= draft.moved && !draft.new;
                route.areas_ever = words(&ever);
            }
        }
        Ok(())
    }

    /// Writes a record as it stands after a save.
    fn write_record(&mut self, draft: &Draft, save: &Save, place: &InLog) -> Stored<()> {
        let record = &draft.record;
        let list = list_row(record);
        if list.conflicts > 0 {
            self.rivalled.insert(record.id);
        }
        let fact = of_record(record)
            .map(|row| pack::packed(&row))
            .transpose()?;
        let route = self.route(record.id)?.unwrap_or_else(|| {
            Arc::new(Route {
                kind: record.kind.as_str().to_owned(),
                begun: record.begun,
                carriers: String::new(),
                areas_ever: String::new(),
                author: None,
                household: list.household,
            })
        });
        let row = RecordRow {
            id: record.id,
            route,
            title: list.title,
            group: list.group,
            area: list.area,
            conflicts: list.conflicts,
            void: list.void,
            fact,
            settled: match only_save(draft, save, place.no) {
                Some(only) => only.bytes(),
                None => self.house.packer.record(record)?,
            },
        };
        self.tx.put_record(&row)?;
        if matches!(record.kind.as_str(), "person" | "household") {
            let keys = self.lookups_of(record)?;
            self.tx.put_lookups(record.id, &keys)?;
        }
        Ok(())
    }

    /// Parts go where their record is and was already; a place that is new to an older record gets
    /// the settled record instead.
    fn feed_parts(
        &mut self,
        save: &Save,
        place: &InLog,
        drafts: &[Draft],
        shifts: &[(RecordId, Carriers, Carriers)],
    ) -> Stored<Vec<Receipt>> {
        let mut receipts = Vec::new();
        let mut summed: BTreeSet<(RecordId, Compartment)> = BTreeSet::new();
        for (part, no) in save.parts.iter().zip(&place.parts) {
            let first = summed.insert((part.record, part.compartment));
            let draft = drafts.iter().find(|draft| draft.record.id == part.record);
            let told = draft.filter(|_| first).map(|draft| {
                FeedDigest::of_save(&draft.record, part.compartment, save.envelope.head)
            });
            if part.compartment == Compartment::Protection {
                let case = Feed::Case(part.record);
                receipts.push(self.put_part(&case, *no, place)?);
                self.joins(&case, told.unwrap_or_default())?;
                continue;
            }
            let new = drafts
                .iter()
                .any(|draft| draft.new && draft.record.id == part.record);
            let carriers = match shifts.iter().find(|(id, ..)| *id == part.record) {
                Some((_, _, now)) if new => now.clone(),
                Some((_, before, now)) => now.intersection(before).cloned().collect(),
                None => match self.route(part.record)? {
                    Some(route) => read_carriers(&route.carriers)?,
                    None => Carriers::new(),
                },
            };
            for feed in carriers
                .iter()
                .filter_map(|carrier| carrier.feed(part.compartment))
            {
                receipts.push(self.put_part(&feed, *no, place)?);
                self.joins(&feed, told.unwrap_or_default())?;
            }
        }
        Ok(receipts)
    }

    fn feed_shifts(
        &mut self,
        save: Head,
        drafts: &[Draft],
        shifts: &[(RecordId, Carriers, Carriers)],
        departures: &mut Departures,
    ) -> Stored<()> {
        for (id, before, now) in shifts {
            let draft = drafts.iter().find(|draft| draft.record.id == *id);
            if draft.is_some_and(|draft| draft.new) {
                continue;
            }
            let read;
            let record = match draft {
                Some(draft) => &draft.record,
                None => match self.record(*id)? {
                    Some(record) => {
                        read = record;
                        &read
                    }
                    None => continue,
                },
            };
            let held: BTreeSet<Compartment> = record
                .fields
                .values()
                .map(|register| register.compartment)
                .collect();
            for compartment in held {
                let now_told = FeedDigest::of_record(record, compartment);
                // What this very save told went into no feed that the record leaves.
                let told_here = match draft {
                    Some(draft) => FeedDigest::of_save(&draft.record, compartment, save),
                    None => FeedDigest::default(),
                };
                for carrier in now.difference(before) {
                    if let Some(feed) = carrier.feed(compartment) {
                        self.put_settled(&feed, *id)?;
                        self.joins(&feed, now_told)?;
                    }
                }
                for carrier in before.difference(now) {
                    if let Some(feed) = carrier.feed(compartment) {
                        self.leaves(&feed, now_told - told_here)?;
                        departures.entry(feed).or_default().push(*id);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where a record is that a save began and nobody spoke of before.
fn only_save(draft: &Draft, save: &Save, no: SaveNo) -> Option<OnlySave> {
    if !draft.new {
        return None;
    }
    let parts = save.parts.iter().enumerate();
    let own = parts.filter(|(_, part)| part.record == draft.record.id);
    Some(OnlySave {
        save: no,
        places: own
            .map(|(place, _)| u16::try_from(place).ok())
            .collect::<Option<_>>()?,
    })
}

fn household_of(record: &Record) -> Option<RecordId> {
    match record.kind == Kind::HOUSEHOLD {
        true => Some(record.id),
        false => record.text("household")?.parse().ok(),
    }
}

/// The areas of a household: of every rival now, or all that it ever had.
pub(super) fn areas(record: &Record, ever: bool) -> BTreeSet<AreaCode> {
    let Some(register) = record.fields.get(AREA) else {
        return BTreeSet::new();
    };
    let past = register.past.values().flatten().filter(|_| ever);
    let told = register.live.values().chain(past);
    told.filter_map(|told| told.value.as_text()?.parse().ok())
        .collect()
}

fn words(areas: &BTreeSet<AreaCode>) -> String {
    areas
        .iter()
        .map(AreaCode::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn assignment(record: &Record) -> Option<AssignmentRow> {
    if record.is_void() {
        return None;
    }
    Some(AssignmentRow {
        worker: record.text("worker")?.parse().ok()?,
        role: record.text("role")?.to_owned(),
        area: record.text("area")?.parse().ok()?,
        from: record.text("from").map(str::to_owned),
        to: record.text("to").map(str::to_owned),
    })
}

fn pairing(record: &Record) -> Option<PairingRow> {
    if record.is_void() {
        return None;
    }
    Some(PairingRow {
        record: record.id,
        worker: record.text("worker")?.parse::<WorkerId>().ok()?,
        person: record.text("person")?.parse().ok()?,
        from: record.text("from").map(str::to_owned),
        to: record.text("to").map(str::to_owned),
    })
}

pub(super) fn set_carriers_text(route: &mut Route, carriers: &Carriers) {
    route.carriers = write_carriers(carriers);
}
