//! Bodies on their way: all of them together in a bounded room, and of each phone one of a kind.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::body::{self, Unread};

/// The most that bodies hold of memory, as they came, in bytes: who finds no room comes again later.
const ROOM_BYTES: usize = 48 << 20;
/// Room is taken in steps of so many bytes, as a body arrives: one that was only announced takes none.
const STEP_BYTES: usize = 16 << 10;

/// A kind of request, and the token of who sends it.
type Sender = (&'static str, String);

/// Every body that is being read.
pub(super) struct Arrivals {
    room: Arc<Semaphore>,
    of_senders: Mutex<HashMap<Sender, Arc<Notify>>>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ROOM_BYTES / STEP_BYTES)),
            of_senders: Mutex::default(),
        }
    }
}

impl Arrivals {
    /// Room for one body, of which nothing is taken yet.
    pub(super) fn room(&self) -> Room {
        Room {
            of: self.room.clone(),
            taken: None,
            steps: 0,
            bytes: 0,
        }
    }

    /// Reads a body of a phone. An earlier one of its kind that still hangs is let go: its link broke.
    pub(super) async fn read(
        &self,
        kind: &'static str,
        token: &str,
        body: Body,
        limit: usize,
    ) -> Result<(Vec<u8>, Room), Unread> {
        let mut room = self.room();
        let reading = body::read(body, limit, &mut room);
        let bytes = self
            .unless_replaced((kind, token.to_owned()), reading)
            .await?;
        Ok((bytes, room))
    }

    async fn unless_replaced<T>(
        &self,
        sender: Sender,
        reading: impl Future<Output = Result<T, Unread>>,
    ) -> Result<T, Unread> {
        let arriving = Arriving::begin(self, sender);
        tokio::select! {
            read = reading => read,
            () = arriving.replaced.notified() => Err(Unread::Cut),
        }
    }
}

/// A body's part of the room, until it is dropped.
pub(super) struct Room {
    of: Arc<Semaphore>,
    taken: Option<OwnedSemaphorePermit>,
    steps: usize,
    bytes: usize,
}

impl Room {
    /// Takes room for so many bytes more.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Unread> {
        self.bytes += bytes;
        let more = self.bytes.div_ceil(STEP_BYTES).saturating_sub(self.steps);
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

/// One body that is being read.
struct Arriving<'a> {
    among: &'a Arrivals,
    sender: Sender,
    replaced: Arc<Notify>,
}

impl<'a> Arriving<'a> {
    fn begin(among: &'a Arrivals, sender: Sender) -> Self {
        let replaced = Arc::new(Notify::new());
        let mut all = among.lock();
        if let Some(before) = all.insert(sender.clone(), replaced.clone()) {
            before.notify_one();
        }
        drop(all);
        Self {
            among,
            sender,
            replaced,
        }
    }
}

impl Arrivals {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Sender, Arc<Notify>>> {
        self.of_senders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        let mut all = self.among.lock();
        let mine = all.get(&self.sender);
        if mine.is_some_and(|known| Arc::ptr_eq(known, &self.replaced)) {
            all.remove(&self.sender);
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

    #[test]
    fn a_phone_that_comes_again_lets_its_hanging_body_go_and_nobody_elses() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let arrivals = Arrivals::default();
            let sender = |token: &str| ("sync", token.to_owned());
            let hang = || std::future::pending::<Result<u8, Unread>>();
            let mut hangs = std::pin::pin!(arrivals.unless_replaced(sender("a"), hang()));
            let mut others = std::pin::pin!(arrivals.unless_replaced(sender("b"), hang()));
            let wait = std::future::poll_fn(|context| {
                let pending = hangs.as_mut().poll(context).is_pending();
                Poll::Ready(pending && others.as_mut().poll(context).is_pending())
            });
            assert!(wait.await);
            let arrived = arrivals.unless_replaced(sender("a"), async { Ok(7) });
            assert_eq!(arrived.await, Ok(7));
            assert_eq!(hangs.await, Err(Unread::Cut));
            let waits = std::future::poll_fn(|context| {
                Poll::Ready(others.as_mut().poll(context).is_pending())
            });
            assert!(waits.await);
        });
    }
}
