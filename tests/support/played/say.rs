//! A case in the words of the forms: what its rows are as answers, and what of it no answer says.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use tanfang_core::facts::rows::{Day, Document, Group, Instant, Met, Pairing, Subject, Visit};
use tanfang_core::model::WallTime;

use crate::world::{child, elder};

/// Why no visit form says this visit; none where one does.
pub fn unsayable(visit: &Visit, subjects: &[Subject]) -> Option<&'static str> {
    let household = |id: &String| {
        let named = subjects.iter().find(|subject| subject.id == *id);
        named.map(|subject| (subject.household.clone(), id.clone()))
    };
    let mut homes: Vec<String> = visit
        .subjects
        .keys()
        .filter_map(household)
        .map(|(home, id)| if home.is_empty() { id } else { home })
        .collect();
    homes.sort();
    homes.dedup();
    let any_met = visit.subjects.values().any(|met| *met == Met::Met);
    if homes.len() != 1 {
        return Some("the form is to one household");
    }
    if visit.participants.is_empty() {
        return Some("the form asks who took part");
    }
    if any_met != (visit.outcome == "met") {
        return Some("the form works the outcome out from who was met");
    }
    None
}

/// Why no form says this paper; none where one does.
pub fn unsayable_paper(document: &Document) -> Option<&'static str> {
    match (document.kind.as_str(), document.from, document.to) {
        ("service_plan" | "guardian_agreement", Some(_), Some(_)) => None,
        ("service_plan" | "guardian_agreement", ..) => Some("the forms ask both days of a paper"),
        _ => Some("a refresh is no form's"),
    }
}

/// The form of a paper and its answers.
pub fn paper(document: &Document, person: &str, today: Day) -> (&'static str, Map<String, Json>) {
    let (from, to) = (document.from, document.to);
    let (form, answers) = match document.kind.as_str() {
        "service_plan" => (
            "service_plan",
            json!({"person": person, "start": from, "end": to, "problems": ["health"],
                "goals": "按月探访", "measures": [
                    {"what": "探访", "owner_role": "village_committee", "freq": "monthly"}]}),
        ),
        _ => (
            "guardian_agreement",
            json!({"person": person, "delegators": [{"who": "father", "name": "测试父"}],
                "carer_name": "测试祖父", "carer_phone": "15400000043", "carer_rel": "grandparent",
                "reason": "work", "start": from, "end_agreed": to, "carer_duties": ["daily"],
                "contact_promise": "weekly", "carer_ability": "good", "opinion_heard": "no",
                "delegator_absent": "no", "witness_village": "测试员",
                "signed_date": from.map(|from| from.min(today))}),
        ),
    };
    (form, answers.as_object().cloned().unwrap_or_default())
}

/// Pairings of one worker with one person that begin on one day, but the first: the verb `pair`
/// takes another as other days of the same.
pub fn said_as_one(pairings: &[Pairing]) -> Vec<String> {
    let same = |a: &Pairing, b: &Pairing| {
        (&a.worker, &a.subject, a.from) == (&b.worker, &b.subject, b.from)
    };
    let again = pairings.iter().enumerate();
    again
        .filter(|(at, one)| pairings[..*at].iter().any(|other| same(one, other)))
        .map(|(_, one)| one.id.clone())
        .collect()
}

/// The division that a subject lived in on a day.
pub fn division_on(subject: &Subject, day: Day) -> Option<&str> {
    let there = subject.divisions.iter().filter(|d| d.span().holds(day));
    there
        .max_by_key(|d| d.from)
        .map(|dated| dated.code.as_str())
}

/// The residence rows known on a day: those begun, the last of them still open, and the later ones
/// with the day on which each begins.
pub fn residence(subject: &Subject, known_on: Day) -> (Vec<Json>, Vec<(Day, Json)>) {
    let mut rows: Vec<_> = subject.divisions.iter().collect();
    rows.sort_by_key(|dated| dated.from);
    if rows.len() < 2 {
        return (Vec::new(), Vec::new());
    }
    let row = |dated: &tanfang_core::facts::rows::Dated| json!({"area": dated.code, "from": dated.from, "to": dated.to});
    let begun = rows
        .iter()
        .filter(|dated| dated.from.is_none_or(|from| from <= known_on))
        .count()
        .max(1);
    let mut first: Vec<Json> = rows[..begun].iter().map(|dated| row(dated)).collect();
    let later: Vec<(Day, Json)> = rows[begun..]
        .iter()
        .map(|dated| (dated.from.expect("a row that begins later"), row(dated)))
        .collect();
    if let (Some(last), false) = (first.last_mut(), later.is_empty()) {
        last["to"] = Json::Null;
    }
    (first, later)
}

/// The card of a subject; `household` is the record of a home that is there already.
pub fn card(
    subject: &Subject,
    number: usize,
    household: Option<&str>,
    known_on: Day,
) -> Map<String, Json> {
    let (mut residence, _) = residence(subject, known_on);
    let home = match residence.last() {
        Some(row) => row["area"].as_str().expect("an area").to_owned(),
        None => subject.divisions[0].code.clone(),
    };
    // A home that is there has its rows.
    if household.is_some() {
        residence.clear();
    }
    let name = name(number);
    let card = match subject.group {
        Group::Elder => elder(&name, &home),
        Group::Child => child(&name, &home),
    };
    let mut card = card.as_object().expect("a card").clone();
    let mut answer = |name: &str, value: Json| card.insert(name.to_owned(), value);
    if let Some(born) = subject.birth_date {
        answer("birth_date", json!(born));
    }
    if let Some(household) = household {
        answer("household", json!(household));
    }
    answer("residence", Json::Array(residence));
    let spans = subject.registered.iter();
    let registered = spans.map(|span| json!({"from": span.from, "to": span.to, "reason": "测试"}));
    answer("registration", registered.collect());
    let categories = subject.categories.iter();
    let dated = categories.map(|c| json!({"code": c.code, "from": c.from, "to": c.to}));
    answer("category", dated.collect());
    let mut states: Vec<Json> = Vec::new();
    for state in &subject.states {
        states.push(
            json!({"code": state.state, "from": state.from, "to": state.to,
            "family_contacted_on": state.family_contacted_on}),
        );
    }
    for (code, on) in [("deceased", subject.died_on), ("moved", subject.moved_on)] {
        states.extend(on.map(|on| json!({"code": code, "from": on})));
    }
    answer("life_state", Json::Array(states));
    let said = subject.consent.iter();
    let consent = said.map(|said| json!({"code": said.state, "on": said.on}));
    answer("consent", consent.collect());
    card
}

/// The answers of a visit; `people` and `workers` give record ids.
pub fn visit(
    visit: &Visit,
    people: &BTreeMap<String, String>,
    workers: &BTreeMap<String, String>,
) -> Map<String, Json> {
    let met: Vec<(&str, &str)> = visit
        .subjects
        .iter()
        .map(|(id, met)| {
            let met = match met {
                Met::Met => "met",
                Met::NotMet => "not_met",
            };
            (people[id].as_str(), met)
        })
        .collect();
    let took_part: Vec<(&str, &str)> = visit
        .participants
        .iter()
        .map(|p| (workers[&p.worker].as_str(), p.role.as_str()))
        .collect();
    let answers = crate::world::visit(&moment(visit.started_at), &met, &took_part);
    let mut answers = answers.as_object().expect("answers").clone();
    answers.insert("mode".to_owned(), json!(visit.mode));
    answers.insert("outcome".to_owned(), json!(visit.outcome));
    if let Some(reason) = &visit.backfill_reason {
        answers.insert("backfill_reason".to_owned(), json!(reason));
    }
    answers
}

/// A moment as people write it.
pub fn moment(at: Instant) -> String {
    WallTime::beijing(at.0).rfc3339()
}

fn name(number: usize) -> String {
    let digits = "甲乙丙丁戊己庚辛壬癸";
    let digit = |n: usize| digits.chars().nth(n % 10).unwrap_or('甲');
    format!("测试{}{}", digit(number / 10), digit(number))
}
