//! From checked answers to parts.

use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use super::parts::Sheet;
use super::{Drafted, EntryProblem, Fresh, Lookup};
use crate::form::{Checked, Form, FormField, GONE, NodeKind, ROW};
use crate::model::{AreaCode, Compartment, Field, Kind, RecordId, RowId, Value};

/// Splits checked answers into the parts of a save.
///
/// `subject` is the record that is edited, or none for a new one. `held` are the compartments that
/// were asked (none: all): a field of another is left as it is. Only what altered is written.
///
/// # Errors
/// [`EntryProblem`] with the question it is about; nothing was written.
pub fn split(
    form: &Form,
    checked: &Checked,
    subject: Option<RecordId>,
    held: Option<&BTreeSet<Compartment>>,
    lookup: &Lookup<'_>,
    fresh: &mut Fresh<'_>,
) -> Result<Drafted, EntryProblem> {
    let id = subject.unwrap_or_else(|| RecordId::from_uuid(fresh()));
    let mut splitter = Splitter {
        last_row: Uuid::nil(),
        form,
        held,
        lookup,
        fresh,
        sheet: Sheet::new(),
        of: BTreeMap::new(),
        answers: checked.answers(),
    };
    splitter.open_subject(id)?;
    splitter.leaves()?;
    splitter.repeats()?;
    splitter.residence()?;
    Ok(splitter.sheet.finish(id))
}

struct Splitter<'a> {
    form: &'a Form,
    held: Option<&'a BTreeSet<Compartment>>,
    lookup: &'a Lookup<'a>,
    fresh: &'a mut Fresh<'a>,
    sheet: Sheet,
    /// The record that fields of a kind belong to.
    of: BTreeMap<Kind, RecordId>,
    /// The row born last in this save.
    last_row: Uuid,
    answers: &'a Map<String, Json>,
}

impl Splitter<'_> {
    fn open_subject(&mut self, id: RecordId) -> Result<(), EntryProblem> {
        let kind = self.form.kind().clone();
        let known = (self.lookup)(id);
        if let Some(record) = known.as_ref().filter(|record| record.kind != kind) {
            return Err(EntryProblem::AnotherKind {
                found: record.kind.clone(),
                wanted: kind,
            });
        }
        self.sheet.open(id, &kind, known);
        self.of.insert(kind.clone(), id);
        if kind == Kind::HOUSEHOLD {
            return Ok(());
        }
        let household = if kind == Kind::PERSON {
            self.household_of_person(id)?
        } else {
            self.household_of_people(id)?
        };
        if let Some(household) = household {
            let field = Field::parse("household").map_err(|_| not_a_field("household"))?;
            self.sheet.write(
                id,
                field,
                self.link_compartment(),
                Value::text(household.to_string()),
                false,
            );
        }
        Ok(())
    }

    /// Where the form's own record says whose household it is about: with what finds people, unless
    /// the form keeps it closer, as an emergency does, whose very being there is told to nobody else.
    fn link_compartment(&self) -> Compartment {
        let asked = self.form.field(None, "household");
        asked
            .filter(|node| node.of == *self.form.kind())
            .map_or(Compartment::Contact, |node| node.compartment)
    }

    /// The household of a person: the one chosen, the one known, or a new one.
    fn household_of_person(&mut self, id: RecordId) -> Result<Option<RecordId>, EntryProblem> {
        let chosen = self
            .answers
            .get("household")
            .and_then(Json::as_str)
            .filter(|text| !matches!(*text, "" | "new"));
        let known = self
            .sheet
            .record(id)
            .and_then(|person| person.text("household"))
            .map(str::to_owned);
        let household = match chosen.map(str::to_owned).or(known) {
            Some(text) => {
                let id: RecordId = text.parse().map_err(|_| EntryProblem::UnknownHousehold)?;
                let record = (self.lookup)(id).filter(|record| record.kind == Kind::HOUSEHOLD);
                self.sheet.open(
                    id,
                    &Kind::HOUSEHOLD,
                    Some(record.ok_or(EntryProblem::UnknownHousehold)?),
                );
                id
            }
            None => {
                let id = RecordId::from_uuid((self.fresh)());
                self.sheet.open(id, &Kind::HOUSEHOLD, None);
                id
            }
        };
        self.of.insert(Kind::HOUSEHOLD, household);
        Ok(Some(household))
    }

    /// The one household of the people that a visit, or any form with a `people` repeat or a
    /// `person` question, names.
    fn household_of_people(&mut self, id: RecordId) -> Result<Option<RecordId>, EntryProblem> {
        let rows = self.answers.get("people").and_then(Json::as_array);
        let in_rows = rows
            .into_iter()
            .flatten()
            .filter(|row| row.get(GONE) != Some(&Json::Bool(true)));
        let named: Vec<&str> = in_rows
            .map(|row| row.get("person"))
            .chain([self.answers.get("person")])
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut households = BTreeSet::new();
        for name in &named {
            let person = name.parse().ok().and_then(|id| (self.lookup)(id));
            let household = person.as_ref().and_then(|person| person.text("household"));
            households.extend(household.and_then(|text| text.parse::<RecordId>().ok()));
        }
        let known = || self.sheet.record(id)?.text("household")?.parse().ok();
        let given = || self.answers.get("household")?.as_str()?.parse().ok();
        match households.len() {
            0 if named.is_empty() || !self.sheet.is_new(id) => Ok(known().or_else(given)),
            0 => Err(EntryProblem::UnknownPerson),
            1 => Ok(households.into_iter().next()),
            _ => Err(EntryProblem::TwoHouseholds),
        }
    }

    fn leaves(&mut self) -> Result<(), EntryProblem> {
        let form = self.form;
        for node in form
            .nodes()
            .iter()
            .filter(|n| n.kind.is_leaf() && n.repeat.is_none())
        {
            let Some(id) = self.of.get(&node.of).copied() else {
                continue;
            };
            if !asked(self.held, node.compartment)
                || (node.name == "household" && node.of != Kind::HOUSEHOLD)
            {
                continue;
            }
            let field = Field::parse(&node.name).map_err(|_| not_a_field(&node.name))?;
            let value = value(&node.name, self.answers.get(&node.name))?;
            self.sheet
                .write(id, field, node.compartment, value, node.calculated);
        }
        Ok(())
    }

    fn repeats(&mut self) -> Result<(), EntryProblem> {
        let form = self.form;
        for node in form
            .nodes()
            .iter()
            .filter(|n| n.kind == NodeKind::Repeat && n.repeat.is_none())
        {
            let rows = self.answers.get(&node.name).and_then(Json::as_array);
            for row in rows.into_iter().flatten().filter_map(Json::as_object) {
                if node.opens_record {
                    self.record_row(node, row)?
                } else {
                    self.row(node, row)?
                }
            }
        }
        Ok(())
    }

    /// The row's id. Rows stand in the order of their ids, so that a new one is born after those
    /// that were answered before it and those that the record shows, whatever the clock says: of
    /// two consents on one day the later row is the later word.
    fn row_id(
        &mut self,
        record: RecordId,
        node: &FormField,
        row: &Map<String, Json>,
    ) -> Result<RowId, EntryProblem> {
        match row.get(ROW) {
            None | Some(Json::Null) => {
                let rows = self
                    .sheet
                    .record(record)
                    .map(|known| known.rows(&node.name));
                let shown = rows.and_then(|rows| rows.last().copied());
                let before = self
                    .last_row
                    .max(shown.map_or(Uuid::nil(), |row| row.uuid()));
                self.last_row = later_than(before, (self.fresh)());
                Ok(RowId::from_uuid(self.last_row))
            }
            Some(given) => given
                .as_str()
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| EntryProblem::NotARow {
                    field: node.name.clone(),
                }),
        }
    }

    fn row(&mut self, node: &FormField, row: &Map<String, Json>) -> Result<(), EntryProblem> {
        let Some(id) = self.of.get(&node.of).copied() else {
            return Ok(());
        };
        let row_id = self.row_id(id, node, row)?;
        if row.get(GONE) == Some(&Json::Bool(true)) {
            return self
                .sheet
                .take_out(id, &node.name, row_id, node.compartment);
        }
        let (form, held) = (self.form, self.held);
        for leaf in leaves_of(form, &node.name).filter(|leaf| asked(held, leaf.compartment)) {
            let field = Field::in_row(&node.name, row_id, &leaf.name)
                .map_err(|_| not_a_field(&leaf.name))?;
            let value = value(&leaf.name, row.get(&leaf.name))?;
            self.sheet
                .write(id, field, leaf.compartment, value, leaf.calculated);
        }
        Ok(())
    }

    /// A row that is a record of its own: the form's subject keeps that it is there, the record has
    /// the answers and knows where it came from.
    fn record_row(
        &mut self,
        node: &FormField,
        row: &Map<String, Json>,
    ) -> Result<(), EntryProblem> {
        let Some(subject) = self.of.get(self.form.kind()).copied() else {
            return Ok(());
        };
        let row_id = self.row_id(subject, node, row)?;
        let id = RecordId::from_uuid(row_id.uuid());
        self.sheet.open(id, &node.of, (self.lookup)(id));
        if row.get(GONE) == Some(&Json::Bool(true)) {
            return self
                .sheet
                .take_out(subject, &node.name, row_id, node.compartment);
        }
        let link = |name: &str| Field::parse(name).map_err(|_| not_a_field(name));
        let here =
            Field::in_row(&node.name, row_id, RECORD).map_err(|_| not_a_field(&node.name))?;
        self.sheet.write(
            subject,
            here,
            node.compartment,
            Value::text(id.to_string()),
            false,
        );
        let from = link(self.form.kind().as_str())?;
        self.sheet.write(
            id,
            from,
            Compartment::Contact,
            Value::text(subject.to_string()),
            false,
        );
        let household = self.of.get(&Kind::HOUSEHOLD).map(RecordId::to_string);
        let household = household.or_else(|| self.answered_household(subject));
        if let Some(household) = household {
            self.sheet.write(
                id,
                link("household")?,
                Compartment::Contact,
                Value::Text(household),
                false,
            );
        }
        let (form, held) = (self.form, self.held);
        for leaf in leaves_of(form, &node.name).filter(|leaf| asked(held, leaf.compartment)) {
            let value = value(&leaf.name, row.get(&leaf.name))?;
            self.sheet.write(
                id,
                link(&leaf.name)?,
                leaf.compartment,
                value,
                leaf.calculated,
            );
        }
        Ok(())
    }

    fn answered_household(&self, subject: RecordId) -> Option<String> {
        let known = self
            .sheet
            .record(subject)?
            .text("household")
            .map(str::to_owned);
        known.or_else(|| {
            let rows = self.answers.get("people")?.as_array()?;
            let person = rows
                .iter()
                .find_map(|row| row.get("person")?.as_str()?.parse().ok())?;
            (self.lookup)(person)?.text("household").map(str::to_owned)
        })
    }

    /// Routes the household: by the residence row that was answered, else by the place of the card.
    fn residence(&mut self) -> Result<(), EntryProblem> {
        let Some(id) = self.of.get(&Kind::HOUSEHOLD).copied() else {
            return Ok(());
        };
        if !self
            .form
            .nodes()
            .iter()
            .any(|node| node.of == Kind::HOUSEHOLD)
        {
            return Ok(());
        }
        let rows = self
            .answers
            .get("residence")
            .and_then(Json::as_array)
            .cloned()
            .unwrap_or_default();
        let rows = rows
            .iter()
            .filter(|row| row.get(GONE) != Some(&Json::Bool(true)));
        let area_of = |row: &Json| row.get("area").and_then(Json::as_str).map(str::to_owned);
        let open = rows.filter(|row| row.get("to").is_none_or(Json::is_null));
        let latest =
            open.max_by_key(|row| row.get("from").and_then(Json::as_str).map(str::to_owned));
        let text = |name: &str| {
            self.answers
                .get(name)
                .and_then(Json::as_str)
                .filter(|t| !t.is_empty())
        };
        let card = text("grid_id")
            .filter(|grid| grid.len() == 15)
            .or_else(|| text("home_division"));
        let before = self
            .sheet
            .record(id)
            .and_then(|h| h.shown(&Field::area()))
            .and_then(Value::as_text)
            .map(str::to_owned);
        let row_area = latest.and_then(area_of);
        let corrected = card
            .filter(|card| !self.sheet.is_new(id) && before.as_deref().is_some_and(|b| b != *card));
        let Some(area) = row_area
            .filter(|_| corrected.is_none())
            .or_else(|| card.map(str::to_owned))
        else {
            return Ok(());
        };
        let code: AreaCode = area.parse().map_err(|_| EntryProblem::NotAPlace)?;
        if !matches!(code.as_str().len(), 12 | 15) {
            return Err(EntryProblem::NotAPlace);
        }
        self.sheet.write(
            id,
            Field::area(),
            Compartment::Contact,
            Value::text(code.as_str()),
            false,
        );
        self.residence_row(id, &code)
    }

    /// `$area` is never written without a residence row: a new household gets one without a first
    /// day, and a corrected card corrects the open row, since no day of a move was said.
    fn residence_row(&mut self, id: RecordId, code: &AreaCode) -> Result<(), EntryProblem> {
        let given = self
            .answers
            .get("residence")
            .and_then(Json::as_array)
            .is_some_and(|rows| {
                rows.iter().any(|row| {
                    row.get("area")
                        .and_then(Json::as_str)
                        .is_some_and(|a| a.parse() == Ok(*code))
                })
            });
        if given {
            return Ok(());
        }
        let open = self.sheet.record(id).and_then(|home| {
            home.rows("residence")
                .into_iter()
                .rfind(|row| home.row_text("residence", *row, "to").is_none())
        });
        let row = open.unwrap_or_else(|| RowId::from_uuid((self.fresh)()));
        let field =
            Field::in_row("residence", row, "area").map_err(|_| not_a_field("residence"))?;
        self.sheet.write(
            id,
            field,
            Compartment::Contact,
            Value::text(code.as_str()),
            false,
        );
        Ok(())
    }
}

/// The leaf that says of a row that it is a record of its own.
pub(super) const RECORD: &str = "$record";

pub(super) fn leaves_of<'a>(form: &'a Form, repeat: &str) -> impl Iterator<Item = &'a FormField> {
    let repeat = repeat.to_owned();
    form.nodes()
        .iter()
        .filter(move |n| n.kind.is_leaf() && n.repeat.as_deref() == Some(repeat.as_str()))
}

/// The id drawn, or one of the same chance a millisecond after `before` where it is not later: two
/// phones that do this at once still draw different ids.
fn later_than(before: Uuid, drawn: Uuid) -> Uuid {
    const CHANCE_BITS: u32 = 80;
    if drawn > before {
        return drawn;
    }
    let millis = (before.as_u128() >> CHANCE_BITS) + 1;
    let chance = drawn.as_u128() & ((1 << CHANCE_BITS) - 1);
    Uuid::from_u128((millis << CHANCE_BITS) | chance)
}

fn asked(held: Option<&BTreeSet<Compartment>>, compartment: Compartment) -> bool {
    held.is_none_or(|held| held.contains(&compartment))
}

fn value(field: &str, answer: Option<&Json>) -> Result<Value, EntryProblem> {
    match answer {
        None => Ok(Value::Null),
        Some(json) => Value::from_json(json).ok_or_else(|| EntryProblem::NotAValue {
            field: field.to_owned(),
        }),
    }
}

fn not_a_field(field: &str) -> EntryProblem {
    EntryProblem::NotAField {
        field: field.to_owned(),
    }
}
