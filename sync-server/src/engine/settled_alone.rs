//! What settles itself by a form's policy is written as a save of the server's own, in the
//! transaction that heard of it: so every phone sees it, and it can be taken back.

use std::sync::Arc;

use tanfang_core::entry;
use tanfang_core::form::{Context, Form, ProblemCode, check};
use tanfang_core::merge::{ByHead, Record, Told};
use tanfang_core::model::{DocumentKind, Field, Part, RecordId, Value, WallTime};
use tanfang_core::policy::{AUTOMATIC, Policies};

use super::known::PublishedForm;
use super::own::OwnSave;
use super::turn::Turn;
use crate::store::Stored;

impl Turn<'_> {
    /// Settles what settles itself of every record that this turn left in conflict. It names every
    /// head, so that the next look finds nothing to do.
    pub(super) fn settle_alone(&mut self) -> Stored<()> {
        let rivalled = std::mem::take(&mut self.rivalled);
        if rivalled.is_empty() {
            return Ok(());
        }
        let (policies, forms) = (self.policies()?, self.active_forms()?);
        let mut device = self.server()?;
        for id in rivalled {
            let Some(record) = self.record(id)? else {
                continue;
            };
            let parts = self.choices(&policies, &forms, &record)?;
            if !parts.is_empty() {
                let own = OwnSave {
                    role: AUTOMATIC,
                    form: None,
                    parts,
                };
                self.write_as(&mut device, own)?;
            }
        }
        // What is left of them is for people.
        self.rivalled.clear();
        Ok(())
    }

    fn choices(
        &mut self,
        policies: &Policies,
        forms: &[Arc<PublishedForm>],
        record: &Record,
    ) -> Stored<Vec<Part>> {
        let now = self.now;
        self.looking_up(|lookup| {
            policies.choices(record, &mut |field, value, given| {
                let of_kind = forms.iter().map(|known| known.form());
                of_kind
                    .filter(|form| *form.kind() == record.kind)
                    .all(|form| says_nothing_new(form, record, field, value, given, now, lookup))
            })
        })
    }

    /// The policies of the forms in use.
    fn policies(&mut self) -> Stored<Arc<Policies>> {
        let number = self.manifest()?.number;
        if let Some((known, policies)) = &self.house.policies
            && *known == number
        {
            return Ok(policies.clone());
        }
        let forms = self.active_forms()?;
        let policies = Arc::new(Policies::of_forms(forms.iter().map(|known| known.form())));
        self.house.policies = Some((number, policies.clone()));
        Ok(policies)
    }

    pub(super) fn active_forms(&mut self) -> Stored<Vec<Arc<PublishedForm>>> {
        let manifest = self.manifest()?;
        let listed = manifest.documents.iter();
        let mut forms = Vec::new();
        for form in listed.filter(|d| d.kind == DocumentKind::Form && d.active) {
            forms.extend(self.form_by_hash(&form.hash)?);
        }
        Ok(forms)
    }
}

/// Whether a form says of a field with this value only what it says of one of the values given.
fn says_nothing_new(
    form: &Form,
    record: &Record,
    field: &Field,
    value: &Value,
    given: &[&Value],
    now: WallTime,
    lookup: &entry::Lookup<'_>,
) -> bool {
    let said = |value: &Value| said_of(form, &holding(record, field, value), field, now, lookup);
    let known: Vec<ProblemCode> = given.iter().flat_map(|value| said(value)).collect();
    said(value).iter().all(|code| known.contains(code))
}

/// What a form says of a field of a record.
fn said_of(
    form: &Form,
    record: &Record,
    field: &Field,
    now: WallTime,
    lookup: &entry::Lookup<'_>,
) -> Vec<ProblemCode> {
    let found = |id: RecordId| match id == record.id {
        true => Some(record.clone()),
        false => lookup(id),
    };
    let answers = entry::answers(form, record.id, &found);
    let problems = match check(form, &answers, &Context::editing(now)) {
        Ok(checked) => checked.warnings().to_vec(),
        Err(problems) => problems,
    };
    let of_field = problems
        .into_iter()
        .filter(|problem| problem.field == field.as_str());
    of_field.map(|problem| problem.code).collect()
}

/// The record as if only this value had been said of the field.
fn holding(record: &Record, field: &Field, value: &Value) -> Record {
    let mut record = record.clone();
    if let Some(register) = record.fields.get_mut(field)
        && let Some(head) = register.live.keys().next().copied()
    {
        let told = Told {
            value: value.clone(),
            seen: Vec::new(),
            calculated: false,
        };
        register.live = ByHead::from([(head, told)]);
    }
    record
}
