//! Sealed files: what a phone hands on where there is no link.

use tanfang_core::app;

/// A file to be written, or that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SealedFile {
    /// Its name, which tells nothing.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl From<app::SealedFile> for SealedFile {
    fn from(file: app::SealedFile) -> Self {
        Self {
            name: file.name,
            bytes: file.bytes,
        }
    }
}

/// What was sealed; nothing is marked as sent by it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Sealed {
    /// The files to hand on, all of them.
    pub files: Vec<SealedFile>,
    /// How many saves they hold.
    pub saves: u64,
    /// How many parts a colleague's phone will show.
    pub shown: u64,
}

impl From<app::Sealed> for Sealed {
    fn from(sealed: app::Sealed) -> Self {
        Self {
            files: sealed.files.into_iter().map(SealedFile::from).collect(),
            saves: sealed.saves,
            shown: sealed.shown,
        }
    }
}

/// What one opened file was.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OpenedFile {
    /// Its id.
    pub id: String,
    /// `carried`, `shown`, `receipt` or `own`.
    pub what: String,
    /// The device that sealed it.
    pub sender: String,
    /// Of a file that is shown: saves that were not known here.
    pub saves: u64,
    /// Pieces that are still to be brought, counted from 1.
    pub missing: Vec<u16>,
    /// Of a receipt: own saves that the county has told of for the first time.
    pub acknowledged: u64,
}

impl From<app::OpenedFile> for OpenedFile {
    fn from(file: app::OpenedFile) -> Self {
        Self {
            id: file.id,
            what: file.what.to_owned(),
            sender: file.sender,
            saves: file.saves,
            missing: file.missing,
            acknowledged: file.acknowledged,
        }
    }
}

/// A file that this phone carries for another.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CarriedLine {
    /// Its id.
    pub id: String,
    /// The device that sealed it.
    pub sender: String,
    /// The worker whose it is, where this phone knows.
    pub worker: Option<String>,
    /// How many pieces it has.
    pub pieces: u16,
    /// The pieces that are not here yet, counted from 1.
    pub missing: Vec<u16>,
    /// `carried`, `early`, `quarantined`, `handed_in` or `refused`.
    pub state: String,
    /// Of a refusal, why and what to do.
    pub message: Option<String>,
    /// Whether this phone's worker vouched for it.
    pub vouched: bool,
    /// Whether the county's answer for the sender is here.
    pub receipt: bool,
}

impl From<app::CarriedLine> for CarriedLine {
    fn from(line: app::CarriedLine) -> Self {
        Self {
            id: line.id,
            sender: line.sender,
            worker: line.worker,
            pieces: line.pieces,
            missing: line.missing,
            state: line.state.to_owned(),
            message: line.message,
            vouched: line.vouched,
            receipt: line.receipt,
        }
    }
}
