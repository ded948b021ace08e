//! What the author's phone asked: by the roles of which it knew when the save was made.

use std::collections::BTreeSet;

use tanfang_core::entry::answers_of_parts;
use tanfang_core::facts::rows::Instant;
use tanfang_core::form::{Context, Form, check_only};
use tanfang_core::merge::Record;
use tanfang_core::model::{Compartment, Field, Head, Save};
use tanfang_core::rights::{Held, reporting};

use super::form::objection;
use super::{Checked, Objection, malformed};
use crate::engine::rights::{Rights, day};
use crate::engine::settle::assignment;
use crate::engine::turn::Turn;
use crate::store::{AssignmentRow, Stored};

impl Turn<'_> {
    /// Asks everything that the author's phone asked. By the roles as they are known now; where a role
    /// was given or ended after the phone last heard of us, from whatever day, by those of which it
    /// could know.
    pub(super) fn whole(&mut self, save: &Save, form: &Form, rights: &Rights) -> Checked {
        let reads = self.compartments_of(save, &rights.assignments)?;
        let asked = self.asked_of(save, form, &reads);
        if !matches!(asked, Err(Objection::Refused(_))) {
            return asked;
        }
        let heard = self.assignments_heard(save)?;
        let read = self.compartments_of(save, &heard)?;
        match read == reads {
            true => asked,
            false => self.asked_of(save, form, &read),
        }
    }

    fn asked_of(&mut self, save: &Save, form: &Form, reads: &BTreeSet<Compartment>) -> Checked {
        let found = self.looking_up(|lookup| answers_of_parts(form, &save.parts, lookup))?;
        let Some((_, answers)) = found else {
            return Err(malformed(
                "这条填报里没有表单对应的记录，请重新填写 / the save holds no record of its form; enter it anew",
            ));
        };
        let context = Context {
            subject: self.subjects(save, &answers, reads)?,
            held: Some(reporting(reads)),
            ..Context::editing(save.envelope.wall)
        };
        check_only(form, &answers, &context).map_err(objection)
    }

    /// The compartments that the author read: those of the roles held on the day that the phone
    /// shows. Where none was held then, the phone may not have heard of that: those of the role in
    /// which it says it wrote, if it was ever held; a phone that knows asks a paired worker for
    /// `contact` alone.
    fn compartments_of(
        &mut self,
        save: &Save,
        rows: &[AssignmentRow],
    ) -> Stored<BTreeSet<Compartment>> {
        let roles = self.roles()?;
        let on = Instant(save.envelope.wall.millis).day();
        let held = |row: &&AssignmentRow| Held {
            role: row.role.clone(),
            area: row.area,
        };
        let began = |row: &AssignmentRow| row.from.as_deref().and_then(day);
        let ended = |row: &AssignmentRow| row.to.as_deref().and_then(day);
        let then = rows.iter().filter(|row| {
            began(row).is_none_or(|from| from <= on) && ended(row).is_none_or(|to| on <= to)
        });
        let held_then: Vec<Held> = then.map(|row| held(&row)).collect();
        if !held_then.is_empty() {
            return Ok(roles.compartments(&held_then));
        }
        let named = rows.iter().filter(|row| row.role == save.envelope.role);
        let named: Vec<Held> = named.map(|row| held(&row)).collect();
        Ok(roles.compartments(&named))
    }

    /// The author's assignments as they stood when the phone last heard of us, by its word.
    fn assignments_heard(&mut self, save: &Save) -> Stored<Vec<AssignmentRow>> {
        let envelope = &save.envelope;
        let heard = envelope.last_server_millis.unwrap_or(envelope.wall.millis);
        let mut rows = Vec::new();
        for id in self.tx.assignment_records(envelope.author)? {
            if let Some(record) = self.record(id)? {
                rows.extend(assignment(&as_heard(&record, heard)));
            }
        }
        Ok(rows)
    }
}

/// A record with nothing of what was received later.
fn as_heard(record: &Record, heard: i64) -> Record {
    let mut then = Record::new(record.id, record.kind.clone());
    let known = |head: &Head| {
        let origin = record.origins.get(head);
        origin.is_some_and(|origin| origin.received_at.is_some_and(|at| at <= heard))
    };
    then.origins = record.origins.clone();
    then.origins.retain(|head, _| known(head));
    then.begun = !then.origins.is_empty();
    for (field, register) in &record.fields {
        let mut as_told = register.clone();
        as_told.live.retain(|head, _| known(head));
        if as_told.live.is_empty() {
            // What was superseded since stood then.
            let past = register.past.iter().filter(|(head, _)| known(head));
            let told = past.filter_map(|(head, told)| Some((*head, told.clone()?)));
            let last =
                told.max_by_key(|(head, _)| record.origins.get(head).map(|one| one.ordering()));
            if let Some((head, told)) = last {
                as_told.live.insert(head, told);
            }
        }
        as_told.past.clear();
        let field: Field = field.clone();
        if !as_told.live.is_empty() {
            then.fields.insert(field, as_told);
        }
    }
    then
}
