//! `--now`: a clock that shows another time, for demonstrations only.

use std::sync::Arc;

use tanfang_core::facts::rows::{Day, Instant};
use tanfang_core::model::{Clock, WallTime};

use super::AdminProblem;
use crate::door::SystemClock;

/// The system's clock, or one that starts at `now`.
pub(super) fn clock(now: Option<&str>, demo: bool) -> Result<Arc<dyn Clock>, AdminProblem> {
    let Some(text) = now else {
        return Ok(Arc::new(SystemClock::new()));
    };
    if !demo {
        return Err(AdminProblem::NotADemo);
    }
    let now = time(text).ok_or_else(|| AdminProblem::NotATime(text.to_owned()))?;
    Ok(Arc::new(SystemClock::starting_at(WallTime::beijing(now.0))))
}

/// The time that a verb without a server works at: `--now`, else the system's.
pub(super) fn shown(now: Option<&str>) -> Result<WallTime, AdminProblem> {
    match now {
        None => Ok(SystemClock::new().now()),
        Some(text) => match time(text) {
            Some(now) => Ok(WallTime::beijing(now.0)),
            None => Err(AdminProblem::NotATime(text.to_owned())),
        },
    }
}

/// An instant, or the beginning of a day in UTC+8.
fn time(text: &str) -> Option<Instant> {
    text.parse::<Instant>()
        .ok()
        .or_else(|| text.parse::<Day>().ok().map(Day::begins))
}
