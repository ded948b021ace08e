//! Settled records and what was made of them.

use rusqlite::{OptionalExtension, Row, named_params};
use tanfang_core::model::{RecordId, WorkerId};

use super::SqliteTx;
use super::columns::{Area, Id};
use crate::store::{AssignmentRow, PairingRow, RecordRow, Records, Route, Stored};

impl Records for SqliteTx<'_> {
    fn route(&mut self, id: RecordId) -> Stored<Option<Route>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT kind, begun, carriers, areas_ever, author, household FROM records WHERE id = :id",
        )?;
        Ok(ask
            .query_row(named_params! {":id": Id(id)}, route)
            .optional()?)
    }

    fn settled(&mut self, id: RecordId) -> Stored<Option<Vec<u8>>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT settled FROM records WHERE id = :id")?;
        Ok(ask
            .query_row(named_params! {":id": Id(id)}, |row| row.get("settled"))
            .optional()?)
    }

    fn put_record(&mut self, row: &RecordRow) -> Stored<()> {
        let author: &[u8] = row
            .route
            .author
            .as_ref()
            .map_or(&[], |worker| worker.bytes());
        self.sql
            .prepare_cached(
                "INSERT INTO records (id, kind, begun, carriers, areas_ever, author, title,
                    person_group, household, area, conflicts, void, fact, settled)
                 VALUES (:id, :kind, :begun, :carriers, :areas_ever, :author, :title, :group,
                    :household, :area, :conflicts, :void, :fact, :settled)
                 ON CONFLICT (id) DO UPDATE SET
                    kind = excluded.kind, begun = excluded.begun, carriers = excluded.carriers,
                    areas_ever = excluded.areas_ever, author = excluded.author,
                    title = excluded.title, person_group = excluded.person_group,
                    household = excluded.household, area = excluded.area,
                    conflicts = excluded.conflicts, void = excluded.void, fact = excluded.fact,
                    settled = excluded.settled",
            )?
            .execute(named_params! {
                ":id": Id(row.id), ":kind": row.route.kind, ":begun": row.route.begun,
                ":carriers": row.route.carriers, ":areas_ever": row.route.areas_ever,
                ":author": author, ":title": row.title, ":group": row.group,
                ":household": row.route.household.map(Id), ":area": row.area,
                ":conflicts": row.conflicts, ":void": row.void, ":fact": row.fact,
                ":settled": row.settled,
            })?;
        Ok(())
    }

    fn set_carriers(&mut self, id: RecordId, carriers: &str) -> Stored<()> {
        self.sql
            .prepare_cached("UPDATE records SET carriers = :carriers WHERE id = :id")?
            .execute(named_params! {":id": Id(id), ":carriers": carriers})?;
        Ok(())
    }

    fn records(&mut self, each: &mut dyn FnMut(RecordId, Route) -> Stored<()>) -> Stored<()> {
        let mut ask = self.sql.prepare_cached(
            "SELECT kind, begun, carriers, areas_ever, author, household, id FROM records
             ORDER BY record_no",
        )?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            each(row.get::<_, Id<RecordId>>("id")?.0, route(row)?)?;
        }
        Ok(())
    }

    fn facts(&mut self, each: &mut dyn FnMut(&[u8]) -> Stored<()>) -> Stored<()> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT fact FROM records WHERE fact IS NOT NULL ORDER BY record_no")?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let fact = row.get_ref("fact")?;
            each(fact.as_blob().map_err(rusqlite::Error::from)?)?;
        }
        Ok(())
    }

    fn link(&mut self, target: RecordId, record: RecordId, kind: &str) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO links (target, record, kind) VALUES (:target, :record, :kind)
                 ON CONFLICT (target, record) DO NOTHING",
            )?
            .execute(named_params! {":target": Id(target), ":record": Id(record), ":kind": kind})?;
        Ok(())
    }

    fn unlink(&mut self, target: RecordId, record: RecordId) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM links WHERE target = :target AND record = :record")?
            .execute(named_params! {":target": Id(target), ":record": Id(record)})?;
        Ok(())
    }

    fn pointing_to(&mut self, target: RecordId) -> Stored<Vec<(RecordId, String)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT record, kind FROM links WHERE target = :target ORDER BY record",
        )?;
        let rows = ask.query_map(named_params! {":target": Id(target)}, |row| {
            Ok((row.get::<_, Id<RecordId>>("record")?.0, row.get("kind")?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn put_assignment(&mut self, record: RecordId, row: Option<&AssignmentRow>) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM assignments WHERE record = :record")?
            .execute(named_params! {":record": Id(record)})?;
        let Some(row) = row else { return Ok(()) };
        self.sql
            .prepare_cached(
                "INSERT INTO assignments (record, worker, role, area, from_day, to_day)
                 VALUES (:record, :worker, :role, :area, :from_day, :to_day)",
            )?
            .execute(named_params! {
                ":record": Id(record), ":worker": Id(row.worker), ":role": row.role,
                ":area": Area(&row.area), ":from_day": row.from, ":to_day": row.to,
            })?;
        Ok(())
    }

    fn assignments(&mut self, worker: WorkerId) -> Stored<Vec<AssignmentRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT worker, role, area, from_day, to_day FROM assignments
             WHERE worker = :worker ORDER BY record",
        )?;
        let rows = ask.query_map(named_params! {":worker": Id(worker)}, |row| {
            Ok(AssignmentRow {
                worker: row.get::<_, Id<WorkerId>>("worker")?.0,
                role: row.get("role")?,
                area: row.get::<_, Area<_>>("area")?.0,
                from: row.get("from_day")?,
                to: row.get("to_day")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn assignment_records(&mut self, worker: WorkerId) -> Stored<Vec<RecordId>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT record FROM assignments WHERE worker = :worker ORDER BY record",
        )?;
        let rows = ask.query_map(named_params! {":worker": Id(worker)}, |row| {
            Ok(row.get::<_, Id<RecordId>>("record")?.0)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn put_pairing(&mut self, record: RecordId, row: Option<&PairingRow>) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM pairings WHERE record = :record")?
            .execute(named_params! {":record": Id(record)})?;
        let Some(row) = row else { return Ok(()) };
        self.sql
            .prepare_cached(
                "INSERT INTO pairings (record, worker, person, from_day, to_day)
                 VALUES (:record, :worker, :person, :from_day, :to_day)",
            )?
            .execute(named_params! {
                ":record": Id(record), ":worker": Id(row.worker), ":person": Id(row.person),
                ":from_day": row.from, ":to_day": row.to,
            })?;
        Ok(())
    }

    fn pairings_of(&mut self, worker: WorkerId) -> Stored<Vec<PairingRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT record, worker, person, from_day, to_day FROM pairings
             WHERE worker = :worker ORDER BY record",
        )?;
        let rows = ask.query_map(named_params! {":worker": Id(worker)}, pairing)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn pairings_with(&mut self, person: RecordId) -> Stored<Vec<PairingRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT record, worker, person, from_day, to_day FROM pairings
             WHERE person = :person ORDER BY record",
        )?;
        let rows = ask.query_map(named_params! {":person": Id(person)}, pairing)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn look_up(&mut self, key: &[u8; 32]) -> Stored<Vec<RecordId>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT DISTINCT record FROM lookups WHERE key = :key ORDER BY record",
        )?;
        let rows = ask.query_map(named_params! {":key": key}, |row| {
            Ok(row.get::<_, Id<RecordId>>("record")?.0)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn put_lookups(&mut self, record: RecordId, keys: &[[u8; 32]]) -> Stored<()> {
        self.sql
            .prepare_cached("DELETE FROM lookups WHERE record = :record AND source = 'record'")?
            .execute(named_params! {":record": Id(record)})?;
        let mut put = self.sql.prepare_cached(
            "INSERT INTO lookups (key, record, source) VALUES (:key, :record, 'record')
             ON CONFLICT DO NOTHING",
        )?;
        for key in keys {
            put.execute(named_params! {":key": key, ":record": Id(record)})?;
        }
        Ok(())
    }

    fn add_import_key(&mut self, record: RecordId, key: &[u8; 32]) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO lookups (key, record, source) VALUES (:key, :record, 'import')
                 ON CONFLICT DO NOTHING",
            )?
            .execute(named_params! {":key": key, ":record": Id(record)})?;
        Ok(())
    }

    fn import_date(&mut self, record: RecordId) -> Stored<Option<String>> {
        let mut found = self
            .sql
            .prepare_cached("SELECT dated FROM import_dates WHERE record = :record")?;
        let dated = found.query_row(named_params! {":record": Id(record)}, |row| row.get(0));
        Ok(dated.optional()?)
    }

    fn set_import_date(&mut self, record: RecordId, dated: &str) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO import_dates (record, dated) VALUES (:record, :dated)
                 ON CONFLICT (record) DO UPDATE SET dated = max(dated, excluded.dated)",
            )?
            .execute(named_params! {":record": Id(record), ":dated": dated})?;
        Ok(())
    }

    fn forget_settled(&mut self) -> Stored<()> {
        self.sql.execute_batch(
            "DELETE FROM links; DELETE FROM assignments; DELETE FROM pairings;
             DELETE FROM lookups WHERE source = 'record'; DELETE FROM records;",
        )?;
        Ok(())
    }
}

/// By place, not by name: it is read twice for every save that is pushed.
fn route(row: &Row<'_>) -> rusqlite::Result<Route> {
    let author = row.get_ref(4)?.as_blob()?;
    Ok(Route {
        kind: row.get(0)?,
        begun: row.get(1)?,
        carriers: row.get(2)?,
        areas_ever: row.get(3)?,
        author: WorkerId::from_slice(author).ok(),
        household: row.get::<_, Option<Id<RecordId>>>(5)?.map(|id| id.0),
    })
}

fn pairing(row: &Row<'_>) -> rusqlite::Result<PairingRow> {
    Ok(PairingRow {
        record: row.get::<_, Id<RecordId>>("record")?.0,
        worker: row.get::<_, Id<WorkerId>>("worker")?.0,
        person: row.get::<_, Id<RecordId>>("person")?.0,
        from: row.get("from_day")?,
        to: row.get("to_day")?,
    })
}
