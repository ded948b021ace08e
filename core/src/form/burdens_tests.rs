use super::*;

/// A form of visits with these rows; columns: type, name, label, required, appearance, of.
fn form(rows: &str) -> Form {
    let text = format!(
        "| survey |\n\
         | | type | name | label::中文(zh) | required | appearance | bind::tanfang:of | bind::tanfang:compartment |\n\
         {rows}\n\
         | choices |\n| | list_name | name | label::中文(zh) |\n| | yn | yes | 是 |\n\
         | settings |\n| | form_id | form_title | version | default_language | namespaces | attribute::tanfang:kind |\n\
         | | xx_form | 示例表 | 1 | 中文(zh) | tanfang=\"https://tanfang.example/xlsform\" | visit |\n"
    );
    Form::compile(&text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn row(cells: [&str; 6]) -> String {
    let [kind, name, label, required, appearance, of] = cells;
    format!("| | {kind} | {name} | {label} | {required} | {appearance} | {of} | contact |\n")
}

fn burdens(rows: &[[&str; 6]]) -> Vec<(String, Burden)> {
    let rows: String = rows.iter().map(|cells| row(*cells)).collect();
    let found = form(&rows).burdens();
    found
        .into_iter()
        .map(|one| (one.name, one.burden))
        .collect()
}

#[test]
fn no_built_in_form_burdens_anybody() {
    for built_in in BUILT_IN {
        let form = built_in.form().unwrap();
        assert_eq!(form.burdens(), Vec::new(), "{}", built_in.id);
    }
}

#[test]
fn what_may_not_be_asked_is_found_and_what_may_is_not() {
    let asked = [
        (
            ["text", "note2", "今日打卡签到", "", "", "visit"],
            Some(Burden::CheckIn),
        ),
        (
            ["integer", "jf", "走访积分", "", "", "visit"],
            Some(Burden::Ranking),
        ),
        (
            ["integer", "online_minutes", "分钟", "", "", "visit"],
            Some(Burden::OnlineTime),
        ),
        (
            ["geopoint", "here", "定位", "yes", "", "visit"],
            Some(Burden::ForcedEvidence),
        ),
        (
            ["geotrace", "way", "路线", "yes", "", "visit"],
            Some(Burden::ForcedEvidence),
        ),
        (["image", "proof", "现场照片", "", "", "visit"], None),
        (["geopoint", "here", "定位", "", "", "visit"], None),
        (
            ["integer", "class_place", "班级排名", "", "", "person"],
            None,
        ),
        (
            ["integer", "worker_place", "网格员排名", "", "", "person"],
            Some(Burden::Ranking),
        ),
        (["text", "rule", "严禁打卡签到", "", "", "visit"], None),
    ];
    for (cells, burden) in asked {
        let expected: Vec<(String, Burden)> = burden
            .into_iter()
            .map(|b| (cells[1].to_owned(), b))
            .collect();
        assert_eq!(burdens(&[cells]), expected, "{cells:?}");
    }
}

#[test]
fn a_place_in_rows_that_nobody_must_add_is_not_forced() {
    let rows = |required| {
        burdens(&[
            ["begin repeat", "stops", "停留", required, "", "visit"],
            ["geopoint", "stop", "地点", "yes", "", "visit"],
            ["end repeat", "", "", "", "", ""],
        ])
    };
    assert_eq!(rows(""), Vec::new());
    assert_eq!(rows("yes"), [("stop".to_owned(), Burden::ForcedEvidence)]);
}

#[test]
fn what_the_form_or_a_card_asks_by_another_name_is_asked_twice() {
    let twice = burdens(&[
        ["text", "one", "住房面积", "", "", "visit"],
        ["text", "two", "住房 面积", "", "", "visit"],
    ]);
    assert_eq!(twice, [("two".to_owned(), Burden::AskedTwice)]);
    let again = burdens(&[["text", "tel", "联系电话", "", "", "person"]]);
    assert_eq!(again, [("tel".to_owned(), Burden::AskedTwice)]);
    let same = burdens(&[["text", "phone", "联系电话", "", "", "person"]]);
    assert_eq!(same, Vec::new());
}

#[test]
fn two_wordings_of_which_a_person_sees_one_are_not_asked_twice() {
    let twice = ["text", "why", "原因", "", "", "visit"];
    let again = ["text", "why_again", "原因", "", "", "visit"];
    let found = burdens(&[twice, again]);
    assert_eq!(found, [("why_again".to_owned(), Burden::AskedTwice)]);
    let source = |relevant: [&str; 2]| {
        format!(
            "| survey |\n| | type | name | label | relevant |\n| | text | a | A | |\n\
             | | text | why | Why | {} |\n| | text | why_again | Why | {} |\n\
             | settings |\n| | form_id | version |\n| | xx_form | 1 |\n",
            relevant[0], relevant[1]
        )
    };
    let asked_twice = |relevant| {
        let form = Form::compile(&source(relevant)).unwrap_or_else(|p| panic!("{p:?}"));
        !form.burdens().is_empty()
    };
    assert!(asked_twice(["", ""]));
    assert!(!asked_twice(["${a} = 'x'", "${a} = 'y'"]));
}
