//! How a sync goes on, for a shell to draw.

use super::Tally;

/// What is under way. They come in this order; one that has nothing to do is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
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

impl Stage {
    /// The code as the `phone` example prints it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Sending => "sending",
            Stage::Fetching => "fetching",
            Stage::Documents => "documents",
            Stage::Photos => "photos",
            Stage::Done => "done",
        }
    }
}

/// How much of something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// So much is done.
    pub done: u64,
    /// Of so much, as far as is known now; none where nothing is known. Never below `done`.
    pub total: Option<u64>,
}

impl Amount {
    /// So much of so much.
    pub fn of(done: u64, total: u64) -> Self {
        Self {
            done,
            total: Some(total.max(done)),
        }
    }
}

/// An event: how a stage of a sync stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// Saves sent, items fetched, documents, photos: whatever the stage carries.
    pub records: Amount,
    /// Their bytes. Of saves and documents as they are kept; of what is fetched as it was
    /// transferred, the total reckoned from what came so far.
    pub bytes: Amount,
    /// Everything that this sync has done so far.
    pub tally: Tally,
}
