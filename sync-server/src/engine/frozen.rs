//! The figures of report days: frozen once, and shown beside what is known since.

use tanfang_core::compliance::frozen::{Compared, Freezing, Frozen, compared, end_of};
use tanfang_core::compliance::statistics::{Count, Statistics};
use tanfang_core::compliance::{Query, Report, report};
use tanfang_core::facts::rows::{Day, Facts, Instant};
use tanfang_core::model::area::AreaLevel;
use tanfang_core::model::{AreaCode, content_hash};

use super::causes::Causes;
use super::grounds::{Grounds, GroundsError};
use super::turn::Turn;
use super::{is_demo, pack};
use crate::store::{FrozenRow, StoreError, Stored};

/// A server that finds a report day not frozen freezes it by itself, but no longer after than so:
/// later it would hold more of what came since than of the day. An administrator still may.
const BY_ITSELF_WITHIN_DAYS: i32 = 10;
/// What the audit log calls it.
const VERB: &str = "freeze";
const DAMAGED: StoreError = StoreError::Damaged {
    what: "frozen figures: compare them with a backup",
};

impl Turn<'_> {
    /// Finds the figures of a division at the end of a day that is over.
    ///
    /// # Errors
    /// As of the store.
    pub fn figures_of(&mut self, grounds: &Grounds, area: &AreaCode, day: Day) -> Stored<Frozen> {
        let found = grounds.report(area, day, None);
        let statistics = self.statistics_of(&grounds.facts, area, day)?;
        let freezing = Freezing {
            division: area.to_string(),
            day,
            frozen_at: Instant(self.now.millis),
            demonstration: is_demo(self.tx)?,
            documents: grounds.documents.clone(),
        };
        Ok(Frozen::of(freezing, &found, statistics))
    }

    fn statistics_of(&mut self, facts: &Facts, area: &AreaCode, day: Day) -> Stored<Statistics> {
        let year = chrono::Datelike::year(&day.date());
        let count = Count {
            division: area.to_string(),
            on: day,
            since: Day::from_ymd(year - 1, 12, 31).unwrap_or(Day::MIN),
        };
        self.statistics(facts, &count)
    }

    /// Keeps figures for ever, their hash in the audit log. Where the division and day have some
    /// already, those stand; answers what is kept, and whether it is new.
    ///
    /// # Errors
    /// As of the store.
    pub fn keep_frozen(&mut self, area: &AreaCode, figures: &Frozen) -> Stored<(FrozenRow, bool)> {
        if let Some((row, _)) = self.tx.frozen_body(area, figures.day)? {
            return Ok((row, false));
        }
        let text = figures.to_json();
        let row = FrozenRow {
            division: *area,
            day: figures.day,
            frozen_at: figures.frozen_at.0,
            hash: content_hash(text.as_bytes()),
        };
        self.tx.add_frozen(&row, &pack::text(&text)?)?;
        self.audit(VERB, &noted(&row))?;
        Ok((row, true))
    }

    /// Everything that is frozen, by day, then division.
    ///
    /// # Errors
    /// As of the store.
    pub fn frozen(&mut self) -> Stored<Vec<FrozenRow>> {
        self.tx.frozen()
    }

    /// What is frozen of a division and a day, in the very bytes.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where it is not what the audit log noted.
    pub fn frozen_text(
        &mut self,
        area: &AreaCode,
        day: Day,
    ) -> Stored<Option<(FrozenRow, String)>> {
        let Some((row, body)) = self.tx.frozen_body(area, day)? else {
            return Ok(None);
        };
        let text = pack::untext(&body).map_err(|_| DAMAGED)?;
        let note = noted(&row);
        let noted = self.tx.audit()?;
        let mut noted = noted.iter();
        let stands = content_hash(text.as_bytes()) == row.hash
            && noted.any(|entry| entry.verb == VERB && entry.detail == note);
        match stands {
            true => Ok(Some((row, text))),
            false => Err(DAMAGED),
        }
    }

    /// Frozen figures beside those of the same day with everything that is known now: which units
    /// are judged otherwise, from what to what, by which record.
    ///
    /// # Errors
    /// As of the store.
    pub fn frozen_beside_now(&mut self, grounds: &Grounds, text: &str) -> Stored<Compared> {
        let frozen = Frozen::parse(text).map_err(|_| DAMAGED)?;
        let area: AreaCode = frozen.division.parse().map_err(|_| DAMAGED)?;
        let now = grounds.report(&area, frozen.day, Some(Instant(self.now.millis)));
        let statistics = self.statistics_of(&grounds.facts, &area, frozen.day)?;
        let mut beside = compared(&frozen, &now, &statistics, &grounds.documents);
        let mut causes = Causes::new(grounds, &frozen);
        for correction in &mut beside.corrections {
            correction.by = causes.of(self, correction)?;
        }
        Ok(beside)
    }

    /// The counties and report days that are over and not frozen, though the server ought to have.
    ///
    /// # Errors
    /// As of [`Turn::grounds`].
    pub fn freezing_due(&mut self) -> Result<Vec<(AreaCode, Day)>, GroundsError> {
        let (_, calendar, _) = self.judged_by()?;
        let today = self.today();
        let earliest = today.plus(-BY_ITSELF_WITHIN_DAYS);
        let days: Vec<Day> = calendar
            .report_days
            .range(earliest..today)
            .copied()
            .collect();
        if days.is_empty() {
            return Ok(Vec::new());
        }
        let list = self.areas()?;
        let counties = list
            .areas()
            .filter(|area| area.level() == AreaLevel::County);
        let counties: Vec<AreaCode> = counties.map(|area| area.code).collect();
        let kept = self.tx.frozen()?;
        let mut due = Vec::new();
        for day in days {
            let is_kept = |area: &AreaCode| {
                let mut rows = kept.iter();
                rows.any(|row| row.day == day && row.division == *area)
            };
            due.extend(
                counties
                    .iter()
                    .filter(|area| !is_kept(area))
                    .map(|area| (*area, day)),
            );
        }
        Ok(due)
    }
}

impl Grounds {
    fn report(&self, area: &AreaCode, day: Day, known_at: Option<Instant>) -> Report {
        let query = Query {
            divisions: Some(vec![area.to_string()]),
            known_at,
            ..Query::default()
        };
        report(
            &self.facts,
            &self.packs,
            &self.calendar,
            end_of(day),
            &query,
        )
    }
}

/// What the audit log says of frozen figures.
fn noted(row: &FrozenRow) -> String {
    format!("{} {} {}", row.division, row.day, row.hash)
}
