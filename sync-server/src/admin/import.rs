//! `ledger import`: rows of a ledger into people and households.
//!
//! An import writes only cells that differ from its own last value, and names only the heads that
//! it wrote: a worker's later edit becomes a rival for a person to decide, never a victim.

mod cells;
mod matching;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use tanfang_core::entry;
use tanfang_core::form::{Context, Form, check_edit};
use tanfang_core::merge::Record;
use tanfang_core::model::{DeviceId, FormRef, Kind, RecordId};

use super::{AdminProblem, Said};
use crate::engine::{OwnSave, PublishedForm, Turn};
use crate::ledger::{Ledger, LedgerKind, Row, read};
use crate::server::Server;
use cells::Sheet;

const ROLE: &str = "import";
/// Rows of one transaction: another process waits no longer than for these.
const BATCH: usize = 200;

/// What an import did.
#[derive(Default)]
struct Tally {
    new: usize,
    changed: usize,
    unchanged: usize,
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
            let import = Import::begin(turn, kind)?;
            let mut done = Tally::default();
            for row in rows {
                import.row(turn, row, &mut spoken_for, &mut done)?;
            }
            Ok::<_, AdminProblem>(done)
        })?;
        tally.new += done.new;
        tally.changed += done.changed;
        tally.unchanged += done.unchanged;
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
    let mut lines: Vec<String> = ledger
        .problems
        .iter()
        .map(|p| format!("line {}, {}: {} {}", p.line, p.column, p.why, p.todo))
        .collect();
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
    });
    Said::new(json, lines)
}

/// One transaction's worth of an import.
struct Import {
    form: Arc<PublishedForm>,
    form_ref: FormRef,
    /// The server's devices of all epochs: what they wrote is the import's own.
    own: BTreeSet<DeviceId>,
}

impl Import {
    fn begin(turn: &mut Turn<'_>, kind: LedgerKind) -> Result<Self, AdminProblem> {
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
        let mut sheet = Sheet::new(&self.own, person, household, !first);
        sheet.answers(self.form.form(), &answers, &checked);
        sheet.household(&row.area);
        let (person, household) = sheet.ids();
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
