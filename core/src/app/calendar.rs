//! What the county published about days, and since when this phone knows it.

use serde::Serialize;
use std::collections::BTreeMap;

use super::{App, AppError};
use crate::compliance::Calendar;
use crate::facts::rows::{Day, Instant};
use crate::model::DocumentKind;

/// Vacations and events in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Published {
    /// School vacations.
    pub windows: Vec<WindowShown>,
    /// Events, by their first day.
    pub events: Vec<EventShown>,
}

/// A school vacation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WindowShown {
    /// `winter_vacation` or `summer_vacation`.
    pub kind: String,
    /// As `2024-2025`.
    pub school_year: String,
    /// The county's code.
    pub county: String,
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
}

/// An event such as extreme weather.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventShown {
    /// Its id, which is the name of its period.
    pub id: String,
    /// `extreme_weather`.
    pub kind: String,
    /// The divisions it holds for.
    pub divisions: Vec<String>,
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
    /// How many visits it asks; none leaves that to the pack.
    pub min: Option<u32>,
    /// The modes that count; none leaves that to the rule.
    pub modes: Vec<String>,
    /// The day on which this phone first heard of it, by the server's time; none where it was here
    /// before that was noted.
    pub learnt_on: Option<Day>,
    /// Whether that day is after the event's first: the worker could not have known.
    pub learnt_late: bool,
}

impl App {
    /// What the county published about days. The obligation of an event is the event's, whenever a
    /// phone learnt of it; the worker is shown since when they could know.
    ///
    /// # Errors
    /// [`AppError::Fault`] where a published calendar cannot be read.
    pub fn calendar(&self) -> Result<Published, AppError> {
        self.read(|tx| {
            let mut learnt: BTreeMap<String, i64> = BTreeMap::new();
            let mut in_force = Calendar::default();
            for document in tx.manifest()?.documents {
                if document.kind != DocumentKind::Calendar {
                    continue;
                }
                let Some(text) = tx.document(&document.hash)? else {
                    continue;
                };
                let read = Calendar::parse(&text).map_err(|_| AppError::fault("calendar"))?;
                if let Some(since) = tx.held_since(&document.hash)? {
                    for event in &read.events {
                        let known = learnt.entry(event.id.clone()).or_insert(since);
                        *known = since.min(*known);
                    }
                }
                if document.active {
                    in_force = in_force.joined(&read);
                }
            }
            Ok(shown(in_force, &learnt))
        })
    }
}

fn shown(calendar: Calendar, learnt: &BTreeMap<String, i64>) -> Published {
    let windows = calendar.windows.into_iter().map(|window| WindowShown {
        kind: window.kind,
        school_year: window.school_year,
        county: window.county,
        start: window.start,
        end: window.end,
    });
    let events = calendar.events.into_iter().map(|event| {
        let learnt_on = learnt.get(&event.id).map(|since| Instant(*since).day());
        EventShown {
            learnt_late: learnt_on.is_some_and(|day| day > event.start),
            learnt_on,
            id: event.id,
            kind: event.kind,
            divisions: event.divisions,
            start: event.start,
            end: event.end,
            min: event.min,
            modes: event.modes,
        }
    });
    let mut published = Published {
        windows: windows.collect(),
        events: events.collect(),
    };
    let by_day = |window: &WindowShown| (window.start, window.county.clone());
    published.windows.sort_by_key(by_day);
    published
        .events
        .sort_by_key(|event| (event.start, event.id.clone()));
    published
}
