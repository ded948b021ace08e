//! Parity: histories made by chance, arriving in orders made by chance, come out of the phones'
//! stores and the server's as the same report, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use stories::played::{Published, Template, play};
use stories::world::{OTHER_VILLAGE, VILLAGE};
use tanfang_core::compliance::Pack;
use tanfang_core::compliance::cases::Case;
use tanfang_core::facts::rows::*;

/// Each is a history of its own; what one finds is found again by its number.
const HISTORIES: std::ops::Range<u64> = 0..48;
const PACKS: [&str; 3] = ["ah-2024", "cn-2022-73", "nm-2022"];
const HOUR: i64 = 3_600_000;

/// SplitMix64: the same numbers on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, many: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % many
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len() as u64) as usize;
        all[at].clone()
    }

    /// A day from March to July 2024.
    fn day(&mut self) -> Day {
        let first: Day = "2024-03-01".parse().expect("a day");
        first.plus(self.below(150) as i32)
    }

    fn maybe_day(&mut self, one_in: u64) -> Option<Day> {
        self.one_in(one_in).then(|| self.day())
    }
}

fn dated(code: &str) -> Dated {
    Dated {
        code: code.to_owned(),
        from: "2023-06-01".parse().ok(),
        to: None,
    }
}

fn subject(chance: &mut Chance, number: usize) -> Subject {
    let (household, group, village) = [
        ("h1", Group::Elder, VILLAGE),
        ("h1", Group::Child, VILLAGE),
        ("h1", Group::Child, VILLAGE),
        ("h2", Group::Elder, VILLAGE),
        ("h3", Group::Elder, OTHER_VILLAGE),
    ][number];
    let (born, codes) = match group {
        Group::Elder => (
            "1944-02-29",
            ["left_behind", "disabled_ability", "risk_high"].as_slice(),
        ),
        Group::Child => ("2014-06-01", ["left_behind", "risk_key"].as_slice()),
    };
    let mut codes: Vec<Dated> = codes.iter().map(|code| dated(code)).collect();
    if chance.one_in(2) {
        codes.pop();
    }
    let stays = chance.one_in(4).then(|| {
        let from = chance.day();
        LifeState {
            state: chance.of(&["hospital", "away", "institution"]).into(),
            from: Some(from),
            to: Some(from.plus(chance.below(40) as i32)),
            family_contacted_on: Some(from),
        }
    });
    let consent = chance.maybe_day(5).map(|on| Consent {
        state: chance.of(&["informed_refuse", "informed_agree"]).into(),
        on: Some(on),
    });
    Subject {
        id: format!("s{number}"),
        group,
        birth_date: born.parse().ok(),
        divisions: vec![Dated {
            code: village.to_owned(),
            from: None,
            to: None,
        }],
        household: household.into(),
        registered: vec![Span {
            from: "2023-06-01".parse().ok(),
            to: chance.maybe_day(6),
        }],
        categories: codes,
        states: stays.into_iter().collect(),
        consent: consent.into_iter().collect(),
        died_on: chance.maybe_day(8),
        died_more_than_once: false,
        moved_on: None,
        conflicted: false,
    }
}

fn assignments(chance: &mut Chance) -> Vec<Assignment> {
    let mut all = Vec::new();
    for (worker, role, village) in [
        ("w1", "village_committee", VILLAGE),
        ("w2", "child_director", VILLAGE),
        ("w3", "village_committee", OTHER_VILLAGE),
    ] {
        let ends = chance.maybe_day(4);
        let last_sync = chance.one_in(3).then(|| chance.day().begins());
        let held = |worker: &str, from: Option<Day>, to: Option<Day>| Assignment {
            worker: worker.to_owned(),
            role: role.to_owned(),
            division: village.to_owned(),
            from,
            to,
            last_sync: None,
        };
        all.push(Assignment {
            last_sync,
            ..held(worker, "2023-06-01".parse().ok(), ends)
        });
        // Somebody else comes after, soon or late.
        if let Some(end) = ends {
            let from = end.plus(1 + chance.below(40) as i32);
            all.push(held(&format!("{worker}b"), Some(from), None));
        }
    }
    all
}

fn visit(chance: &mut Chance, number: usize) -> Visit {
    let (people, workers): (&[&str], &[(&str, &str)]) = chance.of(&[
        (
            &["s0", "s1", "s2"][..],
            &[("w1", "village_committee"), ("w2", "child_director")][..],
        ),
        (&["s1", "s2"][..], &[("w2", "child_director")][..]),
        (&["s0"][..], &[("w1", "village_committee")][..]),
        (&["s3"][..], &[("w1", "village_committee")][..]),
        (&["s4"][..], &[("w3", "village_committee")][..]),
    ]);
    let met: BTreeMap<String, Met> = people
        .iter()
        .map(|id| {
            let met = if chance.one_in(4) {
                Met::NotMet
            } else {
                Met::Met
            };
            ((*id).to_owned(), met)
        })
        .collect();
    let any = met.values().any(|met| *met == Met::Met);
    let started = Instant(chance.day().begins().0 + chance.below(96) as i64 * HOUR / 4);
    let recorded = Instant(started.0 + chance.of(&[0, 0, 0, 30, 80]) * HOUR);
    // The order of arrival is chance's: hours, days or months after it was written down.
    let received = Instant(recorded.0 + chance.of(&[0, 1, 7, 60, 400, 1200]) * HOUR);
    let role = |(worker, role): &(&str, &str)| Participant {
        worker: (*worker).to_owned(),
        role: (*role).to_owned(),
    };
    let late = recorded.0 - started.0 > 24 * HOUR;
    Visit {
        id: format!("v{number}"),
        subjects: met,
        mode: chance.of(&["home", "home", "phone"]).into(),
        outcome: if any { "met" } else { "not_met" }.into(),
        started_at: started,
        recorded_at: recorded,
        received_at: Some(received),
        last_server_time: None,
        clocks: BTreeMap::new(),
        participants: workers.iter().map(role).collect(),
        backfill_reason: (late && chance.one_in(2)).then(|| "paper".to_owned()),
        confirmed: chance.one_in(5).then(|| chance.one_in(2)),
        conflicted: false,
    }
}

fn history(number: u64) -> Case {
    let mut chance = Chance(number);
    let plan = |chance: &mut Chance, subject: &str| {
        let from = chance.day();
        Document {
            subject: subject.to_owned(),
            kind: "service_plan".into(),
            from: Some(from),
            to: Some(from.plus(chance.below(300) as i32)),
        }
    };
    let many = 4 + chance.below(8) as usize;
    let facts = Facts {
        subjects: (0..5).map(|at| subject(&mut chance, at)).collect(),
        pairings: vec![Pairing {
            id: "p".into(),
            subject: "s3".into(),
            worker: "w1".into(),
            from: Some(chance.day()),
            to: None,
        }],
        assignments: assignments(&mut chance),
        documents: vec![plan(&mut chance, "s0"), plan(&mut chance, "s3")],
        visits: (0..many).map(|at| visit(&mut chance, at)).collect(),
        unread: Vec::new(),
    };
    Case {
        name: format!("history {number}"),
        as_of: Instant(chance.day().plus(30).begins().0 + chance.below(24) as i64 * HOUR),
        facts,
        expect: Vec::new(),
    }
}

#[test]
fn histories_made_by_chance_give_the_same_report_in_every_store() {
    let packs = PACKS.map(|id| {
        let text = Pack::built_in_text(id).expect("a built-in pack");
        (text.to_owned(), "2010-01-01")
    });
    let codes: BTreeSet<_> = [VILLAGE, OTHER_VILLAGE]
        .map(|code| code.parse().expect("a code"))
        .into();
    let published = Published {
        packs: packs.into(),
        calendar: None,
    };
    let template = Template::new(&codes, &published);
    let next = AtomicUsize::new(0);
    let histories: Vec<u64> = HISTORIES.collect();
    let work = || {
        let mut unlike = Vec::new();
        while let Some(number) = histories.get(next.fetch_add(1, Ordering::Relaxed)) {
            let case = history(*number);
            match play(&template, &case, &BTreeSet::new()) {
                Ok(found) => unlike.extend(found.unlike.into_iter().map(|one| (*number, one))),
                Err(why) => unlike.push((*number, why)),
            }
        }
        unlike
    };
    let unlike: Vec<(u64, String)> = std::thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert!(unlike.is_empty(), "{unlike:#?}");
}
