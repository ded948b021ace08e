//! Lines of the shorter lists, and what an enrolment and a sync did.

use tanfang_core::app;

/// What an enrolment gave.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Enrolled {
    /// The worker.
    pub worker: String,
    /// The worker's name.
    pub name: String,
    /// The county.
    pub county: String,
    /// This phone's id.
    pub device: String,
    /// How many unsent saves were numbered anew under it.
    pub renumbered: u64,
}

impl From<app::Enrolled> for Enrolled {
    fn from(enrolled: app::Enrolled) -> Self {
        Self {
            worker: enrolled.worker,
            name: enrolled.name,
            county: enrolled.county,
            device: enrolled.device,
            renumbered: enrolled.renumbered,
        }
    }
}

/// A form that new records use.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FormLine {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The kind of record it is about.
    pub kind: String,
    /// 中文.
    pub title_zh: String,
    /// English.
    pub title_en: String,
    /// Of a form that this app cannot read: what to do, in Chinese and English.
    pub unreadable: Option<String>,
}

impl From<app::FormLine> for FormLine {
    fn from(line: app::FormLine) -> Self {
        Self {
            id: line.id,
            version: line.version,
            kind: line.kind,
            title_zh: line.title_zh,
            title_en: line.title_en,
            unreadable: line.unreadable,
        }
    }
}

/// Of which question the offered rows are asked.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Offering {
    /// The form.
    pub form: String,
    /// The question, as problems name it: `village`, `people[2].met`.
    pub field: String,
    /// The answers given so far, a JSON object by question name.
    pub answers: String,
    /// The record that is edited: the answers are laid over those that stand.
    #[uniffi(default = None)]
    pub subject: Option<String>,
    /// Only rows whose label or code contains this; an empty text: all.
    #[uniffi(default = "")]
    pub containing: String,
    /// In whose words: `zh`, `en`.
    #[uniffi(default = "zh")]
    pub lang: String,
    /// At most so many rows.
    #[uniffi(default = 50)]
    pub most: u32,
}

/// A row of a list as a person chooses it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Offered {
    /// The code.
    pub name: String,
    /// What it is called in the person's language.
    pub label: String,
}

impl From<app::Offered> for Offered {
    fn from(row: app::Offered) -> Self {
        Self {
            name: row.name,
            label: row.label,
        }
    }
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DraftLine {
    /// Its id.
    pub id: String,
    /// The form.
    pub form: String,
    /// The record that is edited; none for a new one.
    pub subject: Option<String>,
    /// When it was kept, RFC 3339.
    pub saved_at: String,
    /// The answers as typed: a JSON object.
    pub answers: String,
}

impl From<app::DraftLine> for DraftLine {
    fn from(line: app::DraftLine) -> Self {
        Self {
            id: line.id,
            form: line.form,
            subject: line.subject,
            saved_at: line.saved_at,
            answers: line.answers.to_string(),
        }
    }
}

/// A save that the server has not taken in.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutboxLine {
    /// What it is about.
    pub id: String,
    /// The form it was filled in with.
    pub form: Option<String>,
    /// Its number on this phone.
    pub seq: u64,
    /// `unsent`, or `waiting` for the save that its record begins with.
    pub state: String,
}

impl From<app::OutboxLine> for OutboxLine {
    fn from(line: app::OutboxLine) -> Self {
        Self {
            id: line.id,
            form: line.form,
            seq: line.seq,
            state: line.state.to_owned(),
        }
    }
}

/// A save that the server refused.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefusedLine {
    /// What it is about.
    pub id: String,
    /// Its number on this phone.
    pub seq: u64,
    /// The reason's code.
    pub reason: String,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// What to do.
    pub message: String,
    /// `refused`; `corrected`, where a later save says it anew; `withdrawn`.
    pub state: String,
    /// What it says: a JSON array of `{"record","field","value"}`.
    pub said: String,
}

impl From<app::RefusedLine> for RefusedLine {
    fn from(line: app::RefusedLine) -> Self {
        let said = line.said.into_iter().map(|said| {
            serde_json::json!({"record": said.record, "field": said.field, "value": said.value})
        });
        Self {
            said: said.collect::<serde_json::Value>().to_string(),
            state: line.state.to_owned(),
            id: line.id,
            seq: line.seq,
            reason: line.reason,
            field: line.field,
            message: line.message,
        }
    }
}

/// What a sync did, and what is left for a person.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Own saves newly acknowledged.
    pub sent: u64,
    /// Items received.
    pub received: u64,
    /// Saves that stand refused.
    pub refused: u64,
    /// Fields that a person has to decide.
    pub conflicts: u64,
    /// Whether nothing remains to be sent or fetched.
    pub complete: bool,
    /// Turns of the conversation.
    pub turns: u32,
    /// Records of which something was taken away with a right that ended.
    pub pruned: u64,
    /// Bytes that a metered link puts off to another time.
    pub put_off: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

impl From<app::SyncReport> for SyncReport {
    fn from(report: app::SyncReport) -> Self {
        Self {
            sent: report.sent,
            received: report.received,
            refused: report.refused,
            conflicts: report.conflicts,
            complete: report.complete,
            turns: report.turns,
            pruned: report.pruned,
            put_off: report.put_off,
            stopped: report.stopped,
        }
    }
}
