//! What is said of sealed files that a phone carries for another: `POST /v1/bundles`; and of a
//! phone's keys: `POST /v1/keys`.

use serde::{Deserialize, Serialize};

use super::Bytes;
use crate::model::DeviceSeq;

/// A phone that carries a sealed file asks how it stands, and hands a piece in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarryRequest {
    /// [`super::VERSION`].
    pub version: u16,
    /// The file's id ([`crate::sealed::BundleId`]), sixteen bytes.
    pub bundle: Bytes,
    /// A piece of it; none only asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<Bytes>,
    /// Whether the worker who carries it says that it may be taken though its phone was revoked.
    /// It counts of who supervises an area of its author's.
    #[serde(default)]
    pub vouched: bool,
}

/// How a sealed file stands at the county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarryReply {
    /// [`super::VERSION`].
    pub version: u16,
    /// How it stands.
    pub state: CarryState,
    /// The pieces that the server lacks, by number from 0; of a file it never heard of, piece 0.
    #[serde(default)]
    pub missing: Vec<u16>,
    /// Of a file that was taken: the numbers of saves that stand refused. Their author's phone is
    /// told why.
    #[serde(default)]
    pub refused: Vec<DeviceSeq>,
    /// Of a file that was taken: the answer for the phone that sealed it, sealed to that phone, for
    /// whoever goes back there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Bytes>,
}

/// How a sealed file stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarryState {
    /// Some pieces are still to come.
    Arriving,
    /// Whole, but what came before it on its phone has not arrived: it goes in by itself then.
    Early,
    /// Whole, of a phone that was revoked: a person at the county decides, or a supervisor vouches.
    Quarantined,
    /// Every save in it was judged, as if its own phone had sent it.
    Taken,
    /// It is not taken.
    Refused {
        /// Why and what to do; no personal data.
        message: String,
    },
    /// A state of a newer server.
    #[serde(other)]
    Other,
}

/// A phone that enrolled before it had an agreement key tells it; the answer is its
/// [`super::Certificate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifyRequest {
    /// [`super::VERSION`].
    pub version: u16,
    /// The public agreement key.
    pub agreement_key: Bytes,
}
