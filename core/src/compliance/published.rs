//! What phone and server must do alike around [`report`](super::report): which documents it reads,
//! what instant a date means, the bytes that it prints.

use serde::Serialize;

use super::report::{Explanation, Gap, Line, NotSeen, Problem, Question, Report};
use super::{Calendar, Misfit, Pack, PeriodName, Renamed};
use crate::facts::rows::{Day, Instant, TimeError};
use crate::model::{DocumentKind, DocumentRef};

/// The packs and the calendar of a manifest: those that are active, in its order; of several
/// calendars the days of all.
///
/// # Errors
/// The first document that does not read.
pub fn published<'d>(
    documents: impl IntoIterator<Item = (&'d DocumentRef, &'d str)>,
) -> Result<(Vec<Pack>, Calendar), Misfit> {
    let mut packs = Vec::new();
    let mut calendar = Calendar::default();
    for (document, text) in documents.into_iter().filter(|(d, _)| d.active) {
        match document.kind {
            DocumentKind::Pack => packs.push(Pack::parse(text)?),
            DocumentKind::Calendar => {
                let more = Calendar::parse(text)?;
                calendar.holidays.extend(more.holidays);
                calendar.workdays.extend(more.workdays);
                calendar.windows.extend(more.windows);
                calendar.events.extend(more.events);
                calendar.report_days.extend(more.report_days);
            }
            _ => {}
        }
    }
    Ok((packs, calendar))
}

/// Reads `as_of`: an instant, or a date, which means the last millisecond of that day in UTC+8.
///
/// # Errors
/// [`TimeError`] where it is neither.
pub fn as_of(text: &str) -> Result<Instant, TimeError> {
    match text.parse::<Day>() {
        Ok(day) => Ok(Instant(day.ends().0 - 1)),
        Err(_) => text.parse(),
    }
}

impl Question {
    /// What is said where the report has no such line.
    pub fn no_line(&self) -> String {
        let (rule, unit) = (&self.rule, &self.unit);
        let period = self
            .period
            .as_ref()
            .map_or("–".to_owned(), PeriodName::to_string);
        format!(
            "{rule} {unit} {period}: 名单中没有这一行；请从 compliance 的结果中抄写规则、单位和周期 / the report has no such line; take rule, unit and period from what `compliance` prints"
        )
    }
}

impl Explanation {
    /// The explanation as one line of JSON, the same bytes on phone and server. One of a directory
    /// made with `init --demo` says so first.
    pub fn to_json(&self, demo: bool) -> String {
        #[derive(Serialize)]
        struct Printed<'e> {
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            demonstration: bool,
            #[serde(flatten)]
            explanation: &'e Explanation,
        }
        let printed = Printed {
            demonstration: demo,
            explanation: self,
        };
        // Plain values with text keys: serde_json writes them always.
        serde_json::to_string(&printed).unwrap_or_default()
    }
}

impl Report {
    /// The report as one line of JSON, the same bytes on phone and server. One of a directory made
    /// with `init --demo` says so first.
    pub fn to_json(&self, demo: bool) -> String {
        #[derive(Serialize)]
        struct Printed<'r> {
            as_of: &'r str,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            demonstration: bool,
            lines: &'r [Line],
            not_seen: &'r [NotSeen],
            gaps: &'r [Gap],
            problems: &'r [Problem],
            #[serde(skip_serializing_if = "<[Renamed]>::is_empty")]
            renamed: &'r [Renamed],
        }
        let printed = Printed {
            as_of: &self.as_of,
            demonstration: demo,
            lines: &self.lines,
            not_seen: &self.not_seen,
            gaps: &self.gaps,
            problems: &self.problems,
            renamed: &self.renamed,
        };
        // Plain values with text keys: serde_json writes them always.
        serde_json::to_string(&printed).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_still_that_day_and_an_instant_is_itself() {
        let end = as_of("2024-06-30").unwrap();
        assert_eq!(end.to_local_string(), "2024-06-30T23:59:59.999+08:00");
        assert_eq!(end.day().to_string(), "2024-06-30");
        let noon = as_of("2024-06-30T12:00:00+08:00").unwrap();
        assert_eq!(noon.to_local_string(), "2024-06-30T12:00:00+08:00");
        assert!(as_of("30 June").is_err());
    }
}
