//! The built-in forms: what their tables promise, asked with real answers. Here the answers; the
//! questions stand in the modules.
#![cfg(feature = "author")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tanfang_core::form::{
    BUILT_IN, Checked, Context, Form, NodeKind, Problem, ProblemCode, Severity, check,
};
use tanfang_core::model::{Compartment, Kind, WallTime};

#[path = "forms_builtin/cards.rs"]
mod cards;
#[path = "forms_builtin/emergencies.rs"]
mod emergencies;
#[path = "forms_builtin/fields.rs"]
mod fields;
#[path = "forms_builtin/golden.rs"]
mod golden;
#[path = "forms_builtin/papers.rs"]
mod papers;
#[path = "forms_builtin/visits.rs"]
mod visits;

fn form(id: &str) -> Form {
    let source = BUILT_IN.iter().find(|form| form.id == id).unwrap().source;
    Form::compile(source).unwrap_or_else(|problems| {
        panic!(
            "{}",
            problems
                .iter()
                .map(|p| format!("{p}\n"))
                .collect::<String>()
        )
    })
}

fn at(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

fn creating() -> Context {
    Context {
        username: "w-1".into(),
        ..Context::creating(at("2024-07-01T12:00:00+08:00"))
    }
}

fn ask(id: &str, answers: &Value, context: &Context) -> Result<Checked, Vec<Problem>> {
    check(&form(id), answers.as_object().unwrap(), context)
}

fn with(mut base: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

fn errors(outcome: Result<Checked, Vec<Problem>>) -> Vec<(String, ProblemCode)> {
    let problems = outcome.err().unwrap_or_default().into_iter();
    problems
        .filter(|p| p.severity == Severity::Error)
        .map(|p| (p.field, p.code))
        .collect()
}

fn warned(outcome: &Result<Checked, Vec<Problem>>) -> Vec<String> {
    let problems = match outcome {
        Ok(checked) => checked.warnings(),
        Err(problems) => panic!("{problems:#?}"),
    };
    problems.iter().map(|p| p.field.clone()).collect()
}

/// What the tables mark R and nothing more.
fn elder() -> Value {
    json!({"name": "测试甲", "id_doc_type": "01", "id_number": "530999194402290016", "sex": "1",
        "birth_date": "1944-02-29", "hukou_division": "530999201201", "home_division": "530999201201",
        "ability_level": "9", "living_arr": "with_spouse", "children_n": 2, "children_local_n": 0,
        "supporter_name": "测试子一", "supporter_rel": "son", "supporter_phone": "15400000011",
        "emergency_name": "测试邻一", "emergency_phone": "15400000012", "housing": "safe",
        "needs": ["meal"], "ext_ylfw_state": "no"})
}

fn child() -> Value {
    json!({"name": "测试童甲", "id_doc_type": "01", "id_number": "530999201306010056", "sex": "1",
        "birth_date": "2013-06-01", "hukou_division": "530999201201", "home_division": "530999201201",
        "report_unit": "org-1", "hukou_registered": "yes", "health": ["healthy"], "boarding": "yes",
        "schooling": "primary", "father_state": "away", "mother_state": "away",
        "one_away_other_unable": "no", "guard_type": "good", "guard_rating": "good",
        "child_income_src": ["work"], "ext_cwis_state": "no"})
}

fn subjects() -> Vec<BTreeMap<String, String>> {
    let row = |name: &str, group: &str, household: &str| {
        [("name", name), ("group", group), ("household", household)]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into()
    };
    vec![
        row("p-1", "elder", "h-1"),
        row("p-2", "child", "h-1"),
        row("p-9", "elder", "h-9"),
    ]
}

fn visiting() -> Context {
    Context {
        subject: subjects(),
        ..creating()
    }
}

fn visit() -> Value {
    json!({"started_at": "2024-07-01T09:30:00+08:00", "mode": "home", "purpose": ["routine"],
        "participants": [{"worker": "w-1", "role": "village_committee"}],
        "people": [{"person": "p-1", "met": "met", "chk_health": "good", "chk_mental": "good",
            "chk_living": "ok", "chk_support": "fulfilled", "hazards": ["none"], "actions": ["comfort"]}]})
}
