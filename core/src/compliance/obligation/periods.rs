//! Which periods a rule asks about: of the calendar, of windows, of events, of a deadline.

use super::super::calendar::{Cadence, Event, Period, PeriodName, Window};
use super::super::days::Days;
use super::super::division;
use super::super::duty::Duty;
use super::super::index::days_within;
use super::super::pack::{Demand, Recurrence};
use super::super::roster;
use super::{Asked, Source};
use crate::facts::rows::Day;

impl<'a, 'f> Duty<'a, 'f> {
    /// Gives the periods that a report prints unless asked: the one that holds today, the one
    /// before, and older ones whose grace or `unsynced_days` still runs.
    pub fn periods_by_default(&self) -> Vec<Asked<'a>> {
        let today = self.index.today.day();
        let mut asked = Vec::new();
        for recurrence in self.recurrences() {
            match recurrence {
                Recurrence::Every(cadence) => {
                    let running = cadence.holding(today);
                    self.index.today.is_after(running.last);
                    let mut next = Some(running);
                    while let Some(period) = next {
                        let after =
                            i64::from(today.epoch_days()) - i64::from(period.last.epoch_days());
                        let least = asked.len() < 2;
                        next = cadence.before(&period);
                        if !least && after > self.runs_at_most() {
                            break;
                        }
                        if least || self.still_runs(&period) {
                            asked.push(Asked {
                                period,
                                source: Source::Calendar(cadence),
                            });
                        }
                    }
                }
                _ => asked.extend(self.published(&recurrence, |_| true)),
            }
        }
        if matches!(self.rule.demand, Demand::FirstVisit { .. }) {
            asked.extend(self.deadline());
        } else if asked
            .iter()
            .any(|one| !matches!(one.source, Source::Calendar(_)))
        {
            self.keep_the_latest(&mut asked);
        }
        asked
    }

    /// Gives those of these periods that the rule knows.
    pub fn periods_named(&self, names: &[PeriodName]) -> Vec<Asked<'a>> {
        let mut asked = Vec::new();
        for recurrence in self.recurrences() {
            match recurrence {
                Recurrence::Every(cadence) => {
                    let found = names.iter().filter_map(PeriodName::calendar_period);
                    let found = found.filter(|(of, _)| *of == cadence);
                    asked.extend(found.map(|(_, period)| Asked {
                        period,
                        source: Source::Calendar(cadence),
                    }));
                }
                _ => asked.extend(self.published(&recurrence, |name| names.contains(name))),
            }
        }
        asked.extend(
            self.deadline()
                .filter(|one| names.contains(&one.period.name)),
        );
        asked
    }

    /// Gives the periods of the calendar that share a day with these.
    pub fn periods_within(&self, first: Day, last: Day) -> Vec<Asked<'a>> {
        let mut asked = Vec::new();
        for recurrence in self.recurrences() {
            match recurrence {
                Recurrence::Every(cadence) => {
                    let mut next = Some(cadence.holding(last));
                    while let Some(period) = next.filter(|period| period.last >= first) {
                        next = cadence.before(&period);
                        asked.push(Asked {
                            period,
                            source: Source::Calendar(cadence),
                        });
                    }
                }
                _ => asked.extend(self.published(&recurrence, |_| true)),
            }
        }
        asked
    }

    /// Adds the earlier periods whose grace may take a visit from these, and those whose
    /// windows or events overlap: without them nobody can say what these are credited.
    pub fn with_what_they_depend_on(&self, mut asked: Vec<Asked<'a>>) -> Vec<Asked<'a>> {
        for recurrence in self.recurrences() {
            match recurrence {
                Recurrence::Every(cadence) => {
                    let of = |one: &Asked<'a>| matches!(one.source, Source::Calendar(of) if of == cadence);
                    let mut unseen: Vec<Period> = asked
                        .iter()
                        .filter(|one| of(one))
                        .map(|one| one.period.clone())
                        .collect();
                    while let Some(period) = unseen.pop() {
                        for earlier in self.reaching_into(cadence, &period) {
                            unseen.push(earlier.clone());
                            asked.push(Asked {
                                period: earlier,
                                source: Source::Calendar(cadence),
                            });
                        }
                        asked.sort_by(|a, b| a.period.cmp(&b.period));
                        asked.dedup_by(|a, b| a.period == b.period);
                    }
                }
                _ => asked.extend(self.published(&recurrence, |_| true)),
            }
        }
        asked.sort_by(|a, b| a.period.cmp(&b.period));
        asked.dedup_by(|a, b| a.period == b.period);
        asked
    }

    fn recurrences(&self) -> Vec<Recurrence> {
        match &self.rule.demand {
            Demand::Visits { periods, .. } => periods.clone(),
            Demand::Refresh { cadence } => vec![Recurrence::Every(*cadence)],
            _ => Vec::new(),
        }
    }

    /// As `reach`, before the obligation is made.
    fn reach_of(&self, period: &Period) -> Option<Day> {
        let own = Days::between(period.first, period.last);
        let there = |at: usize| !self.members[at].and(&own).is_empty();
        let division = self.unit.division(period.last, there);
        self.handover(period, division).map(|found| found.until)
    }

    fn reaching_into(&self, cadence: Cadence, period: &Period) -> Vec<Period> {
        let longest = roster::longest_grace(&self.pack.params);
        let mut found = Vec::new();
        let mut next = cadence.before(period);
        while let Some(earlier) = next.filter(|earlier| earlier.last.plus(longest) >= period.first)
        {
            next = cadence.before(&earlier);
            if self
                .reach_of(&earlier)
                .is_some_and(|reach| reach >= period.first)
            {
                found.push(earlier);
            }
        }
        found
    }

    fn runs_at_most(&self) -> i64 {
        i64::from(self.pack.params.unsynced_days)
            + i64::from(roster::longest_grace(&self.pack.params))
    }

    fn still_runs(&self, period: &Period) -> bool {
        let end = self.reach_of(period).unwrap_or(period.last);
        let waits = i32::try_from(self.pack.params.unsynced_days).unwrap_or(0);
        !self.index.today.is_after(end.plus(waits))
    }

    /// The deadline from the day on which the unit came in.
    fn deadline(&self) -> Option<Asked<'a>> {
        let Demand::FirstVisit { workdays } = self.rule.demand else {
            return None;
        };
        let first = self.came_in()?;
        let last = self.calendar.workdays_after(first, workdays);
        let period = Period {
            first,
            last,
            name: PeriodName::Day(first),
        };
        Some(Asked {
            period,
            source: Source::Deadline,
        })
    }

    /// The windows or events of this kind that hold where one of the members lives.
    fn published(&self, of: &Recurrence, wanted: impl Fn(&PeriodName) -> bool) -> Vec<Asked<'a>> {
        let calendar = self.calendar;
        let mut asked: Vec<Asked<'a>> = match of {
            Recurrence::Every(_) => Vec::new(),
            Recurrence::Event(kind) => {
                let events = calendar.events.iter().filter(|event| event.kind == *kind);
                events
                    .map(of_event)
                    .filter(|one| wanted(&one.period.name))
                    .collect()
            }
            Recurrence::Window(kind) => {
                let windows = calendar
                    .windows
                    .iter()
                    .filter(|window| window.kind == *kind);
                let mut windows: Vec<&Window> =
                    windows.filter(|one| self.is_eligible_in(one)).collect();
                windows.sort_by_key(|window| self.preference(window));
                let mut asked: Vec<Asked<'a>> = Vec::new();
                for one in windows.into_iter().map(of_window) {
                    if !asked
                        .iter()
                        .any(|known| known.period.name == one.period.name)
                    {
                        asked.push(one);
                    }
                }
                asked.retain(|one| wanted(&one.period.name));
                asked
            }
        };
        asked.sort_by(|a, b| a.period.cmp(&b.period));
        asked
    }

    fn is_eligible_in(&self, window: &Window) -> bool {
        let own = Days::between(window.start, window.end);
        let county = std::slice::from_ref(&window.county);
        let mut members = self.members.iter().zip(&self.unit.members);
        members.any(|(days, member)| !days.and(&own).and(&days_within(member, county)).is_empty())
    }

    /// Of two windows of one name: the one whose county the unit is in at its end, then the
    /// nearer county, then the earlier.
    fn preference(&self, window: &Window) -> (bool, std::cmp::Reverse<usize>, Day, Day) {
        let at_end = self.unit.division(window.end, |_| true);
        let elsewhere = !at_end.is_some_and(|code| division::covers(&window.county, code));
        let depth = std::cmp::Reverse(division::trimmed(&window.county).len());
        (elsewhere, depth, window.start, window.end)
    }

    /// Keeps of windows and events those that hold today, the one before, and those that run.
    fn keep_the_latest(&self, asked: &mut Vec<Asked<'a>>) {
        let today = &self.index.today;
        asked.sort_by(|a, b| a.period.cmp(&b.period));
        asked.retain(|one| today.has_begun(one.period.first));
        let over = |one: &&Asked<'a>| today.is_after(one.period.last);
        let before = asked.iter().filter(over).map(|one| one.period.last).max();
        asked.retain(|one| {
            !today.is_after(one.period.last)
                || Some(one.period.last) == before
                || self.still_runs(&one.period)
        });
    }
}

fn of_window(window: &Window) -> Asked<'_> {
    let (kind, school_year) = (window.kind.clone(), window.school_year.clone());
    let name = PeriodName::Window { kind, school_year };
    Asked {
        period: Period {
            first: window.start,
            last: window.end,
            name,
        },
        source: Source::Window(window),
    }
}

fn of_event(event: &Event) -> Asked<'_> {
    let name = PeriodName::Event(event.id.clone());
    Asked {
        period: Period {
            first: event.start,
            last: event.end,
            name,
        },
        source: Source::Event(event),
    }
}
