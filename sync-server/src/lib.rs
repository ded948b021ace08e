//! Server.

pub mod ledger;
