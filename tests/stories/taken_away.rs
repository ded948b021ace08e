//! Promise P7 of `reliability.md`: a household moves away, a right ends, a phone is revoked, before and
//! after every exchange of a sync. What the phone may not hold any more is nowhere in its database, and
//! what it had not sent arrives, or waits for a person who decides.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use stories::inside::{Inside, Moment, Pocket};
use stories::pages::{every_page, holds};
use stories::raw::part;
use stories::world::{OTHER_VILLAGE, TOWNSHIP, VILLAGE};
use tanfang_core::model::{AREA, Compartment, FormRef, Kind, RecordId};
use tanfang_core::sealed::{HandIn, Kind as SealedKind, pack, seal};
use tanfang_core::store::StoreError;
use tanfang_core::sync::{Limits, Plan, SyncError};
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret};
use tanfang_core::wire::{CarryRequest, CarryState, Push, VERSION, push_message};
use tanfang_server::engine::{Request, Response};
use tanfang_server::keys::ServerKeys;
use tanfang_server::store::{SaveState, StoreError as ServerError};

const CARD: &str = include_str!("../sim/card.md");
const VISIT: &str = include_str!("../sim/visit.md");
/// In every value of the household that moves, and nowhere else.
const MOVES: &str = "zzmoves";
/// So many saves the reader has not sent when the sync begins.
const UNSENT: usize = 5;
/// In every value of the one that stays.
const STAYS: &str = "zzstays";

/// A village's two phones: `reader` holds what `writer` said, and has something unsent.
struct Village {
    county: Inside,
    reader: Pocket,
    writer: Pocket,
    township: Pocket,
    right: RecordId,
    /// Household, person and a visit of whom moves; nothing of `reader` names the visit.
    moving: [RecordId; 3],
}

fn fields(mark: &str, home: &str) -> [Vec<(&'static str, String)>; 3] {
    [
        vec![
            (AREA, VILLAGE.to_owned()),
            ("home_division", VILLAGE.to_owned()),
            ("address", format!("{mark} address")),
        ],
        vec![
            ("household", home.to_owned()),
            ("name", format!("{mark} name")),
            ("phone", format!("{mark} phone")),
        ],
        vec![("id_number", format!("{mark} number"))],
    ]
}

fn told<'f>(fields: &'f [(&'static str, String)]) -> Vec<(&'static str, &'f str)> {
    let told = fields.iter().map(|(name, value)| (*name, value.as_str()));
    told.collect()
}

impl Village {
    fn new() -> Village {
        let county = Inside::with_forms(&[CARD, VISIT]);
        let (reader, right) = county.worker("reader", "village_committee", VILLAGE);
        let (writer, _) = county.worker("writer", "village_committee", VILLAGE);
        let (township, _) = county.worker("township", "township_civil", TOWNSHIP);
        let mut village = Village {
            moving: [county.id(), county.id(), county.id()],
            county,
            reader,
            writer,
            township,
            right,
        };
        let [home, person, visit] = village.moving;
        village.card(&village.writer, MOVES, home, person);
        village.visit(&village.writer, MOVES, home, visit);
        let (stays, who) = (village.county.id(), village.county.id());
        village.card(&village.writer, STAYS, stays, who);
        village.county.sync_whole(&village.writer);
        village.county.sync_whole(&village.reader);
        // More of both is at the server, and the reader has something unsent.
        let more = village.county.id();
        village.visit(&village.writer, MOVES, home, more);
        village.visit(&village.writer, STAYS, stays, village.county.id());
        village.county.sync_whole(&village.writer);
        for at in 0..UNSENT {
            let home = [home, stays][at % 2];
            let own = village.county.id();
            village.visit(&village.reader, "own", home, own);
        }
        village.moving[2] = visit;
        village
    }

    fn form(&self, id: &str) -> Option<FormRef> {
        Some(self.county.form(id))
    }

    fn card(&self, by: &Pocket, mark: &str, home: RecordId, person: RecordId) {
        let [household, contact, identity] = fields(mark, &home.to_string());
        let of = Compartment::Contact;
        let parts = vec![
            part(home, Kind::HOUSEHOLD, of, true, &told(&household)),
            part(person, Kind::PERSON, of, true, &told(&contact)),
            part(
                person,
                Kind::PERSON,
                Compartment::Identity,
                true,
                &told(&identity),
            ),
        ];
        self.county.saves(by, self.form("card"), parts);
    }

    fn visit(&self, by: &Pocket, mark: &str, home: RecordId, visit: RecordId) {
        let (home, note) = (home.to_string(), format!("{mark} note"));
        let contact = [
            ("household", home.as_str()),
            ("mode", "home"),
            ("started_at", "2024-06-24T07:30:00+08:00"),
        ];
        let of = Compartment::Contact;
        let care = [("note", note.as_str())];
        let parts = vec![
            part(visit, Kind::VISIT, of, true, &contact),
            part(visit, Kind::VISIT, Compartment::Care, true, &care),
        ];
        self.county.saves(by, self.form("visit"), parts);
    }

    /// A save and an item of each feed in a turn, so that there are many.
    fn slowly() -> Plan {
        Plan {
            limits: Limits {
                push_bytes: 1,
                page_bytes: 1,
            },
            ..Plan::default()
        }
    }

    /// The reader syncs, and at one moment of it something happens; whether the moment came.
    fn happens_at(&self, moment: Moment, act: &(dyn Fn() + Sync)) -> (bool, Result<(), SyncError>) {
        let came = AtomicBool::new(false);
        let ran = self.county.sync(&self.reader, &Self::slowly(), &|now| {
            if now == moment {
                came.store(true, Ordering::Relaxed);
                act();
            }
        });
        (came.into_inner(), ran.map(|_| ()))
    }

    fn pages(&self) -> Vec<u8> {
        let key = self.reader.keys.key(KeyPurpose::Database);
        let key = key.unwrap().expect("a key");
        every_page(&self.reader.folder(), &key).expect("the file is there")
    }

    fn unsent(&self) -> usize {
        let open = self.reader.store.read::<_, StoreError>(|tx| tx.outbox());
        open.unwrap().len()
    }

    /// How the server has what the reader's phone made.
    fn arrived(&self) -> Vec<SaveState> {
        let read = self.county.server().read(|turn| {
            let tx = turn.tx();
            let row = tx.device_by_id(self.reader.device)?.expect("the phone");
            let mut states = Vec::new();
            for seq in 1..=row.through {
                states.extend(tx.received(row.no, seq)?.map(|received| received.state));
            }
            Ok::<_, ServerError>(states)
        });
        read.unwrap()
    }

    fn moves_away(&self) {
        let to = [(AREA, OTHER_VILLAGE)];
        let (home, of) = (self.moving[0], Compartment::Contact);
        let was = self.county.server().read(|turn| turn.record(home));
        let was = was.unwrap().expect("the household");
        let mut moved = part(home, Kind::HOUSEHOLD, of, false, &to);
        moved.writes[0].seen = was.heads(&moved.writes[0].field);
        self.county.own(moved);
    }

    fn right_ends(&self) {
        let ends = [("to", "2024-06-01")];
        let of = Compartment::Roster;
        self.county
            .own(part(self.right, Kind::ASSIGNMENT, of, false, &ends));
    }

    /// What a phone without a right has to say is said, and nothing of these marks is left anywhere.
    fn is_clean_of(&self, marks: &[&str]) {
        self.county.sync_whole(&self.reader);
        assert_eq!(self.unsent(), 0, "what was unsent is acknowledged");
        assert_eq!(self.arrived(), [SaveState::Accepted; UNSENT]);
        let all = self.pages();
        for mark in marks {
            assert!(!holds(&all, mark.as_bytes()), "{mark}");
        }
        let visit = self.moving[2];
        assert!(
            !holds(&all, visit.bytes()),
            "a row or an index names the visit"
        );
        assert!(!holds(&all, visit.to_string().as_bytes()), "its id as text");
    }
}

/// Every moment of a conversation, in order.
fn moments() -> impl Iterator<Item = Moment> {
    (0..).flat_map(|n| [Moment::Before(n), Moment::After(n)])
}

/// Plays one village after another, each with the trouble one moment later, until no moment is left.
fn at_every_moment(play: impl Fn(&Village, Moment) -> bool) {
    let passed = moments().take_while(|moment| play(&Village::new(), *moment));
    let passed = passed.count();
    assert!(passed > 12, "there were moments: {passed}");
}

#[test]
fn of_whom_moves_away_at_any_exchange_no_byte_is_left_on_the_former_villages_phone() {
    at_every_moment(|village, moment| {
        let before = village.pages();
        assert!(holds(&before, MOVES.as_bytes()), "the search has eyes");
        assert!(holds(&before, village.moving[2].bytes()));
        let (came, ran) = village.happens_at(moment, &|| village.moves_away());
        ran.unwrap();
        if came {
            village.is_clean_of(&[MOVES]);
            assert!(holds(&village.pages(), STAYS.as_bytes()), "{moment:?}");
        }
        came
    });
}

#[test]
fn of_a_right_that_ends_at_any_exchange_no_byte_is_left_and_what_was_unsent_is_taken() {
    at_every_moment(|village, moment| {
        let (came, ran) = village.happens_at(moment, &|| village.right_ends());
        ran.unwrap();
        if came {
            village.is_clean_of(&[MOVES, STAYS]);
        }
        came
    });
}

#[test]
fn a_phone_revoked_at_any_exchange_is_refused_at_its_next_and_hands_in_what_it_had_not_sent() {
    at_every_moment(|village, moment| {
        let revoked = AtomicBool::new(false);
        let asked = AtomicU32::new(0);
        let came = AtomicBool::new(false);
        let worker = village.reader.worker;
        let ran = village
            .county
            .sync(&village.reader, &Village::slowly(), &|now| {
                if now == moment {
                    came.store(true, Ordering::Relaxed);
                    let done = village.county.server().write(|turn| turn.revoke(worker));
                    let done: Result<u64, ServerError> = done;
                    assert_eq!(done.unwrap(), 1);
                    revoked.store(true, Ordering::Relaxed);
                }
                if matches!(now, Moment::Before(_)) && revoked.load(Ordering::Relaxed) {
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        if !came.into_inner() {
            return false;
        }
        // It asked once more, or there was nothing more to ask.
        match ran {
            Ok(_) => assert_eq!(asked.into_inner(), 0, "{moment:?} was answered"),
            Err(SyncError::Revoked) => assert_eq!(asked.into_inner(), 1, "{moment:?}"),
            Err(other) => panic!("{moment:?}: {other}"),
        }
        let again = village
            .county
            .sync(&village.reader, &Plan::default(), &|_| {});
        assert!(matches!(again, Err(SyncError::Revoked)), "{moment:?}");
        village.hands_in();
        assert_eq!(
            village.arrived(),
            [SaveState::Accepted; UNSENT],
            "{moment:?}"
        );
        true
    });
}

impl Village {
    /// What the revoked phone has unsent is sealed and carried by another; it waits until somebody who
    /// supervises vouches for it.
    fn hands_in(&self) {
        let Some(pieces) = self.sealed() else {
            return;
        };
        let carried = self.carries(&self.writer, &pieces, false);
        assert_eq!(carried, CarryState::Quarantined);
        let heard = self.arrived().len();
        assert!(
            heard < UNSENT,
            "nothing of it is judged before somebody decides"
        );
        assert_eq!(
            self.carries(&self.township, &pieces, true),
            CarryState::Taken
        );
    }

    fn sealed(&self) -> Option<Vec<Vec<u8>>> {
        let salt = self.reader.keys.salt();
        let read = self.reader.store.read::<_, StoreError>(|tx| {
            let from = tx.through()? + 1;
            let chunk = tx.outbox_chunk(from, 1 << 20)?;
            let last = chunk.last().map_or(0, |save| save.envelope.head.seq);
            let chain = tx.chain_after::<StoreError>(last, || Ok(salt))?;
            Ok((from, chunk, last, chain))
        });
        let (from, saves, last, chain) = read.unwrap();
        if saves.is_empty() {
            return None;
        }
        let device = self.reader.device;
        let message = push_message(device, last, &chain);
        let signature = self.reader.keys.sign(&message).unwrap();
        let push = Push {
            from,
            signature,
            saves,
        };
        let hand_in = HandIn {
            version: VERSION,
            device,
            push,
        };
        let plain = pack(&hand_in).unwrap();
        let chance = stories::raw::Counted::from(9);
        let county = self.countys_key();
        let pieces = seal(
            SealedKind::County,
            device,
            &county,
            &plain,
            1 << 20,
            &chance,
        );
        let pieces = pieces
            .unwrap()
            .into_iter()
            .map(|piece| piece.bytes().to_vec());
        Some(pieces.collect())
    }

    fn countys_key(&self) -> Vec<u8> {
        let kept = std::fs::read_to_string(self.county.server_home().join("server.key")).unwrap();
        let digits = kept.trim();
        let bytes = (0..digits.len()).step_by(2);
        let bytes: Vec<u8> = bytes
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect();
        let secret = Secret::from_slice(&bytes).expect("a key");
        ServerKeys::from_secret(&secret)
            .agreement()
            .public()
            .to_vec()
    }

    fn carries(&self, by: &Pocket, pieces: &[Vec<u8>], vouched: bool) -> CarryState {
        let read = by.store.read::<_, StoreError>(|tx| tx.enrolled());
        let token = read.unwrap().token;
        let [piece] = pieces else {
            panic!("one piece");
        };
        let bundle = tanfang_core::sealed::Piece::read(piece).unwrap().bundle();
        let request = CarryRequest {
            version: VERSION,
            bundle: bundle.0.to_vec().into(),
            piece: Some(piece.clone().into()),
            vouched,
        };
        let asked = Request::Carry {
            token,
            request: Box::new(request),
        };
        match self.county.server().handle(asked) {
            Response::Carried(reply) => reply.state,
            other => panic!("{other:?}"),
        }
    }
}
