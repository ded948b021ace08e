//! The report: for each unit and rule, who has been seen, who has not, by which article.

mod explain;
mod gaps;
mod line;
mod problems;
mod unseen;

use std::collections::BTreeMap;

use super::calendar::{Calendar, PeriodName};
use super::division;
use super::duty::{Duty, Unit};
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
pub use line::{Coverage, Line, Report, first_due};
use line::{blank, finished};
pub use problems::Problem;

/// What a report is asked for; the default asks everything.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only what belongs to one of these divisions or lies below; none is everywhere.
    pub divisions: Option<Vec<String>>,
    /// Only these units; none is every unit.
    pub units: Option<std::collections::BTreeSet<String>>,
    /// Which periods.
    pub periods: Periods,
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
    let index = Index::new(facts, as_of);
    let scope = Scope {
        index: &index,
        facts,
        packs,
        calendar,
        query,
    };
    let mut lines = scope.lines();
    lines.sort_by(|a, b| {
        (&a.rule, &a.unit, &a.period, &a.pack).cmp(&(&b.rule, &b.unit, &b.period, &b.pack))
    });
    Report {
        as_of: as_of.to_local_string(),
        lines,
        gaps: gaps::gaps(&scope),
        problems: problems::problems(&scope),
    }
}

pub(crate) struct Scope<'s, 'f> {
    index: &'s Index<'f>,
    facts: &'f Facts,
    packs: &'s [Pack],
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
    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut papers: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
        for paper in &self.facts.documents {
            papers.entry(&paper.subject).or_default().push(paper);
        }
        for (at, subject) in self.index.subjects.iter().enumerate() {
            let unit = Unit::new(self.index, &subject.id, &[at], None);
            let own = papers
                .get(subject.id.as_str())
                .map_or(&[][..], Vec::as_slice);
            self.unit_lines(&unit, UnitKind::Person, own, &mut lines);
        }
        for (household, children) in &self.index.households {
            let unit = Unit::new(self.index, household, children, None);
            self.unit_lines(&unit, UnitKind::Household, &[], &mut lines);
        }
        for pairing in &self.facts.pairings {
            let Some((at, _)) = self.index.subject(&pairing.subject) else {
                continue;
            };
            let unit = Unit::new(self.index, &pairing.id, &[at], Some(pairing));
            self.unit_lines(&unit, UnitKind::Pairing, &[], &mut lines);
        }
        lines
    }

    fn unit_lines(
        &self,
        unit: &Unit<'f>,
        kind: UnitKind,
        papers: &[&Document],
        lines: &mut Vec<Line>,
    ) {
        if self
            .query
            .units
            .as_ref()
            .is_some_and(|units| !units.contains(unit.id))
        {
            return;
        }
        let of_unit = self.of_unit(unit, kind);
        let each = of_unit.duties.iter().zip(&of_unit.asked);
        for ((duty, asked), weighed) in each.zip(&of_unit.weighed) {
            let wanted =
                |verdict: &&Verdict<'_>| asked.iter().any(|one| one.period == verdict.of.period);
            for verdict in weighed.verdicts.iter().filter(wanted) {
                lines.extend(self.visit_line(duty, verdict));
            }
            self.other_lines(duty, asked, papers, lines);
        }
    }

    /// Weighs every rule that is about the unit, in the periods that are asked and in those on
    /// which they depend.
    fn of_unit<'a>(&'a self, unit: &'a Unit<'f>, kind: UnitKind) -> OfUnit<'a, 'f> {
        let of_kind = |pack: &'s Pack| {
            pack.rules
                .iter()
                .filter(move |rule| rule.unit == kind)
                .map(move |rule| (pack, rule))
        };
        let duties: Vec<Duty<'a, 'f>> = self
            .packs
            .iter()
            .flat_map(of_kind)
            .map(|ruled| Duty::new(self.index, self.calendar, ruled, unit))
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

    fn covers(&self, division: Option<&str>) -> bool {
        let within = |areas: &Vec<String>| {
            division.is_some_and(|code| areas.iter().any(|area| division::covers(area, code)))
        };
        self.query.divisions.as_ref().is_none_or(within)
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
        lines: &mut Vec<Line>,
    ) {
        let today = self.index.today;
        let named = |name: &PeriodName| match &self.query.periods {
            Periods::Running => true,
            Periods::Named(names) => names.contains(name),
        };
        let name = PeriodName::Day(today);
        let mut paper_line = |name: &PeriodName, paper: Option<super::document::Paper<'_>>| {
            let Some(paper) = paper.filter(|paper| self.covers(paper.division)) else {
                return;
            };
            let mut line = blank(duty, Some(name.to_string()));
            (line.state, line.due, line.reason) = (Some(paper.state), paper.due, paper.reason);
            lines.push(finished(line));
        };
        match duty.rule.demand {
            Demand::Existence { .. } if named(&name) && self.in_force(duty.pack, today) => {
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
                let there = duty.judges(today) && duty.eligible.holds(today);
                let running = matches!(self.query.periods, Periods::Running);
                let division = duty
                    .unit
                    .division(today, |at| duty.members[at].holds(today));
                if running && there && self.in_force(duty.pack, today) && self.covers(division) {
                    lines.push(finished(blank(duty, None)));
                }
            }
            _ => {}
        }
    }
}
