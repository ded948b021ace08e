//! Whole ledgers: the sample files of `ledgers.md`, the synthetic county, and what goes wrong.

use serde_json::json;

use super::*;

#[path = "tests/forms.rs"]
mod forms;
#[path = "tests/wrong.rs"]
mod wrong;

const ELDERS: &str = include_str!("samples/elder.csv");
const CHILDREN: &str = include_str!("samples/child.csv");

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 7, 1).unwrap()
}

fn county() -> AreaTree {
    let file = include_bytes!("../../../data/530999/areas.csv");
    read_areas(file, &AreaTree::default()).unwrap()
}

fn elders(text: &str) -> Ledger {
    read(LedgerKind::Elder, text.as_bytes(), &county(), today()).unwrap()
}

fn children(text: &str) -> Ledger {
    read(LedgerKind::Child, text.as_bytes(), &county(), today()).unwrap()
}

/// The sample with one cell of its first row changed.
fn with_cell(sample: &str, column: &str, cell: &str) -> String {
    let mut lines = sample.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = header
        .iter()
        .position(|heading| *heading == column)
        .unwrap();
    let mut cells: Vec<&str> = lines.next().unwrap().split(',').collect();
    cells[at] = cell;
    format!("{}\n{}\n", header.join(","), cells.join(","))
}

fn one_elder(column: &str, cell: &str) -> Row {
    let ledger = elders(&with_cell(ELDERS, column, cell));
    assert!(ledger.problems.is_empty(), "{:?}", ledger.problems);
    ledger.rows.into_iter().next().unwrap()
}

fn problem(column: &str, cell: &str) -> (u64, &'static str, &'static str) {
    let ledger = elders(&with_cell(ELDERS, column, cell));
    assert!(ledger.rows.is_empty(), "{column}: {cell} was taken");
    let first = &ledger.problems[0];
    (first.line, first.column, first.code)
}

fn has_hint(row: &Row, column: &str, kind: HintKind) -> bool {
    row.hints
        .iter()
        .any(|hint| hint.column == column && hint.kind == kind)
}

#[test]
fn an_elder_of_the_sample_becomes_the_answers_of_the_card() {
    let ledger = elders(ELDERS);
    assert!(ledger.problems.is_empty() && ledger.ignored_columns.is_empty());
    assert_eq!(
        ledger.rows.iter().map(|row| row.line).collect::<Vec<_>>(),
        [2, 3, 4]
    );
    let from = "2024-04-12";
    let expected = json!({
        "name": "测试甲",
        "id_doc_type": "01",
        "id_number": "530999194402290016",
        "sex": "1",
        "ethnic": "01",
        "birth_date": "1944-02-29",
        "birth_precision": "d",
        "registration": [{"from": from}],
        "category": [
            {"code": "left_behind", "from": from},
            {"code": "disabled_ability", "from": from},
            {"code": "advanced_age", "from": from},
            {"code": "risk_high", "from": from},
        ],
        "ability_level": "3",
        "dis_kind": ["4"],
        "dis_grade": "2",
        "diseases": ["stroke"],
        "phone": "15400000001",
        "living_arr": "with_spouse",
        "children_n": 2,
        "children_local_n": 0,
        "children_away_place": "广东省东莞市",
        "supporter_name": "测试子一",
        "supporter_rel": "son",
        "pair_org": "测试县样例局",
        "supporter_phone": "15400000011",
        "emergency_name": "测试邻一",
        "emergency_phone": "15400000012",
        "benefits": ["age80", "dis_care", "dis_living"],
        "needs": ["meal", "rehab"],
        "agreed_freq": "monthly",
        "ext_ylfw_state": "done",
        "home_division": "530999201201",
        "group_no": "01",
        "grid_id": "530999201201001",
        "hukou_division": "530999201201",
        "address": "测试县示例乡样板村一组1号",
    });
    assert_eq!(
        serde_json::Value::Object(ledger.rows[0].answers.clone()),
        expected
    );
    assert_eq!(ledger.rows[0].area.as_str(), "530999201201001");
    let helper = &ledger.rows[0].named_workers[0];
    assert_eq!(
        (helper.column, helper.org.as_deref()),
        ("帮扶责任人", Some("测试县样例局"))
    );
}

#[test]
fn a_child_of_the_sample_becomes_the_answers_of_the_form() {
    let ledger = children(CHILDREN);
    assert!(ledger.problems.is_empty() && ledger.ignored_columns.is_empty());
    let from = "2024-04-10";
    let expected = json!({
        "name": "娜测试",
        "id_doc_type": "01",
        "id_number": "530999201608150062",
        "sex": "2",
        "ethnic": "24",
        "birth_date": "2016-08-15",
        "birth_precision": "d",
        "registration": [{"from": from}],
        "category": [
            {"code": "left_behind", "from": from},
            {"code": "dibao", "from": from},
        ],
        "hukou_registered": "yes",
        "health": ["healthy"],
        "schooling": "primary",
        "school": "示例乡中心小学",
        "grade": "二年级",
        "boarding": "no",
        "father_name": "测试父乙",
        "father_id_number": "530999198609090132",
        "father_birth": "1986-09-09",
        "father_state": "away",
        "father_work_place": "广东省佛山市",
        "father_phone": "15400000044",
        "mother_name": "测试母乙",
        "mother_id_number": "530999198708080140",
        "mother_birth": "1987-08-08",
        "mother_state": "missing",
        "carer": [{
            "carer_name": "测试奶乙",
            "carer_id_number": "530999195705050225",
            "carer_rel": "grandparent",
            "carer_phone": "15400000045",
            "from": "2024-04-02",
        }],
        "guard_type": "carer_weak",
        "guard_rating": "fair",
        "child_income_src": ["work", "gov_aid"],
        "aid": ["dibao"],
        "ext_cwis_state": "done",
        "home_division": "530999201201",
        "group_no": "02",
        "grid_id": "530999201201002",
        "hukou_division": "530999201201",
        "address": "测试县示例乡样板村",
    });
    assert_eq!(
        serde_json::Value::Object(ledger.rows[1].answers.clone()),
        expected
    );
    let in_difficulty = &ledger.rows[2];
    assert_eq!(in_difficulty.answers["dis_kind"], json!(["5"]));
    assert_eq!(in_difficulty.answers["dis_grade"], json!("2"));
    assert!(!in_difficulty.answers.contains_key("carer"));
}

#[test]
fn visits_counted_in_a_ledger_are_never_taken_over() {
    for row in elders(ELDERS).rows.iter().chain(&children(CHILDREN).rows) {
        let text = serde_json::to_string(&row.answers).unwrap();
        for date in [
            "2024-06-18",
            "2024-06-09",
            "2024-05-27",
            "2024-06-11",
            "2024-05-14",
            "2024-06-20",
        ] {
            assert!(!text.contains(date));
        }
    }
}

#[test]
fn the_synthetic_county_is_read_whole() {
    let elders = elders(include_str!("../../../data/530999/elder_ledger.csv"));
    let children = children(include_str!("../../../data/530999/child_ledger.csv"));
    assert_eq!((elders.problems.len(), children.problems.len()), (0, 0));
    assert_eq!((elders.rows.len(), children.rows.len()), (1770, 1110));
    let villages: std::collections::BTreeSet<_> = elders
        .rows
        .iter()
        .map(|row| row.match_keys.village)
        .collect();
    assert_eq!(villages.len(), 30);
    let held = |row: &Row, code: &str| {
        row.answers["category"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["code"] == code)
    };
    let both = |row: &&Row| held(row, "left_behind") && held(row, "disabled_ability");
    assert!(elders.rows.iter().filter(both).count() > 100);
    assert!(
        elders
            .rows
            .iter()
            .any(|row| !row.answers.contains_key("phone"))
    );
    let names: Vec<String> = elders
        .rows
        .iter()
        .map(|r| r.answers["name"].to_string())
        .collect();
    assert!(names.iter().any(|name| name.contains('·')));
    assert!(names.iter().any(|name| name == "\"岩\""));
}

#[test]
fn brothers_sisters_and_grandparents_share_a_household() {
    let elders = elders(include_str!("../../../data/530999/elder_ledger.csv"));
    let children = children(include_str!("../../../data/530999/child_ledger.csv"));
    let shares = |one: &Row, other: &Row| {
        one.household_keys
            .iter()
            .any(|key| other.household_keys.contains(key))
    };
    let siblings = children
        .rows
        .windows(2)
        .filter(|pair| shares(&pair[0], &pair[1]))
        .count();
    assert!(siblings > 100);
    let with_elder = children
        .rows
        .iter()
        .filter(|c| elders.rows.iter().any(|e| shares(c, e)));
    assert!(with_elder.count() > 100);
}

#[test]
fn a_household_is_told_by_house_or_by_parents_and_else_is_alone() {
    let elders = elders(ELDERS);
    let village: AreaCode = "530999201201".parse().unwrap();
    let group = GroupNo::read("01").ok();
    let house = HouseholdKey::Address {
        village,
        group,
        house: "1号".to_owned(),
    };
    assert_eq!(
        elders.rows[0].household_keys.as_slice(),
        std::slice::from_ref(&house)
    );
    let short = one_elder("现居住地址", "样板村委会 一组 １号");
    assert_eq!(short.household_keys, [house]);
    let nowhere = one_elder("现居住地址", "样板村");
    assert!(nowhere.household_keys.is_empty());
    assert!(has_hint(&nowhere, "现居住地址", HintKind::HouseholdAlone));
    let children = children(CHILDREN);
    assert!(matches!(
        children.rows[0].household_keys[..],
        [HouseholdKey::Parents {
            father: Some(_),
            mother: Some(_)
        }]
    ));
}

#[test]
fn what_is_missing_is_a_hint_and_never_keeps_a_row_out() {
    for column in [
        "性别",
        "户籍地址",
        "居住状况",
        "紧急联系人",
        "纳入日期",
        "公民身份号码",
    ] {
        let row = one_elder(column, "");
        assert!(has_hint(&row, column, HintKind::Missing), "{column}");
    }
    let without_id = one_elder("公民身份号码", "");
    assert_eq!(without_id.match_keys.id_number, None);
    assert_eq!(
        without_id.match_keys.birth,
        NaiveDate::from_ymd_opt(1944, 2, 29)
    );
    assert!(!without_id.answers.contains_key("id_doc_type"));
}

#[test]
fn a_person_without_a_document_is_a_normal_case() {
    let row = one_elder("公民身份号码", "无证件");
    assert_eq!(
        (&row.answers["id_doc_type"], &row.answers["no_id_reason"]),
        (&json!("99"), &json!("unknown"))
    );
}

#[test]
fn a_row_that_names_nobody_is_a_problem() {
    let nobody = with_cell(ELDERS, "姓名", "").replace("530999194402290016", "");
    let ledger = elders(&nobody);
    assert_eq!((ledger.rows.len(), ledger.problems[0].code), (0, "nobody"));
}

#[test]
fn two_rows_with_one_id_number_are_told() {
    let twice = format!("{ELDERS}{}\n", ELDERS.lines().nth(1).unwrap());
    let ledger = elders(&twice);
    assert_eq!(ledger.rows.len(), 3);
    assert_eq!(
        (ledger.problems[0].line, ledger.problems[0].code),
        (5, "same_person_twice")
    );
    assert!(ledger.problems[0].why.contains("第2行"));
}

#[test]
fn what_contradicts_the_number_is_a_hint_for_a_person_to_look_at() {
    assert!(has_hint(
        &one_elder("性别", "女"),
        "性别",
        HintKind::SexDiffers
    ));
    assert_eq!(one_elder("性别", "女").answers["sex"], json!("2"));
    assert!(has_hint(
        &one_elder("出生日期", "1944-03-01"),
        "出生日期",
        HintKind::BirthDiffers
    ));
    assert!(has_hint(
        &one_elder("是否失能留守", "否"),
        "是否失能留守",
        HintKind::CategoriesDiffer
    ));
    assert!(has_hint(
        &one_elder("县内子女数", "3"),
        "县内子女数",
        HintKind::Contradiction
    ));
    // The age column is never read.
    let old = one_elder("年龄", "17");
    assert!(old.hints.iter().all(|hint| hint.column != "年龄"));
}

#[test]
fn an_old_number_is_upgraded_with_a_hint() {
    let row = one_elder("公民身份号码", "530999440229001");
    assert_eq!(row.answers["id_number"], json!("530999194402290016"));
    assert!(has_hint(&row, "公民身份号码", HintKind::UpgradedUnverified));
}

#[test]
fn a_birth_of_which_only_the_month_is_known_keeps_its_precision() {
    let known = one_elder("出生日期", "1944.2");
    assert_eq!(
        (
            &known.answers["birth_date"],
            &known.answers["birth_precision"]
        ),
        (&json!("1944-02-29"), &json!("d"))
    );
    let text = with_cell(ELDERS, "出生日期", "1944.2").replace("530999194402290016", "");
    let row = elders(&text).rows.remove(0);
    assert_eq!(
        (&row.answers["birth_date"], &row.answers["birth_precision"]),
        (&json!("1944-02-01"), &json!("m"))
    );
    assert_eq!(row.match_keys.birth, None);
}

#[test]
fn who_left_the_ledger_has_an_end_in_every_dated_row() {
    let row = one_elder("退出日期", "2024.6");
    assert_eq!(
        row.answers["registration"],
        json!([{"from": "2024-04-12", "to": "2024-06-30"}])
    );
    for category in row.answers["category"].as_array().unwrap() {
        assert_eq!(category["to"], json!("2024-06-30"));
    }
    assert!(has_hint(&row, "退出日期", HintKind::DayUnknown));
}

#[test]
fn a_yes_to_disabled_and_left_behind_gives_both_categories() {
    let row = one_elder("老年人类别", "高龄");
    let codes: Vec<_> = row.answers["category"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["code"])
        .collect();
    assert_eq!(
        codes,
        [
            "advanced_age",
            "disabled_ability",
            "left_behind",
            "risk_high"
        ]
    );
    assert!(has_hint(&row, "是否失能留守", HintKind::CategoriesDiffer));
}

#[test]
fn the_village_is_found_by_names_or_by_the_grids_digits() {
    let by_grid = one_elder("村(社区)", "");
    assert_eq!(by_grid.answers["home_division"], json!("530999201201"));
    let misspelt = one_elder("村(社区)", "样版村");
    assert!(has_hint(&misspelt, "村(社区)", HintKind::PlaceUnknown));
    let by_name = one_elder("网格编号", "");
    assert_eq!(by_name.area.as_str(), "530999201201");
    let neither = with_cell(ELDERS, "村(社区)", "样版村").replace("530999201201001", "");
    let problem = &elders(&neither).problems[0];
    assert_eq!((problem.column, problem.code), ("村(社区)", "area_unknown"));
    assert_eq!(problem.value.as_deref(), Some("样版村"));
}

#[test]
fn what_spreadsheets_do_to_cells_alters_no_answer() {
    let typed = ELDERS
        .replace(
            "530999194402290016",
            "'５３０９９９１９４４０２２９００１６\t",
        )
        .replace("测试甲", "测试　甲")
        .replace("15400000001", "\u{A0}154-0000-0001")
        .replace("1944-02-29", "16131")
        .replace("农村留守;失能;高龄", "☑农村留守 ☑失能 □独居 ☑高龄")
        .replace("助餐;康复护理", "\"助餐\n康复护理\"")
        .replace("2024-04-12", "2024年4月12日");
    assert_eq!(
        elders(&typed).rows[0].answers,
        elders(ELDERS).rows[0].answers
    );
}

#[test]
fn the_order_of_words_in_a_cell_alters_no_answer() {
    let turned = ELDERS
        .replace("农村留守;失能;高龄", "高龄、失能、农村留守")
        .replace("助餐;康复护理", "康复护理,助餐");
    let turned = turned.replace("康复护理,助餐", "康复护理、助餐");
    assert_eq!(
        elders(&turned).rows[0].answers,
        elders(ELDERS).rows[0].answers
    );
}
