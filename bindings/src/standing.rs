//! What excuses or ends a duty, and what the county published about days.

use tanfang_core::app;
use tanfang_core::facts::rows::Day;

use crate::error::TanfangError;

/// What is noted of a person. Days are written `2024-05-10`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Standing {
    /// The family of one in hospital was asked on this day.
    FamilyContacted {
        /// The day.
        on: String,
    },
    /// Informed, the person refuses to be visited.
    Refuses {
        /// The day.
        on: String,
        /// Who said so.
        by: String,
    },
    /// Informed, the person agrees.
    Agrees {
        /// The day.
        on: String,
        /// Who said so.
        by: String,
    },
    /// The person leaves the ledger.
    Leaves {
        /// The last day.
        last: String,
        /// Why.
        reason: String,
    },
}

impl TryFrom<Standing> for app::Standing {
    type Error = TanfangError;

    fn try_from(standing: Standing) -> Result<Self, TanfangError> {
        Ok(match standing {
            Standing::FamilyContacted { on } => app::Standing::FamilyContacted { on: day(&on)? },
            Standing::Refuses { on, by } => app::Standing::Refuses { on: day(&on)?, by },
            Standing::Agrees { on, by } => app::Standing::Agrees { on: day(&on)?, by },
            Standing::Leaves { last, reason } => app::Standing::Leaves {
                last: day(&last)?,
                reason,
            },
        })
    }
}

fn day(text: &str) -> Result<Day, TanfangError> {
    text.parse()
        .map_err(|_| TanfangError::asked("this is no day: write 2024-05-10"))
}

/// Vacations and events that the county published.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Published {
    /// School vacations.
    pub windows: Vec<WindowShown>,
    /// Events, by their first day.
    pub events: Vec<EventShown>,
}

/// A school vacation.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WindowShown {
    /// `winter_vacation` or `summer_vacation`.
    pub kind: String,
    /// As `2024-2025`.
    pub school_year: String,
    /// The county's code.
    pub county: String,
    /// The first day.
    pub start: String,
    /// The last day.
    pub end: String,
}

/// An event such as extreme weather.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct EventShown {
    /// Its id, which is the name of its period.
    pub id: String,
    /// `extreme_weather`.
    pub kind: String,
    /// The divisions it holds for.
    pub divisions: Vec<String>,
    /// The first day.
    pub start: String,
    /// The last day.
    pub end: String,
    /// How many visits it asks; none leaves that to the pack.
    pub min: Option<u32>,
    /// The modes that count; none leaves that to the rule.
    pub modes: Vec<String>,
    /// The day on which this phone first heard of it, by the server's time.
    pub learnt_on: Option<String>,
    /// Whether that day is after the event's first.
    pub learnt_late: bool,
}

impl From<app::Published> for Published {
    fn from(published: app::Published) -> Self {
        Self {
            windows: published
                .windows
                .into_iter()
                .map(WindowShown::from)
                .collect(),
            events: published.events.into_iter().map(EventShown::from).collect(),
        }
    }
}

impl From<app::WindowShown> for WindowShown {
    fn from(window: app::WindowShown) -> Self {
        Self {
            kind: window.kind,
            school_year: window.school_year,
            county: window.county,
            start: window.start.to_string(),
            end: window.end.to_string(),
        }
    }
}

impl From<app::EventShown> for EventShown {
    fn from(event: app::EventShown) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            divisions: event.divisions,
            start: event.start.to_string(),
            end: event.end.to_string(),
            min: event.min,
            modes: event.modes,
            learnt_on: event.learnt_on.map(|day| day.to_string()),
            learnt_late: event.learnt_late,
        }
    }
}
