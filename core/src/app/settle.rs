//! Deciding: a person's choice is a save like any other, which names what the person was shown.

use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::conflicts::{missing, read_head, read_seen, record_of};
use super::forms::HeldForm;
use super::save::{Said, Saved, SavedRecord, value_of};
use super::{App, AppError, Finder};
use crate::entry;
use crate::form::{Context, Problem, ROW, Severity, check, check_types_only};
use crate::merge::Record;
use crate::model::{
    Compartment, Field, FormRef, GONE, Head, Kind, Part, RecordId, RowId, VOID, Value, Write,
};
use crate::policy::{Policies, Question, Side};
use crate::store::Tx;

/// What a person chose.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// One of the values, by place from 1.
    Place(usize),
    /// Another value; of fields that are settled together an object with all of them.
    Value(Json),
}

/// A field with what is decided of it.
pub(super) struct Decided {
    pub(super) field: Field,
    pub(super) compartment: Compartment,
    pub(super) value: Value,
}

impl App {
    /// Decides a field, or the fields that are settled together with it: a save like any other,
    /// which names every head. The record is checked by its form afterwards; what is then wrong
    /// comes back as warnings.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] for a place that is none of the values, for a value whose type
    /// or code the field does not take, and where this phone does not hold all that is settled
    /// together.
    pub fn settle(&self, id: RecordId, field: &str, choice: &Choice) -> Result<Saved, AppError> {
        self.decide(id, field, choice, None)
    }

    /// The same of what a line of [`App::conflicts`] showed, by its `seen`: places count as they
    /// did there, and what came since stays beside the choice and asks again.
    ///
    /// # Errors
    /// As [`App::settle`]; [`AppError::Asked`] for a `seen` that is not one.
    pub fn settle_seen(
        &self,
        id: RecordId,
        field: &str,
        choice: &Choice,
        seen: &str,
    ) -> Result<Saved, AppError> {
        self.decide(id, field, choice, Some(read_seen(seen)?))
    }

    fn decide(
        &self,
        id: RecordId,
        field: &str,
        choice: &Choice,
        seen: Option<BTreeSet<Head>>,
    ) -> Result<Saved, AppError> {
        let field = Field::parse(field).map_err(|_| AppError::NotFound { what: "field" })?;
        self.write(|tx| {
            let record = record_of(tx, id)?;
            let labels = self.labels(tx)?;
            let policies = Policies::of_forms(labels.forms());
            let view = match &seen {
                Some(heads) => as_shown(&policies, &record, &field, heads)?,
                None => record.clone(),
            };
            let about = |question: &&Question| question.fields.iter().any(|(of, _)| *of == field);
            let questions = policies.questions(&view);
            let question = questions.iter().find(about);
            let decided = match question.filter(|question| question.group.is_some()) {
                Some(question) => self.together(tx, &record, question, choice)?,
                None => vec![alone(&record, &field, question, choice)?],
            };
            let form = match choice {
                Choice::Value(_) => self.form_for(tx, &record, &decided)?,
                Choice::Place(_) => None,
            };
            self.say(tx, &view, decided, form)
        })
    }

    /// What is decided of fields that are settled together: a value for each of them.
    fn together(
        &self,
        tx: &Tx<'_>,
        record: &Record,
        question: &Question,
        choice: &Choice,
    ) -> Result<Vec<Decided>, AppError> {
        let me = self.me(tx)?;
        if let Some(unseen) = missing(tx, &me, record, &question.fields)? {
            let message = "这几项须一起裁定，其中有本机不能看到的；请由能看到身份信息的人员裁定 / these are decided together and this phone may not hold all of them: ask somebody who reads them";
            return Err(AppError::problem(unseen.as_str(), message));
        }
        let values: Vec<Value> = match choice {
            Choice::Place(place) => side(question, *place)?.values.clone(),
            Choice::Value(json) => given(question, json)?,
        };
        let fields = question.fields.iter().zip(values);
        let decided = fields.filter_map(|((field, compartment), value)| {
            let register = record.fields.get(field);
            // What nobody ever said of it needs no denial.
            (register.is_some() || !value.is_null()).then(|| Decided {
                field: field.clone(),
                compartment: register.map_or(*compartment, |register| register.compartment),
                value,
            })
        });
        Ok(decided.collect())
    }

    /// Takes a value of the past again, by the save that said it (`DEVICE/NUMBER`, as
    /// [`App::history`] names it): what settled itself is taken back so. Of fields that are settled
    /// together everything that this save said is taken again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where this phone does not hold what that save said of the field.
    pub fn choose_again(&self, id: RecordId, field: &str, head: &str) -> Result<Saved, AppError> {
        let not_here = || AppError::NotFound { what: "value" };
        let field = Field::parse(field).map_err(|_| AppError::NotFound { what: "field" })?;
        let head = read_head(head).ok_or_else(not_here)?;
        self.write(|tx| {
            let record = record_of(tx, id)?;
            let labels = self.labels(tx)?;
            let policies = Policies::of_forms(labels.forms());
            let register = record.fields.get(&field).ok_or_else(not_here)?;
            register.told_by(head).ok_or_else(not_here)?;
            let fields = match policies.group(&record.kind, &field) {
                Some(group) => {
                    let me = self.me(tx)?;
                    if let Some(unseen) = missing(tx, &me, &record, &group.fields)? {
                        let message = "这几项须一起改回，其中有本机不能看到的 / these are taken back together and this phone may not hold all of them";
                        return Err(AppError::problem(unseen.as_str(), message));
                    }
                    group.fields
                }
                None => vec![(field.clone(), register.compartment)],
            };
            let again = fields.iter().filter_map(|(field, _)| {
                let register = record.fields.get(field)?;
                let shown = record.shown(field)?;
                let value = register.told_by(head).map_or(shown, |told| &told.value);
                let alters = value != shown || register.live.len() > 1;
                alters.then(|| Decided {
                    field: field.clone(),
                    compartment: register.compartment,
                    value: value.clone(),
                })
            });
            let again = again.collect();
            self.say(tx, &record, again, None)
        })
    }

    /// Says what was decided to who `view` was shown to.
    pub(super) fn say(
        &self,
        tx: &Tx<'_>,
        view: &Record,
        decided: Vec<Decided>,
        form: Option<FormRef>,
    ) -> Result<Saved, AppError> {
        let me = self.me(tx)?;
        let id = view.id;
        let area = tx.area_of(id)?.and_then(|area| area.parse().ok());
        let said = Said {
            subject: id,
            form,
            role: me.role(None, area.as_ref()),
            parts: parts(view, decided),
            named: BTreeSet::new(),
        };
        let seq = self.append(tx, &me, said)?;
        Ok(Saved {
            id: id.to_string(),
            records: vec![SavedRecord {
                id: id.to_string(),
                kind: view.kind.to_string(),
            }],
            seq,
            warnings: self.warnings(tx, id)?,
            drafts: Vec::new(),
        })
    }

    /// The form that asks these fields, if the record's form does, once each value is one that its
    /// field takes.
    fn form_for(
        &self,
        tx: &Tx<'_>,
        record: &Record,
        decided: &[Decided],
    ) -> Result<Option<FormRef>, AppError> {
        let held = self.form_of(tx, record, &Map::new())?;
        let asks = |held: &Arc<HeldForm>| {
            decided.iter().all(|one| {
                let (repeat, name) = asked_as(&one.field);
                held.form.field(repeat, name).is_some()
            })
        };
        let Some(held) = held.filter(asks) else {
            return Ok(None);
        };
        for one in decided.iter().filter(|one| !one.value.is_null()) {
            let (_, name) = asked_as(&one.field);
            let mut answer = Map::from_iter([(name.to_owned(), one.value.to_json())]);
            if let Some((repeat, row)) = one.field.row() {
                answer.insert(ROW.to_owned(), json!(row.to_string()));
                answer = Map::from_iter([(repeat.to_owned(), json!([answer]))]);
            }
            let context = Context::editing(self.doors.clock.now());
            check_types_only(&held.form, &answer, &context).map_err(|mut problems| {
                for problem in &mut problems {
                    problem.field = one.field.to_string();
                }
                AppError::NeedsCorrection {
                    problems,
                    draft: None,
                }
            })?;
        }
        Ok(Some(held.reference.clone()))
    }

    /// What the form says of the record as it now stands; none of it undoes the choice.
    fn warnings(&self, tx: &Tx<'_>, id: RecordId) -> Result<Vec<Problem>, AppError> {
        let Some(record) = tx.record(id)? else {
            return Ok(Vec::new());
        };
        let Some(held) = self.form_if_readable(tx, &record)? else {
            return Ok(Vec::new());
        };
        let me = self.me(tx)?;
        let finder = Finder::new(tx);
        let answers = entry::answers(&held.form, id, &|id| finder.find(id));
        finder.done()?;
        let context = self.context(tx, &me, &held.form, &answers, Some(id))?;
        let mut problems = match check(&held.form, &answers, &context) {
            Ok(checked) => checked.warnings().to_vec(),
            Err(problems) => problems,
        };
        for problem in &mut problems {
            problem.severity = Severity::Warning;
        }
        Ok(problems)
    }
}

fn asked_as(field: &Field) -> (Option<&str>, &str) {
    match field.row() {
        Some((repeat, _)) => (Some(repeat), field.leaf()),
        None => (None, field.as_str()),
    }
}

/// The record as the line with these heads showed it.
fn as_shown(
    policies: &Policies,
    record: &Record,
    field: &Field,
    heads: &BTreeSet<Head>,
) -> Result<Record, AppError> {
    let group = policies.group(&record.kind, field);
    let in_group = |of: &Field| {
        let fields = group.iter().flat_map(|group| &group.fields);
        fields.into_iter().any(|(member, _)| member == of)
    };
    let under = |of: &Field| match field.leaf() {
        VOID => true,
        GONE => of.row() == field.row(),
        _ => false,
    };
    let asked = |of: &Field| of == field || in_group(of) || under(of);
    let view = record.as_seen(heads, asked);
    let shown = view
        .fields
        .iter()
        .any(|(of, register)| asked(of) && !register.live.is_empty());
    match shown {
        true => Ok(view),
        false => Err(AppError::Asked {
            message: "seen 与这个字段不符，请重新列出冲突 / `seen` is not of this field: list the conflicts again".into(),
        }),
    }
}

/// What is decided of one field.
fn alone(
    record: &Record,
    field: &Field,
    question: Option<&Question>,
    choice: &Choice,
) -> Result<Decided, AppError> {
    let register = record
        .fields
        .get(field)
        .ok_or(AppError::NotFound { what: "field" })?;
    let value = match (choice, question) {
        (Choice::Value(json), _) => value_of(field.as_str(), json)?,
        (Choice::Place(place), Some(question)) => {
            let side = side(question, *place)?;
            // Beside a taking out the others are edits: to choose one is to leave the row in.
            match side.edited {
                Some(_) => Value::Bool(false),
                None => side.values.first().cloned().unwrap_or_default(),
            }
        }
        (Choice::Place(_), None) => {
            let message = "这个字段没有冲突 / nothing is to be decided of this field";
            return Err(AppError::problem(field.as_str(), message));
        }
    };
    Ok(Decided {
        field: field.clone(),
        compartment: register.compartment,
        value,
    })
}

fn is_taking_out(field: &Field) -> bool {
    matches!(field.leaf(), GONE | VOID)
}

fn side(question: &Question, place: usize) -> Result<&Side, AppError> {
    let side = place
        .checked_sub(1)
        .and_then(|place| question.sides.get(place));
    side.ok_or_else(|| {
        let message = format!(
            "请在 1 到 {n} 之间选择 / choose between 1 and {n}",
            n = question.sides.len()
        );
        AppError::problem(question.field.as_str(), message)
    })
}

/// A value for each field of a group, from an object that names all of them.
fn given(question: &Question, json: &Json) -> Result<Vec<Value>, AppError> {
    let names: Vec<&str> = question
        .fields
        .iter()
        .map(|(field, _)| field.leaf())
        .collect();
    let object = json.as_object().filter(|object| {
        object.len() == names.len() && names.iter().all(|name| object.contains_key(*name))
    });
    let Some(object) = object else {
        let names = names.join(", ");
        let message = format!("这几项须一起给出 / these are given together, as an object: {names}");
        return Err(AppError::problem(question.field.as_str(), message));
    };
    let value = |name: &&str| value_of(name, object.get(*name).unwrap_or(&Json::Null));
    names.iter().map(value).collect()
}

/// Parts by compartment (and, of a visit, row of `people`), each field with the heads that were
/// shown.
fn parts(view: &Record, decided: Vec<Decided>) -> Vec<Part> {
    let mut places: BTreeMap<(Compartment, Option<RowId>), Vec<Write>> = BTreeMap::new();
    for one in decided {
        let row = one.field.row();
        let row = row.filter(|(repeat, _)| view.kind == Kind::VISIT && *repeat == "people");
        let place = (one.compartment, row.map(|(_, row)| row));
        places.entry(place).or_default().push(Write {
            seen: heads(view, &one.field, &one.value),
            field: one.field,
            value: one.value,
            calculated: false,
        });
    }
    let part = |((compartment, row), writes)| Part {
        record: view.id,
        kind: view.kind.clone(),
        compartment,
        begins: false,
        row,
        writes,
    };
    places.into_iter().map(part).collect()
}

/// Every head of the field; of a taking out also those of what is taken out.
fn heads(record: &Record, field: &Field, value: &Value) -> Vec<Head> {
    let mut heads = record.heads(field);
    if is_taking_out(field) && *value == Value::Bool(true) {
        heads.extend(record.heads_under(field.row()));
        heads.sort_unstable();
        heads.dedup();
    }
    heads
}
