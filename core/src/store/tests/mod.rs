//! The store by its promises.

mod lists;
mod opening;
mod saving;
pub(crate) mod support;
