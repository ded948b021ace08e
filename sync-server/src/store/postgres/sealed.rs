//! What lies sealed in a column, and by which keyed hash it is found: whoever runs the database, or
//! has a copy of it, reads neither.

use std::sync::Arc;

use tanfang_core::model::Rng;
use tanfang_core::vault::Secret;

use crate::keys::{open_bytes, seal_bytes};
use crate::store::{StoreError, Stored};

macro_rules! columns {
    ($($name:ident = $column:literal),* $(,)?) => {
        /// A column that nobody reads without the server's key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::store) enum Column { $($name),* }

        impl Column {
            /// Each with its table and name.
            pub(in crate::store) const ALL: &[(Column, &str)] = &[$((Column::$name, $column)),*];
        }
    };
}
columns!(
    KeyCheck = "key_check.sealed",
    Meta = "meta.value",
    SaltKey = "devices.salt_key",
    App = "devices.app",
    Envelope = "saves.envelope",
    Refusal = "saves.refusal",
    FeedName = "feeds.name",
    ApartFeed = "feeds_apart.feed",
    Kind = "records.kind",
    Carriers = "records.carriers",
    AreasEver = "records.areas_ever",
    Title = "records.title",
    PersonGroup = "records.person_group",
    Area = "records.area",
    Fact = "records.fact",
    Settled = "records.settled",
    LinkKind = "links.kind",
    Role = "assignments.role",
    RoleArea = "assignments.area",
    RoleFrom = "assignments.from_day",
    RoleTo = "assignments.to_day",
    PairFrom = "pairings.from_day",
    PairTo = "pairings.to_day",
    DocumentBody = "documents.body",
    DocumentSource = "documents.source",
    AuditDetail = "audit.detail",
    SnapshotBody = "snapshot_parts.body",
    FrozenBody = "frozen.body",
);

/// Seals and opens columns, each with a key of its own.
pub(in crate::store) struct Sealer {
    keys: Vec<Secret>,
    names: Secret,
    attachments: Secret,
    rng: Arc<dyn Rng>,
}

impl Sealer {
    /// With the keys that follow from the database's.
    pub(super) fn new(key: &Secret, rng: Arc<dyn Rng>) -> Self {
        let of = |column: &str| key.derive(&format!("tanfang/server/postgres/{column}/1"));
        Self {
            keys: Column::ALL.iter().map(|(_, name)| of(name)).collect(),
            names: of("feed-names"),
            attachments: of("attachment-hashes"),
            rng,
        }
    }

    /// Seals a value, bound to its column and row: put elsewhere it does not open.
    pub(in crate::store) fn seal(
        &self,
        column: Column,
        row: &[u8],
        plain: &[u8],
    ) -> Stored<Vec<u8>> {
        seal_bytes(&self.keys[column as usize], row, plain, &*self.rng)
    }

    /// The same, where there is a value.
    pub(in crate::store) fn maybe(
        &self,
        column: Column,
        row: &[u8],
        plain: Option<impl AsRef<[u8]>>,
    ) -> Stored<Option<Vec<u8>>> {
        let sealed = plain.map(|plain| self.seal(column, row, plain.as_ref()));
        sealed.transpose()
    }

    /// Opens what lies in a column of a row.
    pub(in crate::store) fn open(
        &self,
        column: Column,
        row: &[u8],
        sealed: &[u8],
    ) -> Stored<Vec<u8>> {
        open_bytes(&self.keys[column as usize], row, sealed)
    }

    /// Opens a text.
    pub(in crate::store) fn open_text(
        &self,
        column: Column,
        row: &[u8],
        sealed: &[u8],
    ) -> Stored<String> {
        String::from_utf8(self.open(column, row, sealed)?)
            .map_err(|_| StoreError::Damaged { what: "a text" })
    }

    /// Opens what may be none.
    pub(in crate::store) fn open_maybe(
        &self,
        column: Column,
        row: &[u8],
        sealed: Option<&[u8]>,
    ) -> Stored<Option<Vec<u8>>> {
        let open = |sealed| self.open(column, row, sealed);
        sealed.map(open).transpose()
    }

    /// Opens a text that may be none.
    pub(in crate::store) fn open_maybe_text(
        &self,
        column: Column,
        row: &[u8],
        sealed: Option<&[u8]>,
    ) -> Stored<Option<String>> {
        let open = |sealed| self.open_text(column, row, sealed);
        sealed.map(open).transpose()
    }

    /// By what a feed is found.
    pub(in crate::store) fn feed_key(&self, name: &str) -> [u8; 32] {
        self.names.mac(name.as_bytes())
    }

    /// By what an attachment is found.
    pub(in crate::store) fn attachment_key(&self, hash: &[u8; 32]) -> [u8; 32] {
        self.attachments.mac(hash)
    }
}
