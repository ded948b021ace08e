//! What is drawn or counted of what this phone holds: call-backs.

use super::compliance::{asked_area, asked_for};
use super::{App, AppError, Asked};
use crate::compliance::report;
use crate::compliance::sample::{Draw, Sample, sample};

const NO_AREA: &str = "请写明区划 / say of which area: the code of a county, township or village";

impl App {
    /// Draws visits by chance, of those that the report over this phone's units credits, the same
    /// number in each division below the area: for a supervisor to call back about. The same seed
    /// draws the same visits here and on the server, where both hold the same.
    ///
    /// # Errors
    /// [`AppError::Asked`] where no area is named or it is not known.
    pub fn sample(&self, asked: &Asked, seed: &str, each: usize) -> Result<Sample, AppError> {
        let at = self.asked_at(asked.as_of.as_deref())?;
        self.read(|tx| {
            let held = self.held(tx)?;
            let area = asked_area(tx, asked)?;
            let area = area.ok_or_else(|| asked_for(NO_AREA.to_owned()))?;
            let query = held.query(Some(&area), asked.period.as_deref())?;
            let found = report(&held.facts, &held.packs, &held.calendar, at, &query);
            let draw = Draw {
                division: area.to_string(),
                seed: seed.to_owned(),
                each,
            };
            Ok(sample(&held.facts, &found.lines, &draw))
        })
    }
}
