//! The store by its promises.

mod attachments;
mod disks;
mod edits;
mod lists;
mod merging;
mod migrating;
mod moving;
mod opening;
mod saving;
mod set_back;
mod shared;
mod snapshots;
pub(crate) mod support;
