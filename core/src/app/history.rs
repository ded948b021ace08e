//! The history of a record: field by field, everything that is held of what was ever said.

use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

use super::conflicts::{WhoLine, record_of, who};
use super::enrol::link;
use super::labels::Labels;
use super::{App, AppError};
use crate::facts::list_row;
use crate::merge::{Record, Register, Told};
use crate::model::{Field, Head, Origin, RecordId};
use crate::store::Tx;
use crate::sync::{Transport, history};
use crate::wire::{HistoryRequest, VERSION};

/// A record's history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    /// The record.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its name, or what else tells it from the others.
    pub title: String,
    /// Its fields in the form's order, then those that no form here knows.
    pub fields: Vec<HistoryField>,
    /// Whether nothing older is known to exist: else the server has it, when there is a link.
    pub whole: bool,
    /// Whether the server was asked.
    pub from_server: bool,
}

/// What was said of one field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryField {
    /// The field.
    pub field: String,
    /// What it is called; 中文.
    pub label_zh: String,
    /// The same, English.
    pub label_en: String,
    /// What was said: the shown value first, then its rivals, then what was superseded, the latest
    /// first.
    pub entries: Vec<HistoryEntry>,
    /// How many earlier values are known to exist and are not held.
    pub not_held: u64,
}

/// One value that somebody said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryEntry {
    /// The save that said it, `DEVICE/NUMBER`: `choose_again` takes it.
    pub head: String,
    /// The value.
    pub value: Json,
    /// The value in words; 中文.
    pub text_zh: String,
    /// The same, English.
    pub text_en: String,
    /// Who, when, on which device; whether nobody chose it.
    pub who: Option<WhoLine>,
    /// When the server received it, in milliseconds since 1970; none before.
    pub received_at: Option<i64>,
    /// Whether it is the value that is shown.
    pub shown: bool,
    /// Whether a later save took its place.
    pub superseded: bool,
    /// The saves whose values it took the place of.
    pub supersedes: Vec<String>,
    /// Whether the form filled it in.
    pub calculated: bool,
    /// Whether that device's clock was more than a day ahead: the order shown is then not its own.
    pub clock_ahead: bool,
}

impl App {
    /// The history of a record, as far as this phone holds it; [`History::whole`] says whether there
    /// is more.
    pub fn history(&self, id: RecordId) -> Result<History, AppError> {
        self.read(|tx| {
            let record = record_of(tx, id)?;
            self.history_of(tx, &record, false)
        })
    }

    /// The same with what the server has besides. Nothing of it is kept on this phone.
    ///
    /// # Errors
    /// [`AppError::Offline`] without a link; [`AppError::NotFound`] where neither this phone holds
    /// the record nor the server shows it to this phone.
    pub fn history_from_server(&self, id: RecordId) -> Result<History, AppError> {
        let server = self.read(|tx| Ok(tx.enrolled()?.server))?;
        self.history_over(&link(&server)?, id)
    }

    /// The same over a link that the caller brings.
    ///
    /// # Errors
    /// As [`App::history_from_server`].
    pub fn history_over(&self, link: &dyn Transport, id: RecordId) -> Result<History, AppError> {
        let token = self.read(|tx| Ok(tx.enrolled()?.token))?;
        let request = HistoryRequest {
            version: VERSION,
            record: id,
        };
        let reply = history(link, &token, &request)?;
        self.read(|tx| {
            let held = tx.record(id)?;
            let told = reply.record.filter(|record| record.id == id);
            let record = match (held, told) {
                (Some(mut record), told) => {
                    // A record of another kind is another record.
                    let same = told.filter(|told| told.kind == record.kind);
                    same.iter().for_each(|told| record.join(told));
                    record
                }
                (None, Some(told)) => *told,
                (None, None) => return Err(AppError::NotFound { what: "record" }),
            };
            self.history_of(tx, &record, true)
        })
    }

    fn history_of(
        &self,
        tx: &Tx<'_>,
        record: &Record,
        from_server: bool,
    ) -> Result<History, AppError> {
        let labels = self.labels(tx)?;
        let mut fields: Vec<(&Field, &Register)> = record.fields.iter().collect();
        fields.sort_by_cached_key(|(field, _)| {
            let row = field.row().map(|(_, row)| row);
            (labels.place(&record.kind, field), row, (*field).clone())
        });
        let fields = fields
            .into_iter()
            .map(|(field, register)| of_field(tx, &labels, record, field, register))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(History {
            id: record.id.to_string(),
            kind: record.kind.to_string(),
            title: list_row(record).title,
            whole: fields.iter().all(|field| field.not_held == 0),
            fields,
            from_server,
        })
    }
}

fn of_field(
    tx: &Tx<'_>,
    labels: &Labels<'_, '_>,
    record: &Record,
    field: &Field,
    register: &Register,
) -> Result<HistoryField, AppError> {
    let label = labels.field(&record.kind, field);
    let mut said: BTreeMap<_, (Head, &Told)> = BTreeMap::new();
    for (head, told) in register.writes() {
        let live = register.live.contains_key(&head);
        said.insert((live, record.order(head)), (head, told));
    }
    let mut entries = Vec::with_capacity(said.len());
    for (place, (head, told)) in said.into_values().rev().enumerate() {
        let words = labels.value(&record.kind, field, &told.value)?;
        let origin = record.origins.get(&head);
        let superseded = !register.live.contains_key(&head);
        entries.push(HistoryEntry {
            head: name(head),
            value: told.value.to_json(),
            text_zh: words.zh,
            text_en: words.en,
            who: origin.map(|origin| who(tx, origin)).transpose()?,
            received_at: origin.and_then(|origin| origin.received_at),
            shown: place == 0 && !superseded,
            superseded,
            supersedes: told.seen.iter().copied().map(name).collect(),
            calculated: told.calculated,
            clock_ahead: origin.is_some_and(clock_ahead),
        });
    }
    Ok(HistoryField {
        field: field.to_string(),
        label_zh: label.zh,
        label_en: label.en,
        entries,
        not_held: register.unheard() as u64,
    })
}

fn name(head: Head) -> String {
    format!("{}/{}", head.device, head.seq)
}

fn clock_ahead(origin: &Origin) -> bool {
    origin.ordering() != origin.envelope.stamp
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AHEAD_LIMIT_MILLIS;
    use crate::store::tests::support::{envelope, origin_of, person};

    /// A save that was made at this moment by its phone's clock and received at that by the server's.
    fn made_and_received(millis: i64, received_at: Option<i64>) -> Origin {
        let mut save = person(1, 10, "测试一");
        save.envelope = envelope(1, 1);
        save.envelope.stamp.millis = millis;
        origin_of(&save, received_at)
    }

    #[test]
    fn a_clock_is_ahead_from_the_first_millisecond_beyond_a_day_after_the_receipt() {
        let noon = 1_715_313_600_000;
        for (ahead, is) in [
            (-AHEAD_LIMIT_MILLIS, false),
            (0, false),
            (AHEAD_LIMIT_MILLIS, false),
            (AHEAD_LIMIT_MILLIS + 1, true),
            (20 * 365 * AHEAD_LIMIT_MILLIS, true),
        ] {
            let origin = made_and_received(noon + ahead, Some(noon));
            assert_eq!(clock_ahead(&origin), is, "{ahead} ms ahead");
        }
    }

    #[test]
    fn of_a_clock_nothing_is_said_before_the_server_has_received_the_save() {
        assert!(!clock_ahead(&made_and_received(i64::MAX, None)));
    }
}
