//! The built-in packs say what the documents say, the published schema says what a pack is, and a
//! pack that cannot be activated is told everything that is wrong with it.

use serde_json::{Value as Json, json};
use tanfang_core::compliance::{Misfit, Pack};

/// The rules as they were found in the documents (`core/tests/data/rules.json`).
fn documents() -> Vec<Json> {
    serde_json::from_str(include_str!("data/rules.json")).unwrap()
}

fn built_in(id: &str) -> Json {
    serde_json::from_str(Pack::built_in_text(id).unwrap()).unwrap()
}

fn rules_of_packs() -> Vec<(String, Json)> {
    let packs = Pack::built_in_ids().map(|id| (id, built_in(id)));
    let rules = packs.flat_map(|(id, pack)| {
        let rules = pack["rules"].as_array().unwrap().clone();
        rules.into_iter().map(move |rule| (id.to_owned(), rule))
    });
    rules.collect()
}

/// What stands in a rule of the documents under a name, as packs write it.
fn as_packs_write_it(rule: &Json, name: &str) -> Json {
    let text = |name: &str| rule[name].as_str().map(str::to_owned);
    let list = |text: String, at: char| -> Json { text.split(at).collect::<Vec<_>>().into() };
    match name {
        "document" => rule["doc"].clone(),
        "role" => text("role").map_or(Json::Null, |roles| list(roles, '|')),
        // The number of an event is the event's, or the county's parameter.
        "min" if rule["min"] == "county_param" => Json::Null,
        // What has no number is judged in no period.
        "period" if rule["strength"] == "unquantified" => Json::Null,
        "period" => match text("period") {
            Some(periods) if rule["kind"] == "task" => {
                list(periods.replace("month", "calendar_month"), '|')
            }
            Some(periods) => list(periods, ','),
            None => Json::Null,
        },
        "requires" if rule["kind"] == "refresh" => Json::Null,
        "requires" => {
            let kind = text("requires").map(|said| said.split('.').next().unwrap_or("").to_owned());
            kind.map_or(Json::Null, Json::from)
        }
        _ => rule[name].clone(),
    }
}

#[test]
fn every_rule_of_the_documents_is_in_its_pack_with_document_article_quote_and_strength() {
    let packs = rules_of_packs();
    let documents = documents();
    assert_eq!((packs.len(), documents.len()), (21, 21));
    for said in &documents {
        let (id, pack) = (said["id"].as_str().unwrap(), said["pack"].as_str().unwrap());
        let found = packs
            .iter()
            .find(|(of, rule)| of == pack && rule["id"] == id);
        let (_, rule) = found.unwrap_or_else(|| panic!("{id} is not in {pack}"));
        let always = ["document", "article", "quote", "strength"];
        for name in always {
            assert_eq!(rule[name], as_packs_write_it(said, name), "{id}.{name}");
        }
        let told = [
            "role",
            "unit",
            "category",
            "modes",
            "modes_optional",
            "outcomes",
            "min",
            "period",
            "trigger",
            "deadline",
            "requires",
            "valid_from",
            "duty_bearer",
        ];
        for name in told {
            let wanted = as_packs_write_it(said, name);
            let unsaid = ["unit", "category", "role"].contains(&name) && wanted.is_null();
            // A pack says more only where the documents leave a blank that the format asks for, and
            // the number of visits where a deadline means one.
            let one = name == "min" && (said["kind"] == "deadline" || said["kind"] == "task");
            if !unsaid && !one {
                assert_eq!(rule[name], wanted, "{id}.{name}");
            }
        }
    }
}

#[test]
fn every_built_in_pack_is_valid_by_the_schema_and_passes_the_check() {
    let schema = schema();
    for id in Pack::built_in_ids() {
        let errors: Vec<String> = schema
            .iter_errors(&built_in(id))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{id}");
        assert_eq!(
            Pack::check(Pack::built_in_text(id).unwrap()).err(),
            None,
            "{id}"
        );
    }
}

fn schema() -> jsonschema::Validator {
    let schema: Json = serde_json::from_str(Pack::schema()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// A small pack, altered at one place; `null` takes the place out.
fn altered(pointer: &str, value: Json) -> Json {
    let mut pack = json!({
        "format": "tanfang-pack/1", "id": "xx-example", "version": 1,
        "title": {"zh": "示例县探访规定", "en": "An example county"},
        "valid_from": "2025-01-01", "valid_to": "2026-12-31", "params": {},
        "rules": [
            {"id": "XX-1", "kind": "visits", "document": "示例县工作方案", "article": "第三条",
             "quote": "每月至少探访1次", "role": ["village_committee"], "unit": "person",
             "category": "elder.left_behind", "modes": ["home"], "outcomes": ["met"],
             "min": 1, "period": ["calendar_month"], "strength": "must"},
            {"id": "XX-2", "kind": "existence", "document": "示例县工作方案", "article": "第五条",
             "quote": "一人一方案", "unit": "person", "category": "elder.special",
             "requires": "service_plan", "strength": "must"},
            {"id": "XX-3", "kind": "deadline", "document": "示例县工作方案", "article": "第六条",
             "quote": "五个工作日内", "unit": "person", "category": "child.left_behind",
             "modes": ["home"], "outcomes": ["met"], "trigger": "child.registered",
             "deadline": "5_workdays", "strength": "must"}]});
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let place = pack.pointer_mut(parent).unwrap();
    match (value.is_null(), place) {
        (true, Json::Object(fields)) => {
            fields.remove(name).unwrap();
        }
        (false, Json::Object(fields)) => {
            fields.insert(name.to_owned(), value);
        }
        (_, place) => place[name.parse::<usize>().unwrap()] = value,
    }
    pack
}

fn wrong(pack: &Json) -> Vec<Misfit> {
    Pack::check(&pack.to_string()).err().unwrap_or_default()
}

/// What is refused: where it is altered, to what, where the reader says it is wrong, its word.
fn refused() -> Vec<(&'static str, Json, &'static str, &'static str)> {
    vec![
        ("/format", json!("tanfang-pack/9"), "format", "expected"),
        ("/id", json!(""), "id", "expected"),
        ("/version", json!(0), "version", "not_whole"),
        ("/title/en", json!(null), "title", "missing"),
        ("/valid_from", json!("2025-1-1"), "valid_from", "expected"),
        ("/params", json!({"grace": 3}), "params", "unknown_field"),
        (
            "/params",
            json!({"tried_days": 0}),
            "params.tried_days",
            "not_whole",
        ),
        (
            "/rules/0/role",
            json!(["helpr"]),
            "rules[0].role[0]",
            "unknown_code",
        ),
        (
            "/rules/0/modes",
            json!(["house"]),
            "rules[0].modes[0]",
            "unknown_code",
        ),
        (
            "/rules/0/modes",
            json!(["home", "home"]),
            "rules[0].modes[1]",
            "twice",
        ),
        ("/rules/0/modes", json!([]), "rules[0]", "missing"),
        (
            "/rules/0/outcomes",
            json!(["seen"]),
            "rules[0].outcomes[0]",
            "unknown_code",
        ),
        (
            "/rules/0/category",
            json!("elder.lonely"),
            "rules[0].category",
            "other",
        ),
        ("/rules/0/unit", json!("grid"), "rules[0].unit", "other"),
        ("/rules/0/unit", json!("pairing"), "rules[0]", "other"),
        ("/rules/0/min", json!(0), "rules[0].min", "not_whole"),
        ("/rules/0/min", json!(1.5), "rules[0].min", "not_whole"),
        ("/rules/0/min", json!(null), "rules[0]", "missing"),
        (
            "/rules/0/period",
            json!(["month"]),
            "rules[0].period[0]",
            "expected",
        ),
        ("/rules/0/period", json!([]), "rules[0]", "missing"),
        (
            "/rules/0/period",
            json!(["week", "day"]),
            "rules[0].period",
            "other",
        ),
        ("/rules/0/article", json!(null), "rules[0]", "missing"),
        (
            "/rules/0/article",
            json!(" "),
            "rules[0].article",
            "expected",
        ),
        ("/rules/0/quote", json!(""), "rules[0].quote", "expected"),
        (
            "/rules/0/strength",
            json!("soft"),
            "rules[0].strength",
            "unknown_code",
        ),
        (
            "/rules/0/kind",
            json!("score"),
            "rules[0].kind",
            "unknown_code",
        ),
        ("/rules/0/photo", json!(true), "rules[0]", "unknown_field"),
        (
            "/rules/1/requires",
            json!("plan"),
            "rules[1].requires",
            "unknown_code",
        ),
        ("/rules/1/requires", json!(null), "rules[1]", "missing"),
        (
            "/rules/2/deadline",
            json!("5_weeks"),
            "rules[2].deadline",
            "expected",
        ),
        (
            "/rules/2/deadline",
            json!("400_hours"),
            "rules[2].deadline",
            "expected",
        ),
        (
            "/rules/2/trigger",
            json!("child.born"),
            "rules[2].trigger",
            "unknown_code",
        ),
        (
            "/rules/0/photo_required",
            json!(true),
            "rules[0]",
            "forced_evidence",
        ),
        (
            "/rules/0/modes",
            json!(["check_in"]),
            "rules[0].modes[0]",
            "check_in",
        ),
    ]
}

/// What no schema can see: days in the wrong order, an id twice, a sentence.
fn refused_by_the_reader_alone() -> Vec<(&'static str, Json, &'static str, &'static str)> {
    vec![
        ("/valid_to", json!("2024-12-31"), "valid_to", "other"),
        ("/valid_from", json!("2025-02-30"), "valid_from", "expected"),
        ("/rules/1/id", json!("XX-1"), "rules[1]", "twice"),
        (
            "/rules/0/category",
            json!("(elder.special"),
            "rules[0].category",
            "other",
        ),
        (
            "/rules/0/quote",
            json!("每日打卡签到"),
            "rules[0].quote",
            "check_in",
        ),
        (
            "/title/zh",
            json!("走访积分排名办法"),
            "title.zh",
            "ranking",
        ),
    ]
}

#[test]
fn the_example_itself_is_taken() {
    let example = altered("/version", json!(2));
    assert_eq!(wrong(&example), Vec::new());
    assert!(schema().is_valid(&example));
}

#[test]
fn what_is_wrong_has_its_place_its_word_and_both_languages() {
    for (pointer, value, place, code) in refused().into_iter().chain(refused_by_the_reader_alone())
    {
        let found = wrong(&altered(pointer, value.clone()));
        let told: Vec<(&str, &str)> = found
            .iter()
            .map(|misfit| (misfit.place.as_str(), misfit.wrong.code()))
            .collect();
        assert_eq!(told, [(place, code)], "{pointer} = {value}: {found:?}");
        let (zh, en) = (found[0].in_language("zh"), found[0].in_language("en"));
        assert!(
            zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{zh}"
        );
        assert!(
            zh.starts_with(place) && en.starts_with(place),
            "{zh} / {en}"
        );
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses_as_far_as_a_schema_can() {
    let schema = schema();
    for (pointer, value, ..) in refused() {
        assert!(
            !schema.is_valid(&altered(pointer, value.clone())),
            "{pointer} = {value}"
        );
    }
    let beyond = refused_by_the_reader_alone();
    let by_reader = |(pointer, value, ..): &(&str, Json, &str, &str)| {
        schema.is_valid(&altered(pointer, value.clone()))
    };
    // Were one of these refused by the schema too, it would belong in the list above.
    let unseen = beyond.iter().filter(|one| by_reader(one)).count();
    assert_eq!(unseen, beyond.len());
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut pack = altered("/rules/0/role", json!(["helpr"]));
    pack["rules"][0]["modes"] = json!(["house", "home"]);
    pack["rules"][0]["min"] = json!(0);
    pack["rules"][1]["article"] = json!("");
    pack["rules"][2]["id"] = json!("XX-1");
    pack["valid_to"] = json!("2024-01-01");
    pack["params"] = json!({"grace": 3, "tried_days": 0, "event_min": "2"});
    let places: Vec<String> = wrong(&pack)
        .into_iter()
        .map(|misfit| misfit.place)
        .collect();
    let expected = [
        "valid_to",
        "params",
        "params.tried_days",
        "params.event_min",
        "rules[0].role[0]",
        "rules[0].modes[0]",
        "rules[0].min",
        "rules[1].article",
        "rules[2]",
    ];
    assert_eq!(places, expected);
}

#[test]
fn two_rules_that_ask_the_same_of_the_same_people_would_ask_twice() {
    let mut pack = altered("/version", json!(2));
    let mut again = pack["rules"][0].clone();
    again["id"] = json!("XX-4");
    again["article"] = json!("第九条");
    pack["rules"].as_array_mut().unwrap().push(again);
    let found = wrong(&pack);
    let told: Vec<(&str, &str)> = found
        .iter()
        .map(|misfit| (misfit.place.as_str(), misfit.wrong.code()))
        .collect();
    assert_eq!(told, [("rules[3]", "asked_twice")]);
    assert!(found[0].in_language("zh").contains("国办函〔2026〕12号"));
    pack["rules"][3]["min"] = json!(2);
    assert_eq!(wrong(&pack), Vec::new());
}

#[test]
fn text_that_is_no_pack_at_all_is_one_problem_and_never_a_panic() {
    for text in ["", "{", "[]", "null", "{}", "\"\"", &"[".repeat(100_000)] {
        let found = Pack::check(text).err().unwrap_or_default();
        assert!(!found.is_empty(), "{}", &text[..text.len().min(20)]);
    }
}
