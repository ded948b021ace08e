//! The conflict inbox: what people said of one thing apart, for a person to decide.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

use super::labels::{Labels, Words};
use super::me::Me;
use super::{App, AppError};
use crate::merge::Record;
use crate::model::{AreaCode, Compartment, Envelope, Feed, Field, Head, Origin, RecordId, Value};
use crate::policy::{Policies, Question, Side, is_automatic};
use crate::store::{Listing, Tx};

/// Something that a person has to decide: a field, or fields that are settled together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConflictLine {
    /// The record.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its name, or what else tells it from the others.
    pub title: String,
    /// The field; `people[ROW].$gone` where a taking out stands against an edit. Of a group one of
    /// its fields.
    pub field: String,
    /// What the question is called; 中文.
    pub label_zh: String,
    /// The same, English.
    pub label_en: String,
    /// Of fields that are settled together, the group's name.
    pub group: Option<String>,
    /// Everything that one choice decides.
    pub fields: Vec<String>,
    /// `ask`; or `latest`, `union` of what the server settles when it hears of it.
    pub policy: String,
    /// Whether it can be decided here: this phone holds every field of it.
    pub decidable: bool,
    /// What everybody had seen before, if it is held; of a group an object by field.
    pub base: Json,
    /// The same in words; 中文.
    pub base_zh: Option<String>,
    /// The same, English.
    pub base_en: Option<String>,
    /// The values, the shown one first: `settle` chooses by place, from 1.
    pub values: Vec<RivalLine>,
    /// What this line shows. Handed back with the choice, it names exactly this: a value that comes
    /// while a person decides stays beside it and asks again.
    pub seen: String,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RivalLine {
    /// The value; of a group an object by field.
    pub value: Json,
    /// The value in words; 中文.
    pub text_zh: String,
    /// The same, English.
    pub text_en: String,
    /// Beside a taking out, the field that was edited.
    pub edited: Option<String>,
    /// The worker who wrote it; of several the latest.
    pub author: Option<String>,
    /// The worker's name, if it is held.
    pub author_name: Option<String>,
    /// The device it was written on.
    pub device: Option<String>,
    /// When, by that device's clock.
    pub at: Option<String>,
    /// Everybody who said it, the latest first.
    pub by: Vec<WhoLine>,
}

/// Who wrote something, when, on which device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhoLine {
    /// The worker.
    pub author: String,
    /// The worker's name, if it is held.
    pub author_name: Option<String>,
    /// The device.
    pub device: String,
    /// When, by that device's clock.
    pub at: String,
    /// Whether nobody chose it: the server wrote it by the form's policy.
    pub automatic: bool,
}

impl App {
    /// Everything that a person has to decide.
    pub fn conflicts(&self) -> Result<Vec<ConflictLine>, AppError> {
        self.read(|tx| {
            let listing = Listing {
                in_conflict: true,
                ..Listing::default()
            };
            let labels = self.labels(tx)?;
            let policies = Policies::of_forms(labels.forms());
            let me = self.me(tx)?;
            let mut lines = Vec::new();
            for line in tx.lines(&listing)? {
                let Some(record) = tx.record(line.id)? else {
                    continue;
                };
                for question in policies.questions(&record) {
                    let mut asked = told(tx, &labels, &record, &question)?;
                    asked.title.clone_from(&line.title);
                    asked.decidable = missing(tx, &me, &record, &question.fields)?.is_none();
                    lines.push(asked);
                }
            }
            Ok(lines)
        })
    }

    /// How many questions are open.
    pub(super) fn questions_open(&self, tx: &Tx<'_>) -> Result<u64, AppError> {
        let listing = Listing {
            in_conflict: true,
            ..Listing::default()
        };
        let lines = tx.lines(&listing)?;
        if lines.is_empty() {
            return Ok(0);
        }
        let labels = self.labels(tx)?;
        let policies = Policies::of_forms(labels.forms());
        let mut open = 0;
        for line in lines {
            if let Some(record) = tx.record(line.id)? {
                open += policies.questions(&record).len() as u64;
            }
        }
        Ok(open)
    }
}

/// A question as a person reads it.
pub(super) fn told(
    tx: &Tx<'_>,
    labels: &Labels<'_, '_>,
    record: &Record,
    question: &Question,
) -> Result<ConflictLine, AppError> {
    let names = |words: fn(Words) -> String, between: &str| {
        let each = question.fields.iter();
        let each = each.map(|(field, _)| words(labels.field(&record.kind, field)));
        each.collect::<Vec<_>>().join(between)
    };
    let base = question.base.as_deref();
    let base_words = base.map(|values| in_words(labels, record, question, values, None));
    let base_words = base_words.transpose()?;
    let values = question
        .sides
        .iter()
        .map(|side| rival(tx, labels, record, question, side));
    Ok(ConflictLine {
        id: record.id.to_string(),
        kind: record.kind.to_string(),
        title: String::new(),
        field: question.field.to_string(),
        label_zh: names(|words| words.zh, "、"),
        label_en: names(|words| words.en, ", "),
        group: question.group.clone(),
        fields: question
            .fields
            .iter()
            .map(|(field, _)| field.to_string())
            .collect(),
        policy: question.policy.as_str().to_owned(),
        decidable: true,
        base: base.map_or(Json::Null, |values| as_json(question, values)),
        base_zh: base_words.as_ref().map(|words| words.zh.clone()),
        base_en: base_words.map(|words| words.en),
        values: values.collect::<Result<_, _>>()?,
        seen: written(&question.heads),
    })
}

fn rival(
    tx: &Tx<'_>,
    labels: &Labels<'_, '_>,
    record: &Record,
    question: &Question,
    side: &Side,
) -> Result<RivalLine, AppError> {
    let words = in_words(labels, record, question, &side.values, side.edited.as_ref())?;
    let by: Vec<WhoLine> = side
        .by
        .iter()
        .map(|origin| who(tx, origin))
        .collect::<Result<_, _>>()?;
    let latest = by.first();
    Ok(RivalLine {
        value: as_json(question, &side.values),
        text_zh: words.zh,
        text_en: words.en,
        edited: side.edited.as_ref().map(ToString::to_string),
        author: latest.map(|who| who.author.clone()),
        author_name: latest.and_then(|who| who.author_name.clone()),
        device: latest.map(|who| who.device.clone()),
        at: latest.map(|who| who.at.clone()),
        by,
    })
}

/// Who wrote a save.
pub(super) fn who(tx: &Tx<'_>, origin: &Origin) -> Result<WhoLine, AppError> {
    let envelope: &Envelope = &origin.envelope;
    let worker = tx.record(envelope.author.record())?;
    Ok(WhoLine {
        author: envelope.author.to_string(),
        author_name: worker.and_then(|worker| worker.text("name").map(str::to_owned)),
        device: envelope.head.device.to_string(),
        at: envelope.wall.rfc3339(),
        automatic: is_automatic(envelope),
    })
}

fn as_json(question: &Question, values: &[Value]) -> Json {
    if question.group.is_none() {
        return values.first().map_or(Json::Null, Value::to_json);
    }
    let fields = question.fields.iter().zip(values);
    let object: Map<String, Json> = fields
        .map(|((field, _), value)| (field.leaf().to_owned(), value.to_json()))
        .collect();
    Json::Object(object)
}

fn in_words(
    labels: &Labels<'_, '_>,
    record: &Record,
    question: &Question,
    values: &[Value],
    edited: Option<&Field>,
) -> Result<Words, AppError> {
    let mut all = Words::default();
    let several = question.group.is_some() || edited.is_some();
    for ((field, _), value) in question.fields.iter().zip(values) {
        let field = edited.unwrap_or(field);
        let words = labels.value(&record.kind, field, value)?;
        if !several {
            return Ok(words);
        }
        let name = labels.field(&record.kind, field);
        for (all, name, value, between) in [
            (&mut all.zh, name.zh, words.zh, "；"),
            (&mut all.en, name.en, words.en, "; "),
        ] {
            if !all.is_empty() {
                all.push_str(between);
            }
            all.push_str(&format!("{name} {value}"));
        }
    }
    Ok(all)
}

/// The first of these fields that this phone may not hold: nobody decides over what they cannot see.
pub(super) fn missing<'f>(
    tx: &Tx<'_>,
    me: &Me,
    record: &Record,
    fields: &'f [(Field, Compartment)],
) -> Result<Option<&'f Field>, AppError> {
    let area: Option<AreaCode> = tx.area_of(record.id)?.and_then(|area| area.parse().ok());
    let held = |compartment: Compartment| match (compartment, area) {
        (Compartment::Contact | Compartment::Roster, _) => true,
        (_, Some(area)) => me.may_hold(&Feed::Area(area, compartment)),
        (_, None) => me.compartments.contains(&compartment),
    };
    let group = fields.len() > 1;
    let unseen = fields
        .iter()
        .find(|(_, compartment)| group && !held(*compartment));
    Ok(unseen.map(|(field, _)| field))
}

/// Heads as a shell carries them back.
fn written(heads: &BTreeSet<Head>) -> String {
    let each = heads
        .iter()
        .map(|head| format!("{}/{}", head.device, head.seq));
    each.collect::<Vec<_>>().join(" ")
}

/// A head as a history names it: `DEVICE/NUMBER`.
pub(super) fn read_head(text: &str) -> Option<Head> {
    let (device, seq) = text.split_once('/')?;
    Some(Head {
        device: device.parse().ok()?,
        seq: seq.parse().ok()?,
    })
}

/// What a shell carried back.
pub(super) fn read_seen(text: &str) -> Result<BTreeSet<Head>, AppError> {
    let heads = text.split_whitespace().map(read_head);
    let heads: Option<BTreeSet<Head>> = heads.collect();
    heads
        .filter(|heads| !heads.is_empty())
        .ok_or(AppError::Asked {
            message: "请原样交回冲突行中的 seen / hand back `seen` as the conflict's line has it"
                .into(),
        })
}

/// The record that a choice is about.
pub(super) fn record_of(tx: &Tx<'_>, id: RecordId) -> Result<Record, AppError> {
    tx.record(id)?.ok_or(AppError::NotFound { what: "record" })
}
