//! One press of the button, as a shell calls it: draft, check by the visit's form, split, store.

use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use stories::world::{VILLAGE, elder, visit};
use tanfang_core::app::{App, Doors};
use tanfang_core::model::Clock;

use crate::device::{BenchClock, BenchRng, BenchVault};

const ROLE: &str = "village_committee";

/// Enrols a phone of a village, writes an elder's card, then so many visits one by one; the
/// middle, the ninety-ninth of a hundred and the slowest in milliseconds.
#[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
pub fn measure(home: &Path, server: &str, code: &str, visits: usize) -> Json {
    std::fs::create_dir_all(home).expect("the folder can be made");
    let doors = Doors {
        vault: Arc::new(BenchVault::in_folder(home)),
        clock: Arc::new(BenchClock),
        rng: Arc::new(BenchRng::seeded(home)),
    };
    let app = App::open(home, doors).expect("the phone opens");
    let worker = app.enrol(server, code).expect("the code is taken").worker;
    app.sync().expect("forms and areas come");
    let card = elder("测试甲", VILLAGE);
    let card = card.as_object().expect("answers are an object");
    let saved = app.new_record("elder_card", card, None);
    let person = saved.expect("the card is whole").id;
    let today = BenchClock.now().rfc3339();
    let answers = visit(&today, &[(&person, "met")], &[(&worker, ROLE)]);
    let answers = answers.as_object().expect("answers are an object");
    let mut millis: Vec<f64> = (0..visits)
        .map(|_| {
            let start = Instant::now();
            app.new_record("visit", answers, None)
                .expect("the visit is whole");
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    millis.sort_by(f64::total_cmp);
    let at = |share: usize| millis.get((millis.len() * share / 100).min(millis.len() - 1));
    json!({ "visits": visits, "p50_ms": at(50), "p99_ms": at(99), "max_ms": millis.last() })
}
