//! Sealed files (`.tanfang`): saves that travel by hand where there is no link, on a memory card, by
//! USB or Bluetooth.
//!
//! A file is sealed to one key, the county's or one phone's, in pieces that each open or fail alone.
//! Whoever carries it learns which phone sealed it, when it was opened, and how long it is, nothing
//! else. Inside is what a push says, with the one signature of a push: the sender's device over its
//! chain. Nothing here asks where a piece came from, so that opening one twice, or another's, is
//! harmless. The bytes are described in `docs/sync-protocol.md`.

mod contents;
mod error;
mod piece;
mod seal;

#[cfg(test)]
mod tests;

pub use contents::{HandIn, Receipt, Shared, SharedPart, SharedSave, SharedTruth};
pub use error::SealedError;
pub use piece::{BundleId, KeyId, Kind, PIECE_LIMIT_BYTES, PIECES_LIMIT, Piece};
pub use seal::{PIECE_BYTES, missing, open, pack, seal, unpack};
