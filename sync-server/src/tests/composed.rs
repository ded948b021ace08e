//! Letters with two writings: é is one character (NFC) or an e and a mark (NFD).

use tanfang_core::facts::list_row;
use tanfang_core::model::{Compartment, Kind, Value};
use tanfang_core::wire::RefusalReason;

use super::world::*;

const ONE: &str = "Jos\u{e9}";
const TWO: &str = "Jose\u{301}";

#[test]
fn a_name_in_pieces_is_kept_as_it_was_written_and_found_by_either_writing() {
    let born = "| | date | birth_date | born | | person | contact |\n| | text | phone |";
    let asks = CARD.replace("| | text | phone |", born);
    let mut world = World::with_forms([&asks, VISIT]);
    let mut phone = world.worker("village_committee", VILLAGE);
    for (name, other) in [(ONE, TWO), (TWO, ONE)] {
        let (household, person) = (world.id(), world.id());
        let mut parts = card(household, person, VILLAGE, name);
        let birth = part(
            person,
            Kind::PERSON,
            Compartment::Contact,
            &[("birth_date", "1944-02-29")],
        );
        parts[1].writes.extend(birth.writes);
        phone.save(&world, Some(&world.card), parts);
        let verdict = world.verdict(&phone);
        assert!(accepted(&verdict), "{verdict:?}");
        world.stored(|turn| {
            let record = turn.record(person)?.unwrap();
            assert_eq!(record.text("name"), Some(name), "as it was written");
            assert_eq!(list_row(&record).title, ONE);
            let village = VILLAGE.parse().unwrap();
            for asked in [name, other] {
                let key = turn.by_name(asked, "1944-02-29", &village).unwrap();
                assert!(turn.tx().look_up(&key)?.contains(&person), "{asked:?}");
            }
            Ok(())
        });
    }
}

#[test]
fn names_and_codes_in_pieces_are_refused_each_with_its_reason_and_hold_up_nobody() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (household, person) = phone.card(&world, VILLAGE);
    let form = world.card.clone();
    let said = |field: &str, value: &str| {
        part(
            person,
            Kind::PERSON,
            Compartment::Contact,
            &[(field, value)],
        )
    };
    // A compatibility character composes to another one, and is a letter of names.
    phone.save(&world, Some(&form), vec![said("\u{f900}", "1")]);
    let mut kind = said("name", "1");
    (kind.record, kind.begins) = (world.id(), true);
    kind.kind = Kind::named("caf\u{65}\u{301}");
    phone.save(&world, None, vec![kind]);
    phone.save(&world, Some(&form), vec![said("phone", "15400000001")]);
    let role = phone.saves.len() as u64;
    phone.alter(role, |save| save.envelope.role.push('\u{301}'));
    phone.save(&world, Some(&form), vec![said("sex", "1\u{301}")]);
    let mut area = part(
        household,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        &[("$area", "")],
    );
    area.writes[0].value = Value::text(format!("{VILLAGE}\u{301}"));
    phone.save(&world, None, vec![area]);
    phone.save(&world, Some(&form), vec![said("name", TWO)]);

    let reply = world.push(&phone, 1).unwrap();
    let told: Vec<_> = reply.verdicts.iter().map(|told| &told.verdict).collect();
    assert!(accepted(told[0]) && accepted(told[6]), "{told:?}");
    let reasons: Vec<_> = told[1..6].iter().map(|told| refused_for(told)).collect();
    use RefusalReason::{Malformed, UnknownCode};
    assert_eq!(
        reasons[..4],
        [Malformed, Malformed, Malformed, UnknownCode].map(Some)
    );
    assert!(reasons[4].is_some(), "no place is written so: {reasons:?}");
}
