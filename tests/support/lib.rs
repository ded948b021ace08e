//! What the stories stand on: a county with its server, a link that can break, and phones, all of
//! them processes of the built programs. Nothing is faked but the clock and the link. Where something
//! must happen at exactly one exchange, the same mind and stores stand in one process (`inside`).

pub mod hand_card;
pub mod inside;
pub mod link;
pub mod pages;
pub mod people;
pub mod played;
pub mod raw;
pub mod world;
