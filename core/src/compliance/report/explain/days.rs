//! The eligible days of each person of a unit, and why the others are not.

use serde::Serialize;

use super::super::super::days::Days;
use super::super::super::duty::{Duty, Ground, grounds};
use super::super::super::index::days_within;
use crate::facts::rows::Day;

/// A person's days in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberDays {
    /// The subject's id.
    pub subject: String,
    /// The eligible days, as intervals with both ends.
    pub eligible: Vec<(Day, Day)>,
    /// How many they are.
    pub days: i64,
    /// The other days of the period.
    pub others: Vec<NotEligible>,
}

/// Days on which somebody was not eligible; of several grounds the first is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotEligible {
    /// The first of them.
    pub from: Day,
    /// The last.
    pub to: Day,
    /// Why.
    pub why: Ground,
}

/// Gives the days of each member from the first to the last; within the area, where there is one.
pub(super) fn members(
    duty: &Duty<'_, '_>,
    first: Day,
    last: Day,
    area: &[String],
) -> Vec<MemberDays> {
    let of = |subject: &&crate::facts::rows::Subject| {
        let category = duty.rule.category.days(subject);
        let mut grounds: Vec<(Ground, Days)> = grounds(subject, &category, duty.unit.pairing)
            .map(|(ground, days)| (ground, days.into_owned()))
            .collect();
        // The weightiest first: who died is not told to be registered.
        grounds.sort_by_key(|(ground, _)| *ground);
        if !area.is_empty() {
            grounds.push((Ground::OutsideDivision, days_within(subject, area)));
        }
        let mut rest = Days::between(first, last);
        let mut others = Vec::new();
        for (why, days) in grounds {
            let lost = rest.without(&days);
            let spans = lost.spans().iter();
            others.extend(spans.map(|(from, to)| NotEligible {
                from: *from,
                to: *to,
                why,
            }));
            rest = rest.and(&days);
        }
        others.sort_by_key(|other| other.from);
        MemberDays {
            subject: subject.id.clone(),
            eligible: rest.spans().to_vec(),
            days: rest.count(),
            others,
        }
    };
    duty.unit.members.iter().map(of).collect()
}
