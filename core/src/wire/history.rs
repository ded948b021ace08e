//! The history of a record, asked for when there is a link.

use serde::{Deserialize, Serialize};

use crate::merge::Record;
use crate::model::RecordId;

/// Asks for everything that was ever said of a record, as far as this phone may hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRequest {
    /// [`super::VERSION`].
    pub version: u16,
    /// The record.
    pub record: RecordId,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryReply {
    /// [`super::VERSION`].
    pub version: u16,
    /// The record with every write of its visible compartments, who said it and what was superseded.
    /// None where there is no such record, or nothing of it may be held: the two are told alike.
    #[serde(default)]
    pub record: Option<Box<Record>>,
}
