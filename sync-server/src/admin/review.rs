//! `review`, `standing`: what decides a state, entered at the county's desk.

use serde_json::json;
use tanfang_core::entry::EntryProblem;
use tanfang_core::facts::rows::Day;
use tanfang_core::facts::{NotNoted, Standing};
use tanfang_core::form::Problem;
use tanfang_core::merge::Record;
use tanfang_core::model::{
    Compartment, Field, Kind, Part, RecordId, RowId, Value, WorkerId, Write,
};
use tanfang_core::wire::Refusal;

use super::verbs::{ReviewLine, StandingLine};
use super::{AdminProblem, Said};
use crate::engine::{NotWritten, Turn};
use crate::server::Server;
use crate::store::StoreError;

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
    /// Nothing to note.
    #[error(
        "请写明登记什么 / say what to note: --family-contacted, --refuses, --agrees or --leaves, each with its day"
    )]
    NothingSaid,
    /// There is nothing that it could belong to.
    #[error(transparent)]
    NotNoted(#[from] NotNoted),
    /// What the record's form says of it, each with its question.
    #[error("{}", .0.iter().map(|problem| format!("{}：{}", problem.field, problem.message)).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    /// What passed the form and still cannot be stored.
    #[error(transparent)]
    Entry(#[from] EntryProblem),
    /// What the county's check says of a value.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// No published form asks this of such a record.
    #[error(
        "没有适用的表单,请先发布 / no published form is of this record's kind: `form add` its source"
    )]
    NoForm,
}

impl From<NotWritten> for AdminProblem {
    fn from(problem: NotWritten) -> Self {
        match problem {
            NotWritten::NoForm => NotEntered::NoForm.into(),
            NotWritten::Problems(problems) => NotEntered::Problems(problems).into(),
            NotWritten::Refused(refusal) => NotEntered::Refused(refusal).into(),
            NotWritten::Entry(problem) => NotEntered::Entry(problem).into(),
            NotWritten::Store(error) => error.into(),
        }
    }
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
        let leaves = [
            (
                "confirmed",
                if took_place { "yes" } else { "no" }.to_owned(),
            ),
            ("by", line.by.to_string()),
            ("on", today),
            ("why", line.reason.clone()),
        ];
        turn.enter_part(confirmation(&visit, row, leaves)?)?;
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
    let (noted, told) = noted(line)?;
    server.write(|turn| {
        let person =
            record(turn, line.person, &Kind::PERSON)?.ok_or(AdminProblem::UnknownPerson)?;
        supervised(turn, line.by, line.person)?;
        turn.enter_by_form(&person, |card| {
            noted
                .answers(card)
                .map_err(|problem| AdminProblem::from(NotEntered::from(problem)))
        })?;
        turn.audit(
            "standing",
            &format!("{} {told} by {}", line.person, line.by),
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

/// What is to be noted, and the audit log's words for it: no name and no reason.
fn noted(line: &StandingLine) -> Result<(Standing, String), AdminProblem> {
    let day = |text: &String| -> Result<Day, AdminProblem> {
        text.parse()
            .map_err(|_| AdminProblem::NotADay(text.clone()))
    };
    let said = line.reason.clone();
    let given = (
        &line.family_contacted,
        &line.refuses,
        &line.agrees,
        &line.leaves,
    );
    Ok(match given {
        (Some(on), ..) => {
            let on = day(on)?;
            let told = format!("family contacted on {on}");
            (Standing::FamilyContacted { on }, told)
        }
        (_, Some(on), ..) => {
            let on = day(on)?;
            let told = format!("informed_refuse on {on}");
            (Standing::Refuses { on, by: said }, told)
        }
        (_, _, Some(on), _) => {
            let on = day(on)?;
            let told = format!("informed_agree on {on}");
            (Standing::Agrees { on, by: said }, told)
        }
        (.., Some(last)) => {
            let last = day(last)?;
            let told = format!("leaves, last day {last}");
            let reason = said;
            (Standing::Leaves { last, reason }, told)
        }
        _ => return Err(NotEntered::NothingSaid.into()),
    })
}

/// A row's leaves, each in a field that a supervisor of the place may write without a form.
fn confirmation(
    visit: &Record,
    row: RowId,
    leaves: [(&str, String); 4],
) -> Result<Part, StoreError> {
    let mut writes = Vec::new();
    for (name, value) in leaves {
        let field =
            Field::in_row("confirmation", row, name).map_err(|_| StoreError::Fault { code: -6 })?;
        writes.push(Write {
            seen: Vec::new(),
            field,
            value: Value::text(value),
            calculated: false,
        });
    }
    Ok(Part {
        record: visit.id,
        kind: visit.kind.clone(),
        compartment: Compartment::Contact,
        begins: false,
        row: None,
        writes,
    })
}
