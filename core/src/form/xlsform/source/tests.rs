//! Files as they are brought: what they hold, and what is refused before it is parsed.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::Source;
use crate::form::Form;
use crate::form::xlsform::problem::SourceProblem;

const FORM: &str = r#"
| survey |
| | type | name | label::中文(zh) | constraint |
| | text | name | 姓名 | regex(., 'a\|b') |
| | select_one yn | alone | 独居<br>（含周末） | |
| choices |
| | list_name | name | label::中文(zh) |
| | yn | yes | 是 |
| | yn | no | 否 |
| settings |
| | form_id | version | form_title | default_language |
| | t | 1 | 试 | 中文(zh) |
"#;

fn said(problems: &[SourceProblem]) -> String {
    let lines = problems.iter().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

fn refused(name: &str, bytes: &[u8]) -> String {
    said(&Source::read(name, bytes).unwrap_err())
}

/// A file packed of entries.
fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A survey sheet of which the test fills in cells.
fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("survey").unwrap();
    for (column, header) in (0..).zip(["type", "name", "label", "default"]) {
        sheet.write_string(0, column, header).unwrap();
    }
    fill(sheet);
    let settings = book.add_worksheet().set_name("settings").unwrap();
    for (column, (header, value)) in (0..).zip([("form_id", "t"), ("version", "1")]) {
        settings.write_string(0, column, header).unwrap();
        settings.write_string(1, column, value).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_form_is_the_same_form_in_every_kind_of_file() {
    let markdown = Source::from_markdown(FORM).unwrap();
    let form = Form::compile(FORM).unwrap();
    assert_eq!(form.nodes()[1].label("zh"), "独居\n（含周末）");
    let xlsx = markdown.to_xlsx().unwrap();
    assert_eq!(
        xlsx,
        markdown.to_xlsx().unwrap(),
        "the same bytes each time"
    );
    let read = Source::read("t.xlsx", &xlsx).unwrap();
    assert_eq!(Form::of_source(&read).form.unwrap().hash(), form.hash());
    assert_eq!(read.to_markdown(), markdown.to_markdown());
    let again = Source::from_markdown(&read.to_markdown()).unwrap();
    assert_eq!(again.to_markdown(), markdown.to_markdown());
}

#[test]
fn a_folder_of_csv_is_a_form_whichever_program_saved_it() {
    let survey = "\u{feff}type,name,label\r\ntext,name,\"姓名, 全名\"\r\n";
    let (choices, _, _) = encoding_rs::GB18030.encode("list_name,name,label\nyn,yes,是\n");
    let settings = "form_id,version\nt,1\n";
    let files = [
        ("survey.csv".to_owned(), survey.as_bytes().to_vec()),
        ("choices.csv".to_owned(), choices.into_owned()),
        ("settings.csv".to_owned(), settings.as_bytes().to_vec()),
    ];
    let form = Form::of_source(&Source::read_folder(&files).unwrap());
    let form = form
        .form
        .unwrap_or_else(|| panic!("{}", said(&form.problems)));
    assert_eq!(form.nodes()[0].label("zh"), "姓名, 全名");
    assert_eq!(
        form.definition().choice_label("yn", "yes", "zh"),
        Some("是")
    );
}

#[test]
fn numbers_days_and_truths_are_read_as_they_are_shown() {
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let bytes = workbook(|sheet| {
        for (row, kind) in (1..).zip(["integer", "date", "text", "decimal"]) {
            sheet.write_string(row, 0, kind).unwrap();
            sheet.write_string(row, 1, format!("q{row}")).unwrap();
            sheet.write_string(row, 2, "L").unwrap();
        }
        sheet.write_number(1, 3, 530999201201.0).unwrap();
        let moment = ExcelDateTime::from_ymd(2024, 2, 29).unwrap();
        sheet
            .write_datetime_with_format(2, 3, &moment, &day)
            .unwrap();
        sheet.write_boolean(3, 3, true).unwrap();
        sheet.write_number(4, 3, 0.1 + 0.2).unwrap();
    });
    let form = Form::of_source(&Source::read("t.xlsx", &bytes).unwrap())
        .form
        .unwrap();
    let defaults = form
        .definition()
        .nodes
        .iter()
        .map(|n| n.default.as_deref().unwrap());
    let wanted = ["530999201201", "2024-02-29", "TRUE", "0.3"];
    assert_eq!(defaults.collect::<Vec<_>>(), wanted);
}

#[test]
fn problems_of_a_workbook_name_the_cell() {
    let bytes = workbook(|sheet| {
        sheet.write_string(1, 0, "texr").unwrap();
        sheet.write_string(1, 1, "a").unwrap();
        sheet
            .merge_range(2, 2, 4, 2, "合并", &Format::new())
            .unwrap();
        sheet.write_string(2, 0, "text").unwrap();
        sheet.write_string(2, 1, "b").unwrap();
        sheet.write_string(2, 7, "a note beside").unwrap();
    });
    let told = said(&Form::of_source(&Source::read("t.xlsx", &bytes).unwrap()).problems);
    for wanted in [
        "survey, line 2, type (A2): there is no type \"texr\" here (did you mean text?)",
        "survey, line 3 (C3): warning: C3 to C5 are merged",
        "(H3): warning: this cell stands under no header",
    ] {
        assert!(told.contains(wanted), "{wanted}\n{told}");
    }
}

#[test]
fn a_workbook_that_no_form_needs_is_refused_before_it_is_parsed() {
    let plain = workbook(|_| ());
    let bomb = vec![0u8; 40 << 20];
    let sheet: &[u8] = b"<worksheet/>";
    for (name, bytes, says) in [
        (
            "t.xlsx",
            packed(&[("xl/workbook.xml", sheet), ("xl/vbaProject.bin", b"x")]),
            "macros",
        ),
        (
            "t.xlsm",
            packed(&[("xl/workbook.xml", sheet), ("xl/vbaProject.bin", b"x")]),
            "macros",
        ),
        (
            "t.xlsx",
            packed(&[("xl/externalLinks/externalLink1.xml", sheet)]),
            "links to other files",
        ),
        (
            "t.xlsx",
            packed(&[("xl/workbook.xml", &bomb)]),
            "unpacks to far more",
        ),
        (
            "t.xlsx",
            packed(&[("word/document.xml", sheet)]),
            "this is a .docx file",
        ),
        ("t.xlsx", packed(&[("xl/workbook.xml", sheet)]), "damaged"),
        ("t.xlsx", b"type,name,label".to_vec(), "no workbook"),
        ("t.xlsx", plain[..plain.len() / 2].to_vec(), "damaged"),
        ("t.xls", plain.clone(), "of another kind than its name says"),
        ("t.md", plain, "of another kind than its name says"),
        ("t.doc", Vec::new(), "files ending in .doc"),
        ("t.md", vec![0xff, 0xff, 0x00], "no text"),
        ("t.xlsx", vec![0; 21 << 20], "larger than 20 MiB"),
    ] {
        let told = refused(name, &bytes);
        assert!(told.contains(says), "{name}, {says}: {told}");
    }
}

#[test]
fn an_old_workbook_is_looked_through_before_it_is_parsed() {
    let record = |kind: u16, body: &[u8]| {
        let mut record = kind.to_le_bytes().to_vec();
        record.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
        record.extend(body);
        record
    };
    let compound = |stream: &str, bytes: &[u8]| {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream(stream)
            .unwrap()
            .write_all(bytes)
            .unwrap();
        file.flush().unwrap();
        file.into_inner().into_inner()
    };
    let cell = |row: u16, column: u16| {
        let mut body = [row.to_le_bytes(), column.to_le_bytes()].concat();
        body.extend([0; 10]);
        record(0x0203, &body)
    };
    let far = [cell(0, 0), cell(65_535, 255)].concat();
    let linked = record(0x01ae, &[1, 0, 5, 0, 0, 1, 2]);
    for (bytes, says) in [
        (compound("/EncryptedPackage", b"x"), "encrypted"),
        (compound("/Workbook", &record(0x002f, &[0; 6])), "encrypted"),
        (compound("/Workbook", &far), "span more than"),
        (compound("/Workbook", &linked), "links to other files"),
        (compound("/Nothing", b""), "no workbook"),
        (compound("/Workbook", b"\x09\x08\xff"), "damaged"),
    ] {
        let told = refused("t.xls", &bytes);
        assert!(told.contains(says), "{says}: {told}");
    }
}

#[test]
fn no_broken_workbook_panics() {
    let whole = workbook(|sheet| {
        sheet.write_string(1, 0, "text").unwrap();
    });
    for at in (0..whole.len()).step_by(97) {
        let mut broken = whole.clone();
        broken[at] ^= 0x55;
        let _ = Source::read("t.xlsx", &broken);
        let _ = Source::read("t.xlsx", &whole[..at]);
    }
}

#[test]
fn what_markdown_editors_write_takes_no_cell_away() {
    let plain = Source::from_markdown(FORM).unwrap();
    let separated = FORM.replace(
        "| | type | name | label::中文(zh) | constraint |",
        "| | type | name | label::中文(zh) | constraint |\n| --- | :--- | :---: | ---: | --- |",
    );
    let separated = Source::from_markdown(&separated).unwrap();
    assert_eq!(separated.to_markdown(), plain.to_markdown());
    let open = FORM.replace("regex(., 'a\\|b') |", "regex(., 'a\\|b')");
    assert_ne!(open, FORM);
    let open = Source::from_markdown(&open).unwrap();
    assert_eq!(open.to_markdown(), plain.to_markdown());
    let wide = FORM.replace("| | text | name", "｜ | text | name");
    assert!(said(&Source::from_markdown(&wide).unwrap_err()).contains("full-width bar"));
}

#[test]
fn a_quote_that_never_ends_is_told_by_its_line() {
    let text = "list_name,name,label\nyn,yes,\"是,有\"\nyn,no,\"否\nyn,x,y\n";
    let told = refused("choices.csv", text.as_bytes());
    assert!(told.contains('3'), "{told}");
    let closed = "list_name,name,label\nyn,yes,\"a \"\"b\"\" \n c\"\n";
    assert!(Source::read("choices.csv", closed.as_bytes()).is_ok());
}

#[test]
fn a_formula_without_a_stored_result_is_told_by_its_cell() {
    let book = workbook(|sheet| {
        for (column, text) in (0..).zip(["text", "a", "甲"]) {
            sheet.write_string(1, column, text).unwrap();
        }
        let formula = rust_xlsxwriter::Formula::new("=A1").set_result("x");
        sheet.write_formula(1, 3, formula).unwrap();
    });
    assert!(Source::read("t.xlsx", &book).is_ok());
    let uncounted = repacked(&book, |text| text.replace("<v>x</v>", ""));
    let told = refused("t.xlsx", &uncounted);
    assert!(told.contains("D2") && told.contains("formula"), "{told}");
}

/// The same workbook with its parts rewritten.
fn repacked(book: &[u8], rewrite: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut entries = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
        entries.push((entry.name().to_owned(), rewrite(&text)));
    }
    let entries: Vec<(&str, &[u8])> = entries
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    packed(&entries)
}

#[test]
fn a_workbook_says_what_it_holds_whatever_its_parts_are_called() {
    let types =
        |part: &str| format!("<Types><Override ContentType=\"application/{part}\"/></Types>");
    for (part, word) in [
        ("vnd.ms-office.vbaProject", "宏"),
        ("vnd.ms-excel.sheet.macroEnabled.main+xml", "宏"),
        (
            "vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml",
            "链接",
        ),
    ] {
        let book = packed(&[
            ("xl/workbook.xml", b"<workbook/>"),
            ("[Content_Types].xml", types(part).as_bytes()),
        ]);
        let told = Source::read("t.xlsx", &book).unwrap_err();
        assert!(told[0].message("zh").contains(word), "{}", said(&told));
    }
    let whole = Source::from_markdown(FORM).unwrap().to_xlsx().unwrap();
    for name in ["t.ods", "t.xlsb", "t.xlsm"] {
        assert!(refused(name, &whole).contains(".xlsx"), "{name}");
    }
}

#[test]
fn what_is_the_same_of_many_cells_is_told_of_the_first_and_counted() {
    let rows: String = (0..5_000).map(|n| format!("yn,{n},是,stray\n")).collect();
    let files = [
        (
            "survey.csv".to_owned(),
            b"type,name,label\nselect_one yn,a,A\n".to_vec(),
        ),
        (
            "choices.csv".to_owned(),
            format!("list_name,name,label\n{rows}").into_bytes(),
        ),
    ];
    let told = Form::of_source(&Source::read_folder(&files).unwrap()).problems;
    let stray: Vec<_> = told.iter().filter(|one| one.sheet == "choices").collect();
    assert_eq!(stray.len(), 101);
    assert!(
        stray[100].message("en").contains("4900"),
        "{}",
        stray[100].message("en")
    );
    let wide: String = (0..1_001).map(|n| format!(",c{n}")).collect();
    let wide = format!("type,name,label{wide}\ntext,a,A\n");
    let told = Form::of_source(
        &Source::read_folder(&[("survey.csv".to_owned(), wide.into_bytes())]).unwrap(),
    );
    assert!(
        said(&told.problems).contains("1000"),
        "{}",
        said(&told.problems)
    );
}
