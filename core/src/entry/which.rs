//! By which form a record is shown and edited.

use serde_json::{Map, Value as Json};

use crate::form::Form;
use crate::merge::Record;

/// The place of the form, among those that new records use, by which a record is shown and edited:
/// one that knows every name given, before others the one that the record was begun with, else the
/// one of its kind that knows the most of its fields. None where no form is of its kind.
pub fn best_form<'f>(
    record: &Record,
    given: &Map<String, Json>,
    forms: impl IntoIterator<Item = &'f Form>,
) -> Option<usize> {
    let begun_with = begun_with(record);
    let fits = |form: &Form| {
        let known = |name: &String| form.field(None, name).is_some();
        let fields = record.fields.keys().filter(|field| match field.row() {
            Some((repeat, _)) => form.field(Some(repeat), field.leaf()).is_some(),
            None => form.field(None, field.as_str()).is_some(),
        });
        let first = begun_with == Some(form.id());
        (given.keys().all(known), first, fields.count())
    };
    let of_its_kind = forms.into_iter().enumerate();
    let of_its_kind = of_its_kind.filter(|(_, form)| *form.kind() == record.kind);
    of_its_kind
        .max_by_key(|(_, form)| fits(form))
        .map(|(place, _)| place)
}

/// The id of the form that a record was begun with, as far as is known.
pub fn begun_with(record: &Record) -> Option<&str> {
    let first = record
        .origins
        .values()
        .min_by_key(|origin| origin.ordering())?;
    first.envelope.form.as_ref().map(|form| form.id.as_str())
}
