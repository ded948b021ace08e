//! The compact state of a phone is a function of the set of saves alone: in whatever order they come,
//! however often, as single parts, as settled records or in a snapshot.

use proptest::prelude::*;
use std::collections::BTreeMap;

use super::support::*;
use crate::merge::{FeedDigest, Record, settle};
use crate::model::{
    Compartment, Field, Head, Kind, Origin, Part, Position, RowId, Save, VOID, Value, Write,
};
use crate::store::{Compared, Store, StoreError, Tx};
use crate::wire::{FeedEnd, Item, Page, PartName, SnapshotOffer, SnapshotPart};

const WHO: u8 = 10;
const DEVICES: u8 = 4;
const NOON: i64 = 1_715_313_600_000;
const ROW: &str = "018f3c2a-7b1c-7def-8abc-0123456789ab";
const FEEDS: [Compartment; 2] = [Compartment::Contact, Compartment::Care];

fn feed(compartment: Compartment) -> crate::model::Feed {
    let compartment = match compartment {
        Compartment::Care => "care",
        _ => "contact",
    };
    format!("{VILLAGE}/{compartment}").parse().unwrap()
}

fn in_row(leaf: &str) -> String {
    format!("category[{ROW}].{leaf}")
}

/// One press of a button: who, what they do, to which value, by which clock, and whether they had
/// met another device before.
type Step = (u8, u8, u8, i64, bool);

/// What somebody writes who looks at this record.
fn writes(record: &Record, act: u8, value: u8) -> Vec<(Compartment, Write)> {
    let said = |field: &str, value: Value, seen: Vec<Head>| Write {
        field: Field::parse(field).unwrap(),
        value,
        seen,
        calculated: field == "age",
    };
    let edit = |field: &str| {
        let seen = record.heads(&Field::parse(field).unwrap());
        said(field, Value::Int(value.into()), seen)
    };
    let row: RowId = ROW.parse().unwrap();
    let taken = Value::Bool(value.is_multiple_of(2));
    let contact = |write| vec![(Compartment::Contact, write)];
    match act {
        0 => contact(edit("phone")),
        1 => contact(edit(&in_row("to"))),
        2 => vec![(Compartment::Care, edit("note"))],
        3 => vec![
            (Compartment::Contact, edit("phone")),
            (Compartment::Contact, edit("name")),
            (Compartment::Care, edit("age")),
        ],
        // A row taken out, or put back.
        4 => {
            let seen = record.heads_under(Some(("category", row)));
            contact(said(&in_row("$gone"), taken, seen))
        }
        5 => contact(said(VOID, taken, record.heads_under(None))),
        // A person decides all that stands open.
        _ => {
            let open = record.conflicts().into_iter();
            let open = open.filter(|conflict| !conflict.field.is_pseudo());
            let decided = open.map(|conflict| {
                let field = conflict.field.as_str();
                let chosen = conflict.rivals[0].value.clone();
                let compartment = record.fields[conflict.field].compartment;
                (
                    compartment,
                    said(field, chosen, record.heads(conflict.field)),
                )
            });
            decided.collect()
        }
    }
}

fn said(save: &Save, received_at: Option<i64>) -> Vec<(Part, Origin)> {
    let origin = origin_of(save, received_at);
    let parts = save.parts.iter();
    parts.map(|part| (part.clone(), origin.clone())).collect()
}

/// Saves that real devices could have made: each names heads that its device had heard.
fn made(steps: Vec<Step>) -> Vec<Save> {
    let empty = || Record::new(record(WHO), Kind::PERSON);
    let mut knows: Vec<Record> = (0..DEVICES).map(|_| empty()).collect();
    let mut numbers = [0; DEVICES as usize];
    let mut saves: Vec<Save> = Vec::new();
    for (device_no, act, value, clock, meet) in steps {
        let who = usize::from(device_no);
        if meet {
            let other = knows[(who + 1) % knows.len()].clone();
            knows[who].join(&other);
        }
        let mut parts: BTreeMap<Compartment, Vec<Write>> = BTreeMap::new();
        for (compartment, write) in writes(&knows[who], act, value) {
            parts.entry(compartment).or_default().push(write);
        }
        if parts.is_empty() {
            continue;
        }
        numbers[who] += 1;
        let mut envelope = envelope(device_no + 1, numbers[who]);
        envelope.stamp.millis = NOON + clock;
        let begins = saves.is_empty();
        let parts = parts.into_iter().map(|(compartment, writes)| {
            part(record(WHO), Kind::PERSON, compartment, begins, writes)
        });
        let save = Save {
            envelope,
            parts: parts.collect(),
        };
        let told = said(&save, None);
        told.iter()
            .for_each(|(part, origin)| knows[who].hear(part, origin));
        saves.push(save);
    }
    saves
}

/// How some saves are told.
#[derive(Debug, Clone, Copy)]
enum As {
    Parts,
    Settled,
    Snapshot,
}

type Told = (As, Vec<prop::sample::Index>);

/// Saves, and the tellings of all of them: each alone at least, and several together, in any order.
fn told_somehow() -> impl Strategy<Value = (Vec<Save>, Vec<(As, Vec<usize>)>)> {
    let clock = prop_oneof![9 => 0..5_000_i64, 1 => 0..40 * 86_400_000_i64];
    let step = (0..DEVICES, 0..7_u8, 0..5_u8, clock, any::<bool>());
    let steps = prop::collection::vec(step, 1..24);
    let how = || prop_oneof![Just(As::Parts), Just(As::Settled), Just(As::Snapshot)];
    let some = prop::collection::vec(any::<prop::sample::Index>(), 1..8);
    let together = prop::collection::vec((how(), some), 0..6);
    (
        steps.prop_map(made),
        together,
        prop::collection::vec(how(), 24),
    )
        .prop_filter("nobody said anything", |(saves, ..)| !saves.is_empty())
        .prop_flat_map(|(saves, together, alone)| {
            let each = alone.into_iter().zip(0..saves.len());
            let each = each.map(|(how, at)| (how, vec![at]));
            let among = |(how, some): Told| {
                let some = some.iter().map(|index| index.index(saves.len()));
                (how, some.collect::<Vec<usize>>())
            };
            let told: Vec<_> = together.into_iter().map(among).chain(each).collect();
            (Just(saves), Just(told).prop_shuffle())
        })
}

/// When the server received a save.
fn received_at(at: usize) -> Option<i64> {
    Some(NOON + 60_000 + at as i64)
}

/// A phone, and all that it has heard.
struct Listener<'s> {
    store: Store,
    saves: &'s [Save],
    own: u64,
    heard: BTreeMap<(Head, Compartment), (Part, Origin)>,
}

impl Listener<'_> {
    /// What its record must be: settled from the set, whatever happened on the way.
    fn expected(&self) -> Record {
        let heard = self.heard.values().map(|(part, origin)| (part, origin));
        settle(record(WHO), Kind::PERSON, heard)
    }

    fn held(&self) -> Option<Record> {
        let found = self
            .store
            .read::<_, StoreError>(|tx| tx.record(record(WHO)));
        found.unwrap()
    }

    fn note(&mut self, save: &Save, compartment: Option<Compartment>, received_at: Option<i64>) {
        for (part, origin) in said(save, received_at) {
            if compartment.is_none_or(|of| of == part.compartment) {
                let key = (save.envelope.head, part.compartment);
                self.heard.insert(key, (part, origin));
            }
        }
    }

    /// Own saves are made here before anybody can tell of them.
    fn make_own_through(&mut self, at: usize) {
        for save in &self.saves[..=at] {
            let head = save.envelope.head;
            if head.device == device(ME) && head.seq > self.own {
                append(&self.store, save).unwrap();
                self.own = head.seq;
                self.note(save, None, None);
            }
        }
    }

    fn hear(&mut self, how: As, which: &[usize]) {
        let own = which.iter().filter(|at| {
            let head = self.saves[**at].envelope.head;
            head.device == device(ME)
        });
        if let Some(last) = own.max().copied() {
            self.make_own_through(last);
        }
        for compartment in FEEDS {
            let told = which
                .iter()
                .flat_map(|at| said(&self.saves[*at], received_at(*at)));
            let told = told.filter(|(part, _)| part.compartment == compartment);
            let told: Vec<(Part, Origin)> = told.collect();
            if told.is_empty() {
                continue;
            }
            self.store
                .write::<_, StoreError>(|tx| tell(tx, how, compartment, &told))
                .unwrap();
            for at in which {
                let save = &self.saves[*at];
                self.note(save, Some(compartment), received_at(*at));
            }
        }
    }
}

fn tell(
    tx: &Tx<'_>,
    how: As,
    compartment: Compartment,
    told: &[(Part, Origin)],
) -> Result<(), StoreError> {
    let feed = feed(compartment);
    let settled = |position| Item::Settled {
        position,
        record: Box::new(settle(
            record(WHO),
            Kind::PERSON,
            told.iter().map(|(part, origin)| (part, origin)),
        )),
    };
    let after = position_in(tx, compartment)?;
    let items = match how {
        As::Parts => {
            let parts = (after + 1..).zip(told);
            let parts = parts.map(|(position, (part, origin))| Item::Part {
                position,
                received_at: origin.received_at.unwrap_or_default(),
                envelope: Box::new(origin.envelope.clone()),
                part: Box::new(part.clone()),
            });
            parts.collect()
        }
        As::Settled => vec![settled(after + 1)],
        As::Snapshot => {
            let offer = SnapshotOffer {
                feed: feed.clone(),
                position: after + 1,
                parts: vec![PartName {
                    hash: format!("{after:064}"),
                    length: 9,
                }],
            };
            tx.start_feed_again(&feed)?;
            tx.take_offer(&offer)?;
            let coming = tx.coming_parts()?;
            let part = SnapshotPart {
                feed,
                position: after + 1,
                items: vec![settled(after + 1)],
            };
            assert_eq!(tx.apply_part(&coming[0], part)?, 1);
            return Ok(());
        }
    };
    let page = Page {
        feed,
        after,
        position: after + items.len() as u64,
        items,
        complete: false,
    };
    assert_eq!(tx.apply(&[page])?.skipped, 0);
    Ok(())
}

fn position_in(tx: &Tx<'_>, compartment: Compartment) -> Result<Position, StoreError> {
    let cursors = tx.cursors()?;
    let cursor = cursors
        .iter()
        .find(|cursor| cursor.feed == feed(compartment));
    Ok(cursor.map_or(0, |cursor| cursor.position))
}

/// Lines, facts and the record's own row.
fn rows(store: &Store) -> Vec<(String, Vec<rusqlite::types::Value>)> {
    let mut all = contents(store);
    all.retain(|(table, _)| ["records", "facts", "holds"].contains(&table.as_str()));
    all
}

proptest! {
    // A case opens a database twice.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 4))]
    #[test]
    fn what_a_phone_holds_is_settled_from_the_set_of_saves_however_they_came(
        (saves, told) in told_somehow()
    ) {
        let phone = Phone::new();
        let mut listener = Listener {
            store: phone.open(),
            saves: &saves,
            own: 0,
            heard: BTreeMap::new(),
        };
        let allowed = FEEDS.map(feed).into();
        listener.store.write::<_, StoreError>(|tx| tx.allow_feeds(&allowed)).unwrap();
        for (how, which) in &told {
            listener.hear(*how, which);
            prop_assert_eq!(listener.held(), Some(listener.expected()));
        }
        let all: Vec<(Part, Origin)> = (0..).zip(&saves)
            .flat_map(|(at, save)| said(save, received_at(at)))
            .collect();
        let whole = settle(record(WHO), Kind::PERSON, all.iter().map(|(p, o)| (p, o)));
        prop_assert_eq!(listener.held(), Some(whole.clone()));

        // Told once more, each in another way, it is as it was, to the byte.
        let before = rows(&listener.store);
        for (how, which) in told.iter().rev() {
            let other = match how {
                As::Parts => As::Settled,
                As::Settled => As::Snapshot,
                As::Snapshot => As::Parts,
            };
            listener.hear(other, which);
        }
        prop_assert_eq!(&rows(&listener.store), &before);
        for compartment in FEEDS {
            let compared = listener.store.write::<_, StoreError>(|tx| {
                let digest = FeedDigest::of_record(&whole, compartment);
                let position = position_in(tx, compartment)?;
                tx.compare(&FeedEnd { feed: feed(compartment), position, digest })
            });
            prop_assert_eq!(compared.unwrap(), Compared::Agrees);
        }

        // The lines and facts are those that the record itself gives, also to who opens it anew.
        drop(listener);
        let store = phone.open();
        store.write::<_, StoreError>(|tx| tx.rebuild()).unwrap();
        prop_assert_eq!(rows(&store), before);
        let found = store.read::<_, StoreError>(|tx| tx.record(record(WHO))).unwrap();
        prop_assert_eq!(found, Some(whole));
    }
}
