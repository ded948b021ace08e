//! XLSForm sources: read from workbooks, CSV and Markdown tables, compiled, written anew.

mod burdens;
mod choices;
mod columns;
mod entities;
mod headers;
mod parameters;
mod plain;
mod policy;
mod problem;
mod settings;
mod sheets;
mod source;
mod survey;
mod tables;
#[cfg(test)]
mod tests;
mod tried;
mod types;

pub use problem::SourceProblem;
pub use source::{MAX_SOURCE_BYTES, Source, TableRow, read_table};

use super::Form;
use super::MAX_FORM_BYTES;
use super::context::SUBJECT;
use super::definition::{Choice, Definition, Labels};
use super::linked::LinkFault;
use super::problem::Severity;
use super::told::told;
use sheets::Sheets;
use survey::Survey;
use tables::Wanted;

/// What became of a source.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The form; none where a problem is an error.
    pub form: Option<Form>,
    /// Every problem and warning, in the order of the sheets and rows.
    pub problems: Vec<SourceProblem>,
}

impl Form {
    /// Compiles XLSForm written as Markdown tables.
    ///
    /// # Errors
    /// Every problem of the source at once, each with sheet, line and column; warnings among them.
    pub fn compile(markdown: &str) -> Result<Form, Vec<SourceProblem>> {
        let source = Source::from_markdown(markdown)?;
        let compiled = Form::of_source(&source);
        compiled.form.ok_or(compiled.problems)
    }

    /// Compiles a source, whichever file it came in. What the form cannot do is a problem, never
    /// left out in silence.
    pub fn of_source(source: &Source) -> Compiled {
        let mut problems = source.noticed.clone();
        let sheets = Sheets::of(source, &mut problems);
        let settings = settings::read(&sheets, &mut problems);
        let entities = entities::read(&sheets, &mut problems);
        let survey = survey::read(sheets.get("survey"), &settings, &entities, &mut problems);
        let mut lists = choices::read(&sheets, &settings, &survey.nodes, &mut problems);
        let files = files(&survey, &lists);
        let tables = tables::read(source, &files, &mut problems);
        let (nodes, lines) = (&survey.nodes, &survey.lines);
        tables.check_selects(nodes, lines, settings.duplicates, &mut problems);
        add_other(&survey, &mut lists);
        let mut kept = settings.kept;
        for (list, label) in entities.lists.iter().filter(|(_, label)| !label.is_empty()) {
            kept.insert(format!("entity_label:{list}"), label.clone());
        }
        let Survey {
            kind,
            languages,
            instances,
            nodes,
            lines,
            ..
        } = survey;
        let tables = tables.read;
        // A table that no file fills is the phone's, or was told of as missing.
        let mut instances: Vec<String> = instances.into_iter().map(|(_, name)| name).collect();
        instances.retain(|name| !tables.contains_key(name));
        let mut definition = Definition {
            format: 1,
            id: settings.id,
            version: settings.version,
            kind,
            languages,
            default_language: settings.default_language,
            titles: settings.titles,
            instances,
            lists,
            tables,
            settings: kept,
            nodes,
        };
        definition.format = definition.format_needed();
        policy::check_groups(&definition, &lines, &mut problems);
        let mut form = None;
        match Form::of(definition) {
            Ok(sound) => {
                problems.extend(too_heavy(&sound));
                if !problems.iter().any(SourceProblem::is_error) {
                    let faults = tried::faults(&sound);
                    problems.extend(faults.iter().map(|fault| located(fault, &lines)));
                    problems.extend(tried::doubts(&sound, &lines));
                }
                form = Some(sound);
            }
            Err(faults) => {
                // Where a row or a group was not read, a circle may be that one's.
                let unread = |p: &SourceProblem| p.is_error() && p.sheet == "survey";
                let sound = !problems.iter().any(|p| unread(p) && p.code == "table");
                let own = faults.iter().filter(|fault| sound || !fault.follows());
                problems.extend(own.map(|fault| located(fault, &lines)));
            }
        }
        for problem in &mut problems {
            sheets.locate(problem);
        }
        problems.sort_by_key(|problem| (sheet_order(&problem.sheet), problem.row));
        let stopped = problems.iter().any(SourceProblem::is_error);
        Compiled {
            form: form.filter(|_| !stopped),
            problems,
        }
    }
}

/// A form that no phone would read.
fn too_heavy(form: &Form) -> Option<SourceProblem> {
    const MIB: usize = 1 << 20;
    let bytes = form.to_json().len();
    let (found, most) = (bytes.div_ceil(MIB), MAX_FORM_BYTES / MIB);
    let said = || {
        told!(
            "整理后的表单有 {found} MiB，超过 {most} MiB；请缩短选项名单的文字，或删去用不到的行和列",
            "the compiled form has {found} MiB, more than {most}; shorten the texts of its lists, or leave out rows and columns that nothing asks"
        )
    };
    (bytes > MAX_FORM_BYTES).then(|| SourceProblem::of_file("choices", said()))
}

fn sheet_order(name: &str) -> usize {
    let known = sheets::SHEETS.iter().position(|sheet| *sheet == name);
    known.unwrap_or(sheets::SHEETS.len())
}

/// `or_other` adds the code to the list.
fn add_other(survey: &Survey, lists: &mut std::collections::BTreeMap<String, Vec<Choice>>) {
    for list in &survey.open_lists {
        let Some(choices) = lists.get_mut(list) else {
            continue;
        };
        if choices.iter().all(|choice| choice.name != "other") {
            let known = |code: &str| {
                let mut labels = choices.iter().flat_map(|choice| choice.labels.keys());
                labels.any(|language| language == code)
            };
            let texts = [("zh", "其他"), ("en", "Other")];
            let spoken = texts.into_iter().filter(|(code, _)| known(code));
            let mut labels: Labels = spoken.map(|(c, t)| (c.into(), t.into())).collect();
            if labels.is_empty() {
                labels.insert(String::new(), "Other".into());
            }
            choices.push(Choice {
                name: "other".into(),
                labels,
                columns: Labels::new(),
                media: std::collections::BTreeMap::new(),
            });
        }
    }
}

/// The files that the survey names: of selects, of `csv-external`, of `pulldata()`.
fn files(survey: &Survey, lists: &std::collections::BTreeMap<String, Vec<Choice>>) -> Vec<Wanted> {
    let mut files = Vec::new();
    let mut want = |line: usize, column: &'static str, file: String| {
        files.push(Wanted { line, column, file });
    };
    for (line, file) in &survey.files {
        want(*line, "type", file.clone());
    }
    let external = survey.instances.iter().filter(|(_, name)| name != SUBJECT);
    for (line, name) in external {
        want(*line, "name", format!("{name}.csv"));
    }
    for (def, line) in survey.nodes.iter().zip(&survey.lines) {
        let filter = def.choice_filter.iter().map(|text| ("choice_filter", text));
        for (column, text) in def.expressions().chain(filter) {
            let pulled = tables::pulled(text).into_iter();
            let beside = pulled.filter(|name| !lists.contains_key(*name) && *name != SUBJECT);
            beside.for_each(|name| want(*line, column, format!("{name}.csv")));
        }
    }
    files
}

fn located(fault: &LinkFault, lines: &[usize]) -> SourceProblem {
    SourceProblem {
        severity: Severity::Error,
        sheet: "survey".to_owned(),
        row: fault
            .node
            .and_then(|node| lines.get(node).copied())
            .unwrap_or(0),
        column: fault.part.to_owned(),
        cell: None,
        code: fault.code,
        said: fault.message.clone(),
        likely: fault.likely.clone(),
    }
}
