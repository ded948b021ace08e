//! `compliance`, `compliance explain`

use serde_json::Value as Json;
use tanfang_core::compliance::{
    Calendar, Language, PeriodName, Periods, Query, Question, Report, as_of as read_as_of, explain,
    report,
};
use tanfang_core::facts::rows::{Facts, Instant, Subject};
use tanfang_core::model::AreaCode;
use tanfang_core::model::area::AreaTree;

use super::verbs::{ExplainArgs, Tongue};
use super::{AdminProblem, Said};
use crate::engine::Grounds;
use crate::server::Server;

pub(super) fn read_instant(server: &Server, text: Option<&str>) -> Result<Instant, AdminProblem> {
    match text {
        None => Ok(Instant(server.now().millis)),
        Some(text) => read_as_of(text).map_err(|_| AdminProblem::NotATime(text.to_owned())),
    }
}

/// The period named; else those that run.
pub(super) fn read_periods(
    text: Option<&str>,
    calendar: &Calendar,
) -> Result<Periods, AdminProblem> {
    Ok(match text {
        None => Periods::Running,
        Some(text) => Periods::Named(vec![PeriodName::read(text, calendar)?]),
    })
}

/// Why a line of the report is as it is.
pub(super) fn explain_line(server: &mut Server, asked: ExplainArgs) -> Result<Said, AdminProblem> {
    let as_of = read_instant(server, asked.as_of.as_deref())?;
    let held = server.read(|turn| turn.grounds())?;
    let period = asked.period.as_deref();
    let question = Question {
        rule: asked.rule,
        unit: asked.unit,
        period: period
            .map(|text| PeriodName::read(text, &held.calendar))
            .transpose()?,
    };
    let found = explain(&held.facts, &held.packs, &held.calendar, as_of, &question);
    let explanation = found.ok_or_else(|| AdminProblem::NoLine(question.no_line()))?;
    let language = match asked.lang {
        Tongue::Zh => Language::Zh,
        Tongue::En => Language::En,
    };
    Ok(Said {
        printed: Some(explanation.to_json(server.is_demo())),
        ..Said::new(Json::Null, explanation.sentences(language))
    })
}

/// Who has not been seen in an area, as of an instant.
pub(super) fn report_on(
    server: &mut Server,
    area: AreaCode,
    as_of: Option<&str>,
    period: Option<&str>,
) -> Result<Said, AdminProblem> {
    let as_of = read_instant(server, as_of)?;
    let report = judged(server, area, as_of, period)?;
    // Byte for byte what the phone prints.
    Ok(Said {
        printed: Some(report.to_json(server.is_demo())),
        ..Said::new(Json::Null, lines(&report))
    })
}

/// The report over an area.
pub(super) fn judged(
    server: &mut Server,
    area: AreaCode,
    as_of: Instant,
    period: Option<&str>,
) -> Result<Report, AdminProblem> {
    let Grounds {
        facts,
        packs,
        calendar,
        list,
        mut renamed,
        ..
    } = server.read(|turn| turn.grounds())?;
    let periods = read_periods(period, &calendar)?;
    must_know(&area, &list, &facts)?;
    let query = Query {
        divisions: Some(vec![area.to_string()]),
        periods,
        ..Query::default()
    };
    renamed.retain(|one| one.is_of(&area));
    Ok(Report {
        renamed,
        ..report(&facts, &packs, &calendar, as_of, &query)
    })
}

/// An area is known by the county's list, or because somebody lives or lived there.
pub(super) fn must_know(
    area: &AreaCode,
    list: &AreaTree,
    facts: &Facts,
) -> Result<(), AdminProblem> {
    let lives_there = |subject: &Subject| {
        let mut codes = subject.divisions.iter().map(|dated| dated.code.parse());
        codes.any(|code| code.is_ok_and(|code| area.covers(&code)))
    };
    if list.knows(area) || facts.subjects.iter().any(lives_there) {
        return Ok(());
    }
    Err(AdminProblem::UnknownArea(*area))
}

fn lines(report: &Report) -> Vec<String> {
    let mut lines = vec![format!("as of {}", report.as_of)];
    for line in &report.lines {
        let json = serde_json::to_value(line).unwrap_or_default();
        let word = |name: &str| match json.get(name) {
            Some(Json::String(text)) => text.clone(),
            Some(Json::Null) | None => "-".to_owned(),
            Some(other) => other.to_string(),
        };
        lines.push(format!(
            "{}  {}  {}  {}  due {}  {}  {} {}",
            word("rule"),
            word("unit"),
            word("period"),
            word("state"),
            word("due"),
            word("reason"),
            word("document"),
            word("article"),
        ));
    }
    for one in &report.renamed {
        let (old, new, from) = (&one.division, &one.successor, one.from);
        lines.push(format!("renamed  {old}  {new}  {from}"));
    }
    for problem in &report.problems {
        lines.push(format!(
            "problem  {} {}  {}  {}",
            problem.field,
            problem.code.as_deref().unwrap_or("-"),
            problem.records.join(" "),
            problem.message
        ));
    }
    lines
}
