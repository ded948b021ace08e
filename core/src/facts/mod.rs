//! Settled records to narrow rows, for lists, search and compliance.

pub mod rows;
