//! What a text may name: people, households, workers, agreements, areas; searched by words.

use std::collections::BTreeSet;

use super::labels::{Labels, Lang};
use super::{App, AppError};
use crate::form::Offered;
use crate::model::area::{Area, AreaLevel};
use crate::model::{AreaCode, RecordId, composed};
use crate::store::{Line, Listing, Tx};

/// The answer that opens a household of its own.
const NEW: &str = "new";

/// Whether the answer is chosen among what this phone holds.
pub(super) fn is_chosen(refers: &str) -> bool {
    kind_of(refers).is_some() || level_of(refers).is_some()
}

/// The kind of record that is named.
fn kind_of(refers: &str) -> Option<&'static str> {
    let kinds = ["person", "household", "worker", "agreement"];
    kinds.into_iter().find(|kind| *kind == refers)
}

/// The level of area that is named: where an area is asked, people live in villages.
fn level_of(refers: &str) -> Option<AreaLevel> {
    match refers {
        "area" => Some(AreaLevel::Village),
        "grid" => Some(AreaLevel::Grid),
        _ => None,
    }
}

impl Labels<'_, '_> {
    /// What a text names, in words; none where the text is all there is to say.
    pub(super) fn named(
        &self,
        refers: &str,
        text: &str,
        lang: Lang,
    ) -> Result<Option<String>, AppError> {
        Ok(match refers {
            "household" if text == NEW => Some(new_household(lang)),
            "area" | "grid" => self.places()?.written(text),
            _ if kind_of(refers).is_some() => Some(self.record(text)?).filter(|name| name != text),
            _ => None,
        })
    }

    /// The short name of an area: its own, without those above it.
    pub(super) fn area_name(&self, code: &str) -> Result<Option<String>, AppError> {
        let area = code.parse().ok();
        let places = self.places()?;
        Ok(area.and_then(|code| Some(places.get(&code)?.name.clone())))
    }
}

impl App {
    pub(super) fn offered_names(
        &self,
        tx: &Tx<'_>,
        refers: &str,
        containing: &str,
        most: usize,
        lang: Lang,
    ) -> Result<Vec<Offered>, AppError> {
        if let Some(level) = level_of(refers) {
            return self.offered_areas(tx, level, containing, most);
        }
        let labels = self.labels(tx)?;
        let listed = |kind: &str| Listing {
            kind: Some(kind.to_owned()),
            search: Some(containing.to_owned()),
            limit: u32::try_from(most).unwrap_or(u32::MAX),
            ..Listing::default()
        };
        match kind_of(refers) {
            Some("household") => {
                let people = tx.lines(&listed("person"))?;
                households(tx, &labels, people, containing.is_empty(), lang)
            }
            Some(kind) => {
                let lines = tx.lines(&listed(kind))?.into_iter();
                lines.map(|line| with_area(&labels, line)).collect()
            }
            None => Ok(Vec::new()),
        }
    }

    /// Areas of a level, those that the worker answers for first.
    fn offered_areas(
        &self,
        tx: &Tx<'_>,
        level: AreaLevel,
        containing: &str,
        most: usize,
    ) -> Result<Vec<Offered>, AppError> {
        let (me, labels) = (self.me(tx)?, self.labels(tx)?);
        let (places, containing) = (labels.places()?, composed(containing));
        let own = |code: &AreaCode| me.held.iter().any(|held| held.area.covers(code));
        let named = |area: &&Area| {
            let code = area.code.as_str();
            let written = || places.written(code).unwrap_or_default();
            containing.is_empty()
                || code.contains(&*containing)
                || composed(&written()).contains(&*containing)
        };
        let of_level = || places.areas().filter(move |area| area.level() == level);
        let first = of_level().filter(|area| own(&area.code)).filter(named);
        let then = of_level().filter(|area| !own(&area.code)).filter(named);
        let offered = first.chain(then).take(most).map(|area| Offered {
            name: area.code.to_string(),
            label: places.written(area.code.as_str()).unwrap_or_default(),
        });
        Ok(offered.collect())
    }
}

fn new_household(lang: Lang) -> String {
    lang.of("新建家庭", "a new household").to_owned()
}

/// A record by its title, with the area that tells it from others of the same name.
fn with_area(labels: &Labels<'_, '_>, line: Line) -> Result<Offered, AppError> {
    let area = match &line.area {
        Some(code) => labels.area_name(code)?,
        None => None,
    };
    Ok(Offered {
        name: line.id.to_string(),
        label: match area {
            Some(area) => format!("{} · {area}", line.title),
            None => line.title,
        },
    })
}

/// The households of these people, each by the first of them; before all a new one, where nobody
/// searches for one.
fn households(
    tx: &Tx<'_>,
    labels: &Labels<'_, '_>,
    people: Vec<Line>,
    all: bool,
    lang: Lang,
) -> Result<Vec<Offered>, AppError> {
    let mut offered = Vec::new();
    if all {
        offered.push(Offered {
            name: NEW.to_owned(),
            label: new_household(lang),
        });
    }
    let mut seen: BTreeSet<RecordId> = BTreeSet::new();
    for person in people {
        let record = tx.record(person.id)?;
        let household = record.as_ref().and_then(|record| record.text("household"));
        let Some(id) = household.and_then(|id| id.parse().ok()) else {
            continue;
        };
        if seen.insert(id) {
            let of = with_area(labels, person)?;
            offered.push(Offered {
                name: id.to_string(),
                label: of.label,
            });
        }
    }
    Ok(offered)
}
