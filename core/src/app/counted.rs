//! What is drawn or counted of what this phone holds: call-backs, statistics, sheets of a grid.

use super::compliance::{Held, asked_area, asked_for};
use super::{App, AppError, Asked, Finder};
use crate::compliance::sample::{Draw, Sample, sample};
use crate::compliance::statistics::{Count, Statistics, Tables, statistics};
use crate::compliance::{AreaCoverage, Line, Sheet, coverage_by_area, due_within, report, sheets};
use crate::facts::rows::Day;
use crate::form::Form;
use crate::model::{AreaCode, DocumentKind};
use crate::store::Tx;

const ENDS_FIRST: &str =
    "起算日晚于统计日,请改正其中一个 / it counts since a day after the day: correct one of the two";
const NO_AREA: &str = "请写明区划 / say of which area: the code of a county, township or village";

impl App {
    /// Draws visits by chance, of those that the report over this phone's units credits, the same
    /// number in each division below the area: for a supervisor to call back about. The same seed
    /// draws the same visits here and on the server, where both hold the same.
    ///
    /// # Errors
    /// [`AppError::Asked`] where no area is named or it is not known.
    pub fn sample(&self, asked: &Asked, seed: &str, each: usize) -> Result<Sample, AppError> {
        let at = self.asked_at(asked.as_of.as_deref())?;
        self.read(|tx| {
            let held = self.held(tx)?;
            let area = asked_area(tx, asked)?;
            let area = area.ok_or_else(|| asked_for(NO_AREA.to_owned()))?;
            let query = held.query(Some(&area), asked.period.as_deref())?;
            let found = report(&held.facts, &held.packs, &held.calendar, at, &query);
            let draw = Draw {
                division: area.to_string(),
                seed: seed.to_owned(),
                each,
            };
            Ok(sample(&held.facts, &found.lines, &draw))
        })
    }

    /// How many were seen in each division one level below the area, by rule and period.
    ///
    /// # Errors
    /// As of [`App::compliance`].
    pub fn coverage(&self, asked: &Asked) -> Result<Vec<AreaCoverage>, AppError> {
        let report = self.compliance(asked)?;
        Ok(coverage_by_area(
            &report,
            asked.area.as_deref().unwrap_or_default(),
        ))
    }

    /// What falls due within so many days, today the first: the soonest first.
    ///
    /// # Errors
    /// As of [`App::compliance`].
    pub fn due(&self, asked: &Asked, days: u16) -> Result<Vec<Line>, AppError> {
        let today = self.asked_at(asked.as_of.as_deref())?.day();
        let report = self.compliance(asked)?;
        Ok(due_within(&report, today, days)
            .into_iter()
            .cloned()
            .collect())
    }

    /// 规模、分布、特征 of an area, of the people whose households this phone holds whole: the words of
    /// the forms that it holds, and what its roles may read of them. Who came and went is counted
    /// since the end of the year before, where no day is given.
    ///
    /// # Errors
    /// [`AppError::Asked`] where no area is named or it is not known, or a day is none.
    pub fn statistics(
        &self,
        area: &str,
        on: Option<&str>,
        since: Option<&str>,
    ) -> Result<Statistics, AppError> {
        let today = self.asked_at(None)?.day();
        let on = on.map(read_day).transpose()?.unwrap_or(today);
        let year_before = Day::from_ymd(chrono::Datelike::year(&on.date()) - 1, 12, 31);
        let since = since
            .map(read_day)
            .transpose()?
            .or(year_before)
            .unwrap_or(Day::MIN);
        if since > on {
            return Err(asked_for(ENDS_FIRST.to_owned()));
        }
        let tables = Tables::built_in().map_err(|_| AppError::fault("tables"))?;
        self.read(|tx| {
            let (held, area) = self.held_of(tx, area)?;
            let mut forms = Vec::new();
            for id in tables.forms() {
                forms.extend(newest_form(tx, id)?);
            }
            let count = Count {
                division: area.to_string(),
                on,
                since,
            };
            let finder = Finder::new(tx);
            let forms: Vec<&Form> = forms.iter().collect();
            let counted = statistics(&held.facts, &tables, &forms, &count, &mut |id| {
                finder.find(id)
            });
            finder.done()?;
            Ok(counted)
        })
    }

    /// The sheets that the packs in force ask of a grid (日巡查, 周分析, 月汇总), written from what this
    /// phone holds whole, as of now.
    ///
    /// # Errors
    /// [`AppError::Asked`] where the area is not known.
    pub fn tasks(&self, area: &str) -> Result<Vec<Sheet>, AppError> {
        let at = self.asked_at(None)?;
        self.read(|tx| {
            let (held, area) = self.held_of(tx, area)?;
            let area = area.to_string();
            Ok(sheets(&held.facts, &held.packs, &held.calendar, at, &area))
        })
    }

    /// What is held of an area, with nobody of whom this phone may lack something.
    fn held_of(&self, tx: &Tx<'_>, area: &str) -> Result<(Held, AreaCode), AppError> {
        let asked = Asked {
            area: Some(area.to_owned()),
            ..Asked::default()
        };
        let area = asked_area(tx, &asked)?.ok_or_else(|| asked_for(NO_AREA.to_owned()))?;
        let mut held = self.held(tx)?;
        let units = std::mem::take(&mut held.units);
        held.facts.subjects.retain(|one| units.contains(&one.id));
        held.facts.pairings.retain(|one| units.contains(&one.id));
        Ok((held, area))
    }
}

fn read_day(text: &str) -> Result<Day, AppError> {
    text.parse()
        .map_err(|_| asked_for(format!("{text:?}: 请写成 2024-05-10 / write 2024-05-10")))
}

/// The form of an id that new records use.
fn newest_form(tx: &Tx<'_>, id: &str) -> Result<Option<Form>, AppError> {
    let listed = tx.active_documents(DocumentKind::Form)?;
    let found = listed.into_iter().find(|(document, _)| document.id == id);
    let read = |(_, text): (_, String)| Form::from_json(text.as_bytes());
    found
        .map(read)
        .transpose()
        .map_err(|_| AppError::fault("form"))
}
