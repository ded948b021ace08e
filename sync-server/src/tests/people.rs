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
