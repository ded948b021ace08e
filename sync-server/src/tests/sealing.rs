//! What the log holds, and that everything settled follows from it.

use std::collections::BTreeMap;

use tanfang_core::model::{Compartment, Kind, RecordId};

use super::world::*;
use crate::store::{Route, SaveNo};

#[test]
fn a_part_in_the_log_is_sealed_also_for_who_opens_the_database() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let marker = "标记甲乙丙丁";
    let parts = card(world.id(), world.id(), VILLAGE, marker);
    phone.save(&world, Some(&world.card.clone()), parts);
    assert!(accepted(&world.verdict(&phone)));
    let parts = world.stored(|turn| {
        let last = turn.tx().last_save()?;
        let mut all = Vec::new();
        for no in 1..=last.0 {
            all.extend(turn.tx().parts_of(SaveNo(no))?);
        }
        Ok(all)
    });
    assert!(parts.len() >= 3);
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(parts.iter().all(|(_, part)| !holds(&part.sealed, marker)));
    let files = world.at_rest();
    assert!(!holds(&files, marker) && !holds(&files, "530999194402290016"));
}

/// Everything that a county has: a name in a card, a visit, a worker's name, a note that waits, a
/// refusal, a snapshot, a list of areas.
#[test]
fn who_runs_the_database_reads_no_name_no_number_and_no_place() {
    let mut world = World::on_postgres();
    let mut phone = world.worker("village_committee", VILLAGE);
    let marker = "标记甲乙丙丁";
    let (household, person) = (world.id(), world.id());
    let parts = card(household, person, VILLAGE, marker);
    phone.save(&world, Some(&world.card.clone()), parts);
    assert!(accepted(&world.verdict(&phone)));
    phone.edit(&world, person, "name", "标记戊己庚辛");
    assert!(accepted(&world.verdict(&phone)));
    let named = [
        marker,
        "标记戊己庚辛",
        "530999194402290016",
        VILLAGE,
        "village_committee",
    ];
    world
        .server
        .build_snapshot(crate::engine::Cut {
            tail: 1,
            part_bytes: 500,
        })
        .unwrap();
    let read = world.at_rest();
    let holds = |read: &[u8], text: &str| read.windows(text.len()).any(|w| w == text.as_bytes());
    for text in named {
        assert!(!holds(&read, text), "{text}");
    }
    // What is to be found is found: ids are readable, and so would a name be that lay open.
    assert!(read.windows(16).any(|bytes| bytes == person.bytes()));
    let database = world.database.as_ref().unwrap();
    database.sql(&format!(
        "UPDATE devices SET app = convert_to('{marker}', 'UTF8')"
    ));
    assert!(holds(&world.at_rest(), marker));
}

fn settled(world: &mut World) -> BTreeMap<RecordId, (Route, Option<Vec<u8>>)> {
    world.stored(|turn| {
        let mut routes = Vec::new();
        turn.tx().records(&mut |id, route| {
            routes.push((id, route));
            Ok(())
        })?;
        let mut all = BTreeMap::new();
        for (id, route) in routes {
            let bytes = turn.tx().settled(id)?;
            all.insert(id, (route, bytes));
        }
        Ok(all)
    })
}

#[test]
fn everything_settled_can_be_made_again_from_the_log() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let mut other = world.worker("village_committee", VILLAGE);
    let (household, person) = phone.card(&world, VILLAGE);
    phone.visit(&world, household, person);
    phone.edit(&world, person, "phone", "15400000001");
    world.push(&phone, 1).unwrap();
    other.edit(&world, person, "phone", "15400000002");
    let area = part(
        household,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        &[("$area", OTHER)],
    );
    other.save(&world, None, vec![area]);
    world.push(&other, 1).unwrap();
    let helper = world.worker("helper", "530999");
    let pair = pairing(&world, helper.worker, person, None);
    world.own(vec![pair]);
    let before = settled(&mut world);
    let facts = world.stored(|turn| turn.facts());
    assert!(
        before
            .values()
            .any(|(route, _)| route.carriers.contains("worker/"))
    );
    world.server.write(|turn| turn.rebuild()).unwrap();
    assert_eq!(settled(&mut world), before);
    assert_eq!(world.stored(|turn| turn.facts()), facts);
}
