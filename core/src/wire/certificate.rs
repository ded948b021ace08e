//! What the server says of a device, signed: with it two phones that have no link know one another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::model::{AreaCode, DeviceId, WorkerId};
use crate::vault::{is_agreement_key, is_device_key, server_signed};

/// How a certificate begins as text, as a QR code shows it.
const TEXT: &str = "TANFANG-KEY1:";
/// Longer than any certificate as text.
const TEXT_LIMIT: usize = 1024;

/// A device, its worker and its keys, said by the county's server. It holds no name and no role:
/// those are the roster's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The county.
    pub county: AreaCode,
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub worker: WorkerId,
    /// Its public signing key.
    #[serde(with = "packed")]
    pub public_key: Vec<u8>,
    /// Its public agreement key: what is sealed to the phone is sealed to this.
    #[serde(with = "packed")]
    pub agreement_key: Vec<u8>,
    /// The server's public agreement key: what is sealed to the county is sealed to this.
    #[serde(with = "packed")]
    pub county_key: Vec<u8>,
    /// Ed25519 over [`Certificate::message`].
    #[serde(with = "packed")]
    pub signature: Vec<u8>,
}

/// A text that is no phone's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "这不是手机的密钥：请对方在手机上重新显示（key） / this is no phone's key: have it shown again on the other phone (`key`)"
)]
pub struct NotACertificate;

impl Certificate {
    /// What the server signs.
    pub fn message(&self) -> Vec<u8> {
        let mut message = b"tanfang-device/1".to_vec();
        let county = self.county.to_string();
        let said: [&[u8]; 6] = [
            county.as_bytes(),
            self.device.bytes(),
            self.worker.bytes(),
            &self.public_key,
            &self.agreement_key,
            &self.county_key,
        ];
        for field in said {
            message.extend((field.len() as u64).to_be_bytes());
            message.extend(field);
        }
        message
    }

    /// Whether the server of this key said it, and the keys are keys.
    pub fn is_of(&self, server_key: &[u8]) -> bool {
        is_device_key(&self.public_key)
            && is_agreement_key(&self.agreement_key)
            && is_agreement_key(&self.county_key)
            && server_signed(server_key, &self.message(), &self.signature)
    }

    /// The certificate as one word, for a QR code or a message.
    pub fn to_text(&self) -> String {
        // Our own type in memory: nothing here can fail to pack, and an empty text is no key.
        let packed = rmp_serde::to_vec(self).unwrap_or_default();
        format!("{TEXT}{}", URL_SAFE_NO_PAD.encode(packed))
    }

    /// Reads [`Certificate::to_text`]; who said it is not yet known ([`Certificate::is_of`]).
    pub fn from_text(text: &str) -> Result<Self, NotACertificate> {
        let text = text.trim();
        if text.len() > TEXT_LIMIT {
            return Err(NotACertificate);
        }
        let packed = text.strip_prefix(TEXT).ok_or(NotACertificate)?;
        let packed = URL_SAFE_NO_PAD
            .decode(packed)
            .map_err(|_| NotACertificate)?;
        rmp_serde::from_slice(&packed).map_err(|_| NotACertificate)
    }
}

/// Keys travel as bytes, not as lists of numbers.
mod packed {
    use super::super::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<u8>, D::Error> {
        Bytes::deserialize(reader).map(|bytes| bytes.0)
    }
}
