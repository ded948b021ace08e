//! Published documents: what a county decides, as immutable files listed in one signed manifest.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a published document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A compiled form.
    Form,
    /// A rule pack.
    Pack,
    /// The area tree.
    Areas,
    /// Holidays, vacation windows, events.
    Calendar,
    /// Which role reads what.
    Roles,
    /// Contact numbers.
    Contacts,
    /// A code list.
    Codes,
    /// A kind of a newer server; kept, not used.
    #[serde(other)]
    Unknown,
}

/// One document as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    /// What it is.
    pub kind: DocumentKind,
    /// Its id: `elder_card`, `yn-lincang-2024` …
    pub id: String,
    /// Its version, as its author numbers it.
    pub version: String,
    /// SHA-256 of its bytes, in hex. Two documents of one hash are one document.
    pub hash: String,
    /// Its length in bytes.
    pub length: u64,
    /// Whether new records use it; an older version stays listed for the records it made.
    pub active: bool,
}

/// Everything that a county has published. A phone changes to it only when it holds all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Manifest {
    /// Rises with every publication.
    pub number: u64,
    /// The documents.
    pub documents: Vec<DocumentRef>,
    /// Whether the server was made with `init --demo`, which every report names.
    #[serde(default)]
    pub demo: bool,
}

/// A manifest with the server's signature (Ed25519 over the bytes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedManifest {
    /// The manifest as JSON, exactly as signed.
    pub body: String,
    /// The signature, 64 bytes in hex.
    pub signature: String,
}

/// The content address of a document: SHA-256 in lower-case hex.
pub fn content_hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
