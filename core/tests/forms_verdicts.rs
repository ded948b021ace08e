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

#[test]
fn forms_that_the_reference_refuses_are_refused_with_a_place() {
    for file in forms("refused") {
        let compiled = Form::of_source(&source(&file));
        assert!(compiled.form.is_none(), "{}", file.display());
        let placed = compiled
            .problems
            .iter()
            .any(|p| p.is_error() && !p.sheet.is_empty());
        assert!(placed, "{}\n{}", file.display(), told(&compiled));
    }
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
