//! A sync, tried once or kept on with, and how long to wait in between.

use std::sync::{Arc, Mutex, PoisonError};

use tanfang_core::app::system::SystemRng;
use tanfang_core::sync::{Backoff, Progress};

use crate::progress::{self, SyncListener, SyncSwitch};
use crate::{SyncReport, Tanfang, TanfangError};

/// Waits between two attempts, on the thread that called the sync.
#[uniffi::export(with_foreign)]
pub trait SyncPatience: Send + Sync {
    /// Waits so many milliseconds, or until somebody turned the switch; says whether to go on.
    fn wait(&self, millis: u64) -> bool;
}

/// How long to wait after a failure, for a shell that waits in its own way (a job of the system, a
/// coroutine): later each time, never all phones at once, never before the server asks.
#[derive(Default, uniffi::Object)]
pub struct SyncBackoff(Mutex<Backoff>);

#[uniffi::export]
impl SyncBackoff {
    /// Nothing has failed yet.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Milliseconds to wait after a failure, with what `Offline` said the server asks for: between
    /// half of 4 s and 4 s, doubled with each failure up to a quarter of an hour; at least what the
    /// server asks.
    #[uniffi::method(default(retry_after_secs = None))]
    pub fn failed(&self, retry_after_secs: Option<u32>) -> u64 {
        let mut backoff = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        backoff.failed(retry_after_secs, &SystemRng)
    }

    /// Something went through: the next failure is a first one.
    pub fn succeeded(&self) {
        let mut backoff = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        backoff.succeeded();
    }
}

#[uniffi::export]
impl Tanfang {
    /// Sends what is unsent and fetches what is new, until nothing remains or the link ends.
    /// `Offline` where it ended; what came before is stored.
    pub fn sync(&self) -> Result<SyncReport, TanfangError> {
        Ok(self.now()?.sync()?.into())
    }

    /// The same, heard while it goes on: `listener` is told of each step, `switch` stops it (which is
    /// no error), and on a link that is paid by the byte documents and photos go only while so many
    /// bytes are left.
    #[uniffi::method(default(switch = None, metered_bytes = None))]
    pub fn sync_heard(
        &self,
        listener: Arc<dyn SyncListener>,
        switch: Option<Arc<SyncSwitch>>,
        metered_bytes: Option<u64>,
    ) -> Result<SyncReport, TanfangError> {
        let plan = progress::plan(switch.as_deref(), metered_bytes);
        let told = &mut |progress: &Progress| listener.told(progress.into());
        Ok(self.now()?.sync_as(&plan, told)?.into())
    }

    /// The same, tried again where the link or the server fails, until it goes through, `switch` is
    /// turned, `patience` gives up (then the last failure stands) or something fails that waiting
    /// does not mend. It holds its thread all the while.
    #[uniffi::method(default(switch = None, metered_bytes = None))]
    pub fn sync_keeping_on(
        &self,
        listener: Arc<dyn SyncListener>,
        patience: Arc<dyn SyncPatience>,
        switch: Option<Arc<SyncSwitch>>,
        metered_bytes: Option<u64>,
    ) -> Result<SyncReport, TanfangError> {
        let plan = progress::plan(switch.as_deref(), metered_bytes);
        let told = &mut |progress: &Progress| listener.told(progress.into());
        // The clock has moved on while it waited.
        let wait = &mut |millis| patience.wait(millis) && self.now().is_ok();
        Ok(self.now()?.sync_keeping_on(&plan, told, wait)?.into())
    }
}
