//! A feed as it stood, for who begins it: named parts that never alter, fetched one by one.

use serde::{Deserialize, Serialize};

use super::messages::Item;
use crate::model::{Feed, Position};

/// A snapshot that the server offers in the place of a feed's first pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotOffer {
    /// The feed.
    pub feed: Feed,
    /// The cursor of who has applied all parts: pages go on from here.
    pub position: Position,
    /// The parts, the newest records first.
    pub parts: Vec<PartName>,
}

/// A part by what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartName {
    /// SHA-256 of its body as it travels, in hex.
    pub hash: String,
    /// The length of that body in bytes.
    pub length: u64,
}

/// A part of a snapshot: settled records of one feed, and which records have left it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotPart {
    /// The feed.
    pub feed: Feed,
    /// The snapshot's position.
    pub position: Position,
    /// What it holds.
    pub items: Vec<Item>,
}
