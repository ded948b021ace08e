//! Rule packs: what a county's documents ask, as data.
//!
//! A pack is one JSON file (`docs/rule-packs.md`). The built-in ones lie in `core/packs`; a county
//! activates some of them and sets parameters.

mod params;
mod read;

use super::calendar::Cadence;
use super::category::Category;
use super::codes;
use super::json::{Misfit, Wrong};
use crate::facts::rows::Day;

pub use params::Params;

/// A version of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The id, which versions share.
    pub id: String,
    /// The version, counted up.
    pub version: u32,
    /// The title in Chinese.
    pub title_zh: String,
    /// The title in English.
    pub title_en: String,
    /// The first day on which a period may begin to be judged by it; none is always.
    pub valid_from: Option<Day>,
    /// The last day on which a period may begin to be judged by it; none is always.
    pub valid_to: Option<Day>,
    /// The parameters, with the county's overrides where it has any.
    pub params: Params,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// One rule: who must do what for whom how often, by which article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id, as `LC-R2`.
    pub id: String,
    /// The document that says so.
    pub document: String,
    /// The article in it.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// Whose visits count.
    pub roles: Roles,
    /// Who answers for it where that is not the role.
    pub duty_bearer: Option<String>,
    /// What an obligation is about.
    pub unit: UnitKind,
    /// Which people.
    pub category: Category,
    /// The modes that count.
    pub modes: Vec<String>,
    /// The modes that count besides if the county's parameter `optional_modes` says so.
    pub modes_optional: Vec<String>,
    /// The outcomes that count.
    pub outcomes: Vec<String>,
    /// What is asked.
    pub demand: Demand,
    /// How strongly the document words it.
    pub strength: String,
    /// As of the pack, for this rule alone.
    pub valid_from: Option<Day>,
    /// As of the pack, for this rule alone.
    pub valid_to: Option<Day>,
}

/// Whose visits count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roles {
    /// `any`, or no role said: any participant, whether or not the role is held.
    Any,
    /// One of these.
    OneOf(Vec<String>),
}

/// What an obligation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// A subject.
    Person,
    /// A household, for its children.
    Household,
    /// A pairing.
    Pairing,
    /// A grid: nothing here is judged.
    Grid,
    /// An emergency: nothing here is judged.
    Emergency,
}

/// What a rule asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// `min` visits in each period; of events, what the event says.
    Visits {
        /// How many, where the rule says.
        min: Option<u32>,
        /// In which periods.
        periods: Vec<Recurrence>,
    },
    /// A document that holds on the day.
    Existence {
        /// Its kind.
        document: String,
    },
    /// A refresh in each period.
    Refresh {
        /// How often.
        cadence: Cadence,
    },
    /// A visit within workdays of the unit's coming into the ledger and under the rule.
    FirstVisit {
        /// How many workdays.
        workdays: u32,
    },
    /// A visit within hours of what happened to the unit.
    WithinHours {
        /// What happened: `subject.grave_change`.
        trigger: String,
        /// How many hours.
        hours: u32,
    },
    /// A report at once (第一时间); a report of this house has no state for it.
    AtOnce {
        /// What happened: `emergency.found`.
        trigger: String,
    },
    /// Sheets that the house writes from what is known; nobody types them.
    Task {
        /// How often each is due.
        sheets: Vec<Cadence>,
    },
    /// No number: shown with the day last seen, never judged.
    Unquantified,
    /// A trigger or unit that these facts do not have: gives nothing.
    Elsewhere,
}

impl Demand {
    /// Whether somebody has to see the unit; the others ask for papers and sheets.
    pub fn is_by_visit(&self) -> bool {
        matches!(
            self,
            Demand::Visits { .. } | Demand::FirstVisit { .. } | Demand::WithinHours { .. }
        )
    }
}

/// When a rule asks again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recurrence {
    /// In each period of the calendar.
    Every(Cadence),
    /// In each published window of this kind.
    Window(String),
    /// In each published event of this kind.
    Event(String),
}

/// Why packs cannot be used together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The file is no pack.
    #[error("pack {pack}: {misfit}")]
    Unreadable {
        /// Which: its id, or the number of the file in the order given.
        pack: String,
        /// What is wrong.
        misfit: Misfit,
    },
    /// Two packs have a rule of one id, so that a line would not say which.
    #[error("the packs {first} and {second} both have a rule `{rule}`")]
    RuleTwice {
        /// The rule's id.
        rule: String,
        /// One pack.
        first: String,
        /// The other.
        second: String,
    },
}

const BUILT_IN: &[(&str, &str)] = &[
    (
        "yn-lincang-2024",
        include_str!("../../packs/yn-lincang-2024.json"),
    ),
    ("ah-2024", include_str!("../../packs/ah-2024.json")),
    ("cn-2022-73", include_str!("../../packs/cn-2022-73.json")),
    (
        "cn-2024-migrant",
        include_str!("../../packs/cn-2024-migrant.json"),
    ),
    (
        "gs-jingtai-2022",
        include_str!("../../packs/gs-jingtai-2022.json"),
    ),
    (
        "js-taizhou-2021",
        include_str!("../../packs/js-taizhou-2021.json"),
    ),
    ("nm-2022", include_str!("../../packs/nm-2022.json")),
    (
        "zj-hangzhou-DB3301T0460",
        include_str!("../../packs/zj-hangzhou-DB3301T0460.json"),
    ),
];

impl Pack {
    /// Reads a pack file; anything it does not know is an error with its place.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, Misfit> {
        read::pack(text, false).map_err(|mut found| match found.is_empty() {
            true => Misfit {
                place: "the file".to_owned(),
                wrong: Wrong::Missing("rules"),
            },
            false => found.remove(0),
        })
    }

    /// Reads a pack file that a county wants to activate: as [`Pack::parse`], and it may ask nothing
    /// that burdens those who work ([`crate::burden`]).
    ///
    /// # Errors
    /// Everything that is wrong, each with its place, in the order of the file.
    pub fn check(text: &str) -> Result<Self, Vec<Misfit>> {
        read::pack(text, true)
    }

    /// The JSON Schema (draft 2020-12) of a pack file. It refuses what a schema can: whether codes
    /// are known and fields are there, not whether they make sense together.
    pub fn schema() -> &'static str {
        include_str!("../../packs/pack.schema.json")
    }

    /// Gives the ids of the built-in packs.
    pub fn built_in_ids() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(id, _)| *id)
    }

    /// Gives the file of a built-in pack, for publishing.
    pub fn built_in_text(id: &str) -> Option<&'static str> {
        BUILT_IN
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, text)| *text)
    }

    /// Gives a built-in pack; a test reads each of them, so none is ever unreadable.
    pub fn built_in(id: &str) -> Option<Self> {
        Pack::built_in_text(id).and_then(|text| Pack::parse(text).ok())
    }

    /// Says whether no two of these packs, versions of one pack apart, share a rule's id.
    pub fn check_together(packs: &[Pack]) -> Result<(), PackError> {
        let mut seen = std::collections::BTreeMap::new();
        for pack in packs {
            for rule in &pack.rules {
                let first = *seen.entry(rule.id.as_str()).or_insert(pack.id.as_str());
                if first != pack.id {
                    return Err(PackError::RuleTwice {
                        rule: rule.id.clone(),
                        first: first.to_string(),
                        second: pack.id.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl Rule {
    /// Gives the modes that count under these parameters.
    pub fn counted_modes(&self, params: &Params) -> Vec<&str> {
        let optional = self.modes_optional.iter().filter(|_| params.optional_modes);
        let mut modes: Vec<&str> = self
            .modes
            .iter()
            .chain(optional)
            .map(String::as_str)
            .collect();
        if modes.is_empty() {
            modes.extend(codes::LIVE_MODES);
        }
        modes
    }

    /// Gives the outcomes that count; a rule that names none asks that the person was met.
    pub fn counted_outcomes(&self) -> Vec<&str> {
        match self.outcomes.is_empty() {
            true => vec!["met"],
            false => self.outcomes.iter().map(String::as_str).collect(),
        }
    }
}

impl Roles {
    /// Says whether a visit in this role may count.
    pub fn include(&self, role: &str) -> bool {
        match self {
            Roles::Any => true,
            Roles::OneOf(roles) => roles.iter().any(|known| known == role),
        }
    }
}

/// Says what is wrong with a pack named in a list.
pub(crate) fn unknown_pack(id: &str) -> Wrong {
    let known: Vec<&'static str> = Pack::built_in_ids().collect();
    Wrong::UnknownCode {
        code: id.to_string(),
        of: "built-in pack",
        likely: super::json::nearest(id, &known),
    }
}

#[cfg(test)]
mod tests;
