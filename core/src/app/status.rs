//! How this phone stands, for a person who asks whether all is well.

use serde::Serialize;

use super::{App, AppError};
use crate::model::Position;
use crate::store::OwnState;

/// How a phone stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// Feeds in which this phone and the server hold different things, also after it pulled them
    /// again. The server lists them too.
    pub apart: Vec<ApartLine>,
    /// The number of a list of documents that the server offered and that is older than the one in
    /// force here: it was left alone. The server was set back, or somebody shows an old list.
    pub older_documents: Option<u64>,
}

/// A feed in which phone and server differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApartLine {
    /// The feed.
    pub feed: String,
    /// Where it was seen last.
    pub position: Position,
    /// What it means and what to do.
    pub message: String,
}

impl App {
    /// How this phone stands.
    pub fn status(&self) -> Result<Status, AppError> {
        self.read(|tx| {
            let outbox = tx.outbox()?;
            let of = |state| outbox.iter().filter(|save| save.state == state).count() as u64;
            let (server_millis, (photos, _)) = (tx.server_millis()?, tx.attachments_left()?);
            let apart = tx.feeds_apart()?.into_iter().map(|end| ApartLine {
                message: format!(
                    "{0} 与服务器不一致，重新获取后仍不同；数据没有丢失，请告诉县里 / {0} differs from the server, also after it was fetched again: nothing was lost, tell the county",
                    end.feed
                ),
                feed: end.feed.to_string(),
                position: end.position,
            });
            Ok(Status {
                server_millis,
                photos,
                all_at_county: server_millis.is_some() && outbox.is_empty() && photos == 0,
                unsent: of(OwnState::Unsent),
                waiting: of(OwnState::Waiting),
                refused: of(OwnState::Refused),
                conflicts: tx.conflict_count()?,
                feeds: tx.cursors()?.len() as u64,
                whole: tx.whole_feeds()?.len() as u64,
                apart: apart.collect(),
                older_documents: tx.older_manifest()?,
            })
        })
    }
}
