//! The people and visits of the bench, made from numbers alone, the same on every machine.

use std::collections::BTreeMap;
use tanfang_core::facts::rows::{
    Assignment, Dated, Day, Group, Instant, Met, Participant, Span, Subject, Visit,
};

pub const PEOPLE_OF_A_VILLAGE: usize = 100;
const VILLAGES_OF_A_TOWNSHIP: usize = 30;
const FIRST_DAY: &str = "2022-07-01";
/// From the first day to that of the report.
const DAYS: usize = 720;

/// Every person and visit.
pub struct World {
    pub people: usize,
    pub visits: usize,
}

/// A number that looks like chance, the same on every machine (SplitMix64).
fn mixed(number: usize, salt: u64) -> u64 {
    let mut x = (number as u64).wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn id(kind: u64, number: usize) -> String {
    let high = u128::from(mixed(number, kind));
    uuid::Uuid::from_u128((high << 64) | u128::from(mixed(number, kind + 100))).to_string()
}

impl World {
    pub fn village(&self, person: usize) -> String {
        let village = person / PEOPLE_OF_A_VILLAGE;
        let (township, own) = (
            village / VILLAGES_OF_A_TOWNSHIP,
            village % VILLAGES_OF_A_TOWNSHIP,
        );
        format!("530999{:03}{:03}", 100 + township, 201 + own)
    }

    fn is_child(number: usize) -> bool {
        number.is_multiple_of(3)
    }

    pub fn subject(&self, number: usize) -> Subject {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        let child = Self::is_child(number);
        let codes: &[&str] = match (child, number % 4) {
            (true, _) => &["left_behind"],
            (false, 0) => &["living_alone"],
            (false, _) => &["left_behind", "disabled_ability"],
        };
        let since = Some(day("2021-01-01"));
        let dated = |code: &&str| Dated {
            code: (*code).to_owned(),
            from: since,
            to: None,
        };
        Subject {
            id: id(1, number),
            group: if child { Group::Child } else { Group::Elder },
            birth_date: Some(day(if child { "2014-06-01" } else { "1944-02-29" })),
            divisions: Vec::new(),
            // Two children of three share a household with the next but one.
            household: id(2, number - number % 6),
            registered: vec![Span {
                from: since,
                to: None,
            }],
            categories: codes.iter().map(dated).collect(),
            states: Vec::new(),
            consent: Vec::new(),
            died_on: None,
            died_more_than_once: false,
            moved_on: None,
            conflicted: false,
        }
    }

    pub fn holder(&self, village: usize, role: &str) -> Assignment {
        let kind = if role == "child_director" { 5 } else { 4 };
        Assignment {
            worker: id(kind, village),
            role: role.to_owned(),
            division: self.village(village * PEOPLE_OF_A_VILLAGE),
            from: None,
            to: None,
            last_sync: None,
        }
    }

    pub fn visit(&self, number: usize) -> Visit {
        let person = mixed(number, 6) as usize % self.people;
        let first: Day = FIRST_DAY.parse().expect("a day");
        let day = first.plus((mixed(number, 7) as usize % DAYS) as i32);
        let started = Instant(day.begins().0 + 32_400_000 + (mixed(number, 8) % 28_800_000) as i64);
        let role = match Self::is_child(person) {
            true => "child_director",
            false => "village_committee",
        };
        let met = !mixed(number, 9).is_multiple_of(8);
        Visit {
            id: id(3, number),
            subjects: BTreeMap::from([(id(1, person), if met { Met::Met } else { Met::NotMet })]),
            mode: if mixed(number, 10).is_multiple_of(4) {
                "phone"
            } else {
                "home"
            }
            .to_owned(),
            outcome: if met { "met" } else { "not_met" }.to_owned(),
            started_at: started,
            recorded_at: Instant(started.0 + 600_000),
            received_at: Some(Instant(started.0 + 3_600_000)),
            last_server_time: None,
            clocks: BTreeMap::new(),
            participants: vec![Participant {
                worker: self.holder(person / PEOPLE_OF_A_VILLAGE, role).worker,
                role: role.to_owned(),
            }],
            backfill_reason: None,
            confirmed: None,
            conflicted: false,
        }
    }
}
