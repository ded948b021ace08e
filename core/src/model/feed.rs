//! Feeds: the streams in which parts travel, each seen whole or not at all.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use super::area::AreaCode;
use super::field::Compartment;
use super::ids::{RecordId, WorkerId};

/// A feed. Its text form is `530999201201/contact`, `worker/ID`, `case/ID`, `530999/roster`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Feed {
    /// What is said of households of one village (12 digits) or grid (15), in one compartment;
    /// with [`Compartment::Roster`] a county's workers and assignments.
    Area(AreaCode, Compartment),
    /// A worker's pairings and the `contact` of those paired.
    Worker(WorkerId),
    /// One case of protection; its readers are listed in the case.
    Case(RecordId),
}

/// A text that names no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a feed: AREA/COMPARTMENT, worker/ID or case/ID")]
pub struct NotAFeed;

/// A place in a feed, given in commit order, from 1.
pub type Position = u64;

impl Feed {
    /// Whether what hangs on a record of this feed travels in that one: an area's other compartments,
    /// the same worker's, the same case's.
    pub fn travels_with(&self, other: &Feed) -> bool {
        match (self, other) {
            (Feed::Area(one, _), Feed::Area(two, _)) => one == two,
            _ => self == other,
        }
    }
}

impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Feed::Area(area, compartment) => write!(f, "{area}/{}", compartment.as_str()),
            Feed::Worker(id) => write!(f, "worker/{id}"),
            Feed::Case(id) => write!(f, "case/{id}"),
        }
    }
}

impl FromStr for Feed {
    type Err = NotAFeed;
    fn from_str(text: &str) -> Result<Self, NotAFeed> {
        let (left, right) = text.split_once('/').ok_or(NotAFeed)?;
        match left {
            "worker" => right.parse().map(Feed::Worker).map_err(|_| NotAFeed),
            "case" => right.parse().map(Feed::Case).map_err(|_| NotAFeed),
            _ => {
                let area = left.parse::<AreaCode>().map_err(|_| NotAFeed)?;
                Compartment::parse(right)
                    .map(|c| Feed::Area(area, c))
                    .ok_or(NotAFeed)
            }
        }
    }
}

impl TryFrom<String> for Feed {
    type Error = NotAFeed;
    fn try_from(text: String) -> Result<Self, NotAFeed> {
        text.parse()
    }
}

impl From<Feed> for String {
    fn from(feed: Feed) -> String {
        feed.to_string()
    }
}
