//! The one thread that owns the store.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tanfang_core::wire::WireRefusal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::arrivals::Arrivals;
use crate::engine::{Cut, Request, Response};
use crate::server::Server;

/// A request, who waits for its answer, and what is given free when it is answered: a caller who hangs
/// up leaves the request in the queue.
type Job = (Request, oneshot::Sender<Response>, Box<dyn Send>);

/// When nobody has asked for so long, a snapshot that is due is built and a report day that is over
/// is frozen: one feed, one county, then whoever waits.
const PAUSE: Duration = Duration::from_millis(200);

/// How many requests may wait; more are told to try again.
const QUEUE: usize = 256;

/// How many turns stand unpacked, each many times what it was on the link: enough that the writer
/// never waits for one.
const UNPACKED: usize = 8;

/// Hands requests to the thread that owns the store.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Inner>);

struct Inner {
    jobs: Mutex<Option<mpsc::SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Places for turns that wait as they came over the link.
    waiting: Arc<Semaphore>,
    /// Places for turns that are unpacked.
    unpacked: Arc<Semaphore>,
    arrivals: Arrivals,
}

impl Inner {
    fn new(jobs: mpsc::SyncSender<Job>, thread: Option<JoinHandle<()>>) -> Self {
        Self {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(thread),
            waiting: Arc::new(Semaphore::new(QUEUE)),
            unpacked: Arc::new(Semaphore::new(UNPACKED)),
            arrivals: Arrivals::default(),
        }
    }
}

/// A turn's place beside the writer, until it is dropped.
pub(crate) struct Place {
    _waiting: OwnedSemaphorePermit,
    _unpacked: OwnedSemaphorePermit,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(mut server: Server) -> Self {
        let (jobs, queue) = mpsc::sync_channel::<Job>(QUEUE);
        let thread = std::thread::spawn(move || {
            if let Err(error) = server.sweep_attachments() {
                eprintln!("attachments were not swept: {error}");
            }
            serve(&mut server, &queue);
            let _ = server.checkpoint();
        });
        Self(Arc::new(Inner::new(jobs, Some(thread))))
    }

    /// Waits, packed as it came, until a turn may be unpacked.
    ///
    /// # Errors
    /// [`WireRefusal::Unavailable`] at once where too many wait already.
    pub(crate) async fn place(&self) -> Result<Place, WireRefusal> {
        let full = |_| WireRefusal::Unavailable;
        let waiting = self.0.waiting.clone().try_acquire_owned().map_err(full)?;
        let unpacked = self.0.unpacked.clone().acquire_owned().await;
        Ok(Place {
            _waiting: waiting,
            _unpacked: unpacked.map_err(|_| WireRefusal::Unavailable)?,
        })
    }

    /// The bodies on their way here.
    pub(super) fn arrivals(&self) -> &Arrivals {
        &self.0.arrivals
    }

    /// Asks, and waits for the answer.
    pub(crate) async fn ask(&self, request: Request) -> Response {
        self.ask_holding(request, ()).await
    }

    /// The same, with what the request holds until it is answered, whether anybody still waits or not.
    pub(crate) async fn ask_holding(
        &self,
        request: Request,
        held: impl Send + 'static,
    ) -> Response {
        let (answer, told) = oneshot::channel();
        let jobs = self
            .0
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let taken =
            jobs.is_some_and(|jobs| jobs.try_send((request, answer, Box::new(held))).is_ok());
        let unavailable = Response::Refused(WireRefusal::Unavailable);
        if !taken {
            return unavailable;
        }
        told.await.unwrap_or(unavailable)
    }

    /// Takes no more requests, finishes those taken, and closes the store.
    pub(crate) fn finish(&self) {
        self.0
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let thread = self
            .0
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// Answers until nobody can ask any more.
fn serve(server: &mut Server, queue: &mpsc::Receiver<Job>) {
    // A panic is a fault of ours: this request is refused, the transaction rolled back, the next
    // one served.
    let (mut due, mut pause) = (true, PAUSE);
    loop {
        let job = match due {
            true => queue.recv_timeout(pause),
            false => queue
                .recv()
                .map_err(|_| mpsc::RecvTimeoutError::Disconnected),
        };
        match job {
            Ok((request, answer, held)) => {
                due |= matches!(request, Request::Sync { .. });
                pause = PAUSE;
                let told = catch_unwind(AssertUnwindSafe(|| server.handle(request)));
                let told = told.unwrap_or(Response::Refused(WireRefusal::Unavailable));
                let _ = answer.send(told);
                drop(held);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let built =
                    catch_unwind(AssertUnwindSafe(|| server.build_snapshot(Cut::default())));
                let froze = catch_unwind(AssertUnwindSafe(|| server.freeze_due()));
                // What fails now is tried again after the next turn.
                due = matches!(built, Ok(Ok(true))) || matches!(froze, Ok(Ok(true)));
                pause = Duration::ZERO;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Poll;

    #[test]
    fn who_meets_a_full_queue_is_sent_away_at_once_and_told_when_to_come_again() {
        let (jobs, _nobody_takes) = mpsc::sync_channel(1);
        let writer = Writer(Arc::new(Inner::new(jobs, None)));
        let asked = || Request::SignedIn {
            token: "a".to_owned(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let mut first = std::pin::pin!(writer.ask(asked()));
            let waits = std::future::poll_fn(|c| Poll::Ready(first.as_mut().poll(c).is_pending()));
            assert!(waits.await, "the first has a place");
            let second = writer.ask(asked()).await;
            assert!(matches!(
                second,
                Response::Refused(WireRefusal::Unavailable)
            ));
        });
        let refused = super::super::refuse(&WireRefusal::Unavailable);
        assert_eq!(refused.status(), 503);
        let later = refused.headers()["retry-after"].to_str().unwrap();
        assert!(later.parse::<u32>().unwrap() > 0);
    }

    #[test]
    fn few_turns_stand_unpacked_many_wait_packed_and_the_rest_are_sent_away() {
        let (jobs, _nobody_takes) = mpsc::sync_channel(1);
        let writer = Writer(Arc::new(Inner::new(jobs, None)));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let mut unpacked = Vec::new();
            for _ in 0..UNPACKED {
                unpacked.push(writer.place().await.unwrap());
            }
            let mut waiting: Vec<_> = (UNPACKED..QUEUE)
                .map(|_| Box::pin(writer.place()))
                .collect();
            for place in &mut waiting {
                let waits = std::future::poll_fn(|c| Poll::Ready(place.as_mut().poll(c)));
                assert!(waits.await.is_pending());
            }
            let refused = writer.place().await.err();
            assert_eq!(refused, Some(WireRefusal::Unavailable));
            unpacked.pop();
            assert!(waiting.swap_remove(0).await.is_ok(), "the next is unpacked");
        });
    }

    #[test]
    fn who_hangs_up_leaves_the_place_taken_until_the_request_is_answered() {
        let (jobs, queue) = mpsc::sync_channel(1);
        let writer = Writer(Arc::new(Inner::new(jobs, None)));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let place = writer.place().await.unwrap();
            let request = Request::SignedIn {
                token: "a".to_owned(),
            };
            {
                let mut asks = std::pin::pin!(writer.ask_holding(request, place));
                let asked = std::future::poll_fn(|c| Poll::Ready(asks.as_mut().poll(c)));
                assert!(asked.await.is_pending());
            }
            assert_eq!(writer.0.unpacked.available_permits(), UNPACKED - 1);
            drop(queue.recv().unwrap());
            assert_eq!(writer.0.unpacked.available_permits(), UNPACKED);
        });
    }
}
