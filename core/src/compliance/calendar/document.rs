//! A calendar as the document that is published, and one joined to another.

use serde_json::{Value as Json, json};

use super::super::division;
use super::Calendar;

impl Calendar {
    /// The document that [`Calendar::parse`] reads: days in order, windows by county and school year,
    /// events by their first day. Equal calendars give equal bytes.
    pub fn to_document(&self) -> String {
        let mut windows: Vec<_> = self.windows.iter().collect();
        windows.sort_by_key(|w| (&w.county, &w.school_year, w.start, &w.kind));
        let mut events: Vec<_> = self.events.iter().collect();
        events.sort_by_key(|event| (event.start, event.end, &event.id));
        let windows: Vec<Json> = windows
            .into_iter()
            .map(|w| {
                json!({"county": w.county, "kind": w.kind, "school_year": w.school_year,
                       "start": w.start, "end": w.end})
            })
            .collect();
        let events: Vec<Json> = events
            .into_iter()
            .map(|e| {
                let mut event = json!({"id": e.id, "kind": e.kind, "divisions": e.divisions,
                                       "start": e.start, "end": e.end});
                if let Some(min) = e.min {
                    event["min"] = min.into();
                }
                if !e.modes.is_empty() {
                    event["modes"] = e.modes.clone().into();
                }
                event
            })
            .collect();
        let mut days = json!({"holidays": self.holidays, "workdays": self.workdays,
                              "windows": windows, "events": events});
        if !self.report_days.is_empty() {
            days["report_days"] = json!(self.report_days);
        }
        days.to_string()
    }

    /// This calendar and another: what the other says of a day, of a vacation of a county and school
    /// year, or of an event of an id stands; everything else stays, report days among it.
    #[must_use]
    pub fn joined(mut self, other: &Calendar) -> Calendar {
        for day in &other.holidays {
            self.workdays.remove(day);
            self.holidays.insert(*day);
        }
        for day in &other.workdays {
            self.holidays.remove(day);
            self.workdays.insert(*day);
        }
        self.report_days.extend(&other.report_days);
        for window in &other.windows {
            self.windows.retain(|known| {
                division::trimmed(&known.county) != division::trimmed(&window.county)
                    || (&known.kind, &known.school_year) != (&window.kind, &window.school_year)
            });
            self.windows.push(window.clone());
        }
        for event in &other.events {
            self.events.retain(|known| known.id != event.id);
            self.events.push(event.clone());
        }
        self
    }
}
