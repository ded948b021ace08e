//! Bodies on their way: those of phones together in a bounded room, each phone's in a part of it, and
//! those of strangers in a small room of their own, so that nobody without a token keeps phones out.

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
/// The most that bodies of those hold who have no token yet: enough for 64 enrolments at once.
const STRANGERS_BYTES: usize = 1 << 20;
/// Who has no token; no token is empty.
const STRANGERS: &str = "";
/// Room is taken in steps of so many bytes, as a body arrives: one that was only announced takes none.
const STEP_BYTES: usize = 16 << 10;

/// Every body that is here.
pub(super) struct Arrivals {
    room: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    senders: Arc<Senders>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ROOM_BYTES / STEP_BYTES)),
            // What is let go holds its part until its reader has heard of it.
            strangers: Arc::new(Semaphore::new(2 * STRANGERS_BYTES / STEP_BYTES)),
            senders: Arc::default(),
        }
    }
}

impl Arrivals {
    /// Reads a body of a phone. Where the phone's bodies outgrow its part, its earliest that still
    /// hangs is let go: its link broke, and the phone has come again.
    pub(super) async fn read(
        &self,
        token: &str,
        body: Body,
        limit: usize,
    ) -> Result<(Vec<u8>, Room), Unread> {
        let room = Room::new(&self.room, Seat::take(&self.senders, token, PHONE_BYTES));
        room.filled(body, limit).await
    }

    /// Reads a body of nobody known. All of those are to their room what one phone's are to its part:
    /// who hangs longest makes place for who comes.
    pub(super) async fn read_of_a_stranger(
        &self,
        body: Body,
        limit: usize,
    ) -> Result<(Vec<u8>, Room), Unread> {
        let seat = Seat::take(&self.senders, STRANGERS, STRANGERS_BYTES);
        Room::new(&self.strangers, seat).filled(body, limit).await
    }
}

async fn unless_let_go<T>(
    let_go: &Notify,
    reading: impl Future<Output = Result<T, Unread>>,
) -> Result<T, Unread> {
    tokio::select! {
        read = reading => read,
        () = let_go.notified() => Err(Unread::LetGo),
    }
}

/// A body's part of the room, until it is dropped.
pub(super) struct Room {
    of: Arc<Semaphore>,
    seat: Seat,
    taken: Option<OwnedSemaphorePermit>,
    steps: usize,
    bytes: usize,
}

impl Room {
    /// Of which nothing is taken yet.
    fn new(of: &Arc<Semaphore>, seat: Seat) -> Self {
        Room {
            of: of.clone(),
            seat,
            taken: None,
            steps: 0,
            bytes: 0,
        }
    }

    async fn filled(mut self, body: Body, limit: usize) -> Result<(Vec<u8>, Room), Unread> {
        let let_go = self.seat.let_go.clone();
        let reading = body::read(body, limit, &mut self);
        let bytes = unless_let_go(&let_go, reading).await?;
        // It waits for its turn, and is not let go.
        self.seat.is_whole();
        Ok((bytes, self))
    }

    /// Takes room for so many bytes more.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Unread> {
        self.bytes += bytes;
        let more = self.bytes.div_ceil(STEP_BYTES).saturating_sub(self.steps);
        if more == 0 {
            return Ok(());
        }
        self.seat.grow(more)?;
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
}

/// The bodies of each phone, and of all strangers, the earliest first.
#[derive(Default)]
struct Senders(Mutex<HashMap<String, VecDeque<Held>>>);

impl Senders {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, VecDeque<Held>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One body of a sender. One that arrives still can be let go.
struct Held {
    steps: usize,
    let_go: Arc<Notify>,
    arrives: bool,
}

/// A body's place among those of its sender.
struct Seat {
    senders: Arc<Senders>,
    token: String,
    /// What the sender's bodies may hold together.
    limit_bytes: usize,
    let_go: Arc<Notify>,
}

impl Seat {
    fn take(senders: &Arc<Senders>, token: &str, limit_bytes: usize) -> Self {
        let let_go = Arc::new(Notify::new());
        let held = Held {
            steps: 0,
            let_go: let_go.clone(),
            arrives: true,
        };
        let mut all = senders.lock();
        all.entry(token.to_owned()).or_default().push_back(held);
        drop(all);
        Self {
            senders: senders.clone(),
            token: token.to_owned(),
            limit_bytes,
            let_go,
        }
    }

    fn with<T>(&self, told: impl FnOnce(&mut VecDeque<Held>) -> T) -> Option<T> {
        self.senders.lock().get_mut(&self.token).map(told)
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
            let mut over = (held + steps).saturating_sub(self.limit_bytes / STEP_BYTES);
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
        let mut all = self.senders.lock();
        if let Some(bodies) = all.get_mut(&self.token) {
            bodies.retain(|held| !self.is(held));
            if bodies.is_empty() {
                all.remove(&self.token);
            }
        }
    }
}

#[cfg(test)]
mod tests;
