use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use tanfang_core::facts::rows::Day;

use super::*;
use crate::engine::GroundsError;
use crate::tests::world::*;

/// How many steps the store takes to find the causes of `units` lines in a county where `roles` were
/// given since, and what it finds of the first.
fn steps(units: usize, roles: usize) -> (u64, Vec<Cause>) {
    let mut world = World::on_file();
    let mut phone = world.worker("village_committee", VILLAGE);
    let people: Vec<String> = (0..units)
        .map(|_| phone.card(&world, VILLAGE).1.to_string())
        .collect();
    world.push(&phone, 1).unwrap();
    world.move_clock(86_400_000);
    let day: Day = "2024-05-10".parse().unwrap();
    let frozen: Result<Frozen, GroundsError> = world.server.read(|turn| {
        let grounds = turn.grounds()?;
        Ok(turn.figures_of(&grounds, &VILLAGE.parse().unwrap(), day)?)
    });
    let frozen = frozen.unwrap();
    world.move_clock(1_000);
    for _ in 0..roles {
        world.worker_until("village_committee", OTHER, None);
    }
    world.worker_until("township_civil", "530999201", None);
    let counter = Arc::new(AtomicU64::new(0));
    world.server.disk().count_steps(counter.clone());
    let found: Result<Vec<Cause>, GroundsError> = world.server.read(|turn| {
        let mut grounds = turn.grounds()?;
        let living = |id: &String| {
            let home = json!([{"code": VILLAGE, "from": null, "to": null}]);
            serde_json::from_value(json!({"id": id, "group": "elder", "divisions": home}))
        };
        let subjects: Result<_, _> = people.iter().map(living).collect();
        grounds.facts.subjects = subjects.unwrap();
        counter.store(0, Ordering::Relaxed);
        let mut causes = Causes::new(&grounds, &frozen);
        let mut found = Vec::new();
        for unit in &people {
            let line = Correction {
                rule: "R01".to_owned(),
                unit: unit.clone(),
                period: "2024-05".to_owned(),
                frozen: None,
                now: None,
                by: Vec::new(),
            };
            found.push(causes.of(turn, &line)?);
        }
        assert!(found.windows(2).all(|two| two[0] == two[1]));
        Ok(found.remove(0))
    });
    (counter.load(Ordering::Relaxed), found.unwrap())
}

#[test]
fn the_causes_of_twice_the_lines_under_twice_the_roles_take_twice_the_steps() {
    let (few, found) = steps(20, 20);
    let kinds: Vec<&str> = found.iter().map(|cause| cause.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["assignment"],
        "the township's, none of the other village"
    );
    let (many, _) = steps(40, 40);
    assert!(many * 10 <= few * 22, "{few} steps, then {many}");
}
