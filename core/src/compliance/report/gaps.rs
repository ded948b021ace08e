//! What is missing before anybody can be judged: a vacation that the county has not published.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::calendar::{PeriodName, school_year_of};
use super::super::division;
use super::super::index::division_on;
use super::super::pack::{Demand, Recurrence};
use super::Scope;

/// Something that the county has to publish.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// The rule that cannot be asked.
    pub rule: String,
    /// The county.
    pub division: String,
    /// The period that is missing.
    pub period: String,
    /// `no window published`.
    pub gap: &'static str,
}

/// Finds the windows of the current school year that a rule asks and a county with subjects of
/// its category has not published.
pub(super) fn gaps(scope: &Scope<'_, '_>) -> Vec<Gap> {
    let today = scope.index.today;
    let school_year = school_year_of(today);
    let mut gaps = BTreeSet::new();
    for pack in scope
        .packs
        .iter()
        .filter(|pack| scope.in_force(pack, today))
    {
        for rule in &pack.rules {
            let Demand::Visits { periods, .. } = &rule.demand else {
                continue;
            };
            let kinds: Vec<&String> = periods
                .iter()
                .filter_map(|period| match period {
                    Recurrence::Window(kind) => Some(kind),
                    _ => None,
                })
                .collect();
            if kinds.is_empty() {
                continue;
            }
            for subject in &scope.index.subjects {
                let Some(code) = division_on(subject, today) else {
                    continue;
                };
                let wanted = scope
                    .query
                    .units
                    .as_ref()
                    .is_none_or(|units| units.contains(&subject.id));
                if !wanted || !scope.covers(Some(code)) || !rule.category.days(subject).holds(today)
                {
                    continue;
                }
                for kind in &kinds {
                    let published = scope.calendar.windows.iter().any(|window| {
                        window.kind == **kind
                            && window.school_year == school_year
                            && division::covers(&window.county, code)
                    });
                    if !published {
                        let county = code.get(..6).unwrap_or(code).to_string();
                        let (kind, school_year) = ((*kind).clone(), school_year.clone());
                        gaps.insert(Gap {
                            rule: rule.id.clone(),
                            division: county,
                            period: PeriodName::Window { kind, school_year }.to_string(),
                            gap: "no window published",
                        });
                    }
                }
            }
        }
    }
    gaps.into_iter().collect()
}
