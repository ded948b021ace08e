//! The guard at the desk: what may not be asked, with the row that asks it.

use super::problem::SourceProblem;
use super::source::Source;
use crate::form::{Form, FormBurden, Told};

impl Source {
    /// What the form of this source asks and may not ([`Form::burdens`]), each with its row and the
    /// article. A county publishes no such form.
    pub fn burdens(&self, form: &Form) -> Vec<SourceProblem> {
        let found = form.burdens();
        let mut problems: Vec<SourceProblem> = found.iter().map(|one| self.told(one)).collect();
        problems.sort_by_key(|problem| problem.row);
        problems
    }

    fn told(&self, found: &FormBurden) -> SourceProblem {
        let sheet = match found.column {
            "form_title" => "settings",
            "list_name" => "choices",
            _ => "survey",
        };
        let row = match sheet {
            "survey" => self.row_naming(&found.name),
            _ => 0,
        };
        let said = |lang| {
            let burden = found.burden.message(lang);
            match (&found.other, found.name.as_str(), lang) {
                (Some(other), name, "zh") => format!("“{name}”已在 {other} 问过:{burden}"),
                (Some(other), name, _) => {
                    format!("\"{name}\" is asked as {other} already: {burden}")
                }
                (None, "", _) => burden,
                (None, name, "zh") => format!("“{name}”:{burden}"),
                (None, name, _) => format!("\"{name}\": {burden}"),
            }
        };
        let told = Told {
            zh: said("zh"),
            en: said("en"),
        };
        SourceProblem {
            code: found.burden.code(),
            ..SourceProblem::new(sheet, row, found.column, told)
        }
    }
}
