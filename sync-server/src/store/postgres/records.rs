//! Settled records and what was made of them.

use tanfang_core::model::{RecordId, WorkerId};
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of};
use super::sealed::{Column, Sealer};
use crate::store::{AssignmentRow, PairingRow, RecordRow, Records, Route, StoreError, Stored};

/// How many records are fetched at once.
const AT_ONCE: u32 = 500;

impl Records for PostgresTx<'_> {
    fn route(&mut self, id: RecordId) -> Stored<Option<Route>> {
        let row = self.ask_one(
            "SELECT kind, begun, carriers, areas_ever, author, household FROM records
             WHERE id = $1",
            cells_of![id],
        )?;
        row.map(|row| route(id, &row, self.sealer)).transpose()
    }

    fn settled(&mut self, id: RecordId) -> Stored<Option<Vec<u8>>> {
        let row = self.ask_one("SELECT settled FROM records WHERE id = $1", cells_of![id])?;
        let open = |row: Row| {
            self.sealer
                .open(Column::Settled, id.bytes(), row.plain("settled")?)
        };
        row.map(open).transpose()
    }

    fn put_record(&mut self, row: &RecordRow) -> Stored<()> {
        let seal = |column, plain: &[u8]| self.sealer.seal(column, row.id.bytes(), plain);
        let maybe =
            |column, plain: Option<&[u8]>| plain.map(|plain| seal(column, plain)).transpose();
        let of = &row.route;
        let author: &[u8] = of.author.as_ref().map_or(&[], |worker| worker.bytes());
        let cells = cells_of![
            row.id,
            seal(Column::Kind, of.kind.as_bytes())?,
            of.begun,
            seal(Column::Carriers, of.carriers.as_bytes())?,
            seal(Column::AreasEver, of.areas_ever.as_bytes())?,
            author,
            seal(Column::Title, row.title.as_bytes())?,
            maybe(Column::PersonGroup, row.group.as_deref().map(str::as_bytes))?,
            of.household,
            maybe(Column::Area, row.area.as_deref().map(str::as_bytes))?,
            row.conflicts,
            row.void,
            maybe(Column::Fact, row.fact.as_deref())?,
            seal(Column::Settled, &row.settled)?,
        ];
        self.tell_later(
            "INSERT INTO records (record_no, id, kind, begun, carriers, areas_ever, author, title,
                person_group, household, area, conflicts, void, fact, settled)
             VALUES ((SELECT coalesce(max(record_no), 0) + 1 FROM records),
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (id) DO UPDATE SET
                kind = excluded.kind, begun = excluded.begun, carriers = excluded.carriers,
                areas_ever = excluded.areas_ever, author = excluded.author,
                title = excluded.title, person_group = excluded.person_group,
                household = excluded.household, area = excluded.area,
                conflicts = excluded.conflicts, void = excluded.void, fact = excluded.fact,
                settled = excluded.settled",
            cells,
        )
    }

    fn set_carriers(&mut self, id: RecordId, carriers: &str) -> Stored<()> {
        let carriers = carriers.as_bytes();
        let sealed = self.sealer.seal(Column::Carriers, id.bytes(), carriers)?;
        self.tell_later(
            "UPDATE records SET carriers = $2 WHERE id = $1",
            cells_of![id, sealed],
        )
    }

    fn records(&mut self, each: &mut dyn FnMut(RecordId, Route) -> Stored<()>) -> Stored<()> {
        let mut after = 0;
        loop {
            let rows = self.ask(
                "SELECT record_no, kind, begun, carriers, areas_ever, author, household, id
                 FROM records WHERE record_no > $1 ORDER BY record_no LIMIT $2",
                cells_of![after, AT_ONCE],
            )?;
            for row in &rows {
                let id = row.id("id")?;
                each(id, route(id, row, self.sealer)?)?;
                after = row.no("record_no")?;
            }
            if rows.len() < AT_ONCE as usize {
                return Ok(());
            }
        }
    }

    fn facts(&mut self, each: &mut dyn FnMut(&[u8]) -> Stored<()>) -> Stored<()> {
        let mut after = 0;
        loop {
            let rows = self.ask(
                "SELECT record_no, id, fact FROM records
                 WHERE fact IS NOT NULL AND record_no > $1 ORDER BY record_no LIMIT $2",
                cells_of![after, AT_ONCE],
            )?;
            for row in &rows {
                let id: &[u8] = row.plain("id")?;
                each(&self.sealer.open(Column::Fact, id, row.plain("fact")?)?)?;
                after = row.no("record_no")?;
            }
            if rows.len() < AT_ONCE as usize {
                return Ok(());
            }
        }
    }

    fn link(&mut self, target: RecordId, record: RecordId, kind: &str) -> Stored<()> {
        let place = link_place(target, record);
        let kind = self
            .sealer
            .seal(Column::LinkKind, &place, kind.as_bytes())?;
        self.tell_later(
            "INSERT INTO links (target, record, kind) VALUES ($1, $2, $3)
             ON CONFLICT (target, record) DO NOTHING",
            cells_of![target, record, kind],
        )
    }

    fn unlink(&mut self, target: RecordId, record: RecordId) -> Stored<()> {
        self.tell_later(
            "DELETE FROM links WHERE target = $1 AND record = $2",
            cells_of![target, record],
        )
    }

    fn pointing_to(&mut self, target: RecordId) -> Stored<Vec<(RecordId, String)>> {
        let rows = self.ask(
            "SELECT record, kind FROM links WHERE target = $1 ORDER BY record",
            cells_of![target],
        )?;
        let link = |row: &Row| {
            let record = row.id("record")?;
            let place = link_place(target, record);
            let kind = row.plain("kind")?;
            Ok((
                record,
                self.sealer.open_text(Column::LinkKind, &place, kind)?,
            ))
        };
        rows.iter().map(link).collect()
    }

    fn put_assignment(&mut self, record: RecordId, row: Option<&AssignmentRow>) -> Stored<()> {
        let Some(row) = row else {
            return self.tell_later(
                "DELETE FROM assignments WHERE record = $1",
                cells_of![record],
            );
        };
        let (place, sealer) = (record.bytes(), self.sealer);
        let cells = cells_of![
            record,
            row.worker,
            sealer.seal(Column::Role, place, row.role.as_bytes())?,
            sealer.seal(Column::RoleArea, place, row.area.as_str().as_bytes())?,
            sealer.maybe(Column::RoleFrom, place, row.from.as_ref())?,
            sealer.maybe(Column::RoleTo, place, row.to.as_ref())?,
        ];
        self.tell_later(
            "INSERT INTO assignments (record, worker, role, area, from_day, to_day)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (record) DO UPDATE SET worker = excluded.worker, role = excluded.role,
                area = excluded.area, from_day = excluded.from_day, to_day = excluded.to_day",
            cells,
        )
    }

    fn assignments(&mut self, worker: WorkerId) -> Stored<Vec<AssignmentRow>> {
        let rows = self.ask(
            "SELECT record, worker, role, area, from_day, to_day FROM assignments
             WHERE worker = $1 ORDER BY record",
            cells_of![worker],
        )?;
        rows.iter()
            .map(|row| assignment(row, self.sealer))
            .collect()
    }

    fn assignment_records(&mut self, worker: WorkerId) -> Stored<Vec<RecordId>> {
        let rows = self.ask(
            "SELECT record FROM assignments WHERE worker = $1 ORDER BY record",
            cells_of![worker],
        )?;
        rows.iter().map(|row| row.id("record")).collect()
    }

    fn put_pairing(&mut self, record: RecordId, row: Option<&PairingRow>) -> Stored<()> {
        let Some(row) = row else {
            return self.tell_later("DELETE FROM pairings WHERE record = $1", cells_of![record]);
        };
        let place = record.bytes();
        let from = self
            .sealer
            .maybe(Column::PairFrom, place, row.from.as_ref())?;
        let to = self.sealer.maybe(Column::PairTo, place, row.to.as_ref())?;
        self.tell_later(
            "INSERT INTO pairings (record, worker, person, from_day, to_day)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (record) DO UPDATE SET worker = excluded.worker,
                person = excluded.person, from_day = excluded.from_day, to_day = excluded.to_day",
            cells_of![record, row.worker, row.person, from, to],
        )
    }

    fn pairings_of(&mut self, worker: WorkerId) -> Stored<Vec<PairingRow>> {
        let rows = self.ask(
            "SELECT record, worker, person, from_day, to_day FROM pairings
             WHERE worker = $1 ORDER BY record",
            cells_of![worker],
        )?;
        rows.iter().map(|row| pairing(row, self.sealer)).collect()
    }

    fn pairings_with(&mut self, person: RecordId) -> Stored<Vec<PairingRow>> {
        let rows = self.ask(
            "SELECT record, worker, person, from_day, to_day FROM pairings
             WHERE person = $1 ORDER BY record",
            cells_of![person],
        )?;
        rows.iter().map(|row| pairing(row, self.sealer)).collect()
    }

    fn look_up(&mut self, key: &[u8; 32]) -> Stored<Vec<RecordId>> {
        let rows = self.ask(
            "SELECT DISTINCT record FROM lookups WHERE key = $1 ORDER BY record",
            cells_of![*key],
        )?;
        rows.iter().map(|row| row.id("record")).collect()
    }

    fn put_lookups(&mut self, record: RecordId, keys: &[[u8; 32]]) -> Stored<()> {
        self.tell_later(
            "DELETE FROM lookups WHERE record = $1 AND source = 'record'",
            cells_of![record],
        )?;
        for key in keys {
            self.tell_later(
                "INSERT INTO lookups (key, record, source) VALUES ($1, $2, 'record')
                 ON CONFLICT DO NOTHING",
                cells_of![*key, record],
            )?;
        }
        Ok(())
    }

    fn add_import_key(&mut self, record: RecordId, key: &[u8; 32]) -> Stored<()> {
        self.tell_later(
            "INSERT INTO lookups (key, record, source) VALUES ($1, $2, 'import')
             ON CONFLICT DO NOTHING",
            cells_of![*key, record],
        )
    }

    fn import_date(&mut self, record: RecordId) -> Stored<Option<String>> {
        let row = self.ask_one(
            "SELECT dated FROM import_dates WHERE record = $1",
            cells_of![record],
        )?;
        row.map(|row| row.plain("dated")).transpose()
    }

    fn set_import_date(&mut self, record: RecordId, dated: &str) -> Stored<()> {
        self.tell_later(
            "INSERT INTO import_dates (record, dated) VALUES ($1, $2)
             ON CONFLICT (record) DO UPDATE
             SET dated = greatest(import_dates.dated, excluded.dated)",
            cells_of![record, dated],
        )
    }

    fn forget_settled(&mut self) -> Stored<()> {
        for sql in [
            "DELETE FROM links",
            "DELETE FROM assignments",
            "DELETE FROM pairings",
            "DELETE FROM lookups WHERE source = 'record'",
            "DELETE FROM records",
        ] {
            self.tell(sql, cells_of![])?;
        }
        Ok(())
    }
}

fn link_place(target: RecordId, record: RecordId) -> Vec<u8> {
    [*target.bytes(), *record.bytes()].concat()
}

fn route(id: RecordId, row: &Row, sealer: &Sealer) -> Stored<Route> {
    let text = |column, name| sealer.open_text(column, id.bytes(), row.plain(name)?);
    Ok(Route {
        kind: text(Column::Kind, "kind")?,
        begun: row.plain("begun")?,
        carriers: text(Column::Carriers, "carriers")?,
        areas_ever: text(Column::AreasEver, "areas_ever")?,
        author: WorkerId::from_slice(row.plain("author")?).ok(),
        household: row.maybe_id("household")?,
    })
}

fn assignment(row: &Row, sealer: &Sealer) -> Stored<AssignmentRow> {
    let place: &[u8] = row.plain("record")?;
    let area = sealer.open_text(Column::RoleArea, place, row.plain("area")?)?;
    Ok(AssignmentRow {
        worker: row.id("worker")?,
        role: sealer.open_text(Column::Role, place, row.plain("role")?)?,
        area: area
            .parse()
            .map_err(|_| StoreError::Damaged { what: "a column" })?,
        from: sealer.open_maybe_text(Column::RoleFrom, place, row.plain("from_day")?)?,
        to: sealer.open_maybe_text(Column::RoleTo, place, row.plain("to_day")?)?,
    })
}

fn pairing(row: &Row, sealer: &Sealer) -> Stored<PairingRow> {
    let place: &[u8] = row.plain("record")?;
    Ok(PairingRow {
        record: row.id("record")?,
        worker: row.id("worker")?,
        person: row.id("person")?,
        from: sealer.open_maybe_text(Column::PairFrom, place, row.plain("from_day")?)?,
        to: sealer.open_maybe_text(Column::PairTo, place, row.plain("to_day")?)?,
    })
}
