//! Ledgers against what workers wrote meanwhile.

use tanfang_core::form::BUILT_IN;
use tanfang_core::model::{Compartment, Kind, RecordId};

use super::world::*;
use crate::admin::import_ledger;

const AREAS: &str = include_str!("../../../data/530999/areas.csv");
const HEADER: &str = "姓名,性别,公民身份号码,出生日期,县(区),乡镇(街道),村(社区),村民小组,现居住地址,联系电话,老年人类别,纳入日期";

fn with_areas() -> World {
    let [card, visit] = ["elder_card", "visit"]
        .map(|id| BUILT_IN.iter().find(|form| form.id == id).unwrap().source);
    let mut world = World::with_forms([card, visit]);
    let tree = crate::ledger::read_areas(AREAS.as_bytes(), &Default::default()).unwrap();
    let kind = tanfang_core::model::DocumentKind::Areas;
    world
        .server
        .write(|turn| turn.publish_numbered(kind, "areas", tree.to_document()))
        .unwrap();
    world
}

fn row(phone: &str) -> String {
    format!(
        "测试甲,男,530999194402290016,1944-02-29,测试县,示例乡,样板村,一组,样板村一组1号,{phone},农村留守;失能,2024-04-12"
    )
}

fn ledger(rows: &[String]) -> Vec<u8> {
    format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes()
}

fn import(world: &mut World, rows: &[String]) -> (u64, u64, u64) {
    let json = import_ledger(&mut world.server, "elder", &ledger(rows)).unwrap();
    let count = |name: &str| json[name].as_u64().unwrap();
    (count("new"), count("changed"), count("unchanged"))
}

fn only_person(world: &mut World) -> RecordId {
    let people = world.stored(|turn| {
        let mut people = Vec::new();
        turn.tx().records(&mut |id, route| {
            if route.kind == "person" {
                people.push(id);
            }
            Ok(())
        })?;
        Ok(people)
    });
    assert_eq!(people.len(), 1);
    people[0]
}

#[test]
fn a_second_import_of_the_same_ledger_changes_nothing() {
    let mut world = with_areas();
    assert_eq!(import(&mut world, &[row("15400000001")]), (1, 0, 0));
    let before = world.stored(|turn| turn.tx().last_save());
    assert_eq!(import(&mut world, &[row("15400000001")]), (0, 0, 1));
    assert_eq!(world.stored(|turn| turn.tx().last_save()), before);
    let person = only_person(&mut world);
    let record = world.stored(|turn| turn.record(person)).unwrap();
    assert!(record.conflicts().is_empty());
    assert_eq!(record.rows("category").len(), 2);
    let facts = world.stored(|turn| turn.facts());
    assert_eq!(facts.subjects.len(), 1);
    assert_eq!(facts.subjects[0].divisions[0].code, "530999201201");
}

#[test]
fn a_newer_ledger_replaces_what_the_older_said_and_asks_nobody() {
    let mut world = with_areas();
    import(&mut world, &[row("15400000001")]);
    assert_eq!(import(&mut world, &[row("15400000009")]), (0, 1, 0));
    let person = only_person(&mut world);
    let record = world.stored(|turn| turn.record(person)).unwrap();
    assert_eq!(record.text("phone"), Some("15400000009"));
    assert!(record.conflicts().is_empty());
}

#[test]
fn a_workers_edit_survives_the_older_ledger_and_is_a_rival_of_a_newer_one() {
    let mut world = with_areas();
    import(&mut world, &[row("15400000001")]);
    let person = only_person(&mut world);
    let mut phone = world.worker("village_committee", "530999201201");
    let form = world.card.clone();
    let heads = world.stored(|turn| turn.record(person)).unwrap();
    let mut edit = part(
        person,
        Kind::PERSON,
        Compartment::Contact,
        &[("phone", "15400000005")],
    );
    edit.writes[0].seen = heads.heads(&edit.writes[0].field);
    world.move_clock(60_000);
    phone.save(&world, Some(&form), vec![edit]);
    assert!(accepted(&world.verdict(&phone)));

    world.move_clock(60_000);
    assert_eq!(
        import(&mut world, &[row("15400000001")]),
        (0, 0, 1),
        "the same file again"
    );
    let record = world.stored(|turn| turn.record(person)).unwrap();
    assert_eq!(record.text("phone"), Some("15400000005"));
    assert!(record.conflicts().is_empty());

    assert_eq!(import(&mut world, &[row("15400000009")]), (0, 1, 0));
    let record = world.stored(|turn| turn.record(person)).unwrap();
    let conflicts = record.conflicts();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].field.as_str(), "phone");
    assert_eq!(conflicts[0].rivals.len(), 2);
}

#[test]
fn a_bad_row_is_told_and_the_good_ones_go_in() {
    let mut world = with_areas();
    let bad = row("15400000002").replace("530999194402290016", "530999194402290017");
    let json = import_ledger(
        &mut world.server,
        "elder",
        &ledger(&[bad, row("15400000001")]),
    )
    .unwrap();
    assert_eq!(json["new"], 1);
    assert_eq!(json["problems"][0]["line"], 2);
    assert_eq!(json["problems"][0]["column"], "公民身份号码");
    assert!(!json.to_string().contains("530999194402290017"));
}

/// Imports a ledger that says its own day above the header.
fn import_dated(world: &mut World, day: &str, rows: &[String]) -> serde_json::Value {
    let mut file =
        format!("特殊困难老年人信息台账\n填报单位：示例乡,,填报日期：{day}\n").into_bytes();
    file.extend(ledger(rows));
    let json = import_ledger(&mut world.server, "elder", &file).unwrap();
    assert_eq!(json["dated"], day.replace('.', "-"));
    json
}

fn phone_shown(world: &mut World) -> String {
    let person = only_person(world);
    let record = world.stored(|turn| turn.record(person)).unwrap();
    assert!(record.conflicts().is_empty());
    record.text("phone").unwrap_or_default().to_owned()
}

#[test]
fn an_older_ledger_imported_later_takes_nothing_back() {
    let mut world = with_areas();
    import_dated(&mut world, "2024-06-30", &[row("15400000001")]);
    import_dated(&mut world, "2024-08-31", &[row("15400000009")]);
    // A later one that says the same: it too is what an older one must not take back.
    import_dated(&mut world, "2024-09-30", &[row("15400000009")]);
    for (day, phone) in [("2024-06-30", "15400000001"), ("2024-09-01", "15400000002")] {
        let told = import_dated(&mut world, day, &[row(phone)]);
        assert_eq!(told["changed"], 0);
        assert_eq!(told["older"][0]["field"], "phone");
        assert_eq!(told["older"][0]["line"], 4);
        assert_eq!(phone_shown(&mut world), "15400000009");
    }
    // A number that is taken again is new where the ledger says that it is.
    let told = import_dated(&mut world, "2024-10-31", &[row("15400000001")]);
    assert_eq!(
        (&told["changed"], &told["older"]),
        (&1.into(), &serde_json::json!([]))
    );
    assert_eq!(phone_shown(&mut world), "15400000001");
}

#[test]
fn a_ledger_without_a_day_does_not_say_again_what_a_later_import_replaced() {
    let mut world = with_areas();
    import(&mut world, &[row("15400000001")]);
    import(&mut world, &[row("15400000009")]);
    let file = ledger(&[row("15400000001")]);
    let told = import_ledger(&mut world.server, "elder", &file).unwrap();
    assert_eq!(
        told["older"],
        serde_json::json!([{"line": 2, "field": "phone"}])
    );
    assert_eq!(phone_shown(&mut world), "15400000009");
    assert_eq!(import(&mut world, &[row("15400000003")]), (0, 1, 0));
}

#[test]
fn a_cell_that_a_newer_ledger_emptied_is_told_and_left_for_a_person() {
    let mut world = with_areas();
    import_dated(&mut world, "2024-06-30", &[row("15400000001")]);
    let told = import_dated(&mut world, "2024-08-31", &[row("")]);
    let wanted = serde_json::json!([{"line": 4, "column": "联系电话", "field": "phone"}]);
    assert_eq!(told["emptied"], wanted);
    assert_eq!(phone_shown(&mut world), "15400000001");
    let older = import_dated(&mut world, "2024-05-31", &[row("")]);
    assert_eq!(older["emptied"], serde_json::json!([]));
}
