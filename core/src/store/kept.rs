//! The report as it was last found, in parts, and what altered since.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, named_params};

use super::{StoreError, Tx};
use crate::compliance::{PackedPart, Renamed};
use crate::facts::FactRow;
use crate::facts::rows::Instant;
use crate::model::WorkerId;

/// Parts are refreshed while no more rows than this altered.
const FEW: i64 = 500;

/// What kept parts were found by, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUnder {
    /// A hash over everything but the facts.
    pub signature: Vec<u8>,
    /// As of when the newest was found.
    pub since: Instant,
    /// The divisions of the facts that were followed to what came after them.
    pub renamed: Vec<Renamed>,
}

/// A row that is another than when the parts were found.
#[derive(Debug, Clone)]
pub struct AlteredFact {
    /// The record's place.
    pub place: i64,
    /// As it was; none where it was not there.
    pub before: Option<FactRow>,
    /// As it is.
    pub now: FactRow,
}

/// A worker whose last exchange is another than when the parts were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlteredSync {
    /// Whose.
    pub worker: WorkerId,
    /// When it was.
    pub before: Option<Instant>,
    /// When it is.
    pub now: Option<Instant>,
}

impl Tx<'_> {
    /// What the kept parts were found by; none where none are kept, or another version kept them.
    pub fn kept_under(&self) -> Result<Option<KeptUnder>, StoreError> {
        let found = self
            .statement("SELECT signature, since, renamed FROM kept_under")?
            .query_row([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
            });
        let under = |(signature, since, renamed): (_, _, String)| {
            Some(KeptUnder {
                signature,
                since: Instant(since),
                renamed: serde_json::from_str(&renamed).ok()?,
            })
        };
        Ok(found.optional()?.and_then(under))
    }

    /// Whether facts or last exchanges altered since the parts were found.
    pub fn is_altered(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM facts_altered)
                       OR EXISTS (SELECT 1 FROM syncs_altered)";
        Ok(self.statement(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The units whose part may be another by the moment for time alone.
    pub fn kept_due(&self, as_of: Instant) -> Result<BTreeSet<String>, StoreError> {
        let mut statement = self.statement("SELECT unit FROM kept_parts WHERE until <= :as_of")?;
        let rows = statement.query_map(named_params! { ":as_of": as_of.0 }, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every part that is kept.
    pub fn kept_parts(&self) -> Result<Vec<PackedPart>, StoreError> {
        let mut statement = self.statement("SELECT kind, unit, until, body FROM kept_parts")?;
        let mut rows = statement.query([])?;
        let mut parts = Vec::new();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            parts.push(PackedPart {
                kind: kind.chars().next().ok_or(StoreError::Unreadable)?,
                unit: row.get(1)?,
                until: row.get::<_, Option<i64>>(2)?.map(Instant),
                body: row.get(3)?,
            });
        }
        Ok(parts)
    }

    /// Keeps nothing any more where so much altered that all is found anew faster: a first pull, a
    /// new history.
    pub(super) fn keep_if_few_altered(&self) -> Result<(), StoreError> {
        let count: i64 = self
            .statement("SELECT count(*) FROM facts_altered")?
            .query_row([], |row| row.get(0))?;
        match count > FEW {
            true => self.forget_kept(),
            false => Ok(()),
        }
    }

    /// The rows that altered since the parts were found.
    pub fn altered_facts(&self) -> Result<Vec<AlteredFact>, StoreError> {
        let mut statement = self.statement(
            "SELECT facts_altered.place, facts_altered.before, facts.body FROM facts_altered
             JOIN facts ON facts.place = facts_altered.place ORDER BY facts_altered.place",
        )?;
        let mut rows = statement.query([])?;
        let mut altered = Vec::new();
        while let Some(row) = rows.next()? {
            let (before, now): (Option<Vec<u8>>, Vec<u8>) = (row.get(1)?, row.get(2)?);
            altered.push(AlteredFact {
                place: row.get(0)?,
                before: before.as_deref().map(unpacked).transpose()?,
                now: unpacked(&now)?,
            });
        }
        Ok(altered)
    }

    /// The last exchanges that altered since the parts were found.
    pub fn altered_syncs(&self) -> Result<Vec<AlteredSync>, StoreError> {
        let mut statement = self.statement(
            "SELECT syncs_altered.worker, syncs_altered.before, last_syncs.millis
             FROM syncs_altered LEFT JOIN last_syncs ON last_syncs.worker = syncs_altered.worker",
        )?;
        let mut rows = statement.query([])?;
        let mut altered = Vec::new();
        while let Some(row) = rows.next()? {
            let worker: Vec<u8> = row.get(0)?;
            altered.push(AlteredSync {
                worker: WorkerId::from_slice(&worker).map_err(|_| StoreError::Unreadable)?,
                before: row.get::<_, Option<i64>>(1)?.map(Instant),
                now: row.get::<_, Option<i64>>(2)?.map(Instant),
            });
        }
        Ok(altered)
    }

    /// Every row but visits, in the order in which the records came.
    pub fn facts_without_visits(&self) -> Result<Vec<FactRow>, StoreError> {
        let mut statement = self.statement(
            "SELECT facts.body FROM records JOIN facts ON facts.place = records.place
             WHERE records.kind <> 'visit' ORDER BY records.place",
        )?;
        let mut rows = statement.query([])?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            facts.push(unpacked(
                row.get_ref(0)?
                    .as_blob()
                    .map_err(|_| StoreError::Unreadable)?,
            )?);
        }
        Ok(facts)
    }

    /// The visits that name one of these people; while parts are kept.
    pub fn visits_naming<'p>(
        &self,
        people: impl IntoIterator<Item = &'p str>,
    ) -> Result<Vec<FactRow>, StoreError> {
        let mut places: BTreeSet<i64> = BTreeSet::new();
        let mut naming = self.statement("SELECT place FROM kept_visits WHERE person = :person")?;
        for person in people {
            let rows = naming.query_map(named_params! { ":person": person }, |row| row.get(0))?;
            for place in rows {
                places.insert(place?);
            }
        }
        // A place may be another record's by now.
        let mut visit = self.statement(
            "SELECT facts.body FROM facts JOIN records ON records.place = facts.place
             WHERE facts.place = :place AND records.kind = 'visit'",
        )?;
        let mut found = Vec::new();
        for place in places {
            let body: Option<Vec<u8>> = visit
                .query_row(named_params! { ":place": place }, |row| row.get(0))
                .optional()?;
            if let Some(body) = body {
                found.push(unpacked(&body)?);
            }
        }
        Ok(found)
    }

    /// Keeps these parts in the place of all before; from now on it is noted what alters.
    pub fn keep_anew(&self, under: &KeptUnder, parts: &[PackedPart]) -> Result<(), StoreError> {
        self.forget_kept()?;
        let mut statement = self.statement(
            "SELECT facts.place, facts.body FROM facts JOIN records ON records.place = facts.place
             WHERE records.kind = 'visit'",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(0)?;
            let body = row
                .get_ref(1)?
                .as_blob()
                .map_err(|_| StoreError::Unreadable)?;
            self.names(place, &unpacked(body)?)?;
        }
        self.put_parts(parts)?;
        self.put_under(under)
    }

    /// Learns whom the visits name that altered: [`Tx::visits_naming`] knows them from now on.
    pub fn learn_visits(&self, altered: &[AlteredFact]) -> Result<(), StoreError> {
        for one in altered {
            self.unname(one)?;
            self.names(one.place, &one.now)?;
        }
        Ok(())
    }

    /// Keeps parts of units in the place of those before, and takes what altered for known.
    pub fn keep_again(
        &self,
        under: &KeptUnder,
        units: &BTreeSet<String>,
        parts: &[PackedPart],
    ) -> Result<(), StoreError> {
        let mut drop = self.statement("DELETE FROM kept_parts WHERE unit = :unit")?;
        for unit in units {
            drop.execute(named_params! { ":unit": unit })?;
        }
        self.put_parts(parts)?;
        self.statement("DELETE FROM facts_altered")?.execute([])?;
        self.statement("DELETE FROM syncs_altered")?.execute([])?;
        self.put_under(under)
    }

    /// Keeps nothing any more, and notes nothing: of what this phone may hold no longer nothing stays
    /// behind as it was.
    pub fn forget_kept(&self) -> Result<(), StoreError> {
        let kept = self.statement("SELECT 1 FROM kept_under")?.exists([])?;
        if !kept {
            return Ok(());
        }
        for table in [
            "kept_under",
            "kept_parts",
            "kept_visits",
            "facts_altered",
            "syncs_altered",
        ] {
            self.statement(&format!("DELETE FROM {table}"))?
                .execute([])?;
        }
        Ok(())
    }

    fn put_under(&self, under: &KeptUnder) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO kept_under (id, signature, since, renamed)
             VALUES (1, :signature, :since, :renamed)
             ON CONFLICT (id) DO UPDATE SET signature = excluded.signature,
               since = excluded.since, renamed = excluded.renamed",
        )?
        .execute(named_params! {
            ":signature": under.signature, ":since": under.since.0,
            ":renamed": serde_json::to_string(&under.renamed).map_err(|_| StoreError::Unreadable)?,
        })?;
        Ok(())
    }

    fn put_parts(&self, parts: &[PackedPart]) -> Result<(), StoreError> {
        let mut put = self.statement(
            "INSERT INTO kept_parts (kind, unit, until, body) VALUES (:kind, :unit, :until, :body)
             ON CONFLICT (kind, unit) DO UPDATE SET until = excluded.until, body = excluded.body",
        )?;
        for part in parts {
            put.execute(named_params! {
                ":kind": part.kind.to_string(), ":unit": part.unit,
                ":until": part.until.map(|until| until.0), ":body": part.body,
            })?;
        }
        Ok(())
    }

    fn names(&self, place: i64, row: &FactRow) -> Result<(), StoreError> {
        let mut name = self.statement(
            "INSERT INTO kept_visits (person, place) VALUES (:person, :place)
             ON CONFLICT (person, place) DO NOTHING",
        )?;
        for person in named_by(row) {
            name.execute(named_params! { ":person": person, ":place": place })?;
        }
        Ok(())
    }

    fn unname(&self, altered: &AlteredFact) -> Result<(), StoreError> {
        let mut unname =
            self.statement("DELETE FROM kept_visits WHERE person = :person AND place = :place")?;
        for person in altered.before.iter().flat_map(named_by) {
            unname.execute(named_params! { ":person": person, ":place": altered.place })?;
        }
        Ok(())
    }
}

/// The people whom a visit names, whether or not it can be read.
pub(crate) fn named_by(row: &FactRow) -> Vec<&str> {
    match row {
        FactRow::Visit(visit) => visit.subjects.keys().map(String::as_str).collect(),
        FactRow::Unread(unread) => unread.subjects.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn unpacked(body: &[u8]) -> Result<FactRow, StoreError> {
    rmp_serde::from_slice(body).map_err(|_| StoreError::Unreadable)
}
