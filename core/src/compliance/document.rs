//! Rules that ask for a document: one that exists, or one that is refreshed.

use super::days::Days;
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
        let today = &self.index.today;
        let (mut since, _) = today.span_in(&self.eligible)?;
        if !self.judges_now() {
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
        let division = self.unit.division_now(today, &self.members);
        let found = |state, due, reason| {
            Some(Paper {
                state,
                due,
                reason,
                division,
            })
        };
        match () {
            () if self.one_holds_today(document, papers) => found(State::Done, None, None),
            () if self.refuses_now() => found(State::Exempt, None, Some(Reason::Refused)),
            () if !today.is_after(last) => found(State::Open, Some(last), None),
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
            None if !self.index.today.is_after(of.period.last) => {
                found(State::Open, Some(of.period.last), None)
            }
            None => found(State::Overdue, None, None),
        }
    }

    /// Every paper is asked, so that each one's end is noted.
    fn one_holds_today(&self, kind: &str, papers: &[&Document]) -> bool {
        let mut held = false;
        for paper in papers {
            held |= self.holds_today(kind, paper);
        }
        held
    }

    /// As `refuses`, today.
    fn refuses_now(&self) -> bool {
        let today = &self.index.today;
        for member in &self.unit.members {
            let days = member.consent.iter().filter_map(|said| said.on);
            days.for_each(|on| today.changes_on(on));
        }
        for days in &self.members {
            today.is_in(days);
        }
        self.refuses(&self.members, today.day())
    }

    /// Says whether the paper is of this kind and holds on the day of the report.
    pub(crate) fn holds_today(&self, kind: &str, paper: &Document) -> bool {
        let days = Days::of([Span {
            from: paper.from,
            to: paper.to,
        }]);
        paper.kind == kind && self.index.today.is_in(&days)
    }
}

/// Says whether the paper is a refresh on an eligible day of the period.
pub(crate) fn refreshes(of: &Obligation<'_>, paper: &Document) -> bool {
    paper.kind == "refresh" && paper.from.is_some_and(|day| of.eligible.holds(day))
}
