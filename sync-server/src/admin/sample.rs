//! `compliance sample`

use serde_json::Value as Json;
use tanfang_core::compliance::sample::{Draw, Sample, sample};
use tanfang_core::compliance::{Query, report};
use tanfang_core::model::content_hash;

use super::compliance::{must_know, read_instant, read_periods};
use super::verbs::SampleArgs;
use super::{AdminProblem, Said};
use crate::server::Server;

/// How much of a seed made by chance is shown: enough that nobody tries them out.
const SEED_LETTERS: usize = 16;

/// Draws visits to call back about; what was drawn, by which seed, is audited.
pub(super) fn draw(server: &mut Server, asked: &SampleArgs) -> Result<Said, AdminProblem> {
    let as_of = read_instant(server, asked.as_of.as_deref())?;
    let (grounds, chance) = server.read(|turn| {
        let chance = content_hash(turn.fresh_id().bytes());
        Ok::<_, AdminProblem>((turn.grounds()?, chance))
    })?;
    must_know(&asked.area, &grounds.list, &grounds.facts)?;
    let given = asked.seed.clone();
    let draw = Draw {
        division: asked.area.to_string(),
        seed: given.unwrap_or_else(|| chance.chars().take(SEED_LETTERS).collect()),
        each: usize::from(asked.each),
    };
    let query = Query {
        divisions: Some(vec![draw.division.clone()]),
        periods: read_periods(asked.period.as_deref(), &grounds.calendar)?,
        ..Query::default()
    };
    let (facts, packs) = (&grounds.facts, &grounds.packs);
    let lines = report(facts, packs, &grounds.calendar, as_of, &query).lines;
    let drawn = sample(facts, &lines, &draw);
    // The hash of the seed: an audit log holds no text that somebody typed.
    let seed = content_hash(draw.seed.as_bytes());
    server.write(|turn| {
        let what = format!("{} {} {seed}", drawn.division, drawn.each);
        turn.audit("sample", &what)
    })?;
    Ok(Said {
        printed: Some(drawn.to_json()),
        ..Said::new(Json::Null, in_lines(&drawn))
    })
}

fn in_lines(drawn: &Sample) -> Vec<String> {
    let mut lines = vec![format!("{}  种子 seed {}", drawn.division, drawn.seed)];
    for place in &drawn.places {
        let (many, of) = (place.drawn.len(), place.of);
        lines.push(format!("■ {}  {many}/{of}", place.division));
        for call in &place.drawn {
            let people = call.people.join(" ");
            lines.push(format!(
                "  {}  {}  {}  {people}",
                call.visit, call.day, call.mode
            ));
        }
    }
    lines
}
