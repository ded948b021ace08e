//! Lines that ask a document, or no number at all.

use serde::Serialize;

use super::super::super::document::refreshes;
use super::super::super::duty::Duty;
use super::super::super::obligation::{Asked, Obligation};
use super::super::super::pack::Demand;
use super::{Document, Explanation, Line, Scope, Still, of_line, of_period, visits};
use crate::facts::rows::Day;

/// What became of a document, for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperFate {
    /// It is what is asked.
    Credited,
    /// Another kind is asked.
    OtherKind,
    /// It does not hold on the day of the report; a refresh, not in the period.
    OtherDay,
    /// On its day the person was not eligible.
    NotEligible,
}

/// A document, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaperAccount {
    /// Its kind.
    pub kind: String,
    /// From when it holds; of a refresh its day.
    pub from: Option<Day>,
    /// Until when.
    pub to: Option<Day>,
    /// What became of it.
    pub fate: PaperFate,
}

impl<'s, 'f: 's> Scope<'s, 'f> {
    pub(super) fn of_papers<'a>(
        &self,
        duty: &Duty<'a, 'f>,
        asked: &[Asked<'a>],
        papers: &[&Document],
        line: Line,
    ) -> Explanation {
        let visits = visits::unjudged(duty, &self.facts.visits);
        match &duty.rule.demand {
            Demand::Existence { document } => existence(
                duty,
                document,
                papers,
                Explanation {
                    visits,
                    ..of_line(line)
                },
            ),
            Demand::Refresh { .. } => {
                let obligation = asked.first().and_then(|one| duty.obligation(one));
                let Some(of) = obligation else {
                    return of_line(line);
                };
                let explanation = of_period(duty, &of, line);
                refresh(
                    duty,
                    &of,
                    papers,
                    Explanation {
                        visits,
                        ..explanation
                    },
                )
            }
            _ => Explanation {
                visits,
                ..of_line(line)
            },
        }
    }
}

fn existence(
    duty: &Duty<'_, '_>,
    kind: &str,
    papers: &[&Document],
    explanation: Explanation,
) -> Explanation {
    let today = duty.index.today.day();
    let since = duty.eligible.span_at(today).map_or(today, |span| span.0);
    let fate = |paper: &&Document| match () {
        () if duty.holds_today(kind, paper) => PaperFate::Credited,
        () if paper.kind != kind => PaperFate::OtherKind,
        () => PaperFate::OtherDay,
    };
    Explanation {
        first: Some(since),
        last: Some(today),
        division: duty
            .unit
            .division(today, |at| duty.members[at].holds(today))
            .map(str::to_owned),
        eligible_days: i64::from(today.epoch_days()) - i64::from(since.epoch_days()) + 1,
        documents: accounts(papers, fate),
        still: still(&explanation.line, kind),
        ..explanation
    }
}

fn refresh(
    duty: &Duty<'_, '_>,
    of: &Obligation<'_>,
    papers: &[&Document],
    explanation: Explanation,
) -> Explanation {
    let fate = |paper: &&Document| match () {
        () if refreshes(of, paper) => PaperFate::Credited,
        () if paper.kind != "refresh" => PaperFate::OtherKind,
        () if paper.from.is_some_and(|day| of.own(day)) => PaperFate::NotEligible,
        () => PaperFate::OtherDay,
    };
    let threshold = duty.threshold(of);
    Explanation {
        threshold: Some(threshold),
        documents: accounts(papers, fate),
        excuses: duty.weighed_excuses(of, of.period.last, threshold),
        still: still(&explanation.line, "refresh"),
        ..explanation
    }
}

fn accounts(papers: &[&Document], fate: impl Fn(&&Document) -> PaperFate) -> Vec<PaperAccount> {
    let mut found: Vec<PaperAccount> = papers
        .iter()
        .map(|paper| PaperAccount {
            kind: paper.kind.clone(),
            from: paper.from,
            to: paper.to,
            fate: fate(paper),
        })
        .collect();
    found.sort_by(|a, b| (a.from, &a.kind, a.to).cmp(&(b.from, &b.kind, b.to)));
    found
}

fn still(line: &Line, kind: &str) -> Option<Still> {
    line.due.map(|until| Still {
        visits: None,
        modes: Vec::new(),
        outcomes: Vec::new(),
        roles: Vec::new(),
        document: Some(kind.to_owned()),
        until,
    })
}
