//! Bodies on their way: all of them together in a bounded room, and those of one phone in a part of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::body::{self, TURN_BYTES, Unread};
use crate::engine::PIECE_LIMIT_BYTES;

/// The most that bodies hold of memory, as they came, in bytes: who finds no room comes again later.
const ROOM_BYTES: usize = 48 << 20;
/// The most that those of one phone hold: a turn's and a photo's piece side by side.
const PHONE_BYTES: usize = TURN_BYTES + PIECE_LIMIT_BYTES;
/// Room is taken in steps of so many bytes, as a body arrives: one that was only announced takes none.
const STEP_BYTES: usize = 16 << 10;

/// Every body that is here.
pub(super) struct Arrivals {
    room: Arc<Semaphore>,
    phones: Arc<Phones>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ROOM_BYTES / STEP_BYTES)),
            phones: Arc::default(),
        }
    }
}

impl Arrivals {
    /// Room for one body of nobody known, of which nothing is taken yet.
    pub(super) fn room(&self) -> Room {
        Room {
            of: self.room.clone(),
            seat: None,
            taken: None,
            steps: 0,
            bytes: 0,
        }
    }

    /// Reads a body of a phone. Where the phone's bodies outgrow its part, its earliest that still
    /// hangs is let go: its link broke, and the phone has come again.
    pub(super) async fn read(
        &self,
        token: &str,
        body: Body,
        limit: usize,
    ) -> Result<(Vec<u8>, Room), Unread> {
        let mut room = self.room_of(token);
        let let_go = room.seat.as_ref().map(|seat| seat.let_go.clone());
        let reading = body::read(body, limit, &mut room);
        let bytes = unless_let_go(let_go.as_deref(), reading).await?;
        room.is_whole();
        Ok((bytes, room))
    }

    fn room_of(&self, token: &str) -> Room {
        Room {
            seat: Some(Seat::take(self.phones.clone(), token)),
            ..self.room()
        }
    }
}

async fn unless_let_go<T>(
    let_go: Option<&Notify>,
    reading: impl Future<Output = Result<T, Unread>>,
) -> Result<T, Unread> {
    let Some(let_go) = let_go else {
        return reading.await;
    };
    tokio::select! {
        read = reading => read,
        () = let_go.notified() => Err(Unread::LetGo),
    }
}

/// A body's part of the room, until it is dropped.
pub(super) struct Room {
    of: Arc<Semaphore>,
    seat: Option<Seat>,
    taken: Option<OwnedSemaphorePermit>,
    steps: usize,
    bytes: usize,
}

impl Room {
    /// Takes room for so many bytes more.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Unread> {
        self.bytes += bytes;
        let more = self.bytes.div_ceil(STEP_BYTES).saturating_sub(self.steps);
        if more == 0 {
            return Ok(());
        }
        if let Some(seat) = &self.seat {
            seat.grow(more)?;
        }
        let permits = u32::try_from(more).map_err(|_| Unread::NoRoom)?;
        let found = self.of.clone().try_acquire_many_owned(permits);
        let found = found.map_err(|_| Unread::NoRoom)?;
        self.steps += more;
        match &mut self.taken {
            Some(taken) => taken.merge(found),
            None => self.taken = Some(found),
        }
        Ok(())
    }

    /// All of it came: it waits for its turn, and is not let go.
    fn is_whole(&self) {
        if let Some(seat) = &self.seat {
            seat.is_whole();
        }
    }
}

/// The bodies of each phone, the earliest first.
#[derive(Default)]
struct Phones(Mutex<HashMap<String, VecDeque<Held>>>);

impl Phones {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, VecDeque<Held>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One body of a phone. One that arrives still can be let go.
struct Held {
    steps: usize,
    let_go: Arc<Notify>,
    arrives: bool,
}

/// A body's place among those of its phone.
struct Seat {
    phones: Arc<Phones>,
    token: String,
    let_go: Arc<Notify>,
}

impl Seat {
    fn take(phones: Arc<Phones>, token: &str) -> Self {
        let let_go = Arc::new(Notify::new());
        let held = Held {
            steps: 0,
            let_go: let_go.clone(),
            arrives: true,
        };
        let mut all = phones.lock();
        all.entry(token.to_owned()).or_default().push_back(held);
        drop(all);
        Self {
            phones,
            token: token.to_owned(),
            let_go,
        }
    }

    fn with<T>(&self, told: impl FnOnce(&mut VecDeque<Held>) -> T) -> Option<T> {
        self.phones.lock().get_mut(&self.token).map(told)
    }

    fn is(&self, held: &Held) -> bool {
        Arc::ptr_eq(&held.let_go, &self.let_go)
    }

    fn is_whole(&self) {
        self.with(|bodies| {
            for mine in bodies.iter_mut().filter(|held| self.is(held)) {
                mine.arrives = false;
            }
        });
    }

    fn grow(&self, steps: usize) -> Result<(), Unread> {
        let grown = self.with(|bodies| {
            let held: usize = bodies.iter().map(|held| held.steps).sum();
            let mut over = (held + steps).saturating_sub(PHONE_BYTES / STEP_BYTES);
            let hang = bodies
                .iter_mut()
                .filter(|held| held.arrives && !self.is(held));
            for hangs in hang {
                if over == 0 {
                    break;
                }
                over = over.saturating_sub(hangs.steps);
                (hangs.steps, hangs.arrives) = (0, false);
                hangs.let_go.notify_one();
            }
            let mine = bodies.iter_mut().find(|held| self.is(held));
            mine.filter(|_| over == 0).map(|held| held.steps += steps)
        });
        grown.flatten().ok_or(Unread::NoRoom)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut all = self.phones.lock();
        if let Some(bodies) = all.get_mut(&self.token) {
            bodies.retain(|held| !self.is(held));
            if bodies.is_empty() {
                all.remove(&self.token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Poll;

    #[test]
    fn bodies_hold_no_more_than_the_room_together_and_small_frames_no_more_than_large() {
        let arrivals = Arrivals::default();
        let mut first = arrivals.room();
        first.take(ROOM_BYTES - STEP_BYTES).unwrap();
        let mut second = arrivals.room();
        for _ in 0..STEP_BYTES {
            second.take(1).unwrap();
        }
        assert_eq!(second.take(1), Err(Unread::NoRoom));
        drop(first);
        second.take(1).unwrap();
    }

    /// A body of which nothing more comes.
    fn hangs(room: &Room) -> impl Future<Output = Result<u8, Unread>> + use<> {
        let let_go = room.seat.as_ref().map(|seat| seat.let_go.clone());
        async move { unless_let_go(let_go.as_deref(), std::future::pending()).await }
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
        first.is_whole();
        let mut again = arrivals.room_of("a");
        assert_eq!(again.take(1), Err(Unread::NoRoom));
        drop(first);
        again.take(1).unwrap();
    }

    #[test]
    fn who_is_gone_is_forgotten() {
        let arrivals = Arrivals::default();
        drop([arrivals.room_of("a"), arrivals.room_of("a")]);
        assert!(arrivals.phones.lock().is_empty());
    }
}
