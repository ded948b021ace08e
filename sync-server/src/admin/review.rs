//! `review`, `standing`: what decides a state, entered at the county's desk.

use serde_json::json;
use tanfang_core::facts::rows::Day;
use tanfang_core::merge::Record;
use tanfang_core::model::{
    Compartment, Field, Kind, Part, RecordId, RowId, Value, WorkerId, Write,
};

use super::verbs::{ReviewLine, StandingLine};
use super::{AdminProblem, Said};
use crate::engine::{OwnSave, Turn};
use crate::server::Server;
use crate::store::StoreError;

const ROLE: &str = "administrator";

/// Why a visit or a standing is not entered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEntered {
    /// No such visit.
    #[error("没有这次走访 / no visit of this id: sync first, or correct the id")]
    NoVisit,
    /// Without a reason nobody could answer for it.
    #[error("请写明理由 / say why: --reason")]
    NoReason,
    /// By whose word it is does not supervise there.
    #[error(
        "只有主管本地的人员可以决定 / only who supervises the area may decide: name them with --by"
    )]
    NotASupervisor,
    /// Nobody is in hospital on that day.
    #[error(
        "这一天没有住院记录,请先登记住院 / there is no stay in hospital on that day: note it first"
    )]
    NoStay,
    /// The person is not in the ledger on that day.
    #[error("这一天不在册,或已登记退出 / not in the ledger on that day, or left already")]
    NotRegistered,
}

/// Confirms a visit that waits, or rejects one, by a supervisor's word.
pub(super) fn review(server: &mut Server, line: &ReviewLine) -> Result<Said, AdminProblem> {
    if line.reason.trim().is_empty() {
        return Err(NotEntered::NoReason.into());
    }
    let took_place = line.confirm;
    server.write(|turn| {
        let visit = record(turn, line.visit, &Kind::VISIT)?.ok_or(NotEntered::NoVisit)?;
        supervised(turn, line.by, line.visit)?;
        let row = RowId::from_uuid(turn.fresh_id().uuid());
        let today = turn.today().to_string();
        let fields = [
            (
                "confirmed",
                if took_place { "yes" } else { "no" }.to_owned(),
            ),
            ("by", line.by.to_string()),
            ("on", today),
            ("why", line.reason.clone()),
        ];
        write(turn, &visit, "confirmation", row, &fields)?;
        let word = if took_place { "confirmed" } else { "rejected" };
        turn.audit("review", &format!("{} {word} by {}", line.visit, line.by))?;
        Ok::<_, AdminProblem>(())
    })?;
    let said = match took_place {
        true => "已确认 / confirmed",
        false => "已退回 / rejected",
    };
    Ok(Said::new(
        json!({"visit": line.visit, "confirmed": took_place, "by": line.by}),
        vec![format!("{} {said}", line.visit)],
    ))
}

/// Notes what excuses or ends a duty: the family was asked, a refusal, a leaving.
pub(super) fn standing(server: &mut Server, line: &StandingLine) -> Result<Said, AdminProblem> {
    let day = |text: &String| -> Result<Day, AdminProblem> {
        text.parse()
            .map_err(|_| AdminProblem::NotADay(text.clone()))
    };
    let dated = |given: &Option<String>| given.as_ref().map(day).transpose();
    let contacted = dated(&line.family_contacted)?;
    let (refuses, agrees) = (dated(&line.refuses)?, dated(&line.agrees)?);
    let leaves = dated(&line.leaves)?;
    if leaves.is_some() && line.reason.trim().is_empty() {
        return Err(NotEntered::NoReason.into());
    }
    server.write(|turn| {
        let person =
            record(turn, line.person, &Kind::PERSON)?.ok_or(AdminProblem::UnknownPerson)?;
        supervised(turn, line.by, line.person)?;
        let said = line.reason.clone();
        let noted = if let Some(on) = contacted {
            let row = stay(&person, on).ok_or(NotEntered::NoStay)?;
            let fields = [("family_contacted_on", on.to_string())];
            write(turn, &person, "life_state", row, &fields)?;
            format!("family contacted on {on}")
        } else if let Some(last) = leaves {
            let row = registered(&person, last).ok_or(NotEntered::NotRegistered)?;
            let fields = [("to", last.to_string()), ("reason", said)];
            write(turn, &person, "registration", row, &fields)?;
            format!("leaves, last day {last}")
        } else if let Some((code, on)) = refuses
            .map(|on| ("informed_refuse", on))
            .or(agrees.map(|on| ("informed_agree", on)))
        {
            let row = RowId::from_uuid(turn.fresh_id().uuid());
            let fields = [
                ("code", code.to_owned()),
                ("on", on.to_string()),
                ("by", said),
            ];
            write(turn, &person, "consent", row, &fields)?;
            format!("{code} on {on}")
        } else {
            return Err(AdminProblem::NoData);
        };
        turn.audit(
            "standing",
            &format!("{} {noted} by {}", line.person, line.by),
        )?;
        Ok::<_, AdminProblem>(())
    })?;
    Ok(Said::new(
        json!({"person": line.person, "by": line.by}),
        vec![format!("{} 已登记 / noted", line.person)],
    ))
}

fn record(turn: &mut Turn<'_>, id: RecordId, kind: &Kind) -> Result<Option<Record>, StoreError> {
    let record = turn.record(id)?;
    Ok(record.filter(|record| record.begun && record.kind == *kind))
}

fn supervised(turn: &mut Turn<'_>, by: WorkerId, id: RecordId) -> Result<(), AdminProblem> {
    match turn.supervises_place_of(by, id)? {
        true => Ok(()),
        false => Err(NotEntered::NotASupervisor.into()),
    }
}

/// The latest stay in hospital that holds on the day.
fn stay(person: &Record, on: Day) -> Option<RowId> {
    let rows = person.rows("life_state").into_iter().rev();
    let mut stays = rows.filter(|row| {
        person.row_text("life_state", *row, "code") == Some("hospital")
            && holds(person, "life_state", *row, on)
    });
    stays.next()
}

/// The registration that is open and holds on the day.
fn registered(person: &Record, on: Day) -> Option<RowId> {
    let rows = person.rows("registration").into_iter().rev();
    let mut open = rows.filter(|row| {
        let ended = person.row_text("registration", *row, "to");
        ended.is_none_or(str::is_empty) && holds(person, "registration", *row, on)
    });
    open.next()
}

fn holds(person: &Record, repeat: &str, row: RowId, day: Day) -> bool {
    let end = |name: &str| person.row_text(repeat, row, name)?.parse::<Day>().ok();
    end("from").is_none_or(|from| from <= day) && end("to").is_none_or(|to| day <= to)
}

/// Writes leaves of a row, naming what was seen of each; an empty text is not written.
fn write(
    turn: &mut Turn<'_>,
    record: &Record,
    repeat: &str,
    row: RowId,
    fields: &[(&str, String)],
) -> Result<(), AdminProblem> {
    let mut writes = Vec::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.trim().is_empty()) {
        let field = Field::in_row(repeat, row, name).map_err(|_| StoreError::Fault { code: -6 })?;
        writes.push(Write {
            seen: record.heads(&field),
            field,
            value: Value::text(value.clone()),
            calculated: false,
        });
    }
    let part = Part {
        record: record.id,
        kind: record.kind.clone(),
        compartment: Compartment::Contact,
        begins: false,
        row: None,
        writes,
    };
    turn.write_own(OwnSave {
        role: ROLE,
        form: None,
        parts: vec![part],
    })?;
    Ok(())
}
