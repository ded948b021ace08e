//! The verdicts of our reader over `core/tests/xlsforms`: forms that are accepted and forms that
//! are refused. `cargo xtask test --only forms` asks pyxform and ODK Validate for the same
//! verdicts, and whether they take what we write of the accepted ones.
#![cfg(feature = "author")]

use std::fs;
use std::path::{Path, PathBuf};

use tanfang_core::form::{Compiled, Form, Source};

/// The forms of a folder.
fn forms(folder: &str) -> Vec<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xlsforms");
    let files = fs::read_dir(home.join(folder)).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "md"));
    files.sort();
    assert!(files.len() > 5, "{folder} has its forms");
    files
}

fn source(file: &Path) -> Source {
    let text = fs::read_to_string(file).unwrap();
    let mut source = Source::from_markdown(&text).unwrap();
    for list in source.lists_named() {
        let bytes = fs::read(file.with_file_name(&list)).unwrap();
        source = source.with_list(&list, &bytes).unwrap();
    }
    source
}

fn told(compiled: &Compiled) -> String {
    let lines = compiled.problems.iter().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn forms_that_the_reference_accepts_are_accepted() {
    for file in forms("accepted") {
        let compiled = Form::of_source(&source(&file));
        assert!(
            compiled.form.is_some(),
            "{}\n{}",
            file.display(),
            told(&compiled)
        );
    }
}

/// Each form that is refused with the code, the sheet and the row (a line of the file, 0 for the
/// sheet as a whole) of its error; ends that cross are told at both.
#[rustfmt::skip]
const REFUSED: [(&str, &str, &str, usize); 27] = [
    ("bracket_open", "expression", "survey", 3),
    ("calculated_of_itself", "form", "survey", 3),
    ("calculation_missing", "table", "survey", 3),
    ("circle", "form", "survey", 3),
    ("circle_of_required", "form", "survey", 3),
    ("code_twice", "table", "choices", 7),
    ("end_of_nothing", "table", "survey", 4),
    ("ends_crossed", "table", "survey", 3),
    ("ends_crossed", "table", "survey", 6),
    ("function_unknown", "expression", "survey", 3),
    ("group_open", "table", "survey", 3),
    ("header_twice", "table", "survey", 2),
    ("list_missing", "reference", "survey", 3),
    ("name_missing", "table", "survey", 3),
    ("name_of_digits", "table", "survey", 3),
    ("name_twice", "name", "survey", 4),
    ("name_with_blank", "table", "survey", 3),
    ("parameter_unknown", "table", "survey", 3),
    ("property_reserved", "table", "survey", 3),
    ("property_without_list", "table", "survey", 3),
    ("reference_to_nothing", "reference", "survey", 3),
    ("relevant_by_itself", "form", "survey", 3),
    ("step_of_nothing", "table", "survey", 3),
    ("survey_missing", "table", "survey", 0),
    ("trigger_of_nothing", "reference", "survey", 3),
    ("type_missing", "table", "survey", 3),
    ("type_unknown", "table", "survey", 3),
];

#[test]
fn forms_that_the_reference_refuses_are_refused_for_the_same_reason_at_its_place() {
    let mut found = Vec::new();
    for file in forms("refused") {
        let compiled = Form::of_source(&source(&file));
        assert!(compiled.form.is_none(), "{}", file.display());
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let errors = compiled.problems.iter().filter(|p| p.is_error());
        found.extend(errors.map(|p| (name.clone(), p.code, p.sheet.clone(), p.row)));
    }
    let found: Vec<_> = found
        .iter()
        .map(|(name, code, sheet, row)| (name.as_str(), *code, sheet.as_str(), *row))
        .collect();
    assert_eq!(found, REFUSED);
}

#[test]
fn a_form_goes_through_a_workbook_and_back_unchanged() {
    for file in forms("accepted") {
        let source = source(&file);
        let form = Form::of_source(&source).form.unwrap();
        let markdown = source.to_markdown();
        let mut book = Source::read("form.xlsx", &source.to_xlsx().unwrap()).unwrap();
        assert_eq!(book.to_markdown(), markdown, "{}", file.display());
        for list in source.lists_named() {
            let bytes = fs::read(file.with_file_name(&list)).unwrap();
            book = book.with_list(&list, &bytes).unwrap();
        }
        let again = Form::of_source(&book).form.unwrap();
        assert_eq!(again.hash(), form.hash(), "{}", file.display());
        let read = Form::from_json(&form.to_json()).unwrap();
        assert_eq!(read.hash(), form.hash());
    }
}

#[test]
fn what_is_written_as_xform_has_every_question_once() {
    for file in forms("accepted") {
        let form = Form::of_source(&source(&file)).form.unwrap();
        let xform = form.to_xform();
        for leaf in form.leaves() {
            let bind = format!("<bind nodeset=\"/data/{}\"", leaf.path);
            assert_eq!(
                xform.matches(&bind).count(),
                1,
                "{}: {bind}",
                file.display()
            );
        }
    }
}
