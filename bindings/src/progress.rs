//! How a sync goes on, and the switch that stops it.

use std::sync::Arc;

use tanfang_core::sync::{self, Amount, Budget, Cancel, Plan};

/// What is under way. They come in this order; one that has nothing to do is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SyncStage {
    /// Own saves go up.
    Sending,
    /// What is new comes down.
    Fetching,
    /// Forms, packs, areas, calendar come down.
    Documents,
    /// Photos and signatures go up and come down.
    Photos,
    /// Nothing more is done in this sync.
    Done,
}

impl From<sync::Stage> for SyncStage {
    fn from(stage: sync::Stage) -> Self {
        match stage {
            sync::Stage::Sending => SyncStage::Sending,
            sync::Stage::Fetching => SyncStage::Fetching,
            sync::Stage::Documents => SyncStage::Documents,
            sync::Stage::Photos => SyncStage::Photos,
            sync::Stage::Done => SyncStage::Done,
        }
    }
}

/// How much of something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncAmount {
    /// So much is done.
    pub done: u64,
    /// Of so much, as far as is known now; none where nothing is known.
    pub total: Option<u64>,
}

impl From<Amount> for SyncAmount {
    fn from(amount: Amount) -> Self {
        let Amount { done, total } = amount;
        Self { done, total }
    }
}

/// How a stage of a sync stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncProgress {
    /// The stage.
    pub stage: SyncStage,
    /// Saves sent, items fetched, documents, photos: whatever the stage carries.
    pub records: SyncAmount,
    /// Their bytes.
    pub bytes: SyncAmount,
}

impl From<&sync::Progress> for SyncProgress {
    fn from(progress: &sync::Progress) -> Self {
        Self {
            stage: progress.stage.into(),
            records: progress.records.into(),
            bytes: progress.bytes.into(),
        }
    }
}

/// Hears how a sync goes on, on the thread that called it. It must return soon, and not call the
/// phone back.
#[uniffi::export(with_foreign)]
pub trait SyncListener: Send + Sync {
    /// A stage stands so.
    fn told(&self, progress: SyncProgress);
}

/// Stops a sync from any thread, for good: another sync takes another switch.
#[derive(Default, uniffi::Object)]
pub struct SyncSwitch(pub(crate) Cancel);

#[uniffi::export]
impl SyncSwitch {
    /// A switch that nobody has turned.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Stops the sync: what was written down stays, nothing is half applied.
    pub fn stop(&self) {
        self.0.cancel();
    }
}

/// What a shell says of a sync before it begins.
pub(crate) fn plan(switch: Option<&SyncSwitch>, metered_bytes: Option<u64>) -> Plan {
    Plan {
        budget: metered_bytes.map_or_else(Budget::free, Budget::metered),
        cancel: switch.map(|switch| switch.0.clone()).unwrap_or_default(),
        ..Plan::default()
    }
}
