//! Sync: a conversation, not a socket.
//!
//! A [`Session`] says what to send and what an answer means, without touching a socket;
//! [`run`] carries its turns over a [`Transport`] until nothing remains. Nothing is marked sent
//! before the server's "through n" is stored; a page and its cursor are stored in one transaction.

pub mod attachments;
mod backoff;
mod carry;
mod documents;
mod driver;
mod error;
mod exchange;
pub mod http;
mod plan;
mod progress;
mod rest;
mod session;
mod snapshots;
mod transport;

#[cfg(test)]
mod set_back_tests;
#[cfg(test)]
mod tests;

pub use backoff::{Backoff, keep_trying};
pub use carry::{certify, hand_in};
pub use driver::{Tally, run};
pub use error::SyncError;
pub use exchange::{document, enrol, history, snapshot_part, sync};
pub use plan::{Budget, Cancel, Limits, Plan};
pub use progress::{Amount, Progress, Stage};
pub use rest::at_rest;
pub use session::{Heard, Session, Written};
pub use transport::{Answer, Call, LinkError, Transport};
