//! Who has not been seen, by which article.
//!
//! [`report`] is one pure function over [`crate::facts::rows::Facts`]: on a phone for what it
//! holds, on the server for a county, in the same words. What it answers is proved by worked
//! cases ([`cases`]), which a county can write itself (`docs/rule-packs.md`).
//!
//! | room | what it holds |
//! |---|---|
//! | [`codes`], [`division`], [`calendar`], [`category`] | the words that packs use |
//! | [`pack`] | a county's documents as data |
//! | `index`, `roster`, `days` | the facts, looked up |
//! | `succession` | divisions that were merged or renamed |
//! | `duty`, `obligation` | a rule for a unit; its periods, eligible days, graces |
//! | `credit`, `excuse`, `verdict`, `document` | which visits count, who is excused, the state |
//! | `today` | the day of a report, which notes until when an answer holds |
//! | [`report`] | the lines, of parts each about one unit; why each is as it is |
//! | `kept` | parts that are kept between reports, and what a change concerns |
//! | [`frozen`] | the figures of a report day, kept; what is known otherwise since |
//! | [`sample`] | visits drawn by chance, to call back about |
//! | [`indicators`] | 底数清、情况明、数据准、可追溯 |
//! | `tasks` | sheets that are written from what is known |
//! | [`cases`] | worked cases: read, run |

pub mod calendar;
pub mod cases;
pub mod category;
pub mod codes;
pub mod division;
pub mod pack;

mod credit;
mod days;
mod document;
mod duty;
mod excuse;
pub mod frozen;
mod index;
pub mod indicators;
mod json;
mod kept;
#[cfg(test)]
mod made;
mod obligation;
mod published;
mod report;
mod roster;
pub mod sample;
mod shared;
pub mod statistics;
mod succession;
mod tasks;
mod today;
mod verdict;

pub use calendar::{
    Calendar, CalendarRow, CalendarRowError, Event, NotAPeriod, Period, PeriodName, Window,
    period_in_words,
};
pub use duty::Ground;
pub use excuse::{Excuse, Reason, Short};
pub use json::{Misfit, Words, Wrong};
pub use kept::{Kept, PackedPart, Rules, concerned, concerned_by_assignment, concerned_by_visit};
pub use pack::{Pack, PackError, Params, Rule};
pub use published::{as_of, published};
pub use report::{
    AreaCoverage, Coverage, Explanation, Fate, Gap, Language, Line, MemberDays, NotEligible,
    NotSeen, PaperAccount, PaperFate, Periods, Phone, Problem, Query, Question, Report, Still,
    VisitAccount, coverage_by_area, due_within, explain, first_due, report,
};
pub use roster::Handover;
pub use shared::Shared;
pub use succession::{Renamed, succeeded};
pub use tasks::{Says, Sheet, ToSee, sheets};
pub use verdict::State;
