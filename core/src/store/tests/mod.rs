//! The store by its promises.

mod lists;
mod moving;
mod opening;
mod saving;
pub(crate) mod support;
