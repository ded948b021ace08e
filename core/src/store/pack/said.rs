//! A settled record whose values stand in one own save: that save's number, and its receipt.

use super::bytes::{Packer, Unpacker, Unreadable};
use crate::model::DeviceSeq;

/// Where a record that is packed whole has its version.
const SAID: u8 = 2;

/// Names the save that said the whole of a record.
pub(crate) fn pack_said(seq: DeviceSeq, received_at: Option<i64>) -> Vec<u8> {
    let mut out = Packer(Vec::with_capacity(16));
    out.0.push(SAID);
    out.number(seq);
    out.maybe(received_at);
    out.0
}

/// The save that said the whole of a record and when the server received it; none where the record
/// is packed whole.
pub(crate) fn unpack_said(bytes: &[u8]) -> Result<Option<(DeviceSeq, Option<i64>)>, Unreadable> {
    let Some(rest) = bytes.strip_prefix(&[SAID]) else {
        return Ok(None);
    };
    let mut from = Unpacker(rest);
    Ok(Some((from.number()?, from.maybe()?)))
}
