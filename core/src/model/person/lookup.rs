//! Finding a person by id number without keeping the number in an index.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ResidentId;

/// What an id number looks like in an index: equal numbers give equal keys, and without the
/// server's secret a key says nothing about the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LookupKey(pub [u8; 32]);

/// The index key of an id number: HMAC-SHA-256 under the server's `secret` (32 bytes or more),
/// over a label that separates it from every other use of the secret.
pub fn lookup_key(secret: &[u8], id: &ResidentId) -> LookupKey {
    // HMAC takes keys of any length (RFC 2104), so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        unreachable!("HMAC refuses no key length")
    };
    mac.update(b"tanfang/resident-id/1\0");
    mac.update(id.reveal().as_bytes());
    LookupKey(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn id(text: &str) -> ResidentId {
        let today = NaiveDate::from_ymd_opt(2024, 7, 1).unwrap();
        ResidentId::read(text, today).unwrap().id
    }

    #[test]
    fn however_a_number_was_typed_it_is_found_by_one_key() {
        let secret = [7; 32];
        let key = lookup_key(&secret, &id("530999194402290016"));
        assert_eq!(key, lookup_key(&secret, &id("５３０９９９ 19440229 0016")));
        assert_eq!(key, lookup_key(&secret, &id("530999440229001")));
        assert_ne!(key, lookup_key(&secret, &id("530999194801050028")));
        assert_ne!(key, lookup_key(&[8; 32], &id("530999194402290016")));
    }
}
