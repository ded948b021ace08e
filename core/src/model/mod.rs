//! Ids, stamps, values, saves, records, people, areas.
//!
//! Everything that a person writes, a county decides or a ledger brings is a [`Save`] about
//! records, and travels in [`Feed`]s. There is no second mechanism.

pub mod area;
pub mod person;

mod composed;
mod door;
mod feed;
mod field;
mod ids;
mod published;
mod save;
mod stamp;
mod value;

pub use area::AreaCode;
pub use composed::{composed, is_composed};
pub use door::{Clock, Rng, WallTime};
pub use feed::{Feed, NotAFeed, Position};
pub use field::{AREA, Compartment, Field, GONE, Kind, NotAField, VOID};
pub use ids::{DeviceId, DeviceSeq, Epoch, Head, NotAnId, RecordId, RowId, WorkerId};
pub use published::{DocumentKind, DocumentRef, Manifest, SignedManifest, content_hash};
pub use save::{Envelope, FormRef, Origin, Part, Save, Write};
pub use stamp::{AHEAD_LIMIT_MILLIS, Hlc};
pub use value::Value;
