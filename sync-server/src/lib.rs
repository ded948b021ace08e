//! Tanfang's sync server.
//!
//! | room | what it holds |
//! |---|---|
//! | [`store`] | the trait, and SQLite behind it |
//! | [`engine`] | the mind: enrol, accept, page, publish; no HTTP, no async |
//! | [`api`] | HTTP for phones |
//! | [`admin`] | the command line |
//! | [`festivals`] | the days that the moon decides |
//! | [`ledger`] | CSV ledgers, read into answers |
//! | [`server`] | a directory with its key and database |
//! | [`door`], [`keys`] | time and chance; the server's keys |

pub mod admin;
pub mod api;
pub mod door;
pub mod engine;
pub mod festivals;
pub mod keys;
pub mod ledger;
pub mod server;
pub mod store;

mod thread;

pub use server::Server;
pub use thread::{Serving, serve_in_thread};

#[cfg(test)]
mod tests;
