//! The one thread that owns the store.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use tanfang_core::wire::WireRefusal;
use tokio::sync::oneshot;

use crate::engine::{Request, Response};
use crate::server::Server;

type Job = (Request, oneshot::Sender<Response>);

/// How many requests may wait; more are told to try again.
const QUEUE: usize = 256;

/// Hands requests to the thread that owns the store.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Inner>);

struct Inner {
    jobs: Mutex<Option<mpsc::SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(mut server: Server) -> Self {
        let (jobs, queue) = mpsc::sync_channel::<Job>(QUEUE);
        let thread = std::thread::spawn(move || {
            if let Err(error) = server.sweep_attachments() {
                eprintln!("attachments were not swept: {error}");
            }
            for (request, answer) in queue {
                // A panic is a fault of ours: this request is refused, the transaction rolled
                // back, the next one served.
                let told = catch_unwind(AssertUnwindSafe(|| server.handle(request)));
                let told = told.unwrap_or(Response::Refused(WireRefusal::Unavailable));
                let _ = answer.send(told);
            }
            let _ = server.checkpoint();
        });
        Self(Arc::new(Inner {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
        }))
    }

    /// Asks, and waits for the answer.
    pub(crate) async fn ask(&self, request: Request) -> Response {
        let (answer, told) = oneshot::channel();
        let jobs = self
            .0
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let taken = jobs.is_some_and(|jobs| jobs.try_send((request, answer)).is_ok());
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
