//! `enrol`, `assign`, `pair`, `revoke`: saves of the server's own device.

use serde_json::json;
use tanfang_core::facts::rows::Day;
use tanfang_core::merge::Record;
use tanfang_core::model::person::PersonName;
use tanfang_core::model::{
    AreaCode, Compartment, Field, Kind, Part, RecordId, Value, WorkerId, Write,
};

use super::{AdminProblem, Said};
use crate::engine::{OwnSave, Turn};
use crate::server::Server;
use crate::store::StoreError;

const ROLE: &str = "administrator";

/// A role over an area for a time.
pub(super) struct Term<'a> {
    pub(super) role: &'a str,
    pub(super) area: AreaCode,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

impl Term<'_> {
    /// A role that is given without a first day begins today, so that a hand-over can be seen;
    /// one that is over already is open to the past.
    fn begun(&self, turn: &Turn<'_>) -> Option<String> {
        let today = turn.today().to_string();
        let is_over = self.to.as_ref().is_some_and(|to| *to < today);
        self.from.clone().or((!is_over).then_some(today))
    }
}

/// A worker's name is what colleagues call him: a person's name, or one with a number such as
/// 网格员3, which no card of a person may have.
fn worker_name(given: &str) -> Result<String, AdminProblem> {
    match PersonName::read(given) {
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(wrong) => {
            let without: String = given.chars().filter(|c| !c.is_ascii_digit()).collect();
            let named = PersonName::read(&without).is_ok() || without.is_empty();
            let numbered = named && !given.is_empty() && given.chars().count() <= 50;
            if numbered {
                Ok(given.trim().to_owned())
            } else {
                Err(wrong.into())
            }
        }
    }
}

/// A new worker; `lost` is the id of one who was made after the copy that this server was restored
/// from: phones know them by it.
pub(super) fn enrol(
    server: &mut Server,
    lost: Option<WorkerId>,
    name: &str,
    term: Term<'_>,
) -> Result<Said, AdminProblem> {
    let name = worker_name(name)?;
    let (code, worker) = server.write(|turn| {
        known(turn, &term)?;
        let worker = lost.map_or_else(|| turn.fresh_id(), |lost| lost.record());
        if turn.record(worker)?.is_some_and(|record| record.begun) {
            return Err(AdminProblem::WorkerIsThere);
        }
        let mut parts = vec![part(
            worker,
            Kind::WORKER,
            Compartment::Roster,
            None,
            &[("name", Some(name.clone()))],
        )?];
        parts.push(assignment(turn, worker.worker(), &term)?);
        turn.write_own(OwnSave {
            role: ROLE,
            form: None,
            parts,
        })?;
        turn.audit(
            "enrol",
            &format!("{worker} as {} over {}", term.role, term.area),
        )?;
        let code = turn.give_code(worker.worker())?;
        Ok::<_, AdminProblem>((code, worker))
    })?;
    Ok(given(&code, worker.worker()))
}

pub(super) fn another_phone(server: &mut Server, worker: WorkerId) -> Result<Said, AdminProblem> {
    let code = server.write(|turn| {
        is_worker(turn, worker)?;
        turn.audit("code", &worker.to_string())?;
        Ok::<_, AdminProblem>(turn.give_code(worker)?)
    })?;
    Ok(given(&code, worker))
}

fn given(code: &str, worker: WorkerId) -> Said {
    let days = crate::engine::CODE_DAYS;
    Said::new(
        json!({"code": code, "worker": worker}),
        vec![
            format!("worker {worker}"),
            format!("code {code} (once, within {days} days)"),
        ],
    )
}

pub(super) fn assign(
    server: &mut Server,
    worker: WorkerId,
    term: Term<'_>,
) -> Result<Said, AdminProblem> {
    let id = server.write(|turn| {
        is_worker(turn, worker)?;
        known(turn, &term)?;
        let part = match existing_assignment(turn, worker, &term)? {
            Some(record) => dated(&record, Compartment::Roster, &term.from, &term.to)?,
            None => assignment(turn, worker, &term)?,
        };
        let id = part.record;
        if !part.writes.is_empty() {
            turn.write_own(OwnSave {
                role: ROLE,
                form: None,
                parts: vec![part],
            })?;
            turn.audit(
                "assign",
                &format!("{worker} as {} over {}", term.role, term.area),
            )?;
        }
        Ok::<_, AdminProblem>(id)
    })?;
    Ok(Said::new(
        json!({"assignment": id, "worker": worker}),
        vec![format!("assignment {id}")],
    ))
}

pub(super) fn pair(
    server: &mut Server,
    worker: WorkerId,
    person: RecordId,
    from: Option<String>,
    to: Option<String>,
) -> Result<Said, AdminProblem> {
    days(&from, &to)?;
    let id = server.write(|turn| {
        is_worker(turn, worker)?;
        let known = turn
            .record(person)?
            .filter(|record| record.begun && record.kind == Kind::PERSON);
        known.ok_or(AdminProblem::UnknownPerson)?;
        let part = match existing_pairing(turn, worker, person, &from)? {
            Some(record) => dated(&record, Compartment::Contact, &from, &to)?,
            None => {
                let fields = [
                    ("worker", Some(worker.to_string())),
                    ("person", Some(person.to_string())),
                    ("from", from.clone()),
                    ("to", to.clone()),
                ];
                part(
                    turn.fresh_id(),
                    Kind::PAIRING,
                    Compartment::Contact,
                    None,
                    &fields,
                )?
            }
        };
        let id = part.record;
        if !part.writes.is_empty() {
            turn.write_own(OwnSave {
                role: ROLE,
                form: None,
                parts: vec![part],
            })?;
            turn.audit("pair", &format!("{worker} with {person}"))?;
        }
        Ok::<_, AdminProblem>(id)
    })?;
    Ok(Said::new(
        json!({"pairing": id, "worker": worker, "person": person}),
        vec![format!("pairing {id}")],
    ))
}

pub(super) fn revoke(server: &mut Server, worker: WorkerId) -> Result<Said, AdminProblem> {
    let revoked = server.write(|turn| {
        is_worker(turn, worker)?;
        Ok::<_, AdminProblem>(turn.revoke(worker)?)
    })?;
    Ok(Said::new(
        json!({"worker": worker, "revoked": revoked}),
        vec![format!(
            "{revoked} phones revoked, from their next request on"
        )],
    ))
}

fn is_worker(turn: &mut Turn<'_>, worker: WorkerId) -> Result<(), AdminProblem> {
    let record = turn
        .record(worker.record())?
        .filter(|record| record.kind == Kind::WORKER);
    record.map(|_| ()).ok_or(AdminProblem::UnknownWorker)
}

/// The role is in the table, the area in the list (where there is one), the days are days.
fn known(turn: &mut Turn<'_>, term: &Term<'_>) -> Result<(), AdminProblem> {
    let roles = turn.roles()?;
    if roles.get(term.role).is_none() {
        let all = roles
            .roles
            .iter()
            .map(|role| role.id.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        return Err(AdminProblem::UnknownRole(term.role.to_owned(), all));
    }
    let areas = turn.areas()?;
    if !areas.is_empty() && areas.get(&term.area).is_none() {
        return Err(AdminProblem::UnknownArea(term.area));
    }
    days(&term.from, &term.to)
}

fn days(from: &Option<String>, to: &Option<String>) -> Result<(), AdminProblem> {
    let day = |text: &Option<String>| -> Result<Option<Day>, AdminProblem> {
        let Some(text) = text else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| AdminProblem::NotADay(text.clone()))
    };
    match (day(from)?, day(to)?) {
        (Some(from), Some(to)) if to < from => Err(AdminProblem::EndsBeforeItBegins),
        _ => Ok(()),
    }
}

/// The assignment that these days are of: the same role over the same area, begun on that day, or
/// without an end and not wholly after these days, so that nobody holds one role twice at once.
fn existing_assignment(
    turn: &mut Turn<'_>,
    worker: WorkerId,
    term: &Term<'_>,
) -> Result<Option<Record>, AdminProblem> {
    let area = term.area.to_string();
    for id in turn.assignment_records(worker)? {
        let Some(record) = turn.record(id)? else {
            continue;
        };
        let same =
            record.text("role") == Some(term.role) && record.text("area") == Some(area.as_str());
        if same && (continues(&record, &term.from) || restates(&record, term)) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

fn existing_pairing(
    turn: &mut Turn<'_>,
    worker: WorkerId,
    person: RecordId,
    from: &Option<String>,
) -> Result<Option<Record>, AdminProblem> {
    for id in turn.pairing_records(worker, person)? {
        if let Some(record) = turn.record(id)?.filter(|record| continues(record, from)) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

fn restates(record: &Record, term: &Term<'_>) -> bool {
    let begins_after = match (record.text("from"), &term.to) {
        (Some(from), Some(to)) => to.as_str() < from,
        _ => false,
    };
    record.text("to").is_none() && !begins_after
}

/// Whether a term is this record's: it has not ended, or it began on the day that is said.
fn continues(record: &Record, from: &Option<String>) -> bool {
    match from {
        Some(from) => record.text("from") == Some(from.as_str()),
        None => record.text("to").is_none(),
    }
}

fn assignment(
    turn: &mut Turn<'_>,
    worker: WorkerId,
    term: &Term<'_>,
) -> Result<Part, AdminProblem> {
    let fields = [
        ("worker", Some(worker.to_string())),
        ("role", Some(term.role.to_owned())),
        ("area", Some(term.area.to_string())),
        ("from", term.begun(turn)),
        ("to", term.to.clone()),
    ];
    part(
        turn.fresh_id(),
        Kind::ASSIGNMENT,
        Compartment::Roster,
        None,
        &fields,
    )
}

/// New days on a record that is there; what is said already is not said again.
fn dated(
    record: &Record,
    compartment: Compartment,
    from: &Option<String>,
    to: &Option<String>,
) -> Result<Part, AdminProblem> {
    let fields = [("from", from.clone()), ("to", to.clone())];
    part(
        record.id,
        record.kind.clone(),
        compartment,
        Some(record),
        &fields,
    )
}

fn part(
    record: RecordId,
    kind: Kind,
    compartment: Compartment,
    known: Option<&Record>,
    fields: &[(&str, Option<String>)],
) -> Result<Part, AdminProblem> {
    let mut writes = Vec::new();
    for (name, value) in fields {
        let Some(value) = value else { continue };
        let field = Field::parse(name).map_err(|_| StoreError::Fault { code: -6 })?;
        if known.is_some_and(|known| known.text(name) == Some(value.as_str())) {
            continue;
        }
        let seen = known.map(|known| known.heads(&field)).unwrap_or_default();
        writes.push(Write {
            field,
            value: Value::text(value.clone()),
            seen,
            calculated: false,
        });
    }
    Ok(Part {
        record,
        kind,
        compartment,
        begins: known.is_none(),
        row: None,
        writes,
    })
}
