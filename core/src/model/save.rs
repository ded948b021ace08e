//! A save: what one press of the button made.

use serde::{Deserialize, Serialize};

use super::door::WallTime;
use super::field::{Compartment, Field, Kind};
use super::ids::{Head, RecordId, RowId, WorkerId};
use super::stamp::Hlc;
use super::value::Value;

/// One save: one identity, one stamp, one transaction, accepted, refused or left waiting whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Save {
    /// Everything but the values.
    pub envelope: Envelope,
    /// What it says, a part for each record and compartment (and, of a visit, row of `people`).
    pub parts: Vec<Part>,
}

/// Who said it, when, with which form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// The identity: device and number there.
    pub head: Head,
    /// Orders what is shown.
    pub stamp: Hlc,
    /// The wall clock when the button was pressed; evidence, never a reason to refuse.
    pub wall: WallTime,
    /// The device's monotonic clock, in milliseconds.
    pub monotonic_millis: u64,
    /// The last time the server told this device, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_server_millis: Option<i64>,
    /// The worker who pressed it.
    pub author: WorkerId,
    /// The role the worker acted in.
    pub role: String,
    /// The form it was filled in with; none for what the app itself writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FormRef>,
    /// The version of the app.
    pub app: String,
}

/// A form by id, version and hash: a record is read by the form it was written with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRef {
    /// `form_id` of the form's settings.
    pub id: String,
    /// `version` of the form's settings.
    pub version: String,
    /// SHA-256 of the compiled form, in hex.
    pub hash: String,
}

/// What a save says about one record, in one compartment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: Kind,
    /// The compartment of every field in `writes`.
    pub compartment: Compartment,
    /// Whether this save makes the record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begins: bool,
    /// Of a visit, the row of `people` that the fields belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowId>,
    /// The fields that altered.
    pub writes: Vec<Write>,
}

/// One field altered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// Which field.
    pub field: Field,
    /// Its new value.
    pub value: Value,
    /// The heads that the author was looking at: exactly these are superseded. Of `$gone` and
    /// `$void` also the heads of what is taken out, so that an edit unseen is a visible conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Head>,
    /// Whether the form filled it in: kept for reading, never a conflict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calculated: bool,
}

/// What a record remembers of a save that wrote one of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The envelope of the save.
    pub envelope: Envelope,
    /// When the server received it, in milliseconds since 1970; none before the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<i64>,
}

impl Origin {
    /// The stamp by which the save's values are ordered.
    pub fn ordering(&self) -> Hlc {
        self.envelope.stamp.ordering(self.received_at)
    }
}
