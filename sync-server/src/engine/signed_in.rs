//! Who asks: a phone by its session's token, never one that was revoked.

use tanfang_core::planted::{self, Bug};
use tanfang_core::wire::WireRefusal;

use super::{Halt, House};
use crate::store::{DeviceRow, ServerStore, Tx};

/// The phone of a token's hash.
pub(super) fn device_of(tx: &mut dyn Tx, token: &[u8; 32]) -> Result<DeviceRow, Halt> {
    let device = tx.device_by_token(token)?.ok_or(WireRefusal::SignedOut)?;
    if device.revoked && !planted::is(Bug::RevokedTokenCached) {
        return Err(WireRefusal::Revoked.into());
    }
    Ok(device)
}

impl House {
    /// Whether a token may ask; asked of the store each time, so that a revocation by another
    /// process counts at once.
    pub(super) fn signed_in(
        &mut self,
        store: &mut dyn ServerStore,
        token: &str,
    ) -> Result<(), Halt> {
        let token = self.keys.token_hash(token);
        store.read(|tx| device_of(tx, &token).map(|_| ()))
    }
}
