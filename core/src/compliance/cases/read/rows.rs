//! Reading the facts of a case into rows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::calendar::read_division;
use super::super::super::codes;
use super::super::super::division::trimmed;
use super::super::super::json::{At, Fields, Misfit, Wrong};
use crate::facts::rows::{
    Assignment, Consent, Dated, Day, Document, Facts, Group, LifeState, Met, Pairing, Participant,
    Span, Subject, Visit,
};

const SUBJECT: &[&str] = &[
    "id",
    "group",
    "birth_date",
    "division",
    "household",
    "registered",
    "categories",
    "states",
    "consent",
    "died_on",
    "moved_on",
];
const VISIT: &[&str] = &[
    "id",
    "subjects",
    "mode",
    "outcome",
    "started_at",
    "recorded_at",
    "received_at",
    "last_server_time",
    "participants",
    "backfill_reason",
    "confirmed",
];

/// Reads the rows of a case; whom a row names must be among its subjects.
pub(super) fn facts(case: &Fields<'_>) -> Result<Facts, Misfit> {
    let mut facts = Facts::default();
    let mut ids = Ids::default();
    for at in case.list("subjects")? {
        let subject = read_subject(&at)?;
        ids.add(&at, &subject.id)?;
        one_division_a_household(&at, &facts.subjects, &subject)?;
        facts.subjects.push(subject);
    }
    let mut pairings = Ids::default();
    for at in case.list("pairings")? {
        let fields = at.object(&["id", "subject", "worker", "from", "to"])?;
        let pairing = Pairing {
            id: fields.need("id")?.id()?.to_string(),
            subject: ids.known(&fields.need("subject")?)?,
            worker: fields.need("worker")?.id()?.to_string(),
            from: fields.day("from")?,
            to: fields.day("to")?,
        };
        pairings.add(&at, &pairing.id)?;
        facts.pairings.push(pairing);
    }
    for at in case.list("assignments")? {
        facts.assignments.push(read_assignment(&at)?);
    }
    for at in case.list("documents")? {
        let fields = at.object(&["subject", "kind", "from", "to"])?;
        facts.documents.push(Document {
            subject: ids.known(&fields.need("subject")?)?,
            kind: fields
                .need("kind")?
                .code("document", codes::DOCUMENTS)?
                .to_string(),
            from: fields.day("from")?,
            to: fields.day("to")?,
        });
    }
    let mut visits = Ids::default();
    for at in case.list("visits")? {
        let visit = read_visit(&at, &ids)?;
        visits.add(&at, &visit.id)?;
        facts.visits.push(visit);
    }
    Ok(facts)
}

#[derive(Default)]
struct Ids(BTreeSet<String>);

impl Ids {
    fn add(&mut self, at: &At<'_>, id: &str) -> Result<(), Misfit> {
        if self.0.insert(id.to_string()) {
            Ok(())
        } else {
            at.wrong(Wrong::Twice(id.to_string()))
        }
    }

    fn known(&self, at: &At<'_>) -> Result<String, Misfit> {
        let id = at.text()?;
        match self.0.contains(id) {
            true => Ok(id.to_string()),
            false => at.wrong(Wrong::Absent {
                of: "subject",
                id: id.to_string(),
            }),
        }
    }
}

fn read_subject(at: &At<'_>) -> Result<Subject, Misfit> {
    let fields = at.object(SUBJECT)?;
    let group = match fields.need("group")?.code("group", &["elder", "child"])? {
        "elder" => Group::Elder,
        _ => Group::Child,
    };
    let known: Vec<&'static str> = codes::categories(group).collect();
    let category =
        |at: &At<'_>| read_dated(at, |code| code.code("category", &known).map(str::to_string));
    let state = |at: &At<'_>| {
        let fields = at.object(&["state", "from", "to", "family_contacted_on"])?;
        Ok(LifeState {
            state: fields
                .need("state")?
                .code("state of life", codes::STATES)?
                .to_string(),
            from: fields.day("from")?,
            to: fields.day("to")?,
            family_contacted_on: fields.day("family_contacted_on")?,
        })
    };
    let said = |at: &At<'_>| {
        let fields = at.object(&["state", "on"])?;
        let state = fields
            .need("state")?
            .code("consent", codes::CONSENT)?
            .to_string();
        Ok(Consent {
            state,
            on: fields.day("on")?,
        })
    };
    Ok(Subject {
        id: fields.need("id")?.id()?.to_string(),
        group,
        birth_date: fields.day("birth_date")?,
        divisions: read_divisions(&fields)?,
        household: fields.text("household")?.unwrap_or_default(),
        registered: vec![
            fields
                .get("registered")
                .map_or(Ok(Span::default()), |at| read_span(&at))?,
        ],
        categories: fields
            .list("categories")?
            .iter()
            .map(category)
            .collect::<Result<_, _>>()?,
        states: fields
            .list("states")?
            .iter()
            .map(state)
            .collect::<Result<_, Misfit>>()?,
        consent: fields
            .list("consent")?
            .iter()
            .map(said)
            .collect::<Result<_, Misfit>>()?,
        died_on: fields.day("died_on")?,
        died_more_than_once: false,
        moved_on: fields.day("moved_on")?,
        conflicted: false,
    })
}

fn read_span(at: &At<'_>) -> Result<Span, Misfit> {
    let fields = at.object(&["from", "to"])?;
    Ok(Span {
        from: fields.day("from")?,
        to: fields.day("to")?,
    })
}

fn read_dated(
    at: &At<'_>,
    code: impl Fn(&At<'_>) -> Result<String, Misfit>,
) -> Result<Dated, Misfit> {
    let fields = at.object(&["code", "from", "to"])?;
    let (from, to) = (fields.day("from")?, fields.day("to")?);
    Ok(Dated {
        code: code(&fields.need("code")?)?,
        from,
        to,
    })
}

/// One code, or a list of those lived in one after the other.
fn read_divisions(fields: &Fields<'_>) -> Result<Vec<Dated>, Misfit> {
    let Some(at) = fields.get("division") else {
        return Ok(Vec::new());
    };
    if let Ok(items) = at.list() {
        return items
            .iter()
            .map(|item| read_dated(item, read_division))
            .collect();
    }
    Ok(vec![Dated {
        code: read_division(&at)?,
        from: None,
        to: None,
    }])
}

/// Refuses a subject who lives elsewhere than another of the same household on the same day.
fn one_division_a_household(
    at: &At<'_>,
    before: &[Subject],
    subject: &Subject,
) -> Result<(), Misfit> {
    let held = |one: &Subject, day: Day| {
        let rows = one.divisions.iter().filter(|row| row.span().holds(day));
        rows.max_by_key(|row| row.from)
            .map(|row| trimmed(&row.code).to_string())
    };
    let begins = |one: &Subject| -> Vec<Day> {
        let after = |row: &Dated| row.to.map_or(Day::MIN, |to| to.plus(1));
        one.divisions
            .iter()
            .flat_map(|row| [row.from.unwrap_or(Day::MIN), after(row)])
            .collect()
    };
    let same = |one: &&Subject| !one.household.is_empty() && one.household == subject.household;
    let elsewhere = |one: &&Subject| one.divisions != subject.divisions;
    for other in before.iter().filter(same).filter(elsewhere) {
        for day in begins(other).into_iter().chain(begins(subject)) {
            let apart = held(other, day)
                .zip(held(subject, day))
                .is_some_and(|(a, b)| a != b);
            if apart {
                let place = At {
                    place: format!("{}.division", at.place),
                    value: at.value,
                };
                let home = &subject.household;
                return place.other(
                    format!("“{home}”这一户在 {day} 住在两个区划,请改正"),
                    format!("the household `{home}` lives in two divisions on {day}"),
                );
            }
        }
    }
    Ok(())
}

fn read_assignment(at: &At<'_>) -> Result<Assignment, Misfit> {
    let fields = at.object(&["worker", "role", "division", "from", "to", "last_sync"])?;
    Ok(Assignment {
        worker: fields.need("worker")?.id()?.to_string(),
        role: fields.need("role")?.code("role", codes::ROLES)?.to_string(),
        division: read_division(&fields.need("division")?)?,
        from: fields.day("from")?,
        to: fields.day("to")?,
        last_sync: fields.instant("last_sync")?,
    })
}

fn read_visit(at: &At<'_>, ids: &Ids) -> Result<Visit, Misfit> {
    let fields = at.object(VISIT)?;
    let started_at = fields.need("started_at")?.instant()?;
    let mut subjects = BTreeMap::new();
    for (id, met) in fields.need("subjects")?.any_object()?.all() {
        if !ids.0.contains(id) {
            return met.wrong(Wrong::Absent {
                of: "subject",
                id: id.to_string(),
            });
        }
        let met = match met.code("answer", &["met", "not_met"])? {
            "met" => Met::Met,
            _ => Met::NotMet,
        };
        subjects.insert(id.to_string(), met);
    }
    let participant = |at: &At<'_>| {
        let fields = at.object(&["worker", "role"])?;
        let role = fields.need("role")?.code("role", codes::ROLES)?.to_string();
        Ok(Participant {
            worker: fields.need("worker")?.id()?.to_string(),
            role,
        })
    };
    Ok(Visit {
        id: fields.need("id")?.id()?.to_string(),
        subjects,
        mode: fields.need("mode")?.code("mode", codes::MODES)?.to_string(),
        outcome: fields
            .need("outcome")?
            .code("outcome", codes::OUTCOMES)?
            .to_string(),
        started_at,
        recorded_at: fields.instant("recorded_at")?.unwrap_or(started_at),
        received_at: Some(fields.instant("received_at")?.unwrap_or(started_at)),
        last_server_time: fields.instant("last_server_time")?,
        clocks: BTreeMap::new(),
        participants: fields
            .list("participants")?
            .iter()
            .map(participant)
            .collect::<Result<_, Misfit>>()?,
        backfill_reason: fields.text("backfill_reason")?,
        confirmed: fields.get("confirmed").map(|at| at.truth()).transpose()?,
        conflicted: false,
    })
}
