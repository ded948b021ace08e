//! What may stand after a noun on the command line: `form check`, `bundle open` …

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tanfang_core::model::{AreaCode, RecordId, WorkerId};

use super::forms;

/// What a server is made as.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// For demonstrations and tests: clocks may be moved, every report says so.
    #[arg(long)]
    pub(super) demo: bool,
    /// Keep the history in PostgreSQL: a file (mode 0600) with libpq's parameters, password too.
    #[arg(long, value_name = "FILE")]
    pub(super) postgres: Option<PathBuf>,
}

/// Where a county moves.
#[derive(Debug, Args)]
pub(super) struct MoveArgs {
    /// A file (mode 0600) with libpq's parameters: host=…, dbname=…, user=…, password too.
    #[arg(long, value_name = "FILE")]
    pub(super) to: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(super) enum AreasVerb {
    /// Join a CSV of code,name,level,parent to the list and publish it.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Note that the list of an area's people is complete (底数清), by a supervisor's word.
    Confirm {
        /// The grid, or the village that has none.
        area: AreaCode,
        /// The day; none is today.
        #[arg(long, value_name = "DAY")]
        on: Option<String>,
        /// The supervisor by whose word.
        #[arg(long, value_name = "WORKER")]
        by: WorkerId,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum LedgerVerb {
    /// Import a CSV of one of the two layouts.
    Import {
        /// The file.
        file: PathBuf,
        /// `elder` or `child`.
        #[arg(long, value_parser = ["elder", "child"])]
        kind: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum FormVerb {
    /// Publish a form, or a new version of one.
    Add {
        /// XLSForm: .xlsx, .xls, .md, or a folder of .csv.
        file: PathBuf,
    },
    /// Every problem of a form at once; exit 0 none, 2 something must be corrected.
    Check {
        /// XLSForm: .xlsx, .xls, .md, or a folder of .csv.
        file: PathBuf,
        /// The language of what is said.
        #[arg(long, value_parser = ["zh", "en"], default_value = "en")]
        lang: String,
    },
    /// Write a form as another file; to standard output where no --out is given.
    Convert {
        /// XLSForm: .xlsx, .xls, .md, or a folder of .csv; for xform also a compiled .json.
        file: PathBuf,
        /// What to write.
        #[arg(long)]
        to: forms::Kind,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// A form as a page for people: what it asks, when, and by which document.
    Show {
        /// XLSForm, or a compiled .json.
        file: PathBuf,
    },
    /// What an upgrade does to records and drafts.
    Diff {
        /// The form that is published.
        old: PathBuf,
        /// The form that shall be.
        new: PathBuf,
        /// The language of what is said.
        #[arg(long, value_parser = ["zh", "en"], default_value = "en")]
        lang: String,
    },
    /// Answer a form step by step and see how every question stands; needs no server.
    Try {
        /// XLSForm, or a compiled .json.
        file: PathBuf,
        /// `[{"path":"/data/a","value":"…"}]`: a file, `-` for standard input, or written here.
        #[arg(long, value_name = "STEPS")]
        answers: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum CalendarVerb {
    /// Publish holidays, workdays, windows and events in the place of all that were published.
    Set {
        /// The calendar of `docs/rule-packs.md`, as JSON.
        file: PathBuf,
    },
    /// Join a table of days to the calendar: what it says of a day, a vacation or an event stands,
    /// everything else stays.
    Import {
        /// .xlsx, .xls or .csv with the columns of `docs/rule-packs.md`, or the calendar as .json.
        file: PathBuf,
    },
    /// Publish an event, or other days of one that is there.
    Event(EventLine),
    /// What is published.
    Show,
    /// The days of 春节, 端午节, 中秋节 and 重阳节.
    Festivals {
        /// The year.
        year: i32,
    },
}

/// An event on the command line.
#[derive(Debug, clap::Args)]
pub(super) struct EventLine {
    /// Its id, which is the name of its period.
    pub(super) id: String,
    /// What it is.
    #[arg(long, default_value = "extreme_weather")]
    pub(super) kind: String,
    /// The divisions it holds for.
    #[arg(long, required = true, value_name = "CODE")]
    pub(super) division: Vec<String>,
    /// The first day.
    #[arg(long, value_name = "DAY")]
    pub(super) start: String,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    pub(super) end: String,
    /// How many visits it asks; none leaves that to the pack.
    #[arg(long)]
    pub(super) min: Option<u32>,
    /// A mode that counts; none leaves that to the rule.
    #[arg(long)]
    pub(super) mode: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum BundleVerb {
    /// Take in what is on a memory card: sealed files, all pieces.
    Open {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Every sealed file that was brought, and how it stands.
    List,
    /// Take a file of a revoked phone out of quarantine.
    Accept {
        /// Its id, from `bundle list`.
        id: String,
        /// The supervisor by whose word: they supervise an area of the author's.
        #[arg(long, value_name = "WORKER")]
        by: WorkerId,
    },
    /// Refuse a file that stands in quarantine; it stays listed, and sealed.
    Refuse {
        /// Its id, from `bundle list`.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PackVerb {
    /// Every problem of a pack at once, in Chinese and English; exit 0 none, 2 something must be
    /// corrected.
    Check {
        /// The pack.
        file: PathBuf,
    },
    /// The JSON Schema of a pack file.
    Schema,
    /// Whose obligations change from one version to the next: by rule in words and, with --data,
    /// counted over the county's store.
    Diff {
        /// A pack: a file, or the id of a built-in one.
        old: String,
        /// Another.
        new: String,
    },
    /// Judge by a pack, or a new version of it, from a day on; a period that has begun is judged to
    /// its end by the version it began under.
    Activate {
        /// The pack: a file, or the id of a built-in one.
        pack: String,
        /// The first day on which a period may begin to be judged by it.
        #[arg(long, value_name = "DAY")]
        from: String,
    },
    /// The packs that the county judges by, and from when.
    List,
    /// Prove packs by worked cases: exit 0 all hold, 1 some do not, 2 the file cannot be used.
    Try {
        /// The cases.
        #[arg(long, value_name = "FILE")]
        cases: PathBuf,
        /// Packs beside those that the file names.
        #[arg(long, value_name = "FILE")]
        pack: Vec<PathBuf>,
    },
}

/// What may stand after `compliance`.
#[derive(Debug, Subcommand)]
pub(super) enum ComplianceVerb {
    /// Why a line of the report is as it is: days, visits, excuses, what would still count.
    Explain(ExplainArgs),
    /// Keep the figures of a report day for ever, with what was known then.
    Freeze(FreezeArgs),
    /// How many were seen in each area below, by rule and period.
    Coverage(CoverageArgs),
    /// What falls due within some days.
    Due(DueArgs),
    /// Draw credited visits by chance, to call back about.
    Sample(SampleArgs),
    /// What is frozen; of one day its figures and what is known otherwise since, by which record.
    Frozen(FrozenArgs),
}

/// Of which lines the coverage is counted.
#[derive(Debug, Args)]
pub(super) struct CoverageArgs {
    /// The area: each one below it is counted.
    #[arg(long)]
    pub area: AreaCode,
    /// A date (its end in UTC+8) or an instant; none is now.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// One period: 2024-05, 2024-Q2, …; none counts those that run.
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
}

/// What is asked to fall due.
#[derive(Debug, Args)]
pub(super) struct DueArgs {
    /// The area, with all below it.
    #[arg(long)]
    pub area: AreaCode,
    /// Within so many days, today the first.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub within: u16,
    /// A date (its end in UTC+8) or an instant; none is now.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// Which visits to draw.
#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    /// The area: of each one below it as many are drawn.
    #[arg(long)]
    pub area: AreaCode,
    /// How many visits in each.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub each: u16,
    /// Any text: the same one draws the same visits. None makes one by chance, and prints it.
    #[arg(long)]
    pub seed: Option<String>,
    /// A date (its end in UTC+8) or an instant; none is now.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// One period: 2024-05, 2024-Q2, …; none draws from those that run.
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
}

/// What to measure.
#[derive(Debug, Args)]
pub(super) struct IndicatorArgs {
    /// The area, with all below it.
    #[arg(long)]
    pub area: AreaCode,
    /// The day; none is today.
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// A card is current for so many days after it was written on.
    #[arg(long, value_name = "N", default_value_t = 180)]
    pub refreshed_days: u16,
    /// A grid is complete for so many days after it was confirmed.
    #[arg(long, value_name = "N", default_value_t = 180)]
    pub confirmed_days: u16,
}

/// Which figures to freeze.
#[derive(Debug, Args)]
pub(super) struct FreezeArgs {
    /// The area, with all below it.
    #[arg(long)]
    pub area: AreaCode,
    /// A report day of the calendar that is over; none is the latest.
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
}

/// Which frozen figures to show.
#[derive(Debug, Args)]
pub(super) struct FrozenArgs {
    /// The area; of a list, those in it.
    #[arg(long)]
    pub area: Option<AreaCode>,
    /// The report day; none lists the days.
    #[arg(long, value_name = "DAY", requires = "area")]
    pub day: Option<String>,
    /// With --json, the frozen figures themselves, byte for byte.
    #[arg(long, requires = "day")]
    pub whole: bool,
}

/// Which line.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A person's, household's or pairing's id.
    #[arg(long, value_name = "ID")]
    pub unit: String,
    /// A rule's id.
    #[arg(long, value_name = "R")]
    pub rule: String,
    /// The period: 2024-05, 2024-Q2, …; left out of a rule that is not judged.
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// A date (its end in UTC+8) or an instant; none is now.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// In which language a person reads it.
    #[arg(long, default_value = "zh")]
    pub lang: Tongue,
}

/// A language.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Tongue {
    /// 中文.
    Zh,
    /// English.
    En,
}

/// A decision about a visit that waits.
#[derive(Debug, clap::Args)]
pub(super) struct ReviewLine {
    /// The visit.
    pub(super) visit: RecordId,
    /// It took place.
    #[arg(long, required_unless_present = "reject", conflicts_with = "reject")]
    pub(super) confirm: bool,
    /// It did not.
    #[arg(long)]
    pub(super) reject: bool,
    /// Why.
    #[arg(long)]
    pub(super) reason: String,
    /// The supervisor by whose word.
    #[arg(long, value_name = "WORKER")]
    pub(super) by: WorkerId,
}

/// What excuses or ends a duty.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(group(clap::ArgGroup::new("noted").required(true).args(["family_contacted", "refuses", "agrees", "leaves"])))]
pub(super) struct StandingLine {
    /// The person.
    pub(super) person: RecordId,
    /// The family of one in hospital was asked on this day.
    #[arg(long, value_name = "DAY")]
    pub(super) family_contacted: Option<String>,
    /// Informed, the person refuses to be visited.
    #[arg(long, value_name = "DAY")]
    pub(super) refuses: Option<String>,
    /// Informed, the person agrees.
    #[arg(long, value_name = "DAY")]
    pub(super) agrees: Option<String>,
    /// The last day in the ledger.
    #[arg(long, value_name = "DAY")]
    pub(super) leaves: Option<String>,
    /// Who said so, of a refusal or an agreement; why, of a leaving.
    #[arg(long, default_value = "")]
    pub(super) reason: String,
    /// The supervisor by whose word.
    #[arg(long, value_name = "WORKER")]
    pub(super) by: WorkerId,
}
