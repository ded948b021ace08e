//! XLSForm sources, written as Markdown tables the way pyxform's `xls2xform` reads them.

mod columns;
mod markdown;
mod policy;
mod settings;
mod survey;

use thiserror::Error;

use super::Form;
use super::definition::{Choice, Definition};
use super::linked::LinkFault;
use markdown::Sheet;

/// What is wrong with a source, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{sheet}, line {row}, {column}: {message}{}", .likely.as_ref().map(|l| format!(" (did you mean {l}?)")).unwrap_or_default())]
pub struct SourceProblem {
    /// `survey`, `choices`, `settings`.
    pub sheet: &'static str,
    /// Line of the source text, from 1; 0 where the sheet as a whole is meant.
    pub row: usize,
    /// The column's header, empty where the row as a whole is meant.
    pub column: String,
    /// A word for programs: `table` for what a sheet, row or cell lacks or must not hold, `name`,
    /// `reference` for a name or list that is nowhere, `expression`, `form`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// The word that was probably meant.
    pub likely: Option<String>,
}

impl SourceProblem {
    fn new(sheet: &'static str, row: usize, column: &str, message: impl Into<String>) -> Self {
        Self {
            sheet,
            row,
            column: column.to_owned(),
            code: "table",
            message: message.into(),
            likely: None,
        }
    }

    fn meaning<'a>(mut self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        self.likely = crate::expr::likely(wrong, known);
        self
    }
}

impl Form {
    /// Compiles XLSForm written as Markdown tables.
    ///
    /// # Errors
    /// Every problem of the source at once, each with sheet, line and column.
    pub fn compile(markdown: &str) -> Result<Form, Vec<SourceProblem>> {
        let sheets = markdown::read(markdown)?;
        let mut problems = Vec::new();
        let settings = settings::read(&sheets, &mut problems);
        let survey = survey::read(sheets.get("survey"), &settings, &mut problems);
        let lists = choices(sheets.get("choices"), &mut problems);
        let mut definition = Definition {
            format: 1,
            id: settings.id,
            version: settings.version,
            kind: survey.kind,
            languages: survey.languages,
            default_language: settings.default_language,
            titles: settings.titles,
            instances: survey.instances,
            lists,
            nodes: survey.nodes,
        };
        definition.format = definition.format_needed();
        policy::check_groups(&definition, &survey.lines, &mut problems);
        let formed = Form::of(definition);
        if let Err(faults) = &formed {
            let sound = problems.is_empty();
            // Beside a row that could not be read, a name that is nowhere may be that row's.
            let own = faults.iter().filter(|fault| sound || !fault.follows());
            problems.extend(own.map(|fault| located(fault, &survey.lines)));
            problems.sort_by_key(|problem| problem.row);
        }
        match formed {
            Ok(form) if problems.is_empty() => Ok(form),
            _ => Err(problems),
        }
    }
}

fn located(fault: &LinkFault, lines: &[usize]) -> SourceProblem {
    SourceProblem {
        sheet: "survey",
        row: fault
            .node
            .and_then(|node| lines.get(node).copied())
            .unwrap_or(0),
        column: fault.part.to_owned(),
        code: fault.code,
        message: fault.message.clone(),
        likely: fault.likely.clone(),
    }
}

/// The code lists of the choices sheet.
fn choices(
    sheet: Option<&Sheet>,
    problems: &mut Vec<SourceProblem>,
) -> std::collections::BTreeMap<String, Vec<Choice>> {
    let mut lists = std::collections::BTreeMap::<String, Vec<Choice>>::new();
    let Some(sheet) = sheet else { return lists };
    for (header, _) in &sheet.columns {
        if !matches!(header.as_str(), "list_name" | "list name" | "name")
            && columns::language(header, "label").is_none()
        {
            problems.push(
                SourceProblem::new(
                    "choices",
                    sheet.line,
                    header,
                    "this column is not known; remove it",
                )
                .meaning(header, ["list_name", "name", "label"]),
            );
        }
    }
    for row in &sheet.rows {
        let list = row.get("list_name").or_else(|| row.get("list name"));
        let (Some(list), Some(name)) = (list, row.get("name")) else {
            problems.push(SourceProblem::new(
                "choices",
                row.line,
                "list_name",
                "a choice needs list_name and name",
            ));
            continue;
        };
        if name.contains(char::is_whitespace) {
            problems.push(SourceProblem::new(
                "choices",
                row.line,
                "name",
                "a code has no spaces; use _",
            ));
        }
        let choices = lists.entry(list.to_owned()).or_default();
        if choices.iter().any(|c| c.name == name) {
            problems.push(SourceProblem::new(
                "choices",
                row.line,
                "name",
                format!("\"{name}\" is in the list already; remove one"),
            ));
            continue;
        }
        choices.push(Choice {
            name: name.to_owned(),
            labels: columns::texts(row, "label"),
        });
    }
    lists
}
