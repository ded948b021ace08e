use super::*;
use crate::compliance::made::{day, elder, visit};
use crate::facts::rows::{Dated, Document};
use crate::model::area::AreaRow;
use crate::model::{
    Compartment, DeviceId, Envelope, Field, Head, Hlc, Kind, Origin, Part, Value, WallTime,
    WorkerId, Write,
};

const TOWN: &str = "530999201";
const VILLAGE: &str = "530999201201";

/// A person's id by number.
fn id(number: u8) -> RecordId {
    RecordId::from_slice(&[number; 16]).unwrap()
}

fn person(number: u8) -> Subject {
    elder(&id(number).to_string(), VILLAGE)
}

/// A card with a name, written on a day by a save of this role.
fn card(number: u8, on: &str, role: &str, device: u8) -> Record {
    let record = id(number);
    let head = Head {
        device: DeviceId::from_slice(&[device; 16]).unwrap(),
        seq: 1,
    };
    let wall = WallTime::beijing(day(on).begins().0);
    let origin = Origin {
        envelope: Envelope {
            head,
            stamp: Hlc::next(None, wall, head.device),
            wall,
            monotonic_millis: 0,
            last_server_millis: None,
            author: WorkerId::from_slice(&[9; 16]).unwrap(),
            role: role.to_owned(),
            form: None,
            app: String::new(),
        },
        received_at: Some(wall.millis),
    };
    let part = Part {
        record,
        kind: Kind::PERSON,
        compartment: Compartment::Contact,
        begins: true,
        row: None,
        writes: vec![Write {
            field: Field::parse("name").unwrap(),
            value: Value::text(format!("测试{device}")),
            seen: vec![],
            calculated: false,
        }],
    };
    let mut settled = Record::new(record, Kind::PERSON);
    settled.hear(&part, &origin);
    settled
}

#[derive(Default)]
struct Known {
    areas: AreaTree,
    confirmed: BTreeMap<String, Day>,
    cards: BTreeMap<RecordId, Record>,
    broken: BTreeSet<RecordId>,
}

impl Sources for Known {
    fn areas(&self) -> &AreaTree {
        &self.areas
    }

    fn confirmed(&self, area: &str, until: Day) -> Option<Day> {
        self.confirmed.get(area).copied().filter(|on| *on <= until)
    }

    fn record(&mut self, id: RecordId) -> Option<Record> {
        self.cards.get(&id).cloned()
    }

    fn is_traceable(&mut self, id: RecordId) -> bool {
        !self.broken.contains(&id)
    }
}

fn measured(facts: &Facts, known: &mut Known) -> Indicators {
    let measure = Measure {
        division: TOWN.to_owned(),
        on: day("2024-06-30"),
        bounds: Bounds::default(),
    };
    indicators(facts, &measure, known)
}

fn people(many: u8) -> Facts {
    Facts {
        subjects: (1..=many).map(person).collect(),
        ..Facts::default()
    }
}

fn counts(share: &Share) -> (usize, usize) {
    (share.count, share.of)
}

#[test]
fn grids_and_villages_without_grids_count_and_a_confirmation_lasts_half_a_year() {
    let list = [
        ("530999", "county", ""),
        (TOWN, "township", "530999"),
        (VILLAGE, "village", TOWN),
        ("530999201201001", "grid", VILLAGE),
        ("530999201201002", "grid", VILLAGE),
        ("530999201202", "village", TOWN),
        ("530999202", "township", "530999"),
    ];
    let mut known = Known {
        areas: tree(&list),
        ..Known::default()
    };
    let on = |known: &mut Known, area: &str, text: &str| {
        known.confirmed.insert(area.to_owned(), day(text));
    };
    on(&mut known, "530999201201001", "2024-01-02");
    on(&mut known, "530999201201002", "2024-01-01");
    let found = measured(&Facts::default(), &mut known);
    assert_eq!(counts(&found.complete), (1, 3));
    assert_eq!(found.complete.lacking, ["530999201201002", "530999201202"]);
    assert_eq!(found.complete.places[VILLAGE], (1, 2));
    on(&mut known, "530999201202", "2024-06-30");
    assert_eq!(
        counts(&measured(&Facts::default(), &mut known).complete),
        (2, 3)
    );
    on(&mut known, "530999201202", "2024-07-01");
    assert_eq!(
        counts(&measured(&Facts::default(), &mut known).complete),
        (1, 3)
    );
}

/// A list of areas: code, level, the one above.
fn tree(areas: &[(&str, &str, &str)]) -> AreaTree {
    let rows = areas.iter().map(|(code, level, parent)| AreaRow {
        code: (*code).to_owned(),
        name: format!("测试{code}"),
        level: (*level).to_owned(),
        parent: (*parent).to_owned(),
        ..AreaRow::default()
    });
    AreaTree::build(&rows.collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_card_is_current_for_half_a_year_after_somebody_wrote_on_it_or_refreshed_it() {
    let mut facts = people(5);
    let cards = [
        card(1, "2024-01-02", "village_committee", 1),
        card(2, "2024-01-01", "village_committee", 1),
        card(3, "2024-06-01", AUTOMATIC, 1),
        card(4, "2024-07-01", "village_committee", 1),
    ];
    let cards = cards.into_iter().map(|card| (card.id, card)).collect();
    facts.documents.push(Document {
        subject: id(5).to_string(),
        kind: REFRESH.into(),
        from: Some(day("2024-03-01")),
        to: None,
    });
    let mut known = Known {
        cards,
        ..Known::default()
    };
    let found = measured(&facts, &mut known);
    assert_eq!(counts(&found.current), (2, 5));
    let stale = [2, 3, 4].map(|number| id(number).to_string());
    assert_eq!(found.current.lacking, stale);
}

#[test]
fn who_has_a_conflict_or_an_unreadable_row_is_not_correct() {
    let mut facts = people(3);
    facts.subjects[1].categories.push(Dated {
        code: "a_code_of_tomorrow".into(),
        from: None,
        to: None,
    });
    let mut rivals = card(3, "2024-06-01", "village_committee", 1);
    rivals.join(&card(3, "2024-06-01", "village_committee", 2));
    assert!(!rivals.conflicts().is_empty());
    let mut known = Known {
        cards: BTreeMap::from([(rivals.id, rivals)]),
        ..Known::default()
    };
    let found = measured(&facts, &mut known);
    assert_eq!(counts(&found.correct), (1, 3));
    assert_eq!(
        found.correct.lacking,
        [id(2).to_string(), id(3).to_string()]
    );
}

#[test]
fn cards_and_their_visits_are_traceable_each_once() {
    let mut facts = people(2);
    let at = day("2024-05-10").begins();
    let [first, second] = [1, 2].map(|number| id(number).to_string());
    let seen = visit(&id(7).to_string(), &[&first, &second], at);
    facts.visits.push(seen);
    let mut known = Known::default();
    assert_eq!(counts(&measured(&facts, &mut known).traceable), (3, 3));
    known.broken.insert(id(7));
    let found = measured(&facts, &mut known);
    assert_eq!(counts(&found.traceable), (2, 3));
    assert_eq!(found.traceable.lacking, [id(7).to_string()]);
}

#[test]
fn who_left_the_ledger_or_lives_elsewhere_is_not_counted() {
    let mut facts = people(3);
    facts.subjects[0].registered[0].to = Some(day("2024-06-29"));
    facts.subjects[1].divisions[0].code = "530999202201".into();
    let found = measured(&facts, &mut Known::default());
    assert_eq!(found.correct.of, 1);
    assert_eq!(found.correct.per_mille(), Some(1000));
    assert_eq!(
        measured(&Facts::default(), &mut Known::default())
            .correct
            .per_mille(),
        None
    );
}
