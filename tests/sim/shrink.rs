//! A failing schedule, made as short as it still fails.

use crate::event::Schedule;
use crate::play::play;
use crate::template::Templates;

/// Drops events, in halves and then one by one, while the same rule still breaks.
pub fn shrink(templates: &Templates, schedule: &Schedule, rule: &str) -> Schedule {
    let fails = |schedule: &Schedule| {
        let broken = play(templates, schedule).broken;
        broken.is_some_and(|broken| broken.rule == rule)
    };
    let mut best = schedule.clone();
    let mut size = best.events.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let mut dropped = false;
        while at < best.events.len() {
            let mut shorter = best.clone();
            let end = (at + size).min(shorter.events.len());
            shorter.events.drain(at..end);
            if fails(&shorter) {
                best = shorter;
                dropped = true;
            } else {
                at += size;
            }
        }
        match (size, dropped) {
            (1, false) => return best,
            (1, true) => {}
            _ => size = size.div_ceil(2).max(1),
        }
    }
}
