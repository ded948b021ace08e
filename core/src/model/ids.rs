//! Names for the ids that everything else is keyed by.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

use super::door::{Rng, WallTime};

/// An id that is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is not an id: it must be a UUID such as 018f3c2a-7b1c-7def-8abc-0123456789ab")]
pub struct NotAnId {
    /// Which id was being read.
    pub what: &'static str,
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID as this id.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID behind the id.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }

            /// The sixteen bytes of the id.
            pub const fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads sixteen bytes as this id.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, NotAnId> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| NotAnId { what: $what })
            }

            /// A new UUIDv7 of this moment: ids made later sort later (RFC 9562 §5.7).
            pub fn fresh(now: WallTime, rng: &dyn Rng) -> Self {
                Self(fresh_v7(now, rng))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId { what: $what })
            }
        }
    };
}

uuid_id!(
    /// A record: a person, a household, a visit, a worker …
    RecordId, "the record's id"
);
uuid_id!(
    /// A row of a repeat; it has its id from birth, so that two people who add a row add two.
    RowId, "the row's id"
);
uuid_id!(
    /// A phone, or the server in one epoch. Never reused: a phone handed on gets a new one.
    DeviceId, "the device's id"
);
uuid_id!(
    /// A worker. The worker's record has the same UUID.
    WorkerId, "the worker's id"
);
uuid_id!(
    /// A history of the server. Restored from a backup it opens a new one.
    Epoch, "the epoch"
);

impl WorkerId {
    /// The record of this worker.
    pub const fn record(&self) -> RecordId {
        RecordId(self.0)
    }
}

impl RecordId {
    /// The worker whose record this is.
    pub const fn worker(&self) -> WorkerId {
        WorkerId(self.0)
    }
}

fn fresh_v7(now: WallTime, rng: &dyn Rng) -> Uuid {
    let mut random = [0u8; 10];
    rng.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(now.millis.max(0) as u64, &random).into_uuid()
}

/// The number of a save on its device, from 1, without gaps.
pub type DeviceSeq = u64;

/// The identity of a save, and of each write in it: which device, its how-manieth save.
///
/// It is the idempotency key too: the same head is the same save, whenever it arrives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The device that made the save.
    pub device: DeviceId,
    /// Its number there.
    pub seq: DeviceSeq,
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.device, self.seq)
    }
}
