//! Single values: numbers and texts that the whole store has once.

use rusqlite::{OptionalExtension, named_params};

use super::{StoreError, Tx};

/// The number through which the server has everything of this device.
pub(super) const THROUGH: &str = "through";
/// The server's time when it last answered, ms since 1970.
pub(super) const SERVER_MILLIS: &str = "server_millis";
/// The server's last signed acknowledgement, packed.
pub(super) const ACKNOWLEDGED: &str = "acknowledged";
/// The latest stamp made or seen here.
pub(super) const STAMP: &str = "stamp";
/// The manifest in force, as the server signed it.
pub(super) const MANIFEST: &str = "manifest";
/// A manifest of which some document is still missing.
pub(super) const COMING: &str = "coming_manifest";
/// What the server says of this phone's keys, packed.
pub(super) const CERTIFICATE: &str = "certificate";
/// The number of a manifest that the server offered and that is older than the one in force.
pub(super) const OLDER: &str = "older_manifest";
/// Set while the next manifest is taken whatever its number: another history numbers anew.
pub(super) const ANY_MANIFEST: &str = "any_manifest";
/// The device id of an enrolment whose answer has not come yet.
pub(super) const ENROLLING: &str = "enrolling";

impl Tx<'_> {
    /// A value by its name.
    pub(super) fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .statement("SELECT value FROM meta WHERE name = :name")?
            .query_row(named_params! { ":name": name }, |row| row.get(0))
            .optional()?)
    }

    /// Sets a value.
    pub(super) fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO meta (name, value) VALUES (:name, :value)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute(named_params! { ":name": name, ":value": value })?;
        Ok(())
    }

    /// Takes a value out.
    pub(super) fn forget_meta(&self, name: &str) -> Result<(), StoreError> {
        self.statement("DELETE FROM meta WHERE name = :name")?
            .execute(named_params! { ":name": name })?;
        Ok(())
    }

    /// A number by its name; 0 where it was never set.
    pub(super) fn number(&self, name: &str) -> Result<i64, StoreError> {
        let bytes = self.meta(name)?;
        Ok(bytes
            .and_then(|b| <[u8; 8]>::try_from(b.as_slice()).ok())
            .map_or(0, i64::from_be_bytes))
    }

    /// Sets a number.
    pub(super) fn set_number(&self, name: &str, number: i64) -> Result<(), StoreError> {
        self.set_meta(name, &number.to_be_bytes())
    }

    /// The server's time when it last answered, in milliseconds since 1970; none before.
    pub fn server_millis(&self) -> Result<Option<i64>, StoreError> {
        let bytes = self.meta(SERVER_MILLIS)?;
        Ok(bytes
            .and_then(|b| <[u8; 8]>::try_from(b.as_slice()).ok())
            .map(i64::from_be_bytes))
    }

    /// Remembers the server's time.
    pub fn set_server_millis(&self, millis: i64) -> Result<(), StoreError> {
        self.set_number(SERVER_MILLIS, millis)
    }
}
