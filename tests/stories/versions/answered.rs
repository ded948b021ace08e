//! What is answered of each built-in form, and by whom.

use serde_json::{Value as Json, json};

use stories::world::{VILLAGE, Worker, child, elder, visit, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

/// A built-in form with whole answers.
#[derive(Clone)]
pub struct Case {
    pub form: &'static str,
    /// Who answers it: a role over an area.
    pub role: &'static str,
    pub area: &'static str,
    pub answers: Json,
    /// A question that must be answered.
    pub required: &'static str,
    /// What an edit says of a record, and another.
    pub edited: (&'static str, Json),
    pub edited_again: (&'static str, Json),
    /// The card of the person that it is about.
    about: Option<(&'static str, &'static str)>,
}

impl Case {
    /// The questions that versions leave alone.
    pub fn edits(&self) -> Vec<&'static str> {
        vec![self.required, self.edited.0, self.edited_again.0]
    }

    /// Names a person whom the first worker has registered and every phone holds.
    pub fn with_people(mut self, first: &Worker, others: &[&Worker]) -> Case {
        let Some((card, field)) = self.about else {
            return self;
        };
        let answers = match card {
            "elder_card" => elder("测试甲", VILLAGE),
            _ => child("测试童甲", VILLAGE),
        };
        let person = word(&first.new_record(DAY, card, &answers), "id");
        first.sync(DAY);
        for other in others {
            other.sync(DAY);
        }
        self.answers[field] = json!(person);
        if self.form == "visit" {
            let took_part = [(first.id.as_str(), first.role)];
            let whole = visit("2024-06-24T07:00:00+08:00", &[(&person, "met")], &took_part);
            for (name, value) in whole.as_object().into_iter().flatten() {
                self.answers[name] = value.clone();
            }
            self.answers.as_object_mut().expect("answers").remove(field);
        }
        self
    }
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let case = |form, role, answers, required, edited, edited_again| Case {
        form,
        role,
        area: VILLAGE,
        answers,
        required,
        edited,
        edited_again,
        about: None,
    };
    let about = |case: Case, card, field| Case {
        about: Some((card, field)),
        ..case
    };
    vec![
        case(
            "elder_card",
            "village_committee",
            with(
                elder("测试甲", VILLAGE),
                json!({"alias": "阿甲", "address": "样板村一组1号", "children_away_place": "广东省",
                    "marital": "20", "return_freq": "year", "neighbour": "测试邻二"}),
            ),
            "housing",
            ("phone", json!("15400000001")),
            ("phone", json!("15400000002")),
        ),
        case(
            "child_left_behind",
            "child_director",
            with(
                child("测试童甲", VILLAGE),
                json!({"alias": "阿童", "address": "样板村一组1号"}),
            ),
            "report_unit",
            ("phone", json!("15400000001")),
            ("phone", json!("15400000002")),
        ),
        case(
            "child_difficulty_ext",
            "child_director",
            difficulty(),
            "guardian_assess",
            ("phone", json!("15400000001")),
            ("phone", json!("15400000002")),
        ),
        about(
            case(
                "visit",
                "village_committee",
                with(
                    visit(DAY, &[], &[]),
                    json!({"next_plan_date": "2024-07-24"}),
                ),
                "participants",
                ("note", json!("平安")),
                ("note", json!("平安，已回访")),
            ),
            "elder_card",
            "person",
        ),
        case(
            "emergency",
            "protection_officer",
            json!({"danger_now": "no", "category": "illegal_harm",
                "unknown_description": "红衣，背书包", "unknown_age": 9, "unknown_name": "测试童丙",
                "found_at": "2024-06-24T07:30:00+08:00", "found_how": "visit", "place": "示例村小学",
                "place_division": VILLAGE, "description": "手臂有新伤", "first_actions": ["stayed"],
                "mr_signs": ["4"],
                "reported_to": [{"whom": "police", "at": "2024-06-24T07:40:00+08:00", "channel": "phone"}]}),
            "found_how",
            ("description", json!("手臂有新伤，已就医")),
            ("description", json!("手臂有新伤，已就医，已回访")),
        ),
        about(
            case(
                "guardian_agreement",
                "child_director",
                json!({"delegators": [{"who": "father", "name": "测试父甲"}],
                    "carer_name": "测试祖母甲", "carer_phone": "15400000021", "carer_rel": "grandparent",
                    "reason": "work", "start": "2024-03-01", "end_agreed": "2025-03-01",
                    "carer_duties": ["daily"], "contact_promise": "weekly", "carer_ability": "fair",
                    "opinion_heard": "yes", "witness_village": "测试村干", "signed_date": "2024-03-01"}),
                "carer_name",
                ("carer_phone", json!("15400000022")),
                ("carer_phone", json!("15400000023")),
            ),
            "child_left_behind",
            "person",
        ),
        about(
            case(
                "service_plan",
                "child_director",
                json!({"start": "2024-06-01", "end": "2024-12-31", "problems": ["school"],
                    "goals": "按时到校", "problem_note": "常迟到",
                    "measures": [{"what": "每周联系老师", "owner_role": "child_director",
                        "freq": "weekly", "due": "2024-12-01"}]}),
                "goals",
                ("end", json!("2024-12-30")),
                ("end", json!("2024-12-31")),
            ),
            "child_left_behind",
            "person",
        ),
        about(
            case(
                "issue",
                "child_director",
                json!({"type": "hazard", "level": "village", "to_org": "org-1", "state": "accepted",
                    "accepted_on": "2024-06-01", "description": "插座松动", "due": "2024-07-01"}),
                "type",
                ("to_org", json!("org-2")),
                ("to_org", json!("org-3")),
            ),
            "child_left_behind",
            "about",
        ),
    ]
}

fn with(mut base: Json, changes: Json) -> Json {
    for (name, value) in changes.as_object().into_iter().flatten() {
        match value {
            Json::Null => drop(base.as_object_mut().expect("answers").remove(name)),
            value => base[name] = value.clone(),
        }
    }
    base
}

fn difficulty() -> Json {
    with(
        child("测试童乙", VILLAGE),
        json!({"report_unit": null, "hukou_registered": null, "health": null, "boarding": null,
            "schooling": null, "one_away_other_unable": null, "guard_type": null,
            "guard_rating": null, "child_income_src": null, "ext_cwis_state": null,
            "father_state": "dead", "mother_state": "missing", "guardian_assess": "fair",
            "guardian_assess_date": "2024-06-01", "alias": "阿乙", "address": "样板村一组1号",
            "category": [{"code": "guardian_missing", "from": "2024-05-01"}],
            "confirmed_by": "org-1", "confirmed_on": "2024-05-02"}),
    )
}
