//! The command line: what an administrator of the county does. Each verb works while `serve` runs.

mod areas;
mod bundle;
mod calendar;
mod compliance;
mod demo_clock;
mod forms;
mod frozen;
mod import;
mod indicators;
mod init;
mod moving;
mod overview;
mod pack;
mod people;
mod print;
mod problem;
mod review;
mod sample;
mod statistics;
mod tasks;
mod upkeep;
mod verbs;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use serde_json::{Value as Json, json};
use tanfang_core::model::{AreaCode, RecordId, Rng, WorkerId};

pub use frozen::NotFrozen;
pub use pack::NotActivated;
pub use problem::AdminProblem;
pub use review::NotEntered;

use verbs::{
    AreasVerb, BundleVerb, CalendarVerb, ComplianceVerb, FormVerb, IndicatorArgs, InitArgs,
    LedgerVerb, MoveArgs, PackVerb, ReviewLine, StandingLine,
};

use crate::door::{SystemClock, SystemRng};
use crate::server::Server;

/// Tanfang's sync server.
#[derive(Debug, Parser)]
#[command(name = "tanfang-server", version)]
struct Line {
    /// The server's directory.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// One JSON document on standard output.
    #[arg(long, global = true)]
    json: bool,
    /// Work as if it were TIME (RFC 3339 or a date); only on a directory made with `init --demo`.
    #[arg(long, global = true, value_name = "TIME")]
    now: Option<String>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a server: key, database, built-in forms, the pack yn-lincang-2024.
    Init(InitArgs),
    /// Move a county from its file into an empty PostgreSQL database, whole or not at all.
    MoveToPostgres(MoveArgs),
    /// Serve phones until SIGTERM or SIGINT.
    Serve {
        /// Address and port.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// The list of areas.
    #[command(subcommand)]
    Areas(AreasVerb),
    /// Ledgers (台账).
    #[command(subcommand)]
    Ledger(LedgerVerb),
    /// Forms.
    #[command(subcommand)]
    Form(FormVerb),
    /// The county's calendar.
    #[command(subcommand)]
    Calendar(CalendarVerb),
    /// Make a worker (or take one who is there) and give a code for a phone.
    Enrol {
        /// The worker's name.
        #[arg(long, required_unless_present = "worker", requires_all = ["role", "area"])]
        name: Option<String>,
        /// The role: village_committee, child_director, …
        #[arg(long, required_unless_present = "worker", requires = "name")]
        role: Option<String>,
        /// The area that the role is held over.
        #[arg(long, required_unless_present = "worker", requires = "name")]
        area: Option<AreaCode>,
        /// A worker who is there already and gets another phone; with --name, --role and --area one who
        /// was made after the copy that this server was restored from, under the id that their phone
        /// says.
        #[arg(long)]
        worker: Option<WorkerId>,
        /// The first day of the role; none is today.
        #[arg(long, value_name = "D")]
        from: Option<String>,
        /// The last day of the role.
        #[arg(long, value_name = "D")]
        to: Option<String>,
    },
    /// Give a worker a role over an area, or set when it begins and ends.
    Assign {
        /// The worker.
        #[arg(long)]
        worker: WorkerId,
        /// The role.
        #[arg(long)]
        role: String,
        /// The area.
        #[arg(long)]
        area: AreaCode,
        /// The first day; none is today.
        #[arg(long, value_name = "D")]
        from: Option<String>,
        /// The last day; none is open.
        #[arg(long, value_name = "D")]
        to: Option<String>,
    },
    /// Pair a worker with a person (结对帮扶), or set when it begins and ends.
    Pair {
        /// The worker.
        #[arg(long)]
        worker: WorkerId,
        /// The person.
        #[arg(long)]
        person: RecordId,
        /// The first day; none is open to the past.
        #[arg(long, value_name = "D")]
        from: Option<String>,
        /// The last day; none is open.
        #[arg(long, value_name = "D")]
        to: Option<String>,
    },
    /// Revoke every phone of a worker, from the next request on.
    Revoke {
        /// The worker.
        #[arg(long)]
        worker: WorkerId,
    },
    /// Sealed files (.tanfang) of phones without a link.
    #[command(subcommand)]
    Bundle(BundleVerb),
    /// Who has not been seen, by which article.
    #[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
    Compliance {
        /// Why a line is as it is; the figures of report days.
        #[command(subcommand)]
        verb: Option<ComplianceVerb>,
        /// The area.
        #[arg(long, required = true)]
        area: Option<AreaCode>,
        /// A date (its end in UTC+8) or an instant; none is now.
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        /// One period: 2024-05, 2024-Q2, …
        #[arg(long, value_name = "P")]
        period: Option<String>,
    },
    /// How many people there are, where, and what they are like (规模、分布、特征).
    Statistics {
        /// The area, with all below it.
        #[arg(long)]
        area: AreaCode,
        /// The day on which people are counted; none is today.
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
        /// Who came and went after this day; none is the end of the year before.
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
        /// For readers outside the county: counts below 5 are left out.
        #[arg(long)]
        outside: bool,
    },
    /// How complete, current, correct and traceable the data is (底数清、情况明、数据准、可追溯).
    Indicators(IndicatorArgs),
    /// The sheets that a pack asks of a grid (日巡查, 周分析, 月汇总), written from what is known.
    Tasks {
        /// The grid, or any area.
        #[arg(long)]
        area: AreaCode,
        /// A date (its end in UTC+8) or an instant; none is now.
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
    },
    /// Confirm a visit that waits, or reject one, by a supervisor's word.
    Review(ReviewLine),
    /// Note what excuses or ends a duty: the family was asked, a refusal, a leaving.
    Standing(StandingLine),
    /// Print a person's card, with every visit, for A4: a page of HTML, or a workbook.
    Print {
        /// The person's record.
        person: RecordId,
        /// The file that is written, .html or .xlsx.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Rule packs.
    #[command(subcommand)]
    Pack(PackVerb),
    /// Follow the log of what administrators did: says where it was altered.
    Audit,
    /// Make everything settled again from the log.
    Rebuild,
    /// The server came back from an older copy: phones offer again what they had sent since.
    Restored,
    /// How the server stands, and which phones say that they hold something else than it does.
    Status,
}

/// What a verb answers: for a program and for a person.
struct Said {
    json: Json,
    /// The JSON exactly as it is printed, where its bytes matter; empty where nothing is.
    printed: Option<String>,
    lines: Vec<String>,
    exit: u8,
}

impl Said {
    fn new(json: Json, lines: Vec<String>) -> Self {
        Self {
            json,
            printed: None,
            lines,
            exit: 0,
        }
    }
}

/// Runs the verb of the command line. Exit 0 done, 2 something must be corrected, 1 a fault.
pub fn run() -> ExitCode {
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => misunderstood(&error),
    };
    let as_json = line.json;
    match obey(line) {
        Ok(said) => {
            if as_json {
                let printed = said.printed.unwrap_or_else(|| said.json.to_string());
                if !printed.is_empty() {
                    say(&printed);
                }
            } else {
                said.lines.iter().for_each(|line| say(line));
            }
            ExitCode::from(said.exit)
        }
        Err(problem) => {
            if as_json {
                let mut told = json!({"error": problem.code(), "message": problem.to_string()});
                if let Some(problems) = problem.problems() {
                    told["problems"] = problems.into();
                }
                say(&told.to_string());
            }
            eprintln!("{problem}");
            ExitCode::from(problem.exit())
        }
    }
}

/// A command line that cannot be read ends the program with 2; `--help` ends it with 0.
fn misunderstood(error: &clap::Error) -> ! {
    let as_json = std::env::args_os().any(|word| word == "--json");
    if as_json && error.use_stderr() {
        let message = error.to_string();
        say(&json!({"error": "command_line", "message": message.trim_end()}).to_string());
    }
    error.exit()
}

/// Imports a ledger (`elder` or `child`) as the verb does; the report as JSON.
///
/// # Errors
/// [`AdminProblem`] when nothing of the file can be used.
pub fn import_ledger(server: &mut Server, kind: &str, file: &[u8]) -> Result<Json, AdminProblem> {
    import::ledger(server, kind, file).map(|said| said.json)
}

/// A line on standard output; a reader that has gone away is no fault of the verb.
fn say(line: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn obey(line: Line) -> Result<Said, AdminProblem> {
    if let Verb::Pack(verb) = &line.verb
        && let Some(said) = pack::without_server(verb, line.data.is_some())
    {
        return said;
    }
    if let Verb::Form(FormVerb::Try { file, answers }) = &line.verb {
        return forms::answered(file, answers, demo_clock::shown(line.now.as_deref())?);
    }
    if let Verb::Form(verb) = &line.verb
        && let Some(said) = forms::without_server(verb)
    {
        return said;
    }
    if let Verb::Calendar(CalendarVerb::Festivals { year }) = line.verb {
        return Ok(calendar::festivals(year));
    }
    let dir = line.data.as_deref().ok_or(AdminProblem::NoData)?;
    let rng: Arc<dyn Rng> = Arc::new(SystemRng::open().map_err(|_| AdminProblem::NoChance)?);
    match &line.verb {
        Verb::MoveToPostgres(asked) => return moving::to_postgres(dir, asked, rng),
        Verb::Init(asked) => {
            let clock = demo_clock::clock(line.now.as_deref(), asked.demo)?;
            return init::init(dir, asked, clock, rng).map(|said| named(said, asked.demo));
        }
        _ => {}
    }
    let mut server = Server::open(dir, Arc::new(SystemClock::new()), rng)?;
    server.set_clock(demo_clock::clock(line.now.as_deref(), server.is_demo())?);
    let demo = server.is_demo();
    let said = match line.verb {
        Verb::Init(_) | Verb::MoveToPostgres(_) | Verb::Form(FormVerb::Try { .. }) => {
            return Err(AdminProblem::NoData);
        }
        Verb::Pack(verb) => pack::with_server(&mut server, verb),
        Verb::Serve { listen } => return serve(server, listen, line.json),
        Verb::Areas(AreasVerb::Import { file }) => areas::import(&mut server, &bytes(&file)?),
        Verb::Areas(AreasVerb::Confirm { area, on, by }) => {
            indicators::confirm(&mut server, area, on.as_deref(), by)
        }
        Verb::Ledger(LedgerVerb::Import { file, kind }) => {
            import::ledger(&mut server, &kind, &bytes(&file)?)
        }
        Verb::Form(FormVerb::Add { file }) => forms::add(&mut server, &file),
        Verb::Form(_) => return Err(AdminProblem::NoData),
        Verb::Calendar(verb) => calendar::with_server(&mut server, verb),
        Verb::Enrol {
            worker: Some(worker),
            name: None,
            role: None,
            area: None,
            ..
        } => people::another_phone(&mut server, worker),
        Verb::Enrol {
            worker,
            name,
            role,
            area,
            from,
            to,
        } => match (name, role, area) {
            (Some(name), Some(role), Some(area)) => people::enrol(
                &mut server,
                worker,
                &name,
                people::Term {
                    role: &role,
                    area,
                    from,
                    to,
                },
            ),
            _ => Err(AdminProblem::NoData),
        },
        Verb::Assign {
            worker,
            role,
            area,
            from,
            to,
        } => people::assign(
            &mut server,
            worker,
            people::Term {
                role: &role,
                area,
                from,
                to,
            },
        ),
        Verb::Pair {
            worker,
            person,
            from,
            to,
        } => people::pair(&mut server, worker, person, from, to),
        Verb::Revoke { worker } => people::revoke(&mut server, worker),
        Verb::Bundle(BundleVerb::Open { files }) => bundle::open(&mut server, &files),
        Verb::Bundle(BundleVerb::List) => bundle::list(&mut server),
        Verb::Bundle(BundleVerb::Accept { id, by }) => bundle::accept(&mut server, &id, by),
        Verb::Bundle(BundleVerb::Refuse { id }) => bundle::refuse(&mut server, &id),
        Verb::Compliance {
            verb: Some(ComplianceVerb::Explain(asked)),
            ..
        } => compliance::explain_line(&mut server, asked),
        Verb::Compliance {
            verb: Some(ComplianceVerb::Freeze(asked)),
            ..
        } => frozen::freeze(&mut server, &asked),
        Verb::Compliance {
            verb: Some(ComplianceVerb::Frozen(asked)),
            ..
        } => frozen::frozen(&mut server, &asked),
        Verb::Compliance {
            verb: Some(ComplianceVerb::Coverage(asked)),
            ..
        } => overview::coverage(&mut server, &asked),
        Verb::Compliance {
            verb: Some(ComplianceVerb::Due(asked)),
            ..
        } => overview::due(&mut server, &asked),
        Verb::Compliance {
            verb: Some(ComplianceVerb::Sample(asked)),
            ..
        } => sample::draw(&mut server, &asked),
        Verb::Compliance {
            area: Some(area),
            as_of,
            period,
            ..
        } => compliance::report_on(&mut server, area, as_of.as_deref(), period.as_deref()),
        Verb::Compliance { area: None, .. } => return Err(AdminProblem::NoData),
        Verb::Statistics {
            area,
            on,
            since,
            outside,
        } => {
            let day = |text: Option<String>| {
                let read = text.map(|text| {
                    text.parse()
                        .map_err(|_| AdminProblem::NotADay(text.clone()))
                });
                read.transpose()
            };
            let (on, since) = (day(on)?, day(since)?);
            let asked = statistics::Asked {
                area,
                on,
                since,
                outside,
            };
            statistics::count(&mut server, &asked)
        }
        Verb::Indicators(asked) => indicators::measure(&mut server, &asked),
        Verb::Tasks { area, as_of } => tasks::tasks(&mut server, area, as_of.as_deref()),
        Verb::Review(line) => review::review(&mut server, &line),
        Verb::Standing(line) => review::standing(&mut server, &line),
        Verb::Print { person, out } => print::print(&mut server, person, &out),
        Verb::Audit => upkeep::audit(&mut server),
        Verb::Rebuild => upkeep::rebuild(&mut server),
        Verb::Restored => upkeep::restored(&mut server),
        Verb::Status => upkeep::status(&mut server),
    };
    said.map(|said| named(said, demo))
}

/// A demonstration says so in every report.
fn named(mut said: Said, demo: bool) -> Said {
    if demo {
        if let Some(object) = said.json.as_object_mut() {
            object.insert("demo".to_owned(), true.into());
        }
        said.lines
            .push("(a demonstration: this server was made with init --demo)".to_owned());
    }
    said
}

fn serve(server: Server, listen: SocketAddr, as_json: bool) -> Result<Said, AdminProblem> {
    let demo = server.is_demo();
    let ready = move |address: SocketAddr| {
        if as_json {
            say(&json!({"listening": format!("http://{address}"), "demo": demo}).to_string());
            return;
        }
        if demo {
            say("(a demonstration: this server was made with init --demo)");
        }
        say(&format!("listening on http://{address}"));
    };
    crate::api::serve(server, listen, ready, std::future::pending())
        .map_err(|_| AdminProblem::CannotListen(listen))?;
    // Its one document was that it listens.
    Ok(Said {
        printed: Some(String::new()),
        ..Said::new(Json::Null, Vec::new())
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, AdminProblem> {
    std::fs::read(path).map_err(|_| AdminProblem::NoFile(path.to_owned()))
}

fn text(path: &Path) -> Result<String, AdminProblem> {
    String::from_utf8(bytes(path)?).map_err(|_| AdminProblem::NotText(path.to_owned()))
}
