//! Rules that ask for a document: one that exists, or one that is refreshed.

use super::duty::Duty;
use super::excuse::Reason;
use super::obligation::{Asked, Obligation};
use super::pack::Demand;
use super::verdict::State;
use crate::facts::rows::{Day, Document, Span};

/// What is found about a document.
pub(crate) struct Paper<'a> {
    pub state: State,
    pub due: Option<Day>,
    pub reason: Option<Reason>,
    pub division: Option<&'a str>,
}

impl<'a, 'f: 'a> Duty<'a, 'f> {
    /// Judges an existence rule today: done where the document holds, else open for
    /// `existence_days` from the day on which the unit last came under the rule. Of the excuses
    /// only a refusal holds.
    pub fn existence(&self, papers: &[&Document]) -> Option<Paper<'a>> {
        let Demand::Existence { document } = &self.rule.demand else {
            return None;
        };
        let today = self.index.today;
        let (mut since, _) = self.eligible.span_at(today)?;
        if !self.judges(today) {
            return None;
        }
        for from in [self.pack.valid_from, self.rule.valid_from]
            .into_iter()
            .flatten()
        {
            since = since.max(from);
        }
        let days = i32::try_from(self.pack.params.existence_days).unwrap_or(0);
        let last = since.plus(days - 1);
        let division = self
            .unit
            .division(today, |at| self.members[at].holds(today));
        let found = |state, due, reason| {
            Some(Paper {
                state,
                due,
                reason,
                division,
            })
        };
        match () {
            () if papers.iter().any(|paper| self.holds_today(document, paper)) => {
                found(State::Done, None, None)
            }
            () if self.refuses(&self.members, today) => {
                found(State::Exempt, None, Some(Reason::Refused))
            }
            () if today <= last => found(State::Open, Some(last), None),
            () => found(State::Overdue, None, None),
        }
    }

    /// Judges a refresh rule: done by a refresh in the period on an eligible day.
    pub fn refresh(&self, asked: &Asked<'a>, papers: &[&Document]) -> Option<Paper<'a>> {
        if !self.judges(asked.period.first) {
            return None;
        }
        let of = self.obligation(asked)?;
        let excused = self.excuses(&of, i64::from(self.pack.params.threshold(&of.period.name)));
        let division = of.division;
        let found = |state, due, reason| {
            Some(Paper {
                state,
                due,
                reason,
                division,
            })
        };
        match excused.in_period {
            _ if !of.due => found(State::NotDue, None, None),
            _ if papers.iter().any(|paper| refreshes(&of, paper)) => found(State::Done, None, None),
            Some(reason) => found(State::Exempt, None, Some(reason)),
            None if self.index.today <= of.period.last => {
                found(State::Open, Some(of.period.last), None)
            }
            None => found(State::Overdue, None, None),
        }
    }

    /// Says whether the paper is of this kind and holds on the day of the report.
    pub(crate) fn holds_today(&self, kind: &str, paper: &Document) -> bool {
        let (from, to) = (paper.from, paper.to);
        paper.kind == kind && Span { from, to }.holds(self.index.today)
    }
}

/// Says whether the paper is a refresh on an eligible day of the period.
pub(crate) fn refreshes(of: &Obligation<'_>, paper: &Document) -> bool {
    paper.kind == "refresh" && paper.from.is_some_and(|day| of.eligible.holds(day))
}
