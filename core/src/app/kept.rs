//! The report that runs, as a list is opened: from kept parts, where only what altered or fell due
//! is found anew (ADR 0021). What is kept derives from the facts and is always what the whole
//! computation finds.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::compliance::{Asked, areas, asked_area};
use super::judged::Judged;
use super::{App, AppError};
use crate::compliance::{
    Calendar, Kept, Pack, Renamed, Report, Rules, concerned, published, succeeded,
};
use crate::facts::rows::{Facts, Instant, Subject};
use crate::facts::{FactRow, assemble};
use crate::model::area::AreaTree;
use crate::model::{AreaCode, DocumentKind};
use crate::store::{AlteredFact, AlteredSync, KeptUnder, Tx, named_by};

/// The engine that finds them: a hash of its sources.
const ENGINE: &str = env!("TANFANG_ENGINE");

/// What parts are found by, besides the facts.
struct FoundBy {
    packs: Vec<Pack>,
    calendar: Calendar,
    list: AreaTree,
    judged: Judged,
    divisions: Option<Vec<String>>,
    area: Option<AreaCode>,
    at: Instant,
    /// Of all of these but the moment.
    signature: Vec<u8>,
}

impl FoundBy {
    fn rules(&self) -> Rules<'_> {
        Rules {
            packs: &self.packs,
            calendar: &self.calendar,
            divisions: self.divisions.as_deref(),
        }
    }

    fn under(&self, since: Instant, renamed: &[Renamed]) -> KeptUnder {
        KeptUnder {
            signature: self.signature.clone(),
            since,
            renamed: renamed.to_vec(),
        }
    }

    /// The report, with what was renamed in the area.
    fn report(&self, found: Found) -> Report {
        let mut renamed = found.renamed;
        let here = |one: &Renamed| self.area.as_ref().is_none_or(|area| one.is_of(area));
        renamed.retain(here);
        let report = found.kept.into_report(&found.facts, self.rules(), self.at);
        Report { renamed, ..report }
    }
}

/// Parts, and what puts them together.
struct Found {
    kept: Kept,
    /// At least the roster.
    facts: Facts,
    /// The divisions of all facts that were followed to what came after them.
    renamed: Vec<Renamed>,
}

impl App {
    /// The report of the periods that run, as of now.
    pub(super) fn running(&self, asked: &Asked) -> Result<Report, AppError> {
        let at = Instant(self.doors.clock.now().millis);
        let opened = self.read(|tx| opened(tx, &self.found_by(tx, asked, at)?))?;
        if let Some(report) = opened {
            return Ok(report);
        }
        let kept = self.write(|tx| {
            let by = self.found_by(tx, asked, at)?;
            match found_again(tx, &by)? {
                Some(report) => Ok(report),
                None => found_anew(tx, &by),
            }
        });
        // Nothing need be kept: on a full disk the list opens all the same.
        kept.or_else(|_| {
            self.read(|tx| {
                let by = self.found_by(tx, asked, at)?;
                Ok(by.report(found_whole(tx, &by)?))
            })
        })
    }

    fn found_by(&self, tx: &Tx<'_>, asked: &Asked, at: Instant) -> Result<FoundBy, AppError> {
        let mut hash = Sha256::new();
        let mut note = |part: &str| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        };
        note(ENGINE);
        let mut texts = Vec::new();
        for document in tx.manifest()?.documents {
            let decides = matches!(
                document.kind,
                DocumentKind::Pack | DocumentKind::Calendar | DocumentKind::Areas
            );
            if decides
                && document.active
                && let Some(text) = tx.document(&document.hash)?
            {
                note(&document.hash);
                texts.push((document, text));
            }
        }
        let read = published(texts.iter().map(|(d, text)| (d, text.as_str())));
        let (packs, calendar) = read.map_err(|_| AppError::fault("pack"))?;
        let area = asked_area(tx, asked)?;
        let judged = Judged::of(tx, &*self.me(tx)?)?;
        note(&area.as_ref().map(AreaCode::to_string).unwrap_or_default());
        judged.words().for_each(&mut note);
        Ok(FoundBy {
            packs,
            calendar,
            list: areas(tx)?.unwrap_or_default(),
            judged,
            divisions: area.as_ref().map(|area| vec![area.to_string()]),
            area,
            at,
            signature: hash.finalize().to_vec(),
        })
    }
}

/// What is kept under these rules, and was not found later than now.
fn kept_under(tx: &Tx<'_>, by: &FoundBy) -> Result<Option<KeptUnder>, AppError> {
    let under = tx.kept_under()?;
    Ok(under.filter(|under| under.signature == by.signature && under.since <= by.at))
}

/// The report from what is kept, where nothing altered and nothing fell due.
fn opened(tx: &Tx<'_>, by: &FoundBy) -> Result<Option<Report>, AppError> {
    let Some(under) = kept_under(tx, by)? else {
        return Ok(None);
    };
    if tx.is_altered()? || !tx.kept_due(by.at)?.is_empty() {
        return Ok(None);
    }
    let Some(kept) = Kept::unpacked(tx.kept_parts()?, &by.packs, under.since) else {
        return Ok(None);
    };
    let roster = assemble(tx.fact_rows_of("assignment")?, &tx.last_syncs()?);
    let (roster, _) = succeeded(roster, &by.list);
    Ok(Some(by.report(Found {
        kept,
        facts: roster,
        renamed: under.renamed,
    })))
}

/// Finds every part.
fn found_whole(tx: &Tx<'_>, by: &FoundBy) -> Result<Found, AppError> {
    let facts = assemble(tx.fact_rows()?, &tx.last_syncs()?);
    let (facts, renamed) = succeeded(facts, &by.list);
    let mut kept = Kept::none(by.at);
    kept.refresh(&facts, by.rules(), by.at, &by.judged.units(&facts));
    Ok(Found {
        kept,
        facts,
        renamed,
    })
}

/// Finds every part, and keeps them.
fn found_anew(tx: &Tx<'_>, by: &FoundBy) -> Result<Report, AppError> {
    let found = found_whole(tx, by)?;
    match found.kept.packed(&by.packs, None) {
        Some(parts) => tx.keep_anew(&by.under(by.at, &found.renamed), &parts)?,
        None => tx.forget_kept()?,
    }
    Ok(by.report(found))
}

/// Finds the parts that altered or fell due, and keeps them with the others; none where all have to
/// be found anew.
fn found_again(tx: &Tx<'_>, by: &FoundBy) -> Result<Option<Report>, AppError> {
    let Some(under) = kept_under(tx, by)? else {
        return Ok(None);
    };
    let altered = tx.altered_facts()?;
    let rows = || altered.iter().flat_map(both);
    if rows().any(|row| matches!(row, FactRow::Assignment { .. })) {
        return Ok(None);
    }
    let Some(mut kept) = Kept::unpacked(tx.kept_parts()?, &by.packs, under.since) else {
        return Ok(None);
    };
    tx.learn_visits(&altered)?;
    let known = tx.facts_without_visits()?;
    let homes: BTreeSet<&str> = rows().filter_map(home_of).collect();
    let at_home: Vec<String> = known
        .iter()
        .filter_map(|row| lived_in(row, &homes))
        .collect();
    let (mut facts, renamed) = succeeded(assemble(known, &tx.last_syncs()?), &by.list);
    let mut units = tx.kept_due(by.at)?;
    units.extend(concerned(&facts, at_home.iter().map(String::as_str)));
    units.extend(concerned_by_rows(&facts, &altered));
    units.extend(concerned_by_syncs(&facts, &tx.altered_syncs()?));
    let naming = tx.visits_naming(people_of(&facts, &units))?;
    let naming = assemble(naming, &Default::default());
    (facts.visits, facts.unread) = (naming.visits, naming.unread);
    let judged = by.judged.units(&facts);
    units.extend(
        kept.units()
            .filter(|unit| !judged.contains(*unit))
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    );
    kept.drop_units(&units);
    let asked: BTreeSet<String> = units.intersection(&judged).cloned().collect();
    kept.refresh(&facts, by.rules(), by.at, &asked);
    let Some(parts) = kept.packed(&by.packs, Some(&asked)) else {
        return Ok(None);
    };
    tx.keep_again(&by.under(kept.since(), &renamed), &units, &parts)?;
    Ok(Some(by.report(Found {
        kept,
        facts,
        renamed,
    })))
}

/// A row as it was and as it is.
fn both(altered: &AlteredFact) -> impl Iterator<Item = &FactRow> {
    altered.before.iter().chain(std::iter::once(&altered.now))
}

/// The household whose row altered.
fn home_of(row: &FactRow) -> Option<&str> {
    match row {
        FactRow::Household { id, .. } => Some(id),
        _ => None,
    }
}

/// Who lives or lived in one of these households.
fn lived_in(row: &FactRow, homes: &BTreeSet<&str>) -> Option<String> {
    let FactRow::Person(person) = row else {
        return None;
    };
    let mut lived = person.memberships.iter().map(|row| row.code.as_str());
    let there = homes.contains(&*person.subject.household) || lived.any(|id| homes.contains(id));
    there.then(|| person.subject.id.clone())
}

/// The units that rows concern, as they were and as they are.
fn concerned_by_rows(facts: &Facts, altered: &[AlteredFact]) -> BTreeSet<String> {
    let mut people: BTreeSet<&str> = BTreeSet::new();
    let mut units: BTreeSet<String> = BTreeSet::new();
    for row in altered.iter().flat_map(both) {
        people.extend(named_by(row));
        match row {
            FactRow::Person(person) => {
                people.insert(&person.subject.id);
                units.insert(person.subject.household.clone());
            }
            FactRow::Pairing(pairing) => {
                people.insert(&pairing.subject);
                units.insert(pairing.id.clone());
            }
            FactRow::Document(paper) => {
                people.insert(&paper.subject);
            }
            FactRow::Household { .. }
            | FactRow::Visit(_)
            | FactRow::Assignment { .. }
            | FactRow::Unread(_) => {}
        }
    }
    units.extend(concerned(facts, people));
    units
}

/// The units that a worker's last exchange concerns: it is asked whether it lies before the end of a
/// day, so that two of one day are the same.
fn concerned_by_syncs(facts: &Facts, altered: &[AlteredSync]) -> BTreeSet<String> {
    let other_day = |one: &&AlteredSync| one.before.map(Instant::day) != one.now.map(Instant::day);
    let workers: BTreeSet<String> = altered
        .iter()
        .filter(other_day)
        .map(|one| one.worker.to_string())
        .collect();
    let held = facts.assignments.iter();
    let areas: Vec<AreaCode> = held
        .filter(|held| workers.contains(&held.worker))
        .filter_map(|held| held.division.parse().ok())
        .collect();
    let lives_there = |subject: &&Subject| {
        let mut rows = subject.divisions.iter();
        rows.any(|row| {
            let code = row.code.parse::<AreaCode>();
            code.is_ok_and(|code| areas.iter().any(|area| area.covers(&code)))
        })
    };
    let residents = facts.subjects.iter().filter(lives_there);
    let residents = residents.map(|subject| subject.id.as_str());
    let paired = facts.pairings.iter();
    let paired = paired.filter(|pairing| workers.contains(&pairing.worker));
    concerned(
        facts,
        residents.chain(paired.map(|pairing| pairing.subject.as_str())),
    )
}

/// Everybody whom these units are about.
fn people_of<'f>(facts: &'f Facts, units: &BTreeSet<String>) -> BTreeSet<&'f str> {
    let paired = facts.pairings.iter().filter(|one| units.contains(&one.id));
    let mut people: BTreeSet<&str> = paired.map(|one| one.subject.as_str()).collect();
    let named = |one: &&Subject| units.contains(&one.id) || units.contains(&one.household);
    let subjects = facts.subjects.iter().filter(named);
    people.extend(subjects.map(|one| one.id.as_str()));
    people
}
