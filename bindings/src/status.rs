//! How the phone stands.

use tanfang_core::app;

/// How a phone stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// The server's time when it last answered, in milliseconds since 1970; none before.
    pub server_millis: Option<i64>,
    /// Own saves that are not yet acknowledged.
    pub unsent: u64,
    /// Own saves that wait at the server for another.
    pub waiting: u64,
    /// Own saves that stand refused.
    pub refused: u64,
    /// Photos, signatures and scans of accepted saves that the server has not wholly.
    pub photos: u64,
    /// Whether the county has everything that was saved on this phone: nothing is unsent, waits or
    /// stands refused, and no photo is missing there. False before the server ever answered.
    pub all_at_county: bool,
    /// Fields that a person has to decide.
    pub conflicts: u64,
    /// Feeds that this phone holds.
    pub feeds: u64,
    /// Of those, held to their end.
    pub whole: u64,
    /// Feeds in which this phone and the server hold different things.
    pub apart: Vec<ApartLine>,
    /// The number of an older list of documents that the server offered and that was left alone.
    pub older_documents: Option<u64>,
}

/// A feed in which phone and server differ.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ApartLine {
    /// The feed.
    pub feed: String,
    /// Where it was seen last.
    pub position: u64,
    /// What it means and what to do.
    pub message: String,
}

impl From<app::Status> for Status {
    fn from(status: app::Status) -> Self {
        let apart = status.apart.into_iter().map(|line| ApartLine {
            feed: line.feed,
            position: line.position,
            message: line.message,
        });
        Self {
            server_millis: status.server_millis,
            unsent: status.unsent,
            waiting: status.waiting,
            refused: status.refused,
            photos: status.photos,
            all_at_county: status.all_at_county,
            conflicts: status.conflicts,
            feeds: status.feeds,
            whole: status.whole,
            apart: apart.collect(),
            older_documents: status.older_documents,
        }
    }
}
