//! Somebody who holds a phone's keys and writes its messages by hand: everything is refused with a
//! word, nothing is half taken, nothing is seen that is not theirs, and the server goes on.

mod bodies;
mod numbers;
mod saves;
mod strangers;
mod tokens;

use stories::hand_card;
use stories::raw::{Raw, part};
use stories::world::{OTHER_VILLAGE, VILLAGE, World};
use tanfang_core::model::{Compartment, FormRef, Kind, RecordId};
use tanfang_core::wire::{RefusalReason, VerdictKind};

const DAY: &str = "2024-06-24T08:00:00+08:00";
/// What no stranger may read.
const MARK: &str = "测试密";

struct Scene {
    world: World,
    honest: Raw,
    stranger: Raw,
    form: FormRef,
    person: RecordId,
    home: RecordId,
}

/// A person of the first village, told by its worker; a worker of the second village with a
/// household of their own, who has heard the person's id somewhere.
fn scene() -> Scene {
    let world = World::at(DAY);
    hand_card::publish(&world, DAY);
    let mut honest = Raw::enrol(&world, DAY, "测试员甲", "village_committee", VILLAGE);
    let stranger = Raw::enrol(&world, DAY, "测试员乙", "village_committee", OTHER_VILLAGE);
    let form = hand_card::told_to(&honest);
    let (home, person) = household(&mut honest, &form, VILLAGE, MARK);
    assert!(accepted(&honest.verdict()));
    Scene {
        world,
        honest,
        stranger,
        form,
        person,
        home,
    }
}

fn household(phone: &mut Raw, form: &FormRef, area: &str, name: &str) -> (RecordId, RecordId) {
    let (home, person) = (phone.id(), phone.id());
    let contact = Compartment::Contact;
    let parts = vec![
        part(
            home,
            Kind::HOUSEHOLD,
            contact,
            true,
            &[("$area", area), ("home_division", area)],
        ),
        part(
            person,
            Kind::PERSON,
            contact,
            true,
            &[("household", &home.to_string()), ("name", name)],
        ),
    ];
    phone.save(Some(form), parts);
    (home, person)
}

fn accepted(verdict: &VerdictKind) -> bool {
    matches!(verdict, VerdictKind::Accepted { .. })
}

fn refused(verdict: &VerdictKind) -> Option<RefusalReason> {
    match verdict {
        VerdictKind::Refused(refusal) => {
            assert!(!refusal.message.contains(MARK), "{}", refusal.message);
            // A question's problem is said in its form's words; all else for who reads either language.
            let chinese = refusal.message.chars().any(|c| ('一'..='龥').contains(&c));
            let both = chinese && refusal.message.contains(" / ");
            assert!(refusal.field.is_some() || both, "{}", refusal.message);
            Some(refusal.reason)
        }
        _ => None,
    }
}
