//! The numbers that a county may set.

use super::super::calendar::{Cadence, PeriodName};
use super::super::json::{At, Found, Misfit};

/// The parameters of a pack, each with the default that the documents leave open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Eligible days that make a month due.
    pub threshold_month: u32,
    /// Eligible days that make a quarter due.
    pub threshold_quarter: u32,
    /// Eligible days that make a half-year due.
    pub threshold_half_year: u32,
    /// Eligible days that make a vacation due.
    pub threshold_vacation: u32,
    /// Eligible days that make a week due.
    pub threshold_week: u32,
    /// Eligible days that make an event due.
    pub threshold_event: u32,
    /// Days that a successor has, the first included, after a hand-over.
    pub grace_days: u32,
    /// Different days with an attempt that make an obligation `tried` once it is over.
    pub tried_days: u32,
    /// Days after the last for which a phone that has not synced is waited for.
    pub unsynced_days: u32,
    /// Days, the first included, in which a missing document is `open`.
    pub existence_days: u32,
    /// Visits that an event asks where it says no number itself.
    pub event_min: Option<u32>,
    /// Whether a rule's `modes_optional` count.
    pub optional_modes: bool,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            threshold_month: 10,
            threshold_quarter: 30,
            threshold_half_year: 60,
            threshold_vacation: 7,
            threshold_week: 3,
            threshold_event: 1,
            grace_days: 10,
            tried_days: 2,
            unsynced_days: 30,
            existence_days: 30,
            event_min: None,
            optional_modes: false,
        }
    }
}

const NAMES: &[&str] = &[
    "threshold_month",
    "threshold_quarter",
    "threshold_half_year",
    "threshold_vacation",
    "threshold_week",
    "threshold_event",
    "grace_days",
    "tried_days",
    "unsynced_days",
    "existence_days",
    "event_min",
    "optional_modes",
];

impl Params {
    /// Gives these parameters with what the object at this place says instead.
    pub(crate) fn overridden(&self, at: &At<'_>) -> Result<Self, Misfit> {
        let mut found = Found::default();
        let read = self.overridden_of(at, &mut found);
        found.first()?;
        Ok(read.unwrap_or_else(|| self.clone()))
    }

    /// The same, everything that is wrong found.
    pub(crate) fn overridden_of(&self, at: &At<'_>, found: &mut Found) -> Option<Self> {
        let fields = at.object_of(NAMES, found)?;
        let mut number = |name: &str, least: u32, now: u32| {
            let given = fields.given(name);
            let read = given.map_or(Ok(now), |field| field.whole(least, 3660));
            found.of(read).unwrap_or(now)
        };
        let mut set = Params {
            threshold_month: number("threshold_month", 0, self.threshold_month),
            threshold_quarter: number("threshold_quarter", 0, self.threshold_quarter),
            threshold_half_year: number("threshold_half_year", 0, self.threshold_half_year),
            threshold_vacation: number("threshold_vacation", 0, self.threshold_vacation),
            threshold_week: number("threshold_week", 0, self.threshold_week),
            threshold_event: number("threshold_event", 0, self.threshold_event),
            grace_days: number("grace_days", 0, self.grace_days),
            tried_days: number("tried_days", 1, self.tried_days),
            unsynced_days: number("unsynced_days", 0, self.unsynced_days),
            existence_days: number("existence_days", 0, self.existence_days),
            ..self.clone()
        };
        if let Some(field) = fields.given("event_min") {
            set.event_min = match field.is_null() {
                true => None,
                false => found.of(field.whole(1, 1000)),
            };
        }
        if let Some(field) = fields.given("optional_modes") {
            set.optional_modes = found.of(field.truth()).unwrap_or(self.optional_modes);
        }
        Some(set)
    }

    /// Gives how many eligible days make a period of this name due.
    pub(crate) fn threshold(&self, name: &PeriodName) -> u32 {
        match name {
            PeriodName::Day(_) => 1,
            PeriodName::Week(..) => self.threshold_week,
            PeriodName::Month(..) => self.threshold_month,
            PeriodName::Quarter(..) => self.threshold_quarter,
            PeriodName::HalfYear(..) => self.threshold_half_year,
            PeriodName::Window { .. } => self.threshold_vacation,
            PeriodName::Event(_) => self.threshold_event,
        }
    }
}

/// Reads the name of a cadence, as packs write it.
pub(crate) fn cadence(text: &str) -> Option<Cadence> {
    match text {
        "day" => Some(Cadence::Day),
        "week" => Some(Cadence::Week),
        "calendar_month" => Some(Cadence::Month),
        "calendar_quarter" => Some(Cadence::Quarter),
        "half_year" => Some(Cadence::HalfYear),
        _ => None,
    }
}
