//! The report: who has been seen, who has not, by which article.

use tanfang_core::{app, compliance};

/// What a report is asked for; left out, everything as of now.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct Asked {
    /// Only what lies in this area.
    #[uniffi(default = None)]
    pub area: Option<String>,
    /// A date (the end of that day in UTC+8) or an instant; none is now.
    #[uniffi(default = None)]
    pub as_of: Option<String>,
    /// A period by name, in the place of those that run.
    #[uniffi(default = None)]
    pub period: Option<String>,
}

impl From<Asked> for app::Asked {
    fn from(asked: Asked) -> Self {
        Self {
            area: asked.area,
            as_of: asked.as_of,
            period: asked.period,
        }
    }
}

/// A report as of an instant, over what this phone holds whole.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Report {
    /// As of when, in UTC+8.
    pub as_of: String,
    /// Whether the server was made for demonstrations: then whoever shows the report says so.
    pub demonstration: bool,
    /// One line an obligation, by rule, unit, period.
    pub lines: Vec<ReportLine>,
    /// The people whom some rule finds not seen, the gravest risk and the longest unseen first.
    pub not_seen: Vec<NotSeen>,
    /// What the county has to publish or fill before anybody can be judged.
    pub gaps: Vec<Gap>,
    /// What records hold that no rule can read.
    pub problems: Vec<ReportProblem>,
    /// Divisions that were merged or renamed and followed to what came after them.
    pub renamed: Vec<Renamed>,
}

/// A division that was merged or renamed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Renamed {
    /// The code that ended.
    pub division: String,
    /// The one that came after it.
    pub successor: String,
    /// The first day of the new one.
    pub from: String,
}

impl From<compliance::Renamed> for Renamed {
    fn from(renamed: compliance::Renamed) -> Self {
        Self {
            division: renamed.division,
            successor: renamed.successor,
            from: renamed.from.to_string(),
        }
    }
}

impl Report {
    pub(crate) fn of(report: compliance::Report, demonstration: bool) -> Self {
        Self {
            as_of: report.as_of,
            demonstration,
            lines: report.lines.into_iter().map(ReportLine::from).collect(),
            not_seen: report.not_seen.into_iter().map(NotSeen::from).collect(),
            gaps: report.gaps.into_iter().map(Gap::from).collect(),
            problems: report
                .problems
                .into_iter()
                .map(ReportProblem::from)
                .collect(),
            renamed: report.renamed.into_iter().map(Renamed::from).collect(),
        }
    }
}

/// What is found about one obligation, with the article that asks it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReportLine {
    /// The rule's id.
    pub rule: String,
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The period; none of a rule that is shown and not judged.
    pub period: Option<String>,
    /// The state; none of a rule that is shown and not judged.
    pub state: Option<State>,
    /// While it runs, its last day, grace included, as `2024-05-31`.
    pub due: Option<String>,
    /// Why nobody had to come.
    pub reason: Option<Reason>,
    /// Every visit credited, by beginning, then id.
    pub credited: Vec<String>,
    /// Flags, sorted.
    pub flags: Vec<String>,
    /// The visits behind this line that the server has not acknowledged yet.
    pub unsent: Vec<String>,
    /// The document that asks it.
    pub document: String,
    /// The article in it.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// The pack's id.
    pub pack: String,
    /// The pack's version.
    pub pack_version: u32,
    /// How strongly the document words it.
    pub strength: String,
    /// The day of the latest visit in the rule's modes and roles that saw the unit.
    pub last_seen: Option<String>,
    /// What may be done instead: `phone` where somebody is away, `neighbour_inquiry` where they
    /// refuse.
    pub advice: Option<String>,
}

impl From<compliance::Line> for ReportLine {
    fn from(line: compliance::Line) -> Self {
        Self {
            rule: line.rule.into(),
            unit: line.unit,
            period: line.period,
            state: line.state.map(State::from),
            due: line.due.map(|day| day.to_string()),
            reason: line.reason.map(Reason::from),
            credited: line.credited,
            flags: line.flags.into_iter().map(str::to_owned).collect(),
            unsent: line.unsent,
            document: line.document.into(),
            article: line.article.into(),
            quote: line.quote.into(),
            pack: line.pack.into(),
            pack_version: line.pack_version,
            strength: line.strength.into(),
            last_seen: line.last_seen.map(|day| day.to_string()),
            advice: line.advice.map(str::to_owned),
        }
    }
}

/// Which line of the report is to be explained.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct AskedLine {
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The rule's id.
    pub rule: String,
    /// The period by name; none of a rule that is shown and not judged.
    #[uniffi(default = None)]
    pub period: Option<String>,
    /// A date (the end of that day in UTC+8) or an instant; none is now.
    #[uniffi(default = None)]
    pub as_of: Option<String>,
}

impl From<AskedLine> for app::AskedLine {
    fn from(asked: AskedLine) -> Self {
        Self {
            unit: asked.unit,
            rule: asked.rule,
            period: asked.period,
            as_of: asked.as_of,
        }
    }
}

/// Why a line is as it is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Explanation {
    /// The line, as the report has it.
    pub line: ReportLine,
    /// In Chinese, sentence by sentence, without ids and codes.
    pub chinese: Vec<String>,
    /// The same in English.
    pub english: Vec<String>,
    /// Everything as JSON, the bytes that the server prints.
    pub json: String,
}

impl Explanation {
    pub(crate) fn of(why: app::Why, demonstration: bool) -> Self {
        Self {
            chinese: why.chinese,
            english: why.english,
            json: why.explanation.to_json(demonstration),
            line: why.explanation.line.into(),
        }
    }
}

/// Where an obligation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum State {
    /// 不适用.
    NotDue,
    /// 已完成.
    Done,
    /// 待复核.
    Review,
    /// 免访.
    Exempt,
    /// 已尝试未见.
    Tried,
    /// 待走访.
    Open,
    /// 待同步.
    Unsynced,
    /// 已逾期.
    Overdue,
}

impl From<compliance::State> for State {
    fn from(state: compliance::State) -> Self {
        use compliance::State as S;
        match state {
            S::NotDue => State::NotDue,
            S::Done => State::Done,
            S::Review => State::Review,
            S::Exempt => State::Exempt,
            S::Tried => State::Tried,
            S::Open => State::Open,
            S::Unsynced => State::Unsynced,
            S::Overdue => State::Overdue,
        }
    }
}

/// Why nobody had to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Reason {
    /// 去世.
    Deceased,
    /// 迁出.
    Moved,
    /// 退出台账.
    Left,
    /// 住院, and the family was contacted.
    Hospital,
    /// 外出.
    Away,
    /// 机构供养.
    Institution,
    /// 本人拒绝.
    Refused,
}

impl From<compliance::Reason> for Reason {
    fn from(reason: compliance::Reason) -> Self {
        use compliance::Reason as R;
        match reason {
            R::Deceased => Reason::Deceased,
            R::Moved => Reason::Moved,
            R::Left => Reason::Left,
            R::Hospital => Reason::Hospital,
            R::Away => Reason::Away,
            R::Institution => Reason::Institution,
            R::Refused => Reason::Refused,
        }
    }
}

/// A unit that some rule finds not seen.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NotSeen {
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// `risk_high`, `risk_key`, `risk_general`, or none.
    pub risk: Option<String>,
    /// The day on which it was last seen; none is never.
    pub last_seen: Option<String>,
    /// How many days ago that was.
    pub days: Option<i32>,
    /// The rules of its lines, in their order.
    pub rules: Vec<String>,
}

impl From<compliance::NotSeen> for NotSeen {
    fn from(unseen: compliance::NotSeen) -> Self {
        Self {
            unit: unseen.unit,
            risk: unseen.risk.map(str::to_owned),
            last_seen: unseen.last_seen.map(|day| day.to_string()),
            days: unseen.days,
            rules: unseen.lines.into_iter().map(|(rule, _)| rule).collect(),
        }
    }
}

/// Something that the county or the township has to fill.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Gap {
    /// The rule that asks for it.
    pub rule: String,
    /// Of a window the county; else the division of those concerned.
    pub division: String,
    /// The period; of a child without a responsible person the day of the report.
    pub period: String,
    /// The child or the household; none where the gap is the division's.
    pub unit: Option<String>,
    /// `no window published`, `vacant`, `no responsible person` or `child_unseen`.
    pub gap: String,
}

impl From<compliance::Gap> for Gap {
    fn from(gap: compliance::Gap) -> Self {
        Self {
            rule: gap.rule,
            division: gap.division,
            period: gap.period,
            unit: gap.unit,
            gap: gap.gap.to_owned(),
        }
    }
}

/// A value that no rule can read, and where it stands. It names records, never people.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReportProblem {
    /// The field, such as `category.code`.
    pub field: String,
    /// The code that is not known; none where nothing can be read.
    pub code: Option<String>,
    /// The records that hold it, by id.
    pub records: Vec<String>,
    /// What it means and what to do, in Chinese and English.
    pub message: String,
}

impl From<compliance::Problem> for ReportProblem {
    fn from(problem: compliance::Problem) -> Self {
        Self {
            field: problem.field,
            code: problem.code,
            records: problem.records,
            message: problem.message.to_owned(),
        }
    }
}
