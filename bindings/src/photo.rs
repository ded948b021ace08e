//! Photos, signatures and scans.

use tanfang_core::app;

use crate::{Tanfang, TanfangError, text};

/// A photo, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PhotoLine {
    /// Its hash, in hex.
    pub hash: String,
    /// How many bytes it has.
    pub length: u64,
    /// The media type.
    pub media: String,
    /// Of one attached here: `unsaved`, `waiting`, `sending`, `at_server`, `not_taken`; of another
    /// phone's: `here`, `fetching`, `not_here`, `not_at_server`.
    pub state: String,
    /// How many of its bytes are on this phone.
    pub here: u64,
    /// How many of them the server said it has.
    pub sent: u64,
    /// The records that name it.
    pub records: Vec<String>,
    /// Why the server does not take it, or what was wrong with what it gave.
    pub problem: Option<String>,
}

impl From<app::PhotoLine> for PhotoLine {
    fn from(line: app::PhotoLine) -> Self {
        Self {
            hash: line.hash,
            length: line.length,
            media: line.media,
            state: line.state.to_owned(),
            here: line.here,
            sent: line.sent,
            records: line.records,
            problem: line.problem,
        }
    }
}

/// A photo with its bytes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Photo {
    /// The media type.
    pub media: String,
    /// The bytes, stripped of everything but the picture.
    pub bytes: Vec<u8>,
}

impl From<app::Photo> for Photo {
    fn from(photo: app::Photo) -> Self {
        Self {
            media: photo.media,
            bytes: photo.bytes,
        }
    }
}

#[uniffi::export]
impl Tanfang {
    /// Keeps a photo, signature or scan, stripped and encrypted, and gives the answer (JSON) of the
    /// `image` or `file` question that it belongs to. `Asked` where it is no JPEG, PNG, WebP or
    /// PDF, is cut, or larger than 8 MiB.
    #[uniffi::method(default(media = None))]
    pub fn attach(&self, bytes: Vec<u8>, media: Option<String>) -> Result<String, TanfangError> {
        let attached = self.now()?.attach(&bytes, media.as_deref())?;
        Ok(serde_json::Value::from(&attached).to_string())
    }

    /// Every photo that is here or that a record names, or those of one record, and where each is.
    #[uniffi::method(default(record = None))]
    pub fn photos(&self, record: Option<String>) -> Result<Vec<PhotoLine>, TanfangError> {
        let record = record.as_deref().map(text::record).transpose()?;
        let lines = self.now()?.photos_of(record)?.into_iter();
        Ok(lines.map(PhotoLine::from).collect())
    }

    /// A photo that is on this phone. `Asked` where it is not.
    pub fn photo(&self, hash: String) -> Result<Photo, TanfangError> {
        Ok(self.now()?.photo(&hash)?.into())
    }

    /// A photo, fetched first where it is not on this phone, whatever the link costs. `Asked` where
    /// its author's phone has not sent it yet.
    pub fn fetch_photo(&self, hash: String) -> Result<Photo, TanfangError> {
        Ok(self.now()?.fetch_photo(&hash)?.into())
    }
}
