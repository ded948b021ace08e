//! Visits drawn by chance, to call back about.

use tanfang_core::compliance::sample;

/// Visits to call back about, by division.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Sample {
    /// The area.
    pub division: String,
    /// The seed, by which anybody draws the same again.
    pub seed: String,
    /// By division one level below.
    pub places: Vec<PlaceDrawn>,
}

/// What was drawn in a division.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PlaceDrawn {
    /// The division's code.
    pub division: String,
    /// From how many visits.
    pub of: u64,
    /// Those drawn, in the order of their lots.
    pub drawn: Vec<CallBack>,
}

/// A visit to call back about.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CallBack {
    /// The visit's id.
    pub visit: String,
    /// Its day, as `2024-05-10`.
    pub day: String,
    /// How it was made.
    pub mode: String,
    /// The people it names who live there.
    pub people: Vec<String>,
    /// The rules that credited it.
    pub rules: Vec<String>,
}

impl From<sample::Sample> for Sample {
    fn from(drawn: sample::Sample) -> Self {
        Self {
            division: drawn.division,
            seed: drawn.seed,
            places: drawn.places.into_iter().map(PlaceDrawn::from).collect(),
        }
    }
}

impl From<sample::PlaceDrawn> for PlaceDrawn {
    fn from(place: sample::PlaceDrawn) -> Self {
        Self {
            division: place.division,
            of: place.of as u64,
            drawn: place.drawn.into_iter().map(CallBack::from).collect(),
        }
    }
}

impl From<sample::CallBack> for CallBack {
    fn from(call: sample::CallBack) -> Self {
        Self {
            visit: call.visit,
            day: call.day.to_string(),
            mode: call.mode,
            people: call.people,
            rules: call.rules.into_iter().collect(),
        }
    }
}
