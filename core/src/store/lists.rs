//! Lines of lists: by kind, group, area, words.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, named_params};

use super::{StoreError, Tx};
use crate::model::{RecordId, composed};

/// What a list asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this group of people: `elder`, `child`.
    pub group: Option<String>,
    /// Only what the household's area code begins with.
    pub area: Option<String>,
    /// Only titles that hold these words, letter for letter, however the letters are composed: `%`
    /// and `_` mean themselves.
    pub search: Option<String>,
    /// Only records that a person has to decide something of.
    pub in_conflict: bool,
    /// At most so many lines; 0 for all.
    pub limit: u32,
    /// After so many lines.
    pub offset: u32,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Of a person `elder` or `child`.
    pub group: Option<String>,
    /// Its name, or what else tells it from the others.
    pub title: String,
    /// The area of its household.
    pub area: Option<String>,
    /// How many fields a person has to decide.
    pub conflicts: u32,
}

const SQL: &str = "
SELECT records.id, records.kind, records.grp, records.title,
       coalesce(records.area, home.area), records.conflicts
FROM records LEFT JOIN records AS home ON home.id = records.household
WHERE records.shown = 1
  AND (:kind IS NULL OR records.kind = :kind)
  AND (:grp IS NULL OR records.grp = :grp)
  AND (:area IS NULL OR substr(coalesce(records.area, home.area), 1, length(:area)) = :area)
  AND (:search IS NULL OR records.title LIKE :search ESCAPE '\\')
  AND (:in_conflict = 0 OR records.conflicts > 0)
ORDER BY records.kind, records.title, records.id
LIMIT :limit OFFSET :offset";

impl Tx<'_> {
    /// The lines that a list asks for, by kind, title and id.
    pub fn lines(&self, listing: &Listing) -> Result<Vec<Line>, StoreError> {
        let limit = match listing.limit {
            0 => -1,
            limit => i64::from(limit),
        };
        let search = listing.search.as_deref().filter(|text| !text.is_empty());
        let mut statement = self.statement(SQL)?;
        let mut rows = statement.query(named_params! {
            ":kind": listing.kind, ":grp": listing.group, ":area": listing.area,
            ":search": search.map(like), ":in_conflict": listing.in_conflict,
            ":limit": limit, ":offset": listing.offset,
        })?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let id: Vec<u8> = row.get(0)?;
            lines.push(Line {
                id: RecordId::from_slice(&id).map_err(|_| StoreError::Unreadable)?,
                kind: row.get(1)?,
                group: row.get(2)?,
                title: row.get(3)?,
                area: row.get(4)?,
                conflicts: row.get(5)?,
            });
        }
        Ok(lines)
    }

    /// The people of a household, by title and id.
    pub fn people_of(&self, household: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let mut statement = self.statement(
            "SELECT id FROM records
             WHERE household = :household AND kind = 'person' AND shown = 1
             ORDER BY title, id",
        )?;
        let mut rows = statement.query(named_params! { ":household": household.bytes() })?;
        let mut people = Vec::new();
        while let Some(row) = rows.next()? {
            let id: Vec<u8> = row.get(0)?;
            people.push(RecordId::from_slice(&id).map_err(|_| StoreError::Unreadable)?);
        }
        Ok(people)
    }

    /// Of each household the first of its people, by title and id.
    pub fn first_of_households(&self) -> Result<BTreeMap<RecordId, RecordId>, StoreError> {
        let mut statement = self.statement(
            "SELECT household, id FROM records
             WHERE kind = 'person' AND household IS NOT NULL AND shown = 1
             ORDER BY title DESC, id DESC",
        )?;
        let mut rows = statement.query([])?;
        let mut first = BTreeMap::new();
        let read = |id: Vec<u8>| RecordId::from_slice(&id).map_err(|_| StoreError::Unreadable);
        while let Some(row) = rows.next()? {
            first.insert(read(row.get(0)?)?, read(row.get(1)?)?);
        }
        Ok(first)
    }

    /// How many records of a kind are shown.
    pub fn count_of(&self, kind: &str) -> Result<u32, StoreError> {
        let count: i64 = self
            .statement("SELECT count(*) FROM records WHERE kind = :kind AND shown = 1")?
            .query_row(named_params! { ":kind": kind }, |row| row.get(0))?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// How many records a person has to decide something of.
    pub fn conflicted_records(&self) -> Result<u64, StoreError> {
        let count: i64 = self
            .statement("SELECT count(*) FROM records WHERE conflicts > 0 AND shown = 1")?
            .query_row([], |row| row.get(0))?;
        Ok(count as u64)
    }

    /// How many fields a person has to decide.
    pub fn conflict_count(&self) -> Result<u64, StoreError> {
        let count: i64 = self
            .statement(
                "SELECT coalesce(sum(conflicts), 0) FROM records
                 WHERE conflicts > 0 AND shown = 1",
            )?
            .query_row([], |row| row.get(0))?;
        Ok(count as u64)
    }

    /// The area of a record's household, or of the household that it is.
    pub fn area_of(&self, id: RecordId) -> Result<Option<String>, StoreError> {
        let area: Option<Option<String>> = self
            .statement(
                "SELECT coalesce(records.area, home.area)
                 FROM records LEFT JOIN records AS home ON home.id = records.household
                 WHERE records.id = :id",
            )?
            .query_row(named_params! { ":id": id.bytes() }, |row| row.get(0))
            .optional()?;
        Ok(area.flatten())
    }

    /// Every household with the area that routes it.
    pub fn household_areas(&self) -> Result<Vec<(RecordId, String)>, StoreError> {
        let mut statement = self.statement(
            "SELECT id, area FROM records WHERE kind = 'household' AND area IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let id: Vec<u8> = row.get(0)?;
            let id = RecordId::from_slice(&id).map_err(|_| StoreError::Unreadable)?;
            found.push((id, row.get(1)?));
        }
        Ok(found)
    }
}

/// The words composed as titles are, with what LIKE would read as a pattern escaped; longer ones than
/// any title are cut.
fn like(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in composed(words).chars().take(200) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
