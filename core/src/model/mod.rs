//! Ids, stamps, values, saves, records, people, areas.

pub mod area;
pub mod person;
