//! Packed bodies: one blob a record, one blob a save, no row a field.

mod bytes;
mod envelope;
mod record;
mod said;
mod save;
mod terms;

pub(crate) use bytes::Unreadable;
pub(crate) use record::{pack_record, unpack_record};
pub(crate) use said::{pack_said, unpack_said};
pub(crate) use save::{pack_save, unpack_save};
pub(crate) use terms::{Terms, Unknown};

use crate::model::Compartment;

/// Fixed for ever: bodies on disk hold these.
fn compartment_number(compartment: Compartment) -> u8 {
    match compartment {
        Compartment::Contact => 1,
        Compartment::Care => 2,
        Compartment::Identity => 3,
        Compartment::Protection => 4,
        Compartment::Roster => 5,
    }
}

fn compartment_from(number: u8) -> Result<Compartment, Unreadable> {
    Compartment::ALL
        .into_iter()
        .find(|c| compartment_number(*c) == number)
        .ok_or(Unreadable)
}
