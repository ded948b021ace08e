//! What a form is checked with besides its answers.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Answer;
use super::definition::NodeKind;
use crate::expr::Now;
use crate::model::{Compartment, WallTime};

/// The table of those whom the answers name: phone and server fill it.
pub(super) const SUBJECT: &str = "subject";

/// Time, language, rights and tables: everything from outside that an answer may depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// What `today()` and `now()` say.
    pub now: WallTime,
    /// The person's language: `zh`, `en`.
    pub lang: String,
    /// The compartments that this reader holds; none says all. A question of another is neither
    /// asked nor required, and a rule that reads one is not evaluated.
    pub held: Option<BTreeSet<Compartment>>,
    /// The rows of `instance('subject')`; `docs/form-format.md` says which columns.
    pub subject: Vec<BTreeMap<String, String>>,
    /// The rows of other tables beside the form, by `instance('name')`.
    pub tables: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// Where `random()`, `uuid()` and an unseeded `randomize()` draw from: the same seed draws the
    /// same. None draws nothing: what a calculation drew before stays.
    pub chance: Option<[u8; 16]>,
    /// True where the answers make a new record: defaults are filled in.
    pub creating: bool,
    /// What `username` says.
    pub username: String,
    /// What `deviceid` says.
    pub deviceid: String,
}

impl Context {
    /// A new record, in Chinese, with everything held and no subjects.
    pub fn creating(now: WallTime) -> Context {
        Context {
            now,
            lang: "zh".to_owned(),
            held: None,
            subject: Vec::new(),
            tables: BTreeMap::new(),
            chance: None,
            creating: true,
            username: String::new(),
            deviceid: String::new(),
        }
    }

    /// The same for a record that exists.
    pub fn editing(now: WallTime) -> Context {
        Context {
            creating: false,
            ..Context::creating(now)
        }
    }

    pub(super) fn clock(&self) -> Now {
        Now {
            ms: self.now.millis,
            offset_minutes: i32::from(self.now.offset_minutes),
        }
    }

    pub(super) fn holds(&self, compartment: Compartment) -> bool {
        self.held
            .as_ref()
            .is_none_or(|held| held.contains(&compartment))
    }

    /// What the phone itself answers.
    pub(super) fn fill_in(&self, kind: NodeKind) -> Answer {
        let text = |text: &str| match text {
            "" => Answer::Empty,
            _ => Answer::Text(text.to_owned()),
        };
        match kind {
            NodeKind::Today => Answer::Date(self.clock().today()),
            NodeKind::Username => text(&self.username),
            NodeKind::Deviceid => text(&self.deviceid),
            NodeKind::Start | NodeKind::End => Answer::Moment(self.clock().moment()),
            _ => Answer::Empty,
        }
    }
}
