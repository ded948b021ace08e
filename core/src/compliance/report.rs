//! The report: for each unit and rule, who has been seen, who has not, by which article.

mod explain;
mod gaps;
mod line;
mod not_seen;
mod overview;
mod part;
mod problems;
mod unseen;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::calendar::{Calendar, PeriodName};
use super::division;
use super::duty::{Duty, Ruling, Unit};
use super::index::Index;
use super::obligation::Asked;
use super::pack::{Demand, Pack, UnitKind};
use super::verdict::{Verdict, Weighed};
use crate::facts::rows::{Day, Document, Facts, Instant};

pub use explain::{
    Explanation, Fate, Language, MemberDays, NotEligible, PaperAccount, PaperFate, Phone, Question,
    Still, VisitAccount, explain,
};
pub use gaps::Gap;
pub(crate) use line::advice_of;
pub use line::{Coverage, Line, Report, first_due};
use line::{blank, finished};
pub use not_seen::NotSeen;
pub use overview::{AreaCoverage, coverage_by_area, due_within};
pub(crate) use part::{Key, Part};
pub use problems::Problem;
pub(crate) use problems::{Found, MESSAGES};

/// What a report is asked for; the default asks everything, as it was known then.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only what belongs to one of these divisions or lies below; none is everywhere.
    pub divisions: Option<Vec<String>>,
    /// Only these units; none is every unit.
    pub units: Option<std::collections::BTreeSet<String>>,
    /// Which periods.
    pub periods: Periods,
    /// What had happened by `as_of` and was received until then is known; none is `as_of` itself.
    /// Later is how a day that is over looks in the light of what arrived since.
    pub known_at: Option<Instant>,
}

/// Which periods a report prints.
#[derive(Clone, Debug, Default)]
pub enum Periods {
    /// The one that holds `as_of`, the one before, and older ones whose grace or `unsynced_days`
    /// runs; of rules without number the day last seen.
    #[default]
    Running,
    /// These, where a rule has them.
    Named(Vec<PeriodName>),
}

/// Judges the facts by the packs as of the instant. The same facts in any order give the same
/// report, byte for byte.
pub fn report(
    facts: &Facts,
    packs: &[Pack],
    calendar: &Calendar,
    as_of: Instant,
    query: &Query,
) -> Report {
    let parts = parts_of(facts, packs, calendar, as_of, query).into_iter();
    let parts = parts.map(|(_, part)| Cow::Owned(part));
    together_of(parts, facts, query.divisions.as_deref(), as_of)
}

/// Gives the people in whose rows, or visits, something cannot be read or contradicts.
pub(super) fn people_with_problems(facts: &Facts, as_of: Instant) -> BTreeSet<&str> {
    let index = Index::new(facts, as_of, None);
    let scope = Scope {
        index: &index,
        facts,
        packs: &[],
        rulings: &[],
        calendar: &Calendar::default(),
        query: &Query::default(),
    };
    let all = index.subjects.iter().enumerate();
    let troubled = all.filter(|(at, _)| !problems::of_person(&scope, *at).is_empty());
    troubled.map(|(_, subject)| subject.id.as_str()).collect()
}

/// Finds the part of each unit that is asked.
pub(super) fn parts_of(
    facts: &Facts,
    packs: &[Pack],
    calendar: &Calendar,
    as_of: Instant,
    query: &Query,
) -> Vec<(Key, Part)> {
    let index = Index::new(facts, as_of, query.known_at);
    let rulings = rulings(packs);
    let scope = Scope {
        index: &index,
        facts,
        packs,
        rulings: &rulings,
        calendar,
        query,
    };
    scope.parts()
}

/// Puts parts together, with what is no unit's.
pub(super) fn together_of<'p>(
    parts: impl Iterator<Item = Cow<'p, Part>>,
    facts: &Facts,
    divisions: Option<&[String]>,
    as_of: Instant,
) -> Report {
    let more = problems::of_assignments(&facts.assignments, divisions);
    part::together(parts, more, as_of)
}

fn within(divisions: Option<&[String]>, code: Option<&str>) -> bool {
    let in_one = |areas: &[String]| {
        code.is_some_and(|code| areas.iter().any(|area| division::covers(area, code)))
    };
    divisions.is_none_or(in_one)
}

/// Every rule of the packs, in their order.
fn rulings(packs: &[Pack]) -> Vec<Ruling<'_>> {
    let each = packs.iter().flat_map(|pack| {
        let rules = pack.rules.iter();
        rules.map(move |rule| Ruling::new(pack, rule))
    });
    each.collect()
}

pub(crate) struct Scope<'s, 'f> {
    index: &'s Index<'f>,
    facts: &'f Facts,
    packs: &'s [Pack],
    rulings: &'s [Ruling<'s>],
    calendar: &'s Calendar,
    query: &'s Query,
}

/// What the rules find about one unit: of each rule the periods asked, and what was weighed.
struct OfUnit<'a, 'f> {
    duties: Vec<Duty<'a, 'f>>,
    asked: Vec<Vec<Asked<'a>>>,
    weighed: Vec<Weighed<'a>>,
}

impl<'s, 'f: 's> Scope<'s, 'f> {
    fn unit_lines(&self, unit: &Unit<'f>, kind: UnitKind, papers: &[&Document], part: &mut Part) {
        let of_unit = self.of_unit(unit, kind);
        let each = of_unit.duties.iter().zip(&of_unit.asked);
        for ((duty, asked), weighed) in each.zip(&of_unit.weighed) {
            let wanted =
                |verdict: &&Verdict<'_>| asked.iter().any(|one| one.period == verdict.of.period);
            for verdict in weighed.verdicts.iter().filter(wanted) {
                let line = self.visit_line(duty, verdict);
                if line.is_some() {
                    part.add_gaps(gaps::of_verdict(duty, verdict));
                }
                part.lines.extend(line);
            }
            if duty.judges_now() && self.in_force_now(duty.pack) {
                let nobody = gaps::nobody_answers(duty).into_iter();
                part.add_gaps(nobody.filter(|gap| self.covers(Some(&gap.division))));
            }
            for line in self.other_lines(duty, asked, papers) {
                match duty.rule.demand {
                    Demand::Existence { .. } => part.push_of_the_day(line),
                    _ => part.lines.push(line),
                }
            }
        }
    }

    /// Weighs every rule that is about the unit, in the periods that are asked and in those on
    /// which they depend.
    fn of_unit<'a>(&'a self, unit: &'a Unit<'f>, kind: UnitKind) -> OfUnit<'a, 'f> {
        let of_kind = self
            .rulings
            .iter()
            .filter(|ruling| ruling.rule.unit == kind);
        let duties: Vec<Duty<'a, 'f>> = of_kind
            .map(|ruling| Duty::new(self.index, self.calendar, ruling, unit))
            .filter(|duty| !duty.eligible.is_empty())
            .collect();
        let asked: Vec<Vec<Asked<'a>>> = duties.iter().map(|duty| self.asked(duty)).collect();
        let depends = unseen::quarters(&duties, &asked);
        let mut weighed: Vec<Weighed<'a>> = Vec::with_capacity(duties.len());
        for (duty, asked) in duties.iter().zip(&asked) {
            weighed.push(match duty.rule.demand {
                Demand::Visits { .. } | Demand::FirstVisit { .. } => {
                    self.judge(duty, asked, &depends)
                }
                _ => Weighed::default(),
            });
        }
        unseen::flag(&duties, &mut weighed);
        OfUnit {
            duties,
            asked,
            weighed,
        }
    }

    /// Gives the periods to print, of those that this version of the pack judges.
    fn asked<'a>(&self, duty: &Duty<'a, 'f>) -> Vec<Asked<'a>> {
        match &self.query.periods {
            Periods::Running => duty.periods_by_default(),
            Periods::Named(names) => duty.periods_named(names),
        }
    }

    fn judge<'a>(
        &self,
        duty: &Duty<'a, 'f>,
        asked: &[Asked<'a>],
        depends: &[(Day, Day)],
    ) -> Weighed<'a> {
        let mut all: Vec<Asked<'a>> = asked.to_vec();
        for (first, last) in depends {
            all.extend(duty.periods_within(*first, *last));
        }
        if all.is_empty() {
            return Weighed::default();
        }
        let mut all = duty.with_what_they_depend_on(all);
        all.retain(|one| self.in_force(duty.pack, one.period.first));
        duty.weigh(&all)
    }

    /// Of several versions of a pack the one that is valid when the period begins and began last.
    fn in_force(&self, pack: &Pack, first: Day) -> bool {
        let valid = |one: &&Pack| {
            one.id == pack.id
                && one.valid_from.is_none_or(|from| from <= first)
                && one.valid_to.is_none_or(|to| first <= to)
        };
        let chosen = self
            .packs
            .iter()
            .filter(valid)
            .max_by_key(|one| (one.valid_from, one.version));
        chosen.is_none_or(|chosen| std::ptr::eq(chosen, pack))
    }

    /// As `in_force`, of a period that begins today.
    fn in_force_now(&self, pack: &Pack) -> bool {
        let today = &self.index.today;
        for one in self.packs.iter().filter(|one| one.id == pack.id) {
            one.valid_from
                .into_iter()
                .for_each(|from| today.changes_on(from));
            one.valid_to
                .into_iter()
                .for_each(|to| today.changes_on(to.plus(1)));
        }
        self.in_force(pack, today.day())
    }

    fn covers(&self, division: Option<&str>) -> bool {
        within(self.query.divisions.as_deref(), division)
    }

    fn visit_line(&self, duty: &Duty<'_, 'f>, verdict: &Verdict<'_>) -> Option<Line> {
        if !self.covers(verdict.of.division) {
            return None;
        }
        let mut line = blank(duty, Some(verdict.of.period.name.to_string()));
        let id = |number: &u32| self.index.visit(*number).visit.id.clone();
        let mut unsent: Vec<u32> = verdict
            .seen_in
            .iter()
            .chain(&verdict.if_none_waited)
            .chain(&verdict.attempts)
            .copied()
            .collect();
        unsent.sort_unstable();
        unsent.dedup();
        unsent.retain(|number| duty.is_unsent(self.index.visit(*number)));
        line.division = verdict.of.division.map(str::to_owned);
        line.state = Some(verdict.state);
        line.due = verdict.due;
        line.reason = verdict.reason;
        line.credited = verdict.credited.iter().map(id).collect();
        line.unsent = unsent.iter().map(id).collect();
        line.flags.extend(&verdict.flags);
        Some(finished(line))
    }

    fn other_lines(
        &self,
        duty: &Duty<'_, 'f>,
        asked: &[Asked<'_>],
        papers: &[&Document],
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        let today = &self.index.today;
        let named = |name: &PeriodName| match &self.query.periods {
            Periods::Running => true,
            Periods::Named(names) => names.contains(name),
        };
        let name = PeriodName::Day(today.day());
        let mut paper_line = |name: &PeriodName, paper: Option<super::document::Paper<'_>>| {
            let Some(paper) = paper.filter(|paper| self.covers(paper.division)) else {
                return;
            };
            let mut line = blank(duty, Some(name.to_string()));
            (line.state, line.due, line.reason) = (Some(paper.state), paper.due, paper.reason);
            line.division = paper.division.map(str::to_owned);
            lines.push(finished(line));
        };
        match duty.rule.demand {
            Demand::Existence { .. } if named(&name) && self.in_force_now(duty.pack) => {
                paper_line(&name, duty.existence(papers));
            }
            Demand::Refresh { .. } => {
                for one in asked
                    .iter()
                    .filter(|one| self.in_force(duty.pack, one.period.first))
                {
                    paper_line(&one.period.name, duty.refresh(one, papers));
                }
            }
            Demand::Unquantified => {
                let there = duty.judges_now() && today.is_in(&duty.eligible);
                let running = matches!(self.query.periods, Periods::Running);
                let division = duty.unit.division_now(today, &duty.members);
                if running && there && self.in_force_now(duty.pack) && self.covers(division) {
                    let mut line = blank(duty, None);
                    line.division = division.map(str::to_owned);
                    lines.push(finished(line));
                }
            }
            _ => {}
        }
        lines
    }
}
