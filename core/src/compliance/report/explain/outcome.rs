//! What would still count, and whose phones are waited for.

use super::super::super::duty::Duty;
use super::super::super::pack::Roles;
use super::super::super::verdict::{State, Verdict};
use super::{Phone, Still};

/// While the line runs: how many visits more, of what kind, until when.
pub(super) fn still(duty: &Duty<'_, '_>, verdict: &Verdict<'_>) -> Option<Still> {
    let until = verdict.due?;
    let missing = (verdict.of.min as usize).saturating_sub(verdict.credited.len());
    Some(Still {
        visits: Some(u32::try_from(missing).unwrap_or(u32::MAX)),
        modes: verdict.of.modes.to_vec(),
        outcomes: duty
            .outcomes
            .iter()
            .map(|code| (*code).to_owned())
            .collect(),
        roles: match &duty.rule.roles {
            Roles::Any => Vec::new(),
            Roles::OneOf(roles) => roles.clone(),
        },
        document: None,
        until,
    })
}

/// Whose phones the state waits for, or the flag `unsynced` names.
pub(super) fn waits_for(duty: &Duty<'_, '_>, verdict: &Verdict<'_>) -> Vec<Phone> {
    if verdict.state != State::Unsynced && !verdict.flags.contains(&"unsynced") {
        return Vec::new();
    }
    let phones = duty.phones_waited_for(&verdict.of, verdict.end);
    let phone = |(worker, at): (String, crate::facts::rows::Instant)| Phone {
        worker,
        last_sync: at.to_local_string(),
    };
    phones.into_iter().map(phone).collect()
}
