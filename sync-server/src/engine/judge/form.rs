//! A save against the form that it was written with.
//!
//! A creating save is checked whole, with the compartments that its author held; of a later one
//! only type, length and code are asked: what is required or spans fields is asked of the merged
//! record and becomes a problem line, never a refusal.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};
use tanfang_core::facts::Asking;
use tanfang_core::facts::rows::{Instant, Span};
use tanfang_core::form::{Context, Form, Problem, ProblemCode, ROW, Severity, check_types_only};
use tanfang_core::merge::Record;
use tanfang_core::model::{
    AREA, AreaCode, Compartment, Field, GONE, Kind, Part, Save, VOID, Value, WallTime, WorkerId,
    Write,
};
use tanfang_core::wire::{Refusal, RefusalReason};

use super::{Checked, Objection, refused};
use crate::engine::known::{PublishedForm, Standing};
use crate::engine::rights::{Rights, day};
use crate::engine::turn::Turn;
use crate::store::{AssignmentRow, StoreError, Stored};

impl Turn<'_> {
    pub(super) fn passes_form(&mut self, save: &Save, rights: &Rights) -> Checked {
        let Some(named) = &save.envelope.form else {
            return self.without_form(save);
        };
        let Some(published) = self.form(named)? else {
            let message = "县里没有这个版本的表单，请同步后重新填写 / the county's server does not have this form in this version; sync, then enter it anew";
            return Err(refused(RefusalReason::UnknownForm, None, message));
        };
        places(save, &published)?;
        self.pseudo_places(save)?;
        let form = published.form();
        if save
            .parts
            .iter()
            .any(|part| part.begins && part.kind == *form.kind())
        {
            self.whole(save, form, rights)
        } else {
            let context = Context::editing(save.envelope.wall);
            check_types_only(form, &altered(form, &save.parts), &context).map_err(objection)
        }
    }

    /// The rows of `instance('subject')`, by the function that the phone asked with.
    pub(super) fn subjects(
        &mut self,
        save: &Save,
        answers: &Map<String, Json>,
        held: &BTreeSet<Compartment>,
    ) -> Stored<Vec<BTreeMap<String, String>>> {
        let asking = Asking {
            answers,
            subject: None,
            pressed: Instant(save.envelope.wall.millis).day(),
            held,
        };
        let failed: RefCell<Option<StoreError>> = RefCell::new(None);
        let turn = RefCell::new(self);
        let rows = asking.rows(
            &mut |id| kept(turn.borrow_mut().record(id), &failed),
            &mut |worker| kept(turn.borrow_mut().terms_of(worker.worker()), &failed),
        );
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok(rows),
        }
    }

    /// The roles of a worker, with the time for which each is held.
    fn terms_of(&mut self, worker: WorkerId) -> Stored<Vec<(String, Span)>> {
        let rows = self.tx.assignments(worker)?.into_iter();
        let span = |row: &AssignmentRow| Span {
            from: row.from.as_deref().and_then(day),
            to: row.to.as_deref().and_then(day),
        };
        Ok(rows.map(|row| (row.role.clone(), span(&row))).collect())
    }
}

/// What was found; the first failure is kept for afterwards.
fn kept<T: Default>(found: Stored<T>, failed: &RefCell<Option<StoreError>>) -> T {
    found.unwrap_or_else(|error| {
        failed.borrow_mut().get_or_insert(error);
        T::default()
    })
}

impl Turn<'_> {
    /// What the app writes by itself: choices between rivals, taking out, voiding. A new record of
    /// a form's kind always names its form; of one that is there only fields that it has are
    /// written, each where it travels.
    fn without_form(&mut self, save: &Save) -> Checked {
        let begun = save
            .parts
            .iter()
            .find(|part| part.begins && part.kind != Kind::PAIRING);
        if begun.is_some() {
            let message = "新记录没有写明表单，请更新应用后重新填写 / a new record names no form; update the app, then enter it anew";
            return Err(refused(RefusalReason::UnknownForm, None, message));
        }
        for part in &save.parts {
            let record = self.record(part.record)?;
            for write in &part.writes {
                let (field, known) = (&write.field, compartment(record.as_ref(), &write.field));
                let fits = match known {
                    Some(known) => known == part.compartment,
                    None => {
                        matches!(field.leaf(), VOID | GONE)
                            || part.compartment == Compartment::Contact
                                && of_a_supervisor(&part.kind, field)
                    }
                };
                if !fits {
                    return Err(elsewhere(field));
                }
                truth(write)?;
                self.is_a_place(write)?;
                if !has_said(record.as_ref(), write) {
                    self.could_be_said(part, write, save.envelope.wall)?;
                }
            }
        }
        Ok(())
    }

    /// A choice without a form is a value that somebody gave before, or one that a form of the
    /// county would take.
    pub(in crate::engine) fn could_be_said(
        &mut self,
        part: &Part,
        write: &Write,
        at: WallTime,
    ) -> Checked {
        let repeat = write.field.row().map(|(repeat, _)| repeat);
        for published in self.active_forms()? {
            let form = published.form();
            let asks = form.leaves().any(|leaf| {
                let there = leaf.repeat.as_deref() == repeat;
                there && leaf.of == part.kind && leaf.name == write.field.leaf()
            });
            if asks {
                let one = Part {
                    writes: vec![write.clone()],
                    ..part.clone()
                };
                let answers = altered(form, &[one]);
                return check_types_only(form, &answers, &Context::editing(at)).map_err(objection);
            }
        }
        Ok(())
    }

    /// A household is in a village or grid of a county that the list has: of another county no feed
    /// would carry it, and nobody would see who lives there. The village itself need not be listed: it
    /// may be newer than the list, and the county's supervisors hold its feed.
    fn is_a_place(&mut self, write: &Write) -> Checked {
        if write.field.as_str() != AREA {
            return Ok(());
        }
        let field = || Some(write.field.to_string());
        let code: Option<AreaCode> = write.value.as_text().and_then(|text| text.parse().ok());
        let Some(village) = code.as_ref().and_then(AreaCode::village) else {
            let message = "住址要写村的 12 位或网格的 15 位代码 / a household is in a village (12 digits) or a grid (15): enter it anew";
            return Err(refused(RefusalReason::WrongType, field(), message));
        };
        let tree = self.areas()?;
        if tree.is_empty() || village.county().is_none_or(|county| tree.knows(&county)) {
            return Ok(());
        }
        let message = "这个地方不在本县的区划名单里；搬出本县请登记退出 / the place is not in the county's list: choose one that is; of who moves out of the county note the leaving";
        Err(refused(RefusalReason::UnknownCode, field(), message))
    }

    /// The house's own fields stay in the compartment in which they were first told: it decides
    /// who hears of them.
    fn pseudo_places(&mut self, save: &Save) -> Checked {
        for part in &save.parts {
            let mut writes = part.writes.iter().filter(|write| write.field.is_pseudo());
            let Some(first) = writes.next() else { continue };
            let record = self.record(part.record)?;
            for write in std::iter::once(first).chain(writes) {
                let field = &write.field;
                truth(write)?;
                self.is_a_place(write)?;
                let routes_wrongly = field.as_str() == AREA
                    && (part.kind != Kind::HOUSEHOLD || part.compartment != Compartment::Contact);
                let known = compartment(record.as_ref(), field);
                if routes_wrongly || known.is_some_and(|known| known != part.compartment) {
                    return Err(elsewhere(field));
                }
            }
        }
        Ok(())
    }
}

/// A taking out and a voiding are said or taken back, and nothing else.
fn truth(write: &Write) -> Checked {
    let is_truth = matches!(write.value, Value::Bool(_));
    if matches!(write.field.leaf(), VOID | GONE) && !is_truth {
        let message = "作废或移除只能写是或否，请更新应用 / what is voided or taken out is so or is not; update the app";
        let field = Some(write.field.to_string());
        return Err(refused(RefusalReason::WrongType, field, message));
    }
    Ok(())
}

/// Whether the record has had this value.
fn has_said(record: Option<&Record>, write: &Write) -> bool {
    let Some(register) = record.and_then(|record| record.fields.get(&write.field)) else {
        return false;
    };
    let past = register.past.values().flatten();
    let mut told = register.live.values().chain(past);
    told.any(|told| told.value == write.value)
}

/// What is written by who supervises the area, without a form: a pairing, a confirmation.
fn of_a_supervisor(kind: &Kind, field: &Field) -> bool {
    match field.row() {
        Some((repeat, _)) => *kind == Kind::VISIT && repeat == "confirmation",
        None => {
            *kind == Kind::PAIRING && matches!(field.as_str(), "worker" | "person" | "from" | "to")
        }
    }
}

fn compartment(record: Option<&Record>, field: &Field) -> Option<Compartment> {
    Some(record?.fields.get(field)?.compartment)
}

fn elsewhere(field: &Field) -> Objection {
    let message = "有一项填在了不属于它的地方，请更新应用 / the field does not belong where the save puts it; update the app";
    refused(RefusalReason::Malformed, Some(field.to_string()), message)
}

/// Each field stands in the compartment that the form gives it.
fn places(save: &Save, published: &PublishedForm) -> Checked {
    for part in &save.parts {
        for write in &part.writes {
            let fault = match published.standing(&part.kind, &write.field, part.compartment) {
                Standing::Its => None,
                Standing::Elsewhere => Some(
                    "这一项属于另一类信息，请更新应用 / the field travels in another compartment; update the app",
                ),
                Standing::Unknown if of_the_house(part, &write.field) => None,
                Standing::Unknown => Some(
                    "表单里没有这一项，请更新应用 / the form has no such field; update the app",
                ),
            };
            if let Some(message) = fault {
                return Err(refused(
                    RefusalReason::Malformed,
                    Some(write.field.to_string()),
                    message,
                ));
            }
        }
    }
    Ok(())
}

/// Links and routes that the app writes beside a form's own fields.
fn of_the_house(part: &Part, field: &Field) -> bool {
    if field.is_pseudo() {
        return true;
    }
    part.compartment == Compartment::Contact
        && match field.row() {
            Some((repeat, _)) => repeat == "residence" && part.kind == Kind::HOUSEHOLD,
            None => matches!(field.as_str(), "household" | "person" | "visit" | "group"),
        }
}

/// What a later save altered, as answers: cleared fields and the house's own left out.
fn altered(form: &Form, parts: &[Part]) -> Map<String, Json> {
    let mut answers = Map::new();
    for part in parts {
        for write in part.writes.iter().filter(|write| !write.field.is_pseudo()) {
            if write.value == Value::Null {
                continue;
            }
            let value = write.value.to_json();
            let name = write.field.leaf();
            let row_of_record = || {
                form.leaves()
                    .find(|leaf| leaf.name == name && leaf.of == part.kind && leaf.repeat.is_some())
            };
            match write.field.row() {
                Some((repeat, row)) if form.field(Some(repeat), name).is_some() => {
                    put(&mut answers, repeat, &row.to_string(), name, value);
                }
                Some(_) => {}
                None if form.field(None, name).is_some() => {
                    answers.insert(name.to_owned(), value);
                }
                None => {
                    if let Some(repeat) = row_of_record().and_then(|leaf| leaf.repeat.as_deref()) {
                        put(&mut answers, repeat, &part.record.to_string(), name, value);
                    }
                }
            }
        }
    }
    answers
}

fn put(answers: &mut Map<String, Json>, repeat: &str, row: &str, name: &str, value: Json) {
    let rows = answers
        .entry(repeat.to_owned())
        .or_insert_with(|| json!([]));
    let Some(rows) = rows.as_array_mut() else {
        return;
    };
    let at = rows
        .iter()
        .position(|known| known.get(ROW).and_then(Json::as_str) == Some(row));
    let at = at.unwrap_or_else(|| {
        rows.push(json!({ ROW: row }));
        rows.len() - 1
    });
    if let Some(known) = rows.get_mut(at).and_then(Json::as_object_mut) {
        known.insert(name.to_owned(), value);
    }
}

/// The first error, with its reason; its message never repeats an answer.
pub(super) fn objection(problems: Vec<Problem>) -> Objection {
    let first = problems
        .iter()
        .find(|problem| problem.severity == Severity::Error)
        .or(problems.first());
    let (field, code, message) = match first {
        Some(problem) => (
            Some(problem.field.clone()),
            problem.code,
            problem.message.clone(),
        ),
        None => (
            None,
            ProblemCode::FormFault,
            "表单无法核对 / the form could not be asked".to_owned(),
        ),
    };
    let reason = match code {
        ProblemCode::WrongType
        | ProblemCode::TooLong
        | ProblemCode::TooMany
        | ProblemCode::ForbiddenCharacter => RefusalReason::WrongType,
        ProblemCode::UnknownCode => RefusalReason::UnknownCode,
        ProblemCode::UnknownField => RefusalReason::Malformed,
        _ => RefusalReason::FormProblems,
    };
    Objection::Refused(Refusal {
        reason,
        field,
        message,
    })
}
