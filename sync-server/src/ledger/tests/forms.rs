//! What a ledger gives is what the built-in forms ask: names, types and codes agree.

use std::collections::BTreeSet;

use serde_json::Map;
use tanfang_core::form::{Context, Form, check_types_only};
use tanfang_core::model::WallTime;

use super::super::codes::*;
use super::super::*;
use super::{CHILDREN, ELDERS, children, elders};

fn form(kind: LedgerKind) -> Form {
    let source = match kind {
        LedgerKind::Elder => include_str!("../../../../core/forms/elder_card.md"),
        LedgerKind::Child => include_str!("../../../../core/forms/child_left_behind.md"),
    };
    let form = Form::compile(source).unwrap();
    assert_eq!(form.id(), kind.form());
    form
}

fn july() -> Context {
    Context::editing(WallTime {
        millis: 1_719_792_000_000,
        offset_minutes: 480,
    })
}

/// Names in `answers` that the form does not ask, rows of repeats included.
fn unasked(form: &Form, answers: &Map<String, Value>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, value) in answers {
        if form.field(None, name).is_none_or(|field| field.calculated) {
            names.insert(name.clone());
        }
        let rows = value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object);
        for leaf in rows.flat_map(Map::keys) {
            if form.field(Some(name), leaf).is_none() {
                names.insert(format!("{name}[].{leaf}"));
            }
        }
    }
    names
}

fn every_row_is_asked_and_well_typed(kind: LedgerKind, ledger: &Ledger) {
    let form = form(kind);
    assert!(!ledger.rows.is_empty());
    for row in &ledger.rows {
        assert_eq!(
            unasked(&form, &row.answers),
            BTreeSet::new(),
            "line {}",
            row.line
        );
        let checked = check_types_only(&form, &row.answers, &july());
        assert!(checked.is_ok(), "line {}: {checked:?}", row.line);
    }
}

#[test]
fn every_answer_of_an_elder_is_asked_by_the_card_and_well_typed() {
    every_row_is_asked_and_well_typed(LedgerKind::Elder, &elders(ELDERS));
    let county = elders(include_str!("../../../../data/530999/elder_ledger.csv"));
    every_row_is_asked_and_well_typed(LedgerKind::Elder, &county);
}

#[test]
fn every_answer_of_a_child_is_asked_by_the_form_and_well_typed() {
    every_row_is_asked_and_well_typed(LedgerKind::Child, &children(CHILDREN));
    let county = children(include_str!("../../../../data/530999/child_ledger.csv"));
    every_row_is_asked_and_well_typed(LedgerKind::Child, &county);
}

/// The codes that this room gives and the question's own list does not hold.
fn unknown(
    form: &Form,
    repeat: Option<&str>,
    question: &str,
    list: &CodeList,
) -> Vec<&'static str> {
    let field = form
        .field(repeat, question)
        .unwrap_or_else(|| panic!("{question} is not asked"));
    let choices = form.list(field.list.as_deref().unwrap_or_default());
    let held = |code: &str| choices.iter().any(|choice| choice.name == code);
    list.entries
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| !held(code))
        .collect()
}

#[test]
fn every_code_that_a_ledger_can_give_is_in_the_cards_lists() {
    let form = form(LedgerKind::Elder);
    let questions: [(Option<&str>, &str, &CodeList); 19] = [
        (None, "sex", &SEX),
        (None, "ethnic", &ETHNIC),
        (None, "no_id_reason", &NO_ID_REASON),
        (Some("category"), "code", &ELDER_CATEGORY),
        (Some("category"), "code", &RISK),
        (None, "ability_level", &ABILITY),
        (None, "dis_kind", &DISABILITY_KIND),
        (None, "dis_grade", &DISABILITY_GRADE),
        (None, "diseases", &DISEASES),
        (None, "living_arr", &LIVING),
        (None, "supporter_rel", &SUPPORTER_RELATION),
        (None, "benefits", &BENEFITS),
        (None, "elder_income_src", &BENEFIT_INCOME),
        (None, "needs", &NEEDS),
        (None, "agreed_freq", &AGREED_FREQUENCY),
        (None, "ext_ylfw_state", &PLATFORM),
        (
            None,
            "housing",
            &CodeList {
                entries: &[("dangerous", &[])],
                other: None,
            },
        ),
        (
            None,
            "id_doc_type",
            &CodeList {
                entries: &[("01", &[]), ("05", &[]), ("06", &[]), ("99", &[])],
                other: None,
            },
        ),
        (
            None,
            "birth_precision",
            &CodeList {
                entries: &[("y", &[]), ("m", &[]), ("d", &[])],
                other: None,
            },
        ),
    ];
    for (repeat, question, list) in questions {
        assert!(
            unknown(&form, repeat, question, list).is_empty(),
            "{question}"
        );
    }
}

#[test]
fn every_code_that_a_ledger_can_give_is_in_the_childs_lists() {
    let form = form(LedgerKind::Child);
    let questions: [(Option<&str>, &str, &CodeList); 17] = [
        (None, "sex", &SEX),
        (None, "ethnic", &ETHNIC),
        (Some("category"), "code", &CHILD_CATEGORY),
        (Some("category"), "code", &DIFFICULTY),
        (None, "hukou_registered", &YES_NO),
        (None, "health", &HEALTH),
        (None, "dis_kind", &DISABILITY_KIND),
        (None, "dis_grade", &DISABILITY_GRADE),
        (None, "schooling", &SCHOOLING),
        (None, "father_state", &PARENT_STATE),
        (None, "mother_state", &PARENT_STATE),
        (Some("carer"), "carer_rel", &CARER_RELATION),
        (None, "guard_type", &GUARD_TYPE),
        (None, "guard_rating", &GUARD_RATING),
        (None, "child_income_src", &CHILD_INCOME),
        (None, "aid", &AID),
        (None, "ext_cwis_state", &PLATFORM),
    ];
    for (repeat, question, list) in questions {
        assert!(
            unknown(&form, repeat, question, list).is_empty(),
            "{question}"
        );
    }
}
