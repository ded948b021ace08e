//! Files beside a form, and rules that fail whatever is answered.

use super::*;

/// What is told of a form of one row whose list stands in `l.csv`.
fn of_list(row: &str, csv: &str) -> String {
    let survey = format!("| | type | name | label | parameters | calculation |\n{row}");
    let source = Source::from_markdown(&source(&survey)).unwrap();
    match source.with_list("l.csv", csv.as_bytes()) {
        Ok(source) => lines(&Form::of_source(&source).problems),
        Err(problems) => lines(&problems),
    }
}

const SELECT: &str = "| | select_one_from_file l.csv | q | Q | | |";

#[test]
fn a_list_that_nobody_can_choose_from_is_told_with_its_row() {
    for (csv, wanted) in [
        ("name,label\na,A\n", ""),
        ("name,label::zh,label::en\na,A,A\n", ""),
        (
            "code,title\na,A\n",
            "l.csv has no column name, only: code, title",
        ),
        (
            "name,title\na,A\n",
            "l.csv has no column label, only: name, title",
        ),
        ("Name,label\na,A\n", "(did you mean Name?)"),
        ("name,label\n", "l.csv: the list has no rows"),
        ("", "l.csv: the file is empty"),
        (
            "name,label\na,A\n,\na,B\n",
            "l.csv, line 4: the code is that of line 2 too",
        ),
        ("name,label\na b,A\n", "l.csv, line 2: a code has no spaces"),
        ("name,label\n,A\n", "l.csv, line 2: the row has no code"),
        (
            "name;label\na;A\n",
            "cells are separated by ;, not by commas",
        ),
        (
            "name\tlabel\na\tA\n",
            "cells are separated by Tab, not by commas",
        ),
    ] {
        let told = of_list(SELECT, csv);
        let fits = if wanted.is_empty() {
            told.is_empty()
        } else {
            told.contains(wanted)
        };
        assert!(fits, "{csv:?}: {told}");
    }
    let named = SELECT.replace("| Q | |", "| Q | value=kode |");
    let told = of_list(&named, "code,label\na,A\n");
    assert!(
        told.contains("line 3, parameters: l.csv has no column kode"),
        "{told}"
    );
    assert!(told.contains("(did you mean code?)"), "{told}");
}

#[test]
fn a_table_that_expressions_read_comes_from_its_file_or_is_missed() {
    let csv = "code,amount\n1,80\n";
    for row in [
        "| | calculate | c | | | pulldata('l', 'amount', 'code', 1) |",
        "| | csv-external | l | | | |\n\
         | | calculate | c | | | instance('l')/root/item[code = 1]/amount |",
    ] {
        let survey = format!("| | type | name | label | parameters | calculation |\n{row}");
        let bare = Source::from_markdown(&source(&survey)).unwrap();
        assert_eq!(bare.lists_named(), ["l.csv"]);
        let told = lines(&Form::of_source(&bare).problems);
        assert!(
            told.contains("there is no file l.csv beside the form"),
            "{told}"
        );
        assert_eq!(told.lines().count(), 1, "{told}");
        let form = Form::of_source(&bare.with_list("l.csv", csv.as_bytes()).unwrap());
        let form = form.form.unwrap();
        let answers = crate::form::check(&form, &serde_json::Map::new(), &creating()).unwrap();
        assert_eq!(answers.answers()["c"], "80");
        assert!(form.to_xform().contains("src=\"jr://file-csv/l.csv\""));
    }
}

fn of_rule(rule: &str) -> String {
    told(&format!(
        "| | type | name | label | constraint | relevant | calculation |\n\
         | | begin repeat | r | R | | | |\n{rule}\n| | end repeat | | | | | |"
    ))
}

#[test]
fn a_rule_that_fails_whatever_is_answered_is_refused_where_it_stands() {
    for (rule, wanted) in [
        (
            "| | text | a | A | count(1) > 0 | | |",
            "line 4, constraint: at character 1",
        ),
        (
            "| | text | a | A | position(1) = 1 | | |",
            "line 4, constraint",
        ),
        (
            "| | text | a | A | | digest('x', 'CRC') = 'y' | |",
            "line 4, relevant",
        ),
        (
            "| | calculate | a | | | | format-date(today(), '%Q') |",
            "line 4, calculation",
        ),
        (
            "| | calculate | a | | | | format-date('', '%Q') |",
            "line 4, calculation",
        ),
        ("| | text | a | A | | ../../../b = 1 | |", "one .. too many"),
        (
            "| | text | a | A | | pulldata('subject', 'a', 'b', 1) = 1 | |",
            "line 4, relevant",
        ),
    ] {
        let told = of_rule(rule);
        assert!(told.contains(wanted), "{rule}: {told}");
    }
    assert_eq!(of_rule("| | text | a | A | count(../../r) > 0 | | |"), "");
}

#[test]
fn a_default_that_is_no_answer_is_told_and_a_text_with_brackets_is_a_text() {
    let of_default = |kind: &str, default: &str| {
        told(&format!(
            "| | type | name | label | default |\n| | {kind} | a | A | {default} |"
        ))
    };
    for (kind, default) in [
        ("integer", "abc"),
        ("decimal", "1,5"),
        ("select_one village", "zzz"),
        ("date", "2024/02/01"),
        ("date", "today"),
    ] {
        let told = of_default(kind, default);
        assert!(
            told.contains("line 3, default: warning: the default"),
            "{kind} {default}: {told}"
        );
    }
    for (kind, default) in [
        ("text", "小学1（含）年级"),
        ("text", "see (1) and (2)"),
        ("integer", "(1 + 2) * 3"),
        ("date", "today()"),
        ("select_one village", "a1"),
    ] {
        assert_eq!(of_default(kind, default), "", "{kind} {default}");
    }
    assert!(of_default("text", "待定(见备注)").contains("there is no function 待定()"));
}

#[test]
fn a_yes_or_no_that_is_read_as_a_text_is_doubted() {
    let of = |calculation: &str, read: &str| {
        told(&format!(
            "| | type | name | label | calculation | relevant |\n| | integer | a | A | | |\n\
             | | calculate | b | | {calculation} | |\n| | text | c | C | | {read} |"
        ))
    };
    let doubt = "line 4, calculation: warning: this stores the text true or false";
    assert!(of("${a} > 5", "${b}").contains(doubt));
    assert_eq!(of("${a} > 5", "${a} = 1"), "");
    assert_eq!(of("if(${a} > 5, 1, 0)", "${b} = 1"), "");
}

#[test]
fn texts_name_questions_that_are_there_and_close_their_brackets() {
    let open = told("| | type | name | label |\n| | text | a | A ${b |");
    assert!(open.contains("line 3, label: a ${ is not closed"), "{open}");
    let survey = "| | type | name | label |\n| | text | a | A |";
    for (label, wanted) in [
        ("${nope}", "there is no question nope"),
        ("${a", "a ${ is not closed"),
    ] {
        let with = source(survey).replace("甲一村", label);
        let told = lines(&Form::compile(&with).unwrap_err());
        assert!(told.contains("choices") && told.contains(wanted), "{told}");
    }
    let twice =
        told("| | type | name | label::中文(zh) | label::Chinese (zh) |\n| | text | a | 甲 | 乙 |");
    assert!(
        twice.contains("this is the language of column label::中文(zh) too"),
        "{twice}"
    );
}

#[test]
fn a_search_in_a_file_is_refused_with_what_to_write_instead() {
    let told = told(
        "| | type | name | label | appearance |\n\
         | | select_one village | a | A | search('villages') |",
    );
    assert!(
        told.contains("line 3, appearance: there is no search() here"),
        "{told}"
    );
}
