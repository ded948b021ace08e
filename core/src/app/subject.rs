//! What a form is asked with: time, rights, and the rows of `instance('subject')`.

use serde_json::{Map, Value as Json};

use super::me::Me;
use super::{App, AppError, Finder};
use crate::facts::Asking;
use crate::form::Context;
use crate::model::RecordId;
use crate::store::Tx;

impl App {
    /// Everything that an answer may depend on besides the answers.
    pub(super) fn context(
        &self,
        tx: &Tx<'_>,
        me: &Me,
        answers: &Map<String, Json>,
        subject: Option<RecordId>,
    ) -> Result<Context, AppError> {
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
        Ok(Context {
            now: self.doors.clock.now(),
            lang: "zh".into(),
            held: Some(me.compartments.clone()),
            subject: rows,
            creating: subject.is_none(),
            username: me.enrolment.worker.to_string(),
            deviceid: me.enrolment.device.to_string(),
        })
    }
}
