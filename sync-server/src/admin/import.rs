//! `ledger import`: rows of a ledger into people and households.
//!
//! An import writes only cells that differ from its own last value, and names only the heads that
//! it wrote: a worker's later edit becomes a rival for a person to decide, never a victim.

mod cells;
mod matching;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value as Json, json};
use tanfang_core::entry;
use tanfang_core::form::{Context, Form, check_edit};
use tanfang_core::merge::Record;
use tanfang_core::model::{DeviceId, FormRef, Kind, RecordId};

use super::{AdminProblem, Said};
use crate::engine::{OwnSave, PublishedForm, Turn};
use crate::ledger::{Ledger, LedgerKind, Row, read};
use crate::server::Server;
use cells::{Age, Sheet};

const ROLE: &str = "import";
/// Rows of one transaction: another process waits no longer than for these.
const BATCH: usize = 200;

/// What an import did.
#[derive(Default)]
struct Tally {
    new: usize,
    changed: usize,
    unchanged: usize,
    /// Where a ledger says what a later one replaced: the line and the question.
    older: Vec<(u64, String)>,
    /// Where a cell is empty that only ledgers have filled: line, column, question.
    emptied: Vec<(u64, &'static str, String)>,
}

/// Imports a ledger; bad rows are told, the good ones go in.
pub(super) fn ledger(server: &mut Server, kind: &str, bytes: &[u8]) -> Result<Said, AdminProblem> {
    let kind = LedgerKind::by_word(kind).ok_or_else(|| AdminProblem::NoForm(kind.to_owned()))?;
    let (areas, today) =
        server.read(|turn| Ok::<_, AdminProblem>((turn.areas()?, turn.today())))?;
    let ledger = read(kind, bytes, &areas, today.date())?;
    let mut tally = Tally::default();
    let mut spoken_for = BTreeSet::new();
    for rows in ledger.rows.chunks(BATCH) {
        let done = server.write(|turn| {
            let import = Import::begin(turn, kind, ledger.dated)?;
            let mut done = Tally::default();
            for row in rows {
                import.row(turn, row, &mut spoken_for, &mut done)?;
            }
            Ok::<_, AdminProblem>(done)
        })?;
        tally.new += done.new;
        tally.changed += done.changed;
        tally.unchanged += done.unchanged;
        tally.older.extend(done.older);
        tally.emptied.extend(done.emptied);
    }
    let (new, changed) = (tally.new, tally.changed);
    server.write(|turn| {
        let detail = format!(
            "{new} new, {changed} changed, {} bad cells",
            ledger.problems.len()
        );
        turn.audit("ledger import", &detail)
    })?;
    Ok(said(&ledger, &tally))
}

fn said(ledger: &Ledger, tally: &Tally) -> Said {
    let hints: Vec<Json> = ledger
        .rows
        .iter()
        .flat_map(|row| row.hints.iter().map(move |hint| (row.line, hint)))
        .map(|(line, hint)| json!({"line": line, "column": hint.column, "kind": hint.kind}))
        .collect();
    let named: Vec<Json> = ledger
        .rows
        .iter()
        .flat_map(|row| {
            row.named_workers
                .iter()
                .map(move |worker| (row.line, worker))
        })
        .map(|(line, worker)| json!({"line": line, "column": worker.column}))
        .collect();
    let older = tally.older.iter();
    let older: Vec<Json> = older
        .map(|(line, question)| json!({"line": line, "field": question}))
        .collect();
    let emptied = tally.emptied.iter();
    let emptied: Vec<Json> = emptied
        .map(|(line, column, question)| json!({"line": line, "column": column, "field": question}))
        .collect();
    let mut lines: Vec<String> = ledger
        .problems
        .iter()
        .map(|p| format!("line {}, {}: {} {}", p.line, p.column, p.why, p.todo))
        .collect();
    lines.extend(tally.older.iter().map(|(line, question)| {
        format!("line {line}, {question}: a later ledger says otherwise; left as it is (put 填报日期 above the header where this ledger is the newer one)")
    }));
    lines.extend(tally.emptied.iter().map(|(line, column, _)| {
        format!("line {line}, {column}: empty here, and only earlier ledgers say it; left as it is, for a person to clear")
    }));
    lines.push(format!(
        "{} new, {} changed, {} unchanged; {} bad cells, {} hints, {} workers named to be paired by hand",
        tally.new,
        tally.changed,
        tally.unchanged,
        ledger.problems.len(),
        hints.len(),
        named.len(),
    ));
    let json = json!({
        "rows": ledger.rows.len(), "new": tally.new, "changed": tally.changed,
        "unchanged": tally.unchanged, "problems": ledger.problems, "hints": hints,
        "named_workers": named, "ignored_columns": ledger.ignored_columns,
        "dated": ledger.dated.map(|day| day.to_string()),
        "older": older, "emptied": emptied,
    });
    Said::new(json, lines)
}

/// One transaction's worth of an import.
struct Import {
    form: Arc<PublishedForm>,
    form_ref: FormRef,
    /// The server's devices of all epochs: what they wrote is the import's own.
    own: BTreeSet<DeviceId>,
    /// The ledger's own day, as ISO text.
    dated: Option<String>,
}

impl Import {
    fn begin(
        turn: &mut Turn<'_>,
        kind: LedgerKind,
        dated: Option<NaiveDate>,
    ) -> Result<Self, AdminProblem> {
        let forms = turn.forms()?;
        let active = forms
            .into_iter()
            .rfind(|(listed, _)| listed.active && listed.id == kind.form());
        let (listed, form) = active.ok_or_else(|| AdminProblem::NoForm(kind.form().to_owned()))?;
        let form_ref = FormRef {
            id: listed.id,
            version: listed.version,
            hash: listed.hash,
        };
        let own = turn.tx().server_devices()?.into_iter().collect();
        Ok(Self {
            form,
            form_ref,
            own,
            dated: dated.map(|day| day.to_string()),
        })
    }

    /// How old the ledger is beside those that spoke of the record before.
    fn age(&self, turn: &mut Turn<'_>, record: RecordId) -> Result<Age, AdminProblem> {
        let Some(dated) = &self.dated else {
            return Ok(Age::Unknown);
        };
        let before = turn.tx().import_date(record)?;
        Ok(match before.map(|before| before.cmp(dated)) {
            Some(Ordering::Greater) => Age::Older,
            Some(Ordering::Equal) => Age::Unknown,
            Some(Ordering::Less) | None => Age::Newer,
        })
    }

    fn row(
        &self,
        turn: &mut Turn<'_>,
        row: &Row,
        spoken_for: &mut BTreeSet<RecordId>,
        tally: &mut Tally,
    ) -> Result<(), AdminProblem> {
        let found = matching::find(turn, row)?;
        let person = self.open(turn, found.person, Kind::PERSON)?;
        let household = self.open(turn, found.household, Kind::HOUSEHOLD)?;
        let new = !person.1;
        let (person, household) = (person.0, household.0);
        let answers = cells::with_rows(self.form.form(), &row.answers, &person, &household);
        let whole = self.whole(&person, &household, &answers);
        let checked = check_edit(
            self.form.form(),
            &whole,
            &whole,
            &Context::editing(turn.now()),
        );
        let checked = checked
            .map(|checked| checked.into_answers())
            .unwrap_or(whole);
        let first = spoken_for.insert(household.id);
        let ages = (self.age(turn, person.id)?, self.age(turn, household.id)?);
        let mut sheet = Sheet::new(&self.own, person, household, !first, ages);
        sheet.answers(self.form.form(), &answers, &checked);
        sheet.household(&row.area);
        let (person, household) = sheet.ids();
        let older = sheet.older().into_iter();
        tally
            .older
            .extend(older.map(|question| (row.line, question)));
        let emptied = sheet.emptied(self.form.form(), &row.empty).into_iter();
        let emptied = emptied.map(|(question, column)| (row.line, column, question));
        tally.emptied.extend(emptied);
        if let Some(dated) = &self.dated {
            turn.tx().set_import_date(person, dated)?;
            if first {
                turn.tx().set_import_date(household, dated)?;
            }
        }
        let parts = sheet.finish();
        match (parts.is_empty(), new) {
            (true, _) => tally.unchanged += 1,
            (false, true) => tally.new += 1,
            (false, false) => tally.changed += 1,
        }
        if !parts.is_empty() {
            let form = Some(self.form_ref.clone());
            turn.write_own(OwnSave {
                role: ROLE,
                form,
                parts,
            })?;
        }
        Ok(matching::remember(turn, row, person, household)?)
    }

    /// A record that is there, or a new one; whether it was there.
    fn open(
        &self,
        turn: &mut Turn<'_>,
        id: Option<RecordId>,
        kind: Kind,
    ) -> Result<(Record, bool), AdminProblem> {
        if let Some(id) = id
            && let Some(record) = turn.record(id)?
        {
            return Ok((record, true));
        }
        let id = id.unwrap_or_else(|| turn.fresh_id());
        Ok((Record::new(id, kind), false))
    }

    /// What the card says with the ledger's answers in it: what is calculated follows from both.
    fn whole(
        &self,
        person: &Record,
        household: &Record,
        answers: &Map<String, Json>,
    ) -> Map<String, Json> {
        let form: &Form = self.form.form();
        let found = |id: RecordId| {
            [person, household]
                .into_iter()
                .find(|record| record.id == id)
                .cloned()
        };
        let mut whole = entry::answers(form, person.id, &found);
        for (name, value) in answers {
            match (whole.get_mut(name), value) {
                (Some(Json::Array(known)), Json::Array(rows))
                    if rows.iter().all(Json::is_object) =>
                {
                    cells::join_rows(known, rows);
                }
                _ => {
                    whole.insert(name.clone(), value.clone());
                }
            }
        }
        whole
    }
}
