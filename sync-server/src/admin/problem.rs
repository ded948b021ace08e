//! What an administrator must correct, or what failed.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use tanfang_core::compliance::{CalendarRowError, Misfit, NotAPeriod};
use tanfang_core::entry::EntryProblem;
use tanfang_core::form::SourceProblem;
use tanfang_core::model::AreaCode;
use tanfang_core::print::TooLarge;

use super::frozen::NotFrozen;
use super::pack::NotActivated;
use super::review::NotEntered;
use crate::engine::{BundleFault, Contradiction, GroundsError, PublishError};
use crate::ledger::{AreaFileError, LedgerError};
use crate::store::StoreError;

/// Why a verb did nothing.
#[derive(Debug, thiserror::Error)]
pub enum AdminProblem {
    /// No `--data`.
    #[error("say which server: --data DIR")]
    NoData,
    /// The system gives no randomness.
    #[error("the system gives no randomness (/dev/urandom): nothing can be made without it")]
    NoChance,
    /// `--now` on a directory that is no demonstration.
    #[error(
        "--now works only on a directory made with init --demo: receipts are read from the server's clock"
    )]
    NotADemo,
    /// A time that is none.
    #[error("{0} is no time: write 2024-05-10 or 2024-05-10T09:30:00+08:00")]
    NotATime(String),
    /// A day that is none.
    #[error("{0} is no day: write 2024-05-10")]
    NotADay(String),
    /// A term that ends before it begins.
    #[error("--to lies before --from: correct one of the two")]
    EndsBeforeItBegins,
    /// A period that is none.
    #[error(transparent)]
    NotAPeriod(#[from] NotAPeriod),
    /// A line that the report does not have.
    #[error("{0}")]
    NoLine(String),
    /// A file that cannot be read.
    #[error("{} cannot be read: correct its name or permissions", .0.display())]
    NoFile(PathBuf),
    /// A compiled form that cannot be read.
    #[error("{0}")]
    CompiledForm(String),
    /// A file that is no text.
    #[error("{} is not UTF-8: save it so", .0.display())]
    NotText(PathBuf),
    /// A file that cannot be written.
    #[error("{} cannot be written: correct its name or permissions", .0.display())]
    Unwritten(PathBuf),
    /// A card asked for as a file that is neither page nor workbook.
    #[error("{} is neither a page nor a workbook: name it .html or .xlsx", .0.display())]
    NoSuchPaper(PathBuf),
    /// A card that no workbook holds.
    #[error(transparent)]
    CardTooLarge(#[from] TooLarge),
    /// An address that cannot be listened on.
    #[error("{0} cannot be listened on: another program may use it")]
    CannotListen(SocketAddr),
    /// A list of areas.
    #[error(transparent)]
    Areas(#[from] AreaFileError),
    /// A ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A form's source; each problem with its place.
    #[error("the form has problems:\n{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    FormSource(Vec<SourceProblem>),
    /// Steps of `form try` that are none.
    #[error(
        "--answers, line {line}, column {column}: write [{{\"path\": \"/data/question\", \"value\": \"answer\"}}]"
    )]
    NotSteps {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A built-in form of this program.
    #[error("a built-in form cannot be read: {0}")]
    BuiltIn(String),
    /// Questions that a published form knows as something else, each with its line.
    #[error("{}", .0.iter().map(|(line, said)| format!("line {line}: {said}")).collect::<Vec<_>>().join("\n"))]
    AnotherMeaning(Vec<(usize, Contradiction)>),
    /// A document.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A calendar.
    #[error("the calendar: {0}")]
    Calendar(Misfit),
    /// A table of days, each cell that is wrong.
    #[error("{}", .0.iter().map(|error| format!("第 {} 行 {}:{} / {error}", error.line, error.column, error.wrong.zh)).collect::<Vec<_>>().join("\n"))]
    CalendarRows(Vec<CalendarRowError>),
    /// A table of days without a column that it needs.
    #[error(
        "第一行缺少列 {0} / the first line has no column {0}: begin the file with kind,from,to"
    )]
    CalendarColumn(&'static str),
    /// A file that is no table; each problem with its place.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Table(Vec<SourceProblem>),
    /// A pack's file that cannot be read: which, and what is wrong.
    #[error(
        "{0} 不是可用的规则包,先用 pack check / {0} is no usable pack: `pack check` names what is wrong"
    )]
    PackFile(String, Vec<Json>),
    /// A pack that is not activated.
    #[error(transparent)]
    NotActivated(#[from] NotActivated),
    /// A decision that is not entered.
    #[error(transparent)]
    NotEntered(#[from] NotEntered),
    /// Figures that are not frozen.
    #[error(transparent)]
    NotFrozen(#[from] NotFrozen),
    /// A rule pack of this store.
    #[error("a published pack cannot be read: {0}")]
    Pack(String),
    /// A role that the table does not have.
    #[error("no role {0}: {1}")]
    UnknownRole(String, String),
    /// An area that the list does not have.
    #[error("no area {0} in the list: import it first, or correct the code")]
    UnknownArea(AreaCode),
    /// An area whose list of people is not confirmed by itself.
    #[error(
        "{0} 的名单按网格确认（没有网格的村按村确认），请逐个确认 / the lists of {0} are confirmed grid by grid, of a village without grids as one: confirm each"
    )]
    NotConfirmedAsOne(AreaCode),
    /// A worker who is not there.
    #[error("no worker of this id: `enrol` makes one")]
    UnknownWorker,
    /// A worker of this id is there.
    #[error(
        "a worker of this id is there: leave out --name, --role and --area for another code, or use `assign`"
    )]
    WorkerIsThere,
    /// A person who is not there.
    #[error("no person of this id: import or sync first")]
    UnknownPerson,
    /// A name that is none.
    #[error("the worker's name: {0}")]
    Name(#[from] tanfang_core::model::person::NameError),
    /// The ledger's form is not published.
    #[error("the form {0} is not published: `form add` its source")]
    NoForm(String),
    /// A row that passed its reading and still cannot become records.
    #[error("line {line}: {why}")]
    Entry {
        /// The line.
        line: u64,
        /// Why.
        why: EntryProblem,
    },
    /// A sealed file.
    #[error(transparent)]
    Bundle(BundleFault),
    /// The audit log was altered.
    #[error("{0}")]
    Audit(#[from] crate::engine::AuditFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GroundsError> for AdminProblem {
    fn from(error: GroundsError) -> Self {
        match error {
            GroundsError::Document(misfit) => Self::Pack(misfit.to_string()),
            GroundsError::Store(error) => Self::Store(error),
        }
    }
}

impl From<BundleFault> for AdminProblem {
    fn from(fault: BundleFault) -> Self {
        match fault {
            BundleFault::Store(error) => Self::Store(error),
            other => Self::Bundle(other),
        }
    }
}

impl AdminProblem {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::NoChance => "no_chance",
            Self::NotADemo => "not_a_demo",
            Self::NotATime(_) | Self::NotADay(_) => "not_a_time",
            Self::EndsBeforeItBegins => "ends_before_it_begins",
            Self::NotAPeriod(_) => "not_a_period",
            Self::NoLine(_) => "no_line",
            Self::NoFile(_)
            | Self::NotText(_)
            | Self::Unwritten(_)
            | Self::NoSuchPaper(_)
            | Self::CardTooLarge(_) => "file",
            Self::CannotListen(_) => "cannot_listen",
            Self::Areas(_) => "areas",
            Self::Ledger(_) => "ledger",
            Self::FormSource(_) | Self::CompiledForm(_) | Self::BuiltIn(_) => "form",
            Self::NotSteps { .. } => "answers",
            Self::AnotherMeaning(_) | Self::Publish(PublishError::AnotherMeaning(_)) => {
                "another_meaning"
            }
            Self::Publish(PublishError::AnotherKind { .. }) => "another_kind",
            Self::Publish(PublishError::VersionTaken { .. }) => "version_taken",
            Self::Publish(PublishError::Store(_)) | Self::Store(_) => "store",
            Self::Calendar(_) | Self::CalendarRows(_) | Self::CalendarColumn(_) => "calendar",
            Self::Table(_) => "file",
            Self::Pack(_) | Self::PackFile(..) => "pack",
            Self::NotActivated(_) => "not_activated",
            Self::NotFrozen(why) => why.code(),
            Self::NotEntered(NotEntered::NotASupervisor) => "not_a_supervisor",
            Self::NotEntered(NotEntered::NoVisit) => "no_visit",
            Self::NotEntered(_) => "not_entered",
            Self::UnknownRole(..) => "unknown_role",
            Self::UnknownArea(_) => "unknown_area",
            Self::NotConfirmedAsOne(_) => "not_confirmed_as_one",
            Self::UnknownWorker => "unknown_worker",
            Self::WorkerIsThere => "worker_is_there",
            Self::UnknownPerson => "unknown_person",
            Self::Name(_) => "name",
            Self::NoForm(_) => "no_form",
            Self::Entry { .. } => "entry",
            Self::Audit(_) => "audit",
            Self::Bundle(BundleFault::Sealed(why)) => why.code(),
            Self::Bundle(BundleFault::NotThere) => "no_bundle",
            Self::Bundle(BundleFault::Decided) => "not_quarantined",
            Self::Bundle(BundleFault::NotASupervisor) => "not_a_supervisor",
            Self::Bundle(BundleFault::Full) => "full",
            Self::Bundle(BundleFault::Store(_)) => "store",
        }
    }

    /// Every problem of a file with its place, its code and what to do; none where the problem is
    /// no file's.
    pub fn problems(&self) -> Option<Vec<Json>> {
        match self {
            Self::Areas(error) => Some(of_areas(error)),
            Self::FormSource(problems) => {
                Some(problems.iter().map(|p| of_source(p, "en")).collect())
            }
            Self::CalendarRows(rows) => Some(rows.iter().map(of_calendar).collect()),
            Self::Table(problems) => Some(problems.iter().map(|p| of_source(p, "en")).collect()),
            Self::PackFile(_, problems) => Some(problems.clone()),
            Self::AnotherMeaning(told) => Some(told.iter().map(of_meaning).collect()),
            _ => None,
        }
    }

    /// 2 where the administrator must correct something, 1 for a fault.
    pub fn exit(&self) -> u8 {
        match self {
            Self::NoChance
            | Self::CannotListen(_)
            | Self::BuiltIn(_)
            | Self::Pack(_)
            | Self::Audit(_) => 1,
            Self::Store(
                StoreError::NotThere
                | StoreError::AlreadyThere
                | StoreError::NoKey
                | StoreError::Left
                | StoreError::Address(_)
                | StoreError::NotAdmitted { .. },
            ) => 2,
            Self::Store(_) | Self::Publish(PublishError::Store(_)) => 1,
            _ => 2,
        }
    }
}

fn of_areas(error: &AreaFileError) -> Vec<Json> {
    let told = |line: u64, column: &str, code: &str, message: String| json!({"line": line, "column": column, "code": code, "message": message});
    match error {
        AreaFileError::File(error) => vec![told(1, "", "file", error.to_string())],
        AreaFileError::MissingColumns(columns) => {
            let message = "the column is missing: begin the file with code,name,level,parent";
            let columns = columns.iter();
            columns
                .map(|column| told(1, column, "missing_column", message.to_owned()))
                .collect()
        }
        AreaFileError::Rows(rows) => rows
            .iter()
            .map(|row| {
                let column = row.column.heading();
                told(row.line, column, row.why.code(), row.why.to_string())
            })
            .collect(),
    }
}

fn of_calendar(error: &CalendarRowError) -> Json {
    json!({
        "line": error.line, "column": error.column, "code": "calendar",
        "zh": error.wrong.zh, "en": error.wrong.en, "message": error.wrong.en,
    })
}

/// A problem of a form's source, its message in a language.
pub(super) fn of_source(problem: &SourceProblem, lang: &str) -> Json {
    json!({
        "sheet": problem.sheet, "row": problem.row, "column": problem.column,
        "cell": problem.cell, "severity": problem.severity, "code": problem.code,
        "message": problem.message(lang), "likely": problem.likely,
    })
}

fn of_meaning((line, said): &(usize, Contradiction)) -> Json {
    json!({
        "sheet": "survey", "row": line, "column": "name", "code": "another_meaning",
        "message": said.to_string(), "field": format!("{}.{}", said.kind, said.field),
    })
}
