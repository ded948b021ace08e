//! Pairings (结对帮扶): the helper's own feed.

use tanfang_core::model::{Compartment, Kind, RecordId};
use tanfang_core::wire::RefusalReason;

use super::world::*;

#[test]
fn a_pairing_brings_what_is_needed_to_visit_and_nothing_else() {
    let mut world = World::new();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (household, person) = cadre.card(&world, VILLAGE);
    let visit = cadre.visit(&world, household, person);
    world.push(&cadre, 1).unwrap();
    let mut helper = world.worker("helper", "530999");
    assert!(
        world
            .pull(&mut helper)
            .iter()
            .all(|(feed, _)| feed.to_string().ends_with("/roster"))
    );
    let pair = pairing(&world, helper.worker, person, None);
    let pair_id = pair.record;
    world.own(vec![pair]);
    let items = world.pull(&mut helper);
    let own = told(&items, &format!("worker/{}", helper.worker));
    for id in [household, person, visit] {
        assert!(own.contains(&('s', id)), "{own:?}");
    }
    assert!(own.contains(&('p', pair_id)));
    for (feed, _) in &items {
        assert!(!feed.to_string().ends_with("/care") && !feed.to_string().ends_with("/identity"));
    }
    let later = cadre.visit(&world, household, person);
    world.verdict(&cadre);
    let own = told(
        &world.pull(&mut helper),
        &format!("worker/{}", helper.worker),
    );
    assert!(own.contains(&('p', later)));
}

#[test]
fn a_paired_helper_may_record_visits_to_the_person_only() {
    let mut world = World::new();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (household, person) = cadre.card(&world, VILLAGE);
    let (other, somebody) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    let mut helper = world.worker("helper", "530999");
    let pair = pairing(&world, helper.worker, person, None);
    world.own(vec![pair]);
    helper.visit(&world, household, person);
    assert!(accepted(&world.verdict(&helper)));
    helper.visit(&world, other, somebody);
    assert_eq!(
        refused_for(&world.verdict(&helper)),
        Some(RefusalReason::OutOfScope)
    );
}

/// A visit whose form asks for a word about care.
const WORDED_VISIT: &str = r#"
| survey | | | | | | |
| | type | name | label | required | bind::tanfang:of | bind::tanfang:compartment |
| | text | mode | mode | | visit | contact |
| | text | started_at | started | | visit | contact |
| | text | note | note | yes | visit | care |
| | begin repeat | people | people | | visit | contact |
| | text | person | person | | | |
| | text | met | met | | | |
| | end repeat | | | | | |
| settings | | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind | |
| | visit | visit | 1 | tanfang="https://tanfang.example/xlsform" | visit | |
"#;

#[test]
fn who_is_paired_and_whose_role_has_ended_is_asked_for_contact_alone_unless_they_wrote_in_that_role()
 {
    let mut world = World::with_forms([CARD, WORDED_VISIT]);
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (household, person) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    let former = world.worker_until("village_committee", VILLAGE, Some("2024-05-09"));
    let mut former = world.phone_of(former);
    let pair = pairing(&world, former.worker, person, None);
    world.own(vec![pair]);
    let mut visits_as = |role: &str| {
        former.visit(&world, household, person);
        former.alter(former.saves.len() as u64, |save| {
            save.envelope.role = role.into();
            save.parts.pop();
        });
        world.verdict(&former)
    };
    assert!(accepted(&visits_as("")), "the phone did not ask");
    // A phone that had not heard of the end asked, and would have insisted.
    assert_eq!(
        refused_for(&visits_as("village_committee")),
        Some(RefusalReason::FormProblems)
    );
    assert!(accepted(&visits_as("a role never held")));
}

/// A helper who was paired with a person of the cadre's, and is not any more: the pairing ended by
/// its date, and nobody has told the helper yet.
struct Ended {
    world: World,
    cadre: Phone,
    helper: Phone,
    household: RecordId,
    person: RecordId,
}

fn ended() -> Ended {
    let mut world = World::new();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (household, person) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    let mut helper = world.worker("helper", "530999");
    let pair = pairing(&world, helper.worker, person, Some("2024-05-15"));
    world.own(vec![pair]);
    world.pull(&mut helper);
    world.move_clock(6 * 86_400_000);
    Ended {
        world,
        cadre,
        helper,
        household,
        person,
    }
}

#[test]
fn a_pairing_that_ended_takes_the_people_out_of_the_helpers_feed() {
    let Ended {
        mut world,
        mut cadre,
        mut helper,
        household,
        person,
    } = ended();
    let own = told(
        &world.pull(&mut helper),
        &format!("worker/{}", helper.worker),
    );
    assert!(
        own.contains(&('d', person)) && own.contains(&('d', household)),
        "{own:?}"
    );
    cadre.edit(&world, person, "phone", "15400000001");
    world.verdict(&cadre);
    assert!(world.pull(&mut helper).is_empty());
}

#[test]
fn what_is_made_again_after_a_pairing_ended_tells_the_helper_all_the_same() {
    let Ended {
        mut world,
        mut helper,
        person,
        ..
    } = ended();
    world.server.write(|turn| turn.rebuild()).unwrap();
    let own = format!("worker/{}", helper.worker);
    let items = world.pull(&mut helper);
    assert!(told(&items, &own).contains(&('d', person)), "{items:?}");
}

#[test]
fn nobody_pairs_or_confirms_who_does_not_supervise_the_area() {
    let mut world = World::new();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (household, person) = cadre.card(&world, VILLAGE);
    let visit = cadre.visit(&world, household, person);
    world.push(&cadre, 1).unwrap();
    let row = world.row();
    let by = format!("confirmation[{row}].by");
    let confirm = || {
        vec![part(
            visit,
            Kind::VISIT,
            Compartment::Contact,
            &[(&by, "township")],
        )]
    };
    cadre.save(&world, None, confirm());
    assert_eq!(
        refused_for(&world.verdict(&cadre)),
        Some(RefusalReason::OutOfScope)
    );
    let own_pairing = pairing(&world, cadre.worker, person, None);
    cadre.save(&world, None, vec![own_pairing]);
    assert_eq!(
        refused_for(&world.verdict(&cadre)),
        Some(RefusalReason::OutOfScope)
    );
    let mut supervisor = world.worker("township_civil", "530999201");
    supervisor.save(&world, None, confirm());
    assert!(accepted(&world.verdict(&supervisor)));
}
