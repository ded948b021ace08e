//! One press of the button: checked answers become one save in one transaction.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::forms::HeldForm;
use super::me::Me;
use super::{App, AppError, Finder, VERSION};
use crate::entry::{Drafted, split};
use crate::form::{Problem, check, check_edit};
use crate::model::{
    AreaCode, DeviceSeq, Envelope, Field, FormRef, Head, Hlc, Part, RecordId, Save, Value,
};
use crate::store::{DraftId, Tx};
use crate::vault::KeyPurpose;

/// What a save did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Saved {
    /// The form's subject or visit.
    pub id: String,
    /// Every record that the save wrote, the subject first.
    pub records: Vec<SavedRecord>,
    /// The save's number; none where nothing had altered.
    pub seq: Option<DeviceSeq>,
    /// What the person should look at.
    pub warnings: Vec<Problem>,
    /// After a new record: drafts of the same form that are still kept.
    pub drafts: Vec<String>,
}

/// A record that a save wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedRecord {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
}

/// The answers of one press of the button.
pub(super) struct Pressed<'p> {
    pub(super) held: &'p HeldForm,
    pub(super) subject: Option<RecordId>,
    pub(super) before: Option<&'p Map<String, Json>>,
    pub(super) answers: &'p Map<String, Json>,
    /// The draft that keeps the answers, and goes with the save; none where nobody typed them.
    pub(super) draft: Option<DraftId>,
    /// The questions that the person named; of a new record none.
    pub(super) named: BTreeSet<String>,
}

/// What a save says, before it has a number.
pub(super) struct Said {
    pub(super) subject: RecordId,
    pub(super) form: Option<FormRef>,
    pub(super) role: String,
    pub(super) parts: Vec<Part>,
    /// The questions that the person named, whether or not the answer altered.
    pub(super) named: BTreeSet<String>,
}

impl App {
    /// Answers a form anew. The answers are kept as a draft first: in the place of those of the
    /// draft given, or as a new one. Where they are saved, that draft goes; other drafts of the form
    /// stay, since a worker may have begun two, and are named in [`Saved::drafts`].
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] with every problem and the draft; [`AppError::NotFound`] for a
    /// form or draft that is not here, and nothing is kept.
    pub fn new_record(
        &self,
        form: &str,
        answers: &Map<String, Json>,
        draft: Option<DraftId>,
    ) -> Result<Saved, AppError> {
        self.read(|tx| {
            self.form(tx, form)?;
            match draft {
                Some(id) => self.draft_for(tx, id, form).map(|_| ()),
                None => Ok(()),
            }
        })?;
        let draft = self.save_draft(draft, form, None, answers)?;
        let done = self.write(|tx| {
            let held = self.form(tx, form)?;
            self.press(
                tx,
                Pressed {
                    held: &held,
                    subject: None,
                    before: None,
                    answers,
                    draft: Some(draft),
                    named: BTreeSet::new(),
                },
            )
        });
        done.map_err(|error| keeping(error, draft))
    }

    /// Checks, splits and saves, and drops the draft, in the transaction given.
    pub(super) fn press(&self, tx: &Tx<'_>, pressed: Pressed<'_>) -> Result<Saved, AppError> {
        let me = self.me(tx)?;
        let form = &pressed.held.form;
        let context = self.context(tx, &me, form, pressed.answers, pressed.subject)?;
        let checked = match pressed.before {
            None => check(form, pressed.answers, &context),
            Some(before) => check_edit(form, before, pressed.answers, &context),
        };
        let checked = checked.map_err(|problems| AppError::NeedsCorrection {
            problems,
            draft: pressed.draft,
        })?;
        let finder = Finder::new(tx);
        let drafted = split(
            form,
            &checked,
            pressed.subject,
            context.held.as_ref(),
            &|id| finder.find(id),
            &mut || self.fresh_uuid(),
        );
        finder.done()?;
        let Drafted { id, records, parts } = drafted?;
        super::attachments::are_known(tx, &parts)?;
        let role = me.role(
            acted_as(&me, checked.answers()),
            self.place_of(tx, &parts)?.as_ref(),
        );
        let said = Said {
            subject: id,
            form: Some(pressed.held.reference.clone()),
            role,
            parts,
            named: pressed.named,
        };
        let seq = self.append(tx, &me, said)?;
        if let Some(draft) = pressed.draft {
            tx.drop_draft(draft)?;
        }
        let mut drafts = tx.drafts()?;
        drafts.retain(|draft| {
            pressed.subject.is_none() && draft.subject.is_none() && draft.form == form.id()
        });
        Ok(Saved {
            drafts: drafts.iter().map(|draft| draft.id.to_string()).collect(),
            id: id.to_string(),
            records: records
                .into_iter()
                .map(|(id, kind)| SavedRecord {
                    id: id.to_string(),
                    kind: kind.to_string(),
                })
                .collect(),
            seq,
            warnings: [
                checked.warnings().to_vec(),
                super::attachments::not_asked(pressed.answers, checked.answers()),
            ]
            .concat(),
        })
    }

    /// Numbers, stamps and appends a save; none where nothing altered. What a refused save said is
    /// said again by what corrects it.
    pub(super) fn append(
        &self,
        tx: &Tx<'_>,
        me: &Me,
        mut said: Said,
    ) -> Result<Option<DeviceSeq>, AppError> {
        let mended = super::correct::correcting(tx, me.enrolment.device, &mut said)?;
        if said.parts.is_empty() {
            return Ok(None);
        }
        let tip = tx.tip()?;
        let (device, seq) = (me.enrolment.device, tip.seq + 1);
        let now = self.doors.clock.now();
        let save = Save {
            envelope: Envelope {
                head: Head { device, seq },
                stamp: Hlc::next(tip.stamp, now, device),
                wall: now,
                monotonic_millis: self.doors.clock.monotonic_millis(),
                last_server_millis: tx.server_millis()?,
                author: me.enrolment.worker,
                role: said.role,
                form: said.form,
                app: VERSION.to_owned(),
            },
            parts: said.parts,
        };
        let salt = self
            .doors
            .vault
            .key(KeyPurpose::Salt)?
            .ok_or(AppError::NotEnrolled)?;
        tx.append(&save, said.subject, &salt)?;
        for refused in mended {
            tx.set_mended(refused, seq)?;
        }
        Ok(Some(seq))
    }

    /// A new id, later than every id made here before: rows of one save stand in the order in which
    /// they were answered, also within one millisecond (RFC 9562 §6.2, method 2).
    pub(super) fn fresh_uuid(&self) -> Uuid {
        let drawn = RecordId::fresh(self.doors.clock.now(), &*self.doors.rng);
        let drawn = drawn.uuid().as_u128();
        let Ok(mut last) = self.last_id.lock() else {
            return Uuid::from_u128(drawn);
        };
        // Within a millisecond the next number; a clock set back begins a new row of ids.
        let same_millisecond = *last >> 80 == drawn >> 80;
        *last = if same_millisecond && *last >= drawn {
            *last + 1
        } else {
            drawn
        };
        Uuid::from_u128(*last)
    }

    /// The area of the household that parts are about.
    fn place_of(&self, tx: &Tx<'_>, parts: &[Part]) -> Result<Option<AreaCode>, AppError> {
        for part in parts {
            let written = part
                .writes
                .iter()
                .find(|w| w.field == Field::area())
                .and_then(|w| w.value.as_text());
            if let Some(area) = written.and_then(|text| text.parse().ok()) {
                return Ok(Some(area));
            }
        }
        for part in parts {
            if let Some(area) = tx.area_of(part.record)? {
                return Ok(area.parse().ok());
            }
            let household = part
                .writes
                .iter()
                .find(|w| w.field.as_str() == "household")
                .and_then(|w| w.value.as_text())
                .and_then(|text| text.parse().ok());
            if let Some(household) = household
                && let Some(area) = tx.area_of(household)?
            {
                return Ok(area.parse().ok());
            }
        }
        Ok(None)
    }
}

/// The role in which the worker took part, as the answers say.
fn acted_as<'a>(me: &Me, answers: &'a Map<String, Json>) -> Option<&'a str> {
    let mine = me.enrolment.worker.to_string();
    let rows = answers.get("participants")?.as_array()?;
    rows.iter()
        .find(|row| row.get("worker").and_then(Json::as_str) == Some(&mine))
        .and_then(|row| row.get("role"))
        .and_then(Json::as_str)
}

/// A problem names the draft that keeps the answers.
pub(super) fn keeping(error: AppError, kept: DraftId) -> AppError {
    match error {
        AppError::NeedsCorrection { problems, .. } => AppError::NeedsCorrection {
            problems,
            draft: Some(kept),
        },
        other => other,
    }
}

/// JSON as a field's value.
pub(super) fn value_of(field: &str, json: &Json) -> Result<Value, AppError> {
    Value::from_json(json).ok_or_else(|| {
        let message = "值嵌套过深或不是有限数 / the value nests too deep or is no finite number";
        AppError::problem(field, message)
    })
}
