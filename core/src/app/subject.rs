//! What a form is asked with: time, rights, and the rows of `instance('subject')`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::me::Me;
use super::{App, AppError, Finder};
use crate::facts::Asking;
use crate::form::{Context, Form};
use crate::model::{Compartment, Feed, RecordId};
use crate::rights::reporting;
use crate::store::Tx;

impl App {
    /// The compartments in which a press of the button asks: of a record that this worker begins or
    /// began besides what he reads also `protection`, else what he reported could not be put right.
    pub(super) fn asked(
        &self,
        tx: &Tx<'_>,
        me: &Me,
        subject: Option<RecordId>,
    ) -> Result<BTreeSet<Compartment>, AppError> {
        let Some(subject) = subject else {
            return Ok(reporting(&me.compartments));
        };
        let record = tx.record(subject)?;
        let first = record.as_ref().and_then(|record| {
            let origins = record.origins.values();
            origins.min_by_key(|origin| origin.ordering())
        });
        let own = first.is_some_and(|first| first.envelope.author == me.enrolment.worker);
        Ok(
            match own || tx.whole_feeds()?.contains(&Feed::Case(subject)) {
                true => reporting(&me.compartments),
                false => me.compartments.clone(),
            },
        )
    }

    /// The rows of `instance('subject')` beside these answers.
    pub(super) fn subject_rows(
        &self,
        tx: &Tx<'_>,
        me: &Me,
        answers: &Map<String, Json>,
        subject: Option<RecordId>,
    ) -> Result<Vec<BTreeMap<String, String>>, AppError> {
        let asking = Asking {
            answers,
            subject,
            pressed: me.today,
            held: &me.compartments,
        };
        let finder = Finder::new(tx);
        let rows = asking.rows(&mut |id| finder.find(id), &mut |worker| {
            me.terms_of(&worker.to_string())
        });
        finder.done()?;
        Ok(rows)
    }

    /// Everything that an answer may depend on besides the answers.
    pub(super) fn context(
        &self,
        tx: &Tx<'_>,
        me: &Me,
        form: &Form,
        answers: &Map<String, Json>,
        subject: Option<RecordId>,
    ) -> Result<Context, AppError> {
        let rows = self.subject_rows(tx, me, answers, subject)?;
        let chance = form.draws().then(|| {
            let mut seed = [0; 16];
            self.doors.rng.fill(&mut seed);
            seed
        });
        Ok(Context {
            now: self.doors.clock.now(),
            lang: "zh".into(),
            held: Some(self.asked(tx, me, subject)?),
            subject: rows,
            tables: BTreeMap::new(),
            chance,
            creating: subject.is_none(),
            username: me.enrolment.worker.to_string(),
            deviceid: me.enrolment.device.to_string(),
        })
    }
}
