//! What decides every line of a report, as the server holds it.

use std::sync::Arc;
use tanfang_core::compliance::{Calendar, Misfit, Pack, Renamed, published, succeeded};
use tanfang_core::facts::rows::Facts;

use tanfang_core::model::area::AreaTree;
use tanfang_core::model::{DocumentKind, DocumentRef};

use super::turn::Turn;
use crate::store::StoreError;

/// The facts of the county, and what they are judged by.
pub struct Grounds {
    /// The facts, divisions followed to what came after them.
    pub facts: Facts,
    /// The packs in force.
    pub packs: Vec<Pack>,
    /// What is published about days.
    pub calendar: Calendar,
    /// The active documents that the two above are read from.
    pub documents: Vec<DocumentRef>,
    /// The list of areas.
    pub list: Arc<AreaTree>,
    /// The divisions that were followed.
    pub renamed: Vec<Renamed>,
}

/// Why nothing can be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroundsError {
    /// A pack or calendar of this store.
    #[error("{0}")]
    Document(Misfit),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Turn<'_> {
    /// Reads what decides every line.
    ///
    /// # Errors
    /// [`GroundsError`]: a published document, or the store.
    pub fn grounds(&mut self) -> Result<Grounds, GroundsError> {
        let (packs, calendar, documents) = self.judged_by()?;
        let list = self.areas()?;
        let (facts, renamed) = succeeded(self.facts()?, &list);
        Ok(Grounds {
            facts,
            packs,
            calendar,
            documents,
            list,
            renamed,
        })
    }

    /// Reads the packs and the calendar in force, with the documents that they stand in.
    ///
    /// # Errors
    /// As of [`Turn::grounds`].
    pub fn judged_by(&mut self) -> Result<(Vec<Pack>, Calendar, Vec<DocumentRef>), GroundsError> {
        let documents = self.listed_documents(&[DocumentKind::Pack, DocumentKind::Calendar])?;
        let texts = documents
            .iter()
            .map(|(listed, body)| (listed, body.as_str()));
        let (packs, calendar) = published(texts).map_err(GroundsError::Document)?;
        let active = documents.into_iter().map(|(listed, _)| listed);
        Ok((packs, calendar, active.filter(|one| one.active).collect()))
    }
}
