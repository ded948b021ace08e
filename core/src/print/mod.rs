//! A record on paper: the official cards, filled in from what is held.
//!
//! Which blank stands where is a file ([`Layout`], `core/forms/cards/`), as a county's paper differs
//! from the next one's; what stands in a blank is said by the form in its own words. The phone and
//! the server print the same [`Card`].

mod card;
mod grid;
mod html;
mod layout;
#[cfg(feature = "author")]
mod xlsx;

pub use card::{Card, Cell, Table, card, visits_of};
pub use html::html;
pub use layout::{Blank, Columns, Layout, LayoutError};
#[cfg(feature = "author")]
pub use xlsx::{TooLarge, xlsx};

#[cfg(test)]
mod tests;
