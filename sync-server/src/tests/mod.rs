//! The server asked by phones that are made here: real store, real signatures, a clock that is moved.

mod asked;
mod attachments;
mod attacked;
mod bundles;
mod composed;
mod digests;
mod disks;
mod epochs;
mod leaving;
mod long_records;
mod moving;
mod paging;
mod pairing;
mod people;
mod published;
mod sealing;
mod set_back;
mod settling;
mod snapshot_parts;
mod snapshots;
mod verdicts;
pub(crate) mod world;
