//! A published form with an index of where each of its fields belongs.

use std::collections::{BTreeSet, HashMap};

use tanfang_core::form::{Form, FormField};
use tanfang_core::model::{Compartment, Field, Kind};

/// A form as the server asks it.
#[derive(Debug)]
pub struct PublishedForm {
    form: Form,
    /// By kind of record, then by the field's name (in a repeat `repeat.leaf`).
    places: HashMap<String, HashMap<String, BTreeSet<Compartment>>>,
}

/// Where a field stands to a form.
pub(super) enum Standing {
    /// The form writes it, in this compartment.
    Its,
    /// The form writes it, but in another compartment.
    Elsewhere,
    /// The form does not write it.
    Unknown,
}

impl PublishedForm {
    pub(super) fn new(form: Form) -> Self {
        let mut places: HashMap<String, HashMap<String, BTreeSet<Compartment>>> = HashMap::new();
        for leaf in form.leaves() {
            let of_kind = places.entry(leaf.of.as_str().to_owned()).or_default();
            for name in names(&form, leaf) {
                of_kind.entry(name).or_default().insert(leaf.compartment);
            }
        }
        Self { form, places }
    }

    /// The form.
    pub fn form(&self) -> &Form {
        &self.form
    }

    pub(super) fn standing(
        &self,
        kind: &Kind,
        field: &Field,
        compartment: Compartment,
    ) -> Standing {
        let of_kind = self.places.get(kind.as_str());
        let found = match field.row() {
            Some((repeat, _)) => of_kind.and_then(|p| p.get(&format!("{repeat}.{}", field.leaf()))),
            None => of_kind.and_then(|p| p.get(field.as_str())),
        };
        match found {
            Some(compartments) if compartments.contains(&compartment) => Standing::Its,
            Some(_) => Standing::Elsewhere,
            None => Standing::Unknown,
        }
    }
}

/// A leaf of a repeat whose rows are records of their own is a field of those records.
fn names(form: &Form, leaf: &FormField) -> Vec<String> {
    let Some(repeat) = &leaf.repeat else {
        return vec![leaf.name.clone()];
    };
    let opens = form
        .field(None, repeat)
        .is_some_and(|node| node.opens_record);
    if opens {
        vec![leaf.name.clone()]
    } else {
        vec![format!("{repeat}.{}", leaf.name)]
    }
}
