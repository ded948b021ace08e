//! A card on paper, as this phone may hold it.

use super::{App, AppError, Finder};
use crate::form::Form;
use crate::model::area::AreaTree;
use crate::model::{DocumentKind, Kind, RecordId};
use crate::print::{Layout, card, html, visits_of};
use crate::store::Tx;

impl App {
    /// A person's card for paper, one page of HTML for A4 with nothing fetched from elsewhere, to be
    /// printed or shared by the shell. What this phone may not hold stays an empty blank.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a person who is not here, and for one who has no card.
    pub fn paper(&self, person: RecordId) -> Result<String, AppError> {
        self.read(|tx| {
            let record = tx.record(person)?.filter(|r| r.kind == Kind::PERSON);
            let record = record.ok_or(AppError::NotFound { what: "person" })?;
            let layout = Layout::of_person(&record);
            let layout = layout.ok_or(AppError::NotFound { what: "paper" })?;
            let held = self.form(tx, &layout.form)?;
            let visits = match &layout.visits {
                Some(table) => {
                    let rows = tx.fact_rows_of(Kind::VISIT.as_str())?;
                    Some((self.form(tx, &table.form)?, visits_of(person, rows)))
                }
                None => None,
            };
            let tree = areas(tx)?;
            let finder = Finder::new(tx);
            let visits = visits.as_ref();
            let visits: Option<(&Form, &[RecordId])> =
                visits.map(|(held, ids)| (&*held.form, ids.as_slice()));
            let lookup = |id| finder.find(id);
            let card = card(&layout, &held.form, person, visits, &lookup, &|code| {
                tree.written(code)
            });
            finder.done()?;
            Ok(html(&card))
        })
    }
}

fn areas(tx: &Tx<'_>) -> Result<AreaTree, AppError> {
    match tx.active_documents(DocumentKind::Areas)?.pop() {
        Some((_, list)) => serde_json::from_str(&list).map_err(|_| AppError::fault("areas")),
        None => Ok(AreaTree::default()),
    }
}
