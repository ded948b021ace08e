//! Who a person is: resident id numbers, names, phones.
//!
//! Each type reads what people really type (full-width digits, padding, dots of all kinds) into
//! one canonical form, or says with a typed error what to correct. No error repeats the text that
//! was typed. That a number passes its check does not prove who somebody is.

mod lookup;
mod name;
mod phone;
mod resident_id;
mod typed;

pub use lookup::{LookupKey, lookup_key};
pub use name::{NameError, PersonName};
pub use phone::{Phone, PhoneError, PhoneKind};
pub use resident_id::{
    ReadResidentId, ResidentId, ResidentIdError, Sex, looks_like_excel_precision_loss,
};
