//! The rows that compliance, lists and search read.
//!
//! They mirror the cases file of `docs/rule-packs.md`, so that what a county writes down by hand
//! and what a store derives from settled records is judged by the same code. Codes are kept as
//! text: a code from a newer form is a row like any other, it only matches no rule.
//! Intervals include both ends; an absent date is open.

mod time;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use time::{Day, Instant, TimeError};

/// Everything that is known about some units: the whole input of `compliance::report` that
/// comes from records. The order within the lists means nothing, but that of one subject's
/// consent rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Elders and children.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// Who helps whom.
    #[serde(default)]
    pub pairings: Vec<Pairing>,
    /// Who holds which role over which division.
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    /// Agreements, plans and refreshes.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// What happened.
    #[serde(default)]
    pub visits: Vec<Visit>,
    /// Records of a store that give no row, because a value that decides it cannot be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// A record that gives no row: a visit without a time or a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The record's id.
    pub record: String,
    /// The field that cannot be read.
    pub field: String,
    /// The people it names.
    pub subjects: Vec<String>,
}

/// Which of the two groups a subject belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// 老年人.
    Elder,
    /// 儿童.
    Child,
}

/// Days from `from` to `to`, both included; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first day; none is open to the past.
    pub from: Option<Day>,
    /// The last day; none is open to the future.
    pub to: Option<Day>,
}

impl Span {
    /// Says whether the day is within, ends included.
    pub fn holds(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// A code that holds for a time: a category, or the division that somebody lives in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// The code, as the forms write it.
    pub code: String,
    /// The first day; none is open to the past.
    pub from: Option<Day>,
    /// The last day; none is open to the future.
    pub to: Option<Day>,
}

impl Dated {
    /// Gives the days it holds for.
    pub fn span(&self) -> Span {
        Span {
            from: self.from,
            to: self.to,
        }
    }
}

/// A stay in hospital or an institution, an absence, a disappearance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeState {
    /// `hospital`, `institution`, `away` or `missing`.
    pub state: String,
    /// The first day; none is open to the past.
    pub from: Option<Day>,
    /// The last day; none is open to the future: still there.
    pub to: Option<Day>,
    /// The day on which the family was asked about the stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_contacted_on: Option<Day>,
}

/// What somebody said to being visited; of two on one day the later in the list is the later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// `informed_agree`, `informed_refuse`, `guardian_agree` or `not_yet`.
    pub state: String,
    /// The day; none is before every other.
    pub on: Option<Day>,
}

/// A person in the ledger, with the rows that the rules ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The record's id.
    pub id: String,
    /// Elder or child.
    pub group: Group,
    /// The birthday; none means that no age limit can end a category.
    #[serde(default)]
    pub birth_date: Option<Day>,
    /// Where the person lived when; of two rows on one day the one that began later counts.
    #[serde(default)]
    pub divisions: Vec<Dated>,
    /// The household's id; empty where there is none.
    #[serde(default)]
    pub household: String,
    /// When the person was in the ledger; the cases file gives one interval.
    #[serde(default)]
    pub registered: Vec<Span>,
    /// Category rows, `risk_high` and its like among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Dated>,
    /// Stays and absences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<LifeState>,
    /// Consent rows, in the order in which they were said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consent: Vec<Consent>,
    /// The day of death.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub died_on: Option<Day>,
    /// Whether another day of death is written down as well; the earliest is `died_on`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub died_more_than_once: bool,
    /// The day of moving out of this county's care, never a move within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_on: Option<Day>,
    /// A value that these rows were made from has rivals: the shown one counts, the line is
    /// flagged `conflicted`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub conflicted: bool,
}

/// A worker paired with a person (结对帮扶).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// The record's id.
    pub id: String,
    /// The person's id.
    pub subject: String,
    /// The worker's id.
    pub worker: String,
    /// The first day; none is open to the past.
    pub from: Option<Day>,
    /// The last day; none is open to the future.
    pub to: Option<Day>,
}

/// A worker who holds a role over a division and what lies below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The worker's id.
    pub worker: String,
    /// The role's code (`requirements.md`, A-roles).
    pub role: String,
    /// The division's code, 2 to 15 digits.
    pub division: String,
    /// The first day; none is open to the past.
    pub from: Option<Day>,
    /// The last day; none is open to the future.
    pub to: Option<Day>,
    /// When the worker's phone last had everything sent; none where no phone was ever enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sync: Option<Instant>,
}

/// An agreement or a plan that holds for a time, or the day of a refresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The person's id.
    pub subject: String,
    /// `guardian_agreement`, `service_plan` or `refresh`.
    pub kind: String,
    /// The first day; of a refresh its day.
    pub from: Option<Day>,
    /// The last day; none is open to the future.
    pub to: Option<Day>,
}

/// Whether a person named by a visit was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// 见到.
    Met,
    /// 未见到.
    NotMet,
}

/// Somebody who took part in a visit, in one role; two roles of one worker are two of these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Participant {
    /// The worker's id.
    pub worker: String,
    /// The role's code.
    pub role: String,
}

/// A visit, an attempt or a call, with the evidence about its clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The record's id.
    pub id: String,
    /// Everybody it names, each met or not.
    pub subjects: BTreeMap<String, Met>,
    /// How: `home`, `phone` and so on (`forms.md`, B4).
    pub mode: String,
    /// The overall outcome: `met`, `met_family`, `not_met`, `refused`, `moved`, `deceased`.
    pub outcome: String,
    /// When it began, as the person said; its day in UTC+8 decides the period.
    pub started_at: Instant,
    /// When it was written down, by the phone's clock.
    pub recorded_at: Instant,
    /// When the server received it; none on the author's phone until then: it is judged as
    /// received at `as_of` and named under `unsent`.
    #[serde(default)]
    pub received_at: Option<Instant>,
    /// The last time that the phone had heard from the server before it was recorded.
    #[serde(default)]
    pub last_server_time: Option<Instant>,
    /// Where some of the people were written down by another save than others, the clocks of each:
    /// who is added or corrected later is judged by that, and nobody else is. The three above are
    /// then the latest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clocks: BTreeMap<String, Clocks>,
    /// Who was there, in which role.
    #[serde(default)]
    pub participants: Vec<Participant>,
    /// Why it was written down late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill_reason: Option<String>,
    /// What a supervisor said about one that waits for review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
    /// A value that this row was made from has rivals: the shown one counts, flagged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub conflicted: bool,
}

/// When somebody's row of a visit was written down, and by which clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// When it was written down, by the phone's clock.
    pub recorded_at: Instant,
    /// When the server received it.
    #[serde(default)]
    pub received_at: Option<Instant>,
    /// The last time that the phone had heard from the server before.
    #[serde(default)]
    pub last_server_time: Option<Instant>,
}

impl Visit {
    /// The clocks by which a person of the visit is judged.
    pub fn clocks_of(&self, subject: &str) -> Clocks {
        let own = self.clocks.get(subject).copied();
        own.unwrap_or(Clocks {
            recorded_at: self.recorded_at,
            received_at: self.received_at,
            last_server_time: self.last_server_time,
        })
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_includes_both_ends() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let span = Span {
            from: Some(day("2024-05-10")),
            to: Some(day("2024-05-12")),
        };
        let held = |text| span.holds(day(text));
        assert!(
            !held("2024-05-09") && held("2024-05-10") && held("2024-05-12") && !held("2024-05-13")
        );
        assert!(Span::default().holds(Day::MIN));
    }

    #[test]
    fn a_row_survives_being_stored() {
        let visit = Visit {
            id: "v1".into(),
            subjects: BTreeMap::from([("s1".into(), Met::NotMet)]),
            mode: "home".into(),
            outcome: "not_met".into(),
            started_at: Instant(1_715_304_600_000),
            recorded_at: Instant(1_715_304_600_000),
            received_at: None,
            last_server_time: None,
            clocks: BTreeMap::new(),
            participants: vec![Participant {
                worker: "w1".into(),
                role: "child_director".into(),
            }],
            backfill_reason: None,
            confirmed: None,
            conflicted: false,
        };
        let text = serde_json::to_string(&visit).unwrap();
        assert_eq!(serde_json::from_str::<Visit>(&text).unwrap(), visit);
    }
}
