//! Writes gathered into parts.

use std::collections::BTreeMap;

use super::{Drafted, EntryProblem};
use crate::merge::Record;
use crate::model::{Compartment, Field, Kind, Part, RecordId, RowId, Value, Write};

/// A part's place: record, compartment, and of a visit the row of `people`.
type Place = (RecordId, Compartment, Option<RowId>);

/// The records of one save, each as it stood, and what is written to them.
pub(super) struct Sheet {
    order: Vec<RecordId>,
    records: BTreeMap<RecordId, (Record, bool)>,
    writes: BTreeMap<Place, Vec<Write>>,
}

impl Sheet {
    pub(super) fn new() -> Self {
        Self {
            order: Vec::new(),
            records: BTreeMap::new(),
            writes: BTreeMap::new(),
        }
    }

    /// Takes a record onto the sheet, as it stands or new.
    pub(super) fn open(&mut self, id: RecordId, kind: &Kind, known: Option<Record>) {
        if !self.records.contains_key(&id) {
            let new = known.is_none();
            self.order.push(id);
            self.records.insert(
                id,
                (known.unwrap_or_else(|| Record::new(id, kind.clone())), new),
            );
        }
    }

    pub(super) fn record(&self, id: RecordId) -> Option<&Record> {
        self.records.get(&id).map(|(record, _)| record)
    }

    pub(super) fn is_new(&self, id: RecordId) -> bool {
        self.records.get(&id).is_some_and(|(_, new)| *new)
    }

    /// Writes a value where it differs from the shown one.
    pub(super) fn write(
        &mut self,
        id: RecordId,
        field: Field,
        compartment: Compartment,
        value: Value,
        calculated: bool,
    ) {
        let Some((record, _)) = self.records.get(&id) else {
            return;
        };
        let shown = record.shown(&field);
        if shown == Some(&value) || (shown.is_none() && value.is_null()) {
            return;
        }
        let seen = record.heads(&field);
        self.push(
            id,
            compartment,
            Write {
                field,
                value,
                seen,
                calculated,
            },
        );
    }

    /// Takes a row out, naming all that is seen under it.
    pub(super) fn take_out(
        &mut self,
        id: RecordId,
        repeat: &str,
        row: RowId,
        compartment: Compartment,
    ) -> Result<(), EntryProblem> {
        let field = Field::gone(repeat, row).map_err(|_| EntryProblem::NotAField {
            field: repeat.to_owned(),
        })?;
        let Some((record, _)) = self.records.get(&id) else {
            return Ok(());
        };
        if record.shown(&field) != Some(&Value::Bool(true)) {
            let seen = record.heads_under(Some((repeat, row)));
            self.push(
                id,
                compartment,
                Write {
                    field,
                    value: Value::Bool(true),
                    seen,
                    calculated: false,
                },
            );
        }
        Ok(())
    }

    fn push(&mut self, id: RecordId, compartment: Compartment, write: Write) {
        let is_visit = self
            .records
            .get(&id)
            .is_some_and(|(record, _)| record.kind == Kind::VISIT);
        let row = write
            .field
            .row()
            .filter(|(repeat, _)| is_visit && *repeat == "people")
            .map(|(_, row)| row);
        let writes = self.writes.entry((id, compartment, row)).or_default();
        writes.retain(|before| before.field != write.field);
        writes.push(write);
    }

    /// The parts, record by record in the order they were opened, `contact` first.
    pub(super) fn finish(self, subject: RecordId) -> Drafted {
        let kinds: BTreeMap<RecordId, (Kind, bool)> = self
            .records
            .into_iter()
            .map(|(id, (record, new))| (id, (record.kind, new)))
            .collect();
        let place = |id: &RecordId| self.order.iter().position(|o| o == id);
        let mut parts: Vec<Part> = self
            .writes
            .into_iter()
            .filter_map(|((record, compartment, row), writes)| {
                let (kind, begins) = kinds.get(&record)?.clone();
                Some(Part {
                    record,
                    kind,
                    compartment,
                    begins,
                    row,
                    writes,
                })
            })
            .collect();
        parts.sort_by_key(|part| (place(&part.record), part.compartment, part.row));
        let written = |id: &RecordId| parts.iter().any(|part| part.record == *id);
        let records = self
            .order
            .iter()
            .filter(|id| **id == subject || written(id))
            .filter_map(|id| Some((*id, kinds.get(id)?.0.clone())))
            .collect();
        Drafted {
            id: subject,
            records,
            parts,
        }
    }
}
