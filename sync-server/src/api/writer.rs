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

/// What is due does not wait longer than so for a pause: where somebody always asks, one piece is done
/// between two of them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where nothing is due it is looked as often: a day ends without anybody asking.
const LOOK: Duration = Duration::from_secs(600);

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
            serve(&mut server, |wait| queue.recv_timeout(wait));
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

/// Answers until nobody can ask any more. `next` waits so long for a request.
fn serve(
    server: &mut Server,
    mut next: impl FnMut(Duration) -> Result<Job, mpsc::RecvTimeoutError>,
) {
    let mut pieces = Pieces::new(server.monotonic_millis());
    loop {
        match next(pieces.wait(server.monotonic_millis())) {
            Ok((request, answer, held)) => {
                let syncs = matches!(request, Request::Sync { .. });
                // A panic is a fault of ours: this request is refused, the transaction rolled back,
                // the next one served.
                let told = catch_unwind(AssertUnwindSafe(|| server.handle(request)));
                let told = told.unwrap_or(Response::Refused(WireRefusal::Unavailable));
                let _ = answer.send(told);
                drop(held);
                let now = server.monotonic_millis();
                pieces.was_asked(now, syncs);
                if pieces.has_waited_long(now) {
                    pieces.one(server);
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => pieces.one(server),
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// When the next piece of what nobody asks for is done; times of the server's monotonic clock.
struct Pieces {
    /// Since when one is due, as far as is known, and the pause before it.
    due: Option<(u64, Duration)>,
    looked_at: u64,
}

impl Pieces {
    fn new(now: u64) -> Self {
        Self {
            due: Some((now, PAUSE)),
            looked_at: now,
        }
    }

    /// How long to wait for a request.
    fn wait(&self, now: u64) -> Duration {
        let since = Duration::from_millis(now.saturating_sub(self.looked_at));
        self.due
            .map_or_else(|| LOOK.saturating_sub(since), |(_, pause)| pause)
    }

    /// Somebody asked: pieces wait for the next pause; after a sync one may be due.
    fn was_asked(&mut self, now: u64, syncs: bool) {
        self.due = match self.due {
            Some((since, _)) => Some((since, PAUSE)),
            None => syncs.then_some((now, PAUSE)),
        };
    }

    fn has_waited_long(&self, now: u64) -> bool {
        let waited = |since| Duration::from_millis(now.saturating_sub(since));
        match self.due {
            Some((since, _)) => waited(since) >= PATIENCE,
            None => waited(self.looked_at) >= LOOK,
        }
    }

    /// Does one: a snapshot, a frozen day. What fails now is tried again after the next turn, or at
    /// the next look.
    fn one(&mut self, server: &mut Server) {
        let built = catch_unwind(AssertUnwindSafe(|| server.build_snapshot(Cut::default())));
        let froze = catch_unwind(AssertUnwindSafe(|| server.freeze_due()));
        let more = matches!(built, Ok(Ok(true))) || matches!(froze, Ok(Ok(true)));
        self.looked_at = server.monotonic_millis();
        self.due = more.then_some((self.looked_at, Duration::ZERO));
    }
}

#[cfg(test)]
mod tests;
