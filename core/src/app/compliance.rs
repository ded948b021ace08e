//! Who has not been seen, as far as this phone holds everything that decides it.

use std::collections::BTreeSet;

use super::judged::Judged;
use super::{App, AppError};
use crate::compliance::{
    Calendar, Explanation, Pack, PeriodName, Periods, Query, Question, Renamed, Report, as_of,
    explain, published, report, succeeded,
};
use crate::facts::assemble;
use crate::facts::rows::{Facts, Instant};
use crate::model::area::{AreaCodeError, AreaTree};
use crate::model::{AreaCode, DocumentKind};
use crate::store::Tx;

/// What a report is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Only what lies in this area.
    pub area: Option<String>,
    /// A date (the end of that day in UTC+8) or an instant; none is now.
    pub as_of: Option<String>,
    /// A period by name, in the place of those that run.
    pub period: Option<String>,
}

/// Which line of the report is to be explained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedLine {
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The rule's id.
    pub rule: String,
    /// The period by name; none of a rule that is shown and not judged.
    pub period: Option<String>,
    /// A date (the end of that day in UTC+8) or an instant; none is now.
    pub as_of: Option<String>,
}

/// What this phone holds of what decides a line.
pub(super) struct Held {
    pub(super) packs: Vec<Pack>,
    pub(super) calendar: Calendar,
    pub(super) facts: Facts,
    /// The divisions that were followed to what came after them.
    renamed: Vec<Renamed>,
    /// The units that it may judge.
    pub(super) units: BTreeSet<String>,
}

impl Held {
    /// What a report over the units that this phone may judge is asked for.
    pub(super) fn query(
        &self,
        area: Option<&AreaCode>,
        period: Option<&str>,
    ) -> Result<Query, AppError> {
        let period = read_period(period, &self.calendar)?;
        Ok(Query {
            divisions: area.map(|area| vec![area.to_string()]),
            units: Some(self.units.clone()),
            periods: period.map_or(Periods::Running, |name| Periods::Named(vec![name])),
            known_at: None,
        })
    }
}

impl App {
    /// The report over the units whose `contact` feed this phone holds whole; a paired role's
    /// phone reports its own pairings only.
    pub fn compliance(&self, asked: &Asked) -> Result<Report, AppError> {
        if asked.as_of.is_none() && asked.period.is_none() {
            return self.running(asked);
        }
        let at = self.asked_at(asked.as_of.as_deref())?;
        self.read(|tx| {
            let mut held = self.held(tx)?;
            let area = asked_area(tx, asked)?;
            let query = held.query(area.as_ref(), asked.period.as_deref())?;
            let mut renamed = std::mem::take(&mut held.renamed);
            renamed.retain(|one| area.as_ref().is_none_or(|area| one.is_of(area)));
            Ok(Report {
                renamed,
                ..report(&held.facts, &held.packs, &held.calendar, at, &query)
            })
        })
    }

    /// Why a line of the report is as it is: days, visits, excuses, what would still count.
    ///
    /// # Errors
    /// [`AppError::Asked`] where this phone's report has no such line.
    pub fn explain(&self, asked: &AskedLine) -> Result<Explanation, AppError> {
        let at = self.asked_at(asked.as_of.as_deref())?;
        self.read(|tx| {
            let held = self.held(tx)?;
            let question = Question {
                rule: asked.rule.clone(),
                unit: asked.unit.clone(),
                period: read_period(asked.period.as_deref(), &held.calendar)?,
            };
            let judged = held.units.contains(&question.unit);
            let found = explain(&held.facts, &held.packs, &held.calendar, at, &question);
            found
                .filter(|_| judged)
                .ok_or_else(|| asked_for(question.no_line()))
        })
    }

    pub(super) fn asked_at(&self, as_of_text: Option<&str>) -> Result<Instant, AppError> {
        match as_of_text {
            None => Ok(Instant(self.doors.clock.now().millis)),
            Some(text) => as_of(text).map_err(|error| asked_for(error.to_string())),
        }
    }

    /// The rules by which somebody has to see a person or household, of the packs in force.
    pub(super) fn visit_rules(&self, tx: &Tx<'_>) -> Result<BTreeSet<String>, AppError> {
        let texts = tx.active_documents(DocumentKind::Pack)?;
        let read = published(texts.iter().map(|(d, text)| (d, text.as_str())));
        let (packs, _) = read.map_err(|_| AppError::fault("pack"))?;
        let rules = packs.iter().flat_map(|pack| &pack.rules);
        let asked = rules.filter(|rule| rule.demand.is_by_visit());
        Ok(asked.map(|rule| rule.id.to_string()).collect())
    }

    pub(super) fn held(&self, tx: &Tx<'_>) -> Result<Held, AppError> {
        let me = self.me(tx)?;
        let mut texts = Vec::new();
        for document in tx.manifest()?.documents {
            if let Some(text) = tx.document(&document.hash)? {
                texts.push((document, text));
            }
        }
        let read = published(texts.iter().map(|(d, text)| (d, text.as_str())));
        let (packs, calendar) = read.map_err(|_| AppError::fault("pack"))?;
        let facts = assemble(tx.fact_rows()?, &tx.last_syncs()?);
        let (facts, renamed) = succeeded(facts, &areas(tx)?.unwrap_or_default());
        Ok(Held {
            units: Judged::of(tx, &me)?.units(&facts),
            renamed,
            packs,
            calendar,
            facts,
        })
    }

    /// Whether the server was made for demonstrations, which every report names.
    pub fn is_demo(&self) -> Result<bool, AppError> {
        self.read(|tx| Ok(tx.manifest()?.demo))
    }
}

fn read_period(text: Option<&str>, calendar: &Calendar) -> Result<Option<PeriodName>, AppError> {
    let read =
        |text| PeriodName::read(text, calendar).map_err(|error| asked_for(error.to_string()));
    text.map(read).transpose()
}

pub(super) fn asked_for(message: String) -> AppError {
    AppError::Asked { message }
}

/// The area that is asked, which must be known here.
pub(super) fn asked_area(tx: &Tx<'_>, asked: &Asked) -> Result<Option<AreaCode>, AppError> {
    let area = asked.area.as_deref().map(read_area).transpose()?;
    match area {
        Some(area) if !is_known(tx, &area)? => Err(asked_for(format!(
            "{area}: the county's list has no such area; write the code of a county, township, village or grid of it, such as those that `list` shows"
        ))),
        area => Ok(area),
    }
}

/// Zeros may stand for "all of this level": 530999201000 is 530999201.
fn read_area(text: &str) -> Result<AreaCode, AppError> {
    let wrong = |error: AreaCodeError| asked_for(format!("--area {text:?}: {error}"));
    text.parse().map_err(wrong)
}

/// The county's list of areas; none before it has published one.
pub(super) fn areas(tx: &Tx<'_>) -> Result<Option<AreaTree>, AppError> {
    let list = tx.active_documents(DocumentKind::Areas)?.pop();
    let read = |(_, text): (_, String)| serde_json::from_str(&text);
    let list = list.map(read).transpose();
    list.map_err(|_| AppError::fault("areas"))
}

/// Whether the published list has the area, or a household is there. A phone without a list cannot
/// say that it has not.
fn is_known(tx: &Tx<'_>, area: &AreaCode) -> Result<bool, AppError> {
    let Some(list) = areas(tx)? else {
        return Ok(true);
    };
    if list.knows(area) {
        return Ok(true);
    }
    let mut codes = tx.household_areas()?.into_iter().map(|(_, code)| code);
    Ok(codes.any(|code| code.parse().is_ok_and(|code| area.covers(&code))))
}
