use super::*;
use std::task::Poll;

impl Arrivals {
    fn room_of(&self, token: &str) -> Room {
        Room::new(&self.room, Seat::take(&self.senders, token, PHONE_BYTES))
    }

    fn strangers_room(&self) -> Room {
        let seat = Seat::take(&self.senders, STRANGERS, STRANGERS_BYTES);
        Room::new(&self.strangers, seat)
    }
}

#[test]
fn bodies_hold_no_more_than_the_room_together_and_small_frames_no_more_than_large() {
    let arrivals = Arrivals::default();
    let many = ROOM_BYTES / PHONE_BYTES;
    let mut full: Vec<Room> = (0..many)
        .map(|phone| arrivals.room_of(&phone.to_string()))
        .collect();
    for phone in &mut full {
        phone.take(PHONE_BYTES).unwrap();
    }
    let mut fills = arrivals.room_of("fills");
    fills
        .take(ROOM_BYTES - many * PHONE_BYTES - STEP_BYTES)
        .unwrap();
    let mut small = arrivals.room_of("small");
    for _ in 0..STEP_BYTES {
        small.take(1).unwrap();
    }
    assert_eq!(small.take(1), Err(Unread::NoRoom));
    drop(fills);
    small.take(1).unwrap();
}

/// A body of which nothing more comes.
fn hangs(room: &Room) -> impl Future<Output = Result<u8, Unread>> + use<> {
    let let_go = room.seat.let_go.clone();
    async move { unless_let_go(&let_go, std::future::pending()).await }
}

/// How a body stands that was looked at once.
fn looked_at(body: impl Future<Output = Result<u8, Unread>>) -> Poll<Result<u8, Unread>> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::pin!(body).poll(&mut context)
}

#[test]
fn a_phone_that_comes_again_lets_its_hanging_body_go_and_nobody_elses() {
    let arrivals = Arrivals::default();
    let mut first = arrivals.room_of("a");
    first.take(PHONE_BYTES - STEP_BYTES).unwrap();
    let mut others = arrivals.room_of("b");
    others.take(PHONE_BYTES).unwrap();
    let mut again = arrivals.room_of("a");
    again.take(STEP_BYTES).unwrap();
    assert!(looked_at(hangs(&first)).is_pending(), "both have room");
    again.take(1).unwrap();
    assert_eq!(looked_at(hangs(&first)), Poll::Ready(Err(Unread::LetGo)));
    assert!(looked_at(hangs(&others)).is_pending());
    assert!(looked_at(hangs(&again)).is_pending());
}

#[test]
fn a_body_that_came_whole_is_not_let_go_and_the_next_comes_later() {
    let arrivals = Arrivals::default();
    let mut first = arrivals.room_of("a");
    first.take(PHONE_BYTES).unwrap();
    first.seat.is_whole();
    let mut again = arrivals.room_of("a");
    assert_eq!(again.take(1), Err(Unread::NoRoom));
    drop(first);
    again.take(1).unwrap();
}

#[test]
fn three_thousand_strangers_who_hang_keep_no_phone_out_and_the_next_enrolment_comes_in() {
    let arrivals = Arrivals::default();
    let mut hanging: Vec<Room> = Vec::new();
    let mut sent_away = 0;
    for _ in 0..ROOM_BYTES / STEP_BYTES {
        let mut room = arrivals.strangers_room();
        match room.take(1) {
            Ok(()) => hanging.push(room),
            Err(_) => sent_away += 1,
        }
        // Its reader hears of it, and what it held is given back.
        hanging.retain(|room| looked_at(hangs(room)).is_pending());
    }
    assert_eq!(sent_away, 0, "the earliest that hangs makes place");
    assert_eq!(hanging.len(), STRANGERS_BYTES / STEP_BYTES);
    let mut phone = arrivals.room_of("a");
    phone.take(PHONE_BYTES).unwrap();
    assert_eq!(
        arrivals.room.available_permits(),
        (ROOM_BYTES - PHONE_BYTES) / STEP_BYTES,
        "strangers hold nothing of it"
    );
    let mut enrols = arrivals.strangers_room();
    enrols.take(body::ENROL_BYTES).unwrap();
}

#[test]
fn strangers_whose_bodies_are_not_given_back_yet_are_bounded_too() {
    let arrivals = Arrivals::default();
    let taken = (0..ROOM_BYTES / STEP_BYTES).map(|_| {
        let mut room = arrivals.strangers_room();
        room.take(1).map(|()| room)
    });
    let held = taken.collect::<Vec<_>>();
    let held = held.iter().filter(|room| room.is_ok()).count();
    assert_eq!(held, 2 * STRANGERS_BYTES / STEP_BYTES);
}

#[test]
fn who_is_gone_is_forgotten() {
    let arrivals = Arrivals::default();
    drop([arrivals.room_of("a"), arrivals.room_of("a")]);
    assert!(arrivals.senders.lock().is_empty());
}
