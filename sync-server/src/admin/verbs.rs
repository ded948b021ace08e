//! What may stand after a noun on the command line: `form check`, `bundle open` …

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tanfang_core::model::WorkerId;

use super::forms;

#[derive(Debug, Subcommand)]
pub(super) enum AreasVerb {
    /// Join a CSV of code,name,level,parent to the list and publish it.
    Import {
        /// The file.
        file: PathBuf,
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
    /// Publish holidays, workdays, windows and events.
    Set {
        /// The calendar of `docs/rule-packs.md`, as JSON.
        file: PathBuf,
    },
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

/// `compliance explain`.
#[derive(Debug, Subcommand)]
pub(super) enum ComplianceVerb {
    /// Why a line of the report is as it is: days, visits, excuses, what would still count.
    Explain(ExplainArgs),
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
