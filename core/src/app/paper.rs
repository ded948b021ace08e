//! A card on paper, as this phone may hold it.

use super::{App, AppError, Finder};
use crate::facts::FactRow;
use crate::facts::rows::Visit;
use crate::form::Form;
use crate::model::area::AreaTree;
use crate::model::{DocumentKind, Kind, RecordId};
use crate::print::{Layout, card, html};
use crate::store::Tx;

impl App {
    /// A person's card for paper, one page of HTML for A4 with nothing fetched from elsewhere, to be
    /// printed or shared by the shell. What this phone may not hold stays an empty blank.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a person who is not here, and for a form that has no paper.
    pub fn paper(&self, person: RecordId) -> Result<String, AppError> {
        self.read(|tx| {
            let record = tx.record(person)?.filter(|r| r.kind == Kind::PERSON);
            let record = record.ok_or(AppError::NotFound { what: "person" })?;
            let held = self.form_of(tx, &record, &serde_json::Map::new())?;
            let held = held.ok_or(AppError::NotFound { what: "form" })?;
            let layout = Layout::built_in(held.form.id());
            let layout = layout.ok_or(AppError::NotFound { what: "paper" })?;
            let visits = match &layout.visits {
                Some(table) => Some((self.form(tx, &table.form)?, visits_of(tx, person)?)),
                None => None,
            };
            let tree = areas(tx)?;
            let finder = Finder::new(tx);
            let visits = visits.as_ref();
            let visits: Option<(&Form, &[RecordId])> =
                visits.map(|(held, ids)| (&held.form, ids.as_slice()));
            let lookup = |id| finder.find(id);
            let card = card(&layout, &held.form, person, visits, &lookup, &|code| {
                tree.written(code)
            });
            finder.done()?;
            Ok(html(&card))
        })
    }
}

/// The visits that name a person, the latest last.
fn visits_of(tx: &Tx<'_>, person: RecordId) -> Result<Vec<RecordId>, AppError> {
    let person = person.to_string();
    let rows = tx.fact_rows_of(Kind::VISIT.as_str())?.into_iter();
    let mut visits: Vec<Box<Visit>> = rows
        .filter_map(|row| match row {
            FactRow::Visit(visit) if visit.subjects.contains_key(&person) => Some(visit),
            _ => None,
        })
        .collect();
    visits.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    Ok(visits
        .iter()
        .filter_map(|visit| visit.id.parse().ok())
        .collect())
}

fn areas(tx: &Tx<'_>) -> Result<AreaTree, AppError> {
    match tx.active_documents(DocumentKind::Areas)?.pop() {
        Some((_, list)) => serde_json::from_str(&list).map_err(|_| AppError::fault("areas")),
        None => Ok(AreaTree::default()),
    }
}
