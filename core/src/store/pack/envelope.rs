//! An envelope as few bytes: who, in which role, with which form and app is one word.

use serde::{Deserialize, Serialize};

use super::bytes::{Packer, Unpacker, Unreadable};
use super::terms::{Terms, Unknown};
use crate::model::{Envelope, FormRef, Head, Hlc, WallTime, WorkerId};

/// What the envelopes of one worker's day have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Authorship {
    pub(crate) author: WorkerId,
    pub(crate) role: String,
    pub(crate) form: Option<FormRef>,
    pub(crate) app: String,
}

/// Packs everything but the head.
pub(crate) fn pack_envelope(
    out: &mut Packer,
    envelope: &Envelope,
    terms: &mut Terms,
) -> Result<(), Unknown> {
    out.number(terms.authorship(envelope)?);
    out.signed(envelope.stamp.millis);
    out.number(u64::from(envelope.stamp.counter));
    out.number(terms.device(envelope.stamp.device)?);
    out.signed(envelope.wall.millis.wrapping_sub(envelope.stamp.millis));
    out.signed(i64::from(envelope.wall.offset_minutes));
    out.number(envelope.monotonic_millis);
    out.maybe(envelope.last_server_millis);
    Ok(())
}

/// Reads everything but the head.
pub(crate) fn unpack_envelope(
    from: &mut Unpacker<'_>,
    head: Head,
    terms: &Terms,
) -> Result<Envelope, Unreadable> {
    let authorship = terms.read_authorship(from.number()?)?.clone();
    let millis = from.signed()?;
    let stamp = Hlc {
        millis,
        counter: u32::try_from(from.number()?).map_err(|_| Unreadable)?,
        device: terms.read_device(from.number()?)?,
    };
    let wall = WallTime {
        millis: millis.wrapping_add(from.signed()?),
        offset_minutes: i16::try_from(from.signed()?).map_err(|_| Unreadable)?,
    };
    Ok(Envelope {
        head,
        stamp,
        wall,
        monotonic_millis: from.number()?,
        last_server_millis: from.maybe()?,
        author: authorship.author,
        role: authorship.role,
        form: authorship.form,
        app: authorship.app,
    })
}
