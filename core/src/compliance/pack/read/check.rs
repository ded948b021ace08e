//! Whether a rule can be judged as it says, and whether two ask the same.

use super::super::super::category::Category;
use super::super::super::json::{At, Fields, Found, Misfit, Words, Wrong};
use super::super::{Demand, Recurrence, Rule, UnitKind};
use super::asks_visits;
use crate::burden::Burden;

const PAIRED: Words = Words::new(
    "单位 pairing 与类别 pair.active 须同时使用",
    "the unit `pairing` and the category `pair.active` go together",
);
const SOMEBODY: Words = Words::new(
    "走访的单位须为 person、household 或 pairing",
    "visits are asked for a person, household or pairing",
);
const ALONE: Words = Words::new(
    "日历周期只能单独写一个",
    "a period of the calendar stands alone",
);
const OF_A_PERSON: Words = Words::new(
    "文书只能要求到每个人(unit 写 person)",
    "a document is asked of a person",
);

/// Refuses a rule that could never be judged as it says.
pub(super) fn makes_sense(at: &At<'_>, fields: &Fields<'_>, rule: &Rule) -> Result<(), Misfit> {
    let told = |at: &At<'_>, words: Words| at.other(words.zh, words.en);
    let paired = rule.category == Category::PairActive;
    let elsewhere = matches!(
        rule.demand,
        Demand::Elsewhere | Demand::AtOnce { .. } | Demand::Task { .. }
    );
    if paired != (rule.unit == UnitKind::Pairing) && !elsewhere {
        return told(at, PAIRED);
    }
    let of_people = matches!(
        rule.unit,
        UnitKind::Person | UnitKind::Household | UnitKind::Pairing
    );
    if asks_visits(&rule.demand) && !of_people {
        return told(&fields.need("unit")?, SOMEBODY);
    }
    match &rule.demand {
        Demand::Visits { min, periods } => {
            if periods.is_empty() {
                return at.wrong(Wrong::Missing("period"));
            }
            let every = |one: &Recurrence| matches!(one, Recurrence::Every(_));
            if periods.len() > 1 && periods.iter().any(every) {
                return told(&fields.need("period")?, ALONE);
            }
            let by_event = |period: &Recurrence| matches!(period, Recurrence::Event(_));
            if min.is_none() && !periods.iter().all(by_event) {
                return at.wrong(Wrong::Missing("min"));
            }
        }
        Demand::Existence { .. } | Demand::Refresh { .. } if rule.unit != UnitKind::Person => {
            return told(&fields.need("unit")?, OF_A_PERSON);
        }
        _ => {}
    }
    match (rule.modes.is_empty(), rule.outcomes.is_empty()) {
        (true, _) if asks_visits(&rule.demand) => at.wrong(Wrong::Missing("modes")),
        (_, true) if asks_visits(&rule.demand) => at.wrong(Wrong::Missing("outcomes")),
        _ => Ok(()),
    }
}

/// Finds rules that ask the very same of the very same people by another name: those who work would
/// be asked twice.
pub(super) fn alike(rules: &[Rule], listed: &At<'_>, found: &mut Found) {
    for (at, rule) in rules.iter().enumerate() {
        let same = |other: &Rule| {
            let visits = matches!(
                rule.demand,
                Demand::Visits { .. } | Demand::FirstVisit { .. }
            );
            let papers = matches!(
                rule.demand,
                Demand::Existence { .. } | Demand::Refresh { .. }
            );
            let asks = (&rule.demand, &rule.roles, rule.unit, &rule.category);
            (visits || papers)
                && asks == (&other.demand, &other.roles, other.unit, &other.category)
                && (&rule.modes, &rule.outcomes) == (&other.modes, &other.outcomes)
                && (rule.valid_from, rule.valid_to) == (other.valid_from, other.valid_to)
                && rule.id != other.id
        };
        if rules[..at].iter().any(same) {
            let place = At {
                place: format!("{}[{at}]", listed.place),
                value: listed.value,
            };
            found.of(place.wrong::<()>(Wrong::Burden(Burden::AskedTwice)));
        }
    }
}
