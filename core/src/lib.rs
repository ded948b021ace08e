//! Tanfang's engine: what a village worker's phone and the county's server both run.
//!
//! The rooms, each of which may know those before it:
//!
//! | room | what it holds |
//! |---|---|
//! | [`model`] | ids, stamps, values, saves, records, people, areas |
//! | [`planted`] | bugs that the simulator must find |
//! | [`attachment`] | photos, signatures, scans: what may be stored of them |
//! | [`expr`] | the expression language of forms and packs |
//! | [`form`] | XLSForm: compile, fill in, check |
//! | [`merge`] | the conflict rule: a multi-value register for each field |
//! | [`policy`] | what settles itself, what is decided together, what is asked |
//! | [`entry`] | answers become parts of a save, and back |
//! | [`facts`] | settled records to narrow rows |
//! | [`mod@print`] | cards on paper, as texts in blanks and as HTML |
//! | [`rights`] | roles, compartments, feeds |
//! | [`compliance`] | who has not been seen, by which article |
//! | [`vault`] | keys and sealed boxes |
//! | [`wire`] | what phone and server say to each other |
//! | [`sealed`] | files that carry saves where there is no link |
//!
//! Without features the crate is pure: it opens no file, socket or database, asks no clock and
//! draws no randomness. Feature `phone` adds `store`, `sync` and `app`; feature `author` reads
//! XLSForm sources.

#[cfg(feature = "phone")]
pub mod app;
pub mod attachment;
pub mod burden;
pub mod compliance;
pub mod entry;
pub mod expr;
pub mod facts;
pub mod form;
pub mod merge;
pub mod model;
pub mod planted;
pub mod policy;
pub mod print;
pub mod rights;
pub mod sealed;
#[cfg(feature = "phone")]
pub mod store;
#[cfg(feature = "phone")]
pub mod sync;
pub mod vault;
pub mod wire;
