//! 《特殊困难老年人信息台账》 to the answers of `elder_card`.

use serde_json::Value;

use super::labels::{BIRTH, ENTERED, ID_NUMBER, NAME, SEX};
use super::person::{self, Interval};
use super::place::Places;
use super::row::RowReader;
use super::{HintKind, MatchKeys, NamedWorker, Row, codes};

const CATEGORIES: &str = "老年人类别";
const HAZARDS: &str = "安全隐患";
const BENEFITS: &str = "享受政策";
/// Columns that the card requires.
const ASKED: [&str; 19] = [
    NAME,
    ID_NUMBER,
    SEX,
    BIRTH,
    ENTERED,
    "户籍地址",
    "现居住地址",
    CATEGORIES,
    "能力等级",
    "居住状况",
    "子女总数",
    "县内子女数",
    "赡(扶)养人姓名",
    "与老人关系",
    "赡(扶)养人电话",
    "紧急联系人",
    "紧急联系人电话",
    "服务需求",
    "是否录入省养老服务管理平台",
];

/// Reads a row; none where its place is wrong. Problems and hints stay with the reader.
pub(super) fn read(row: &mut RowReader, places: &mut Places) -> Option<Row> {
    let who = person::who(row);
    let place = places.of(row);
    let interval = person::registration(row);
    categories(row, interval);
    health(row);
    family(row);
    services(row);
    let named_workers = workers(row);
    row.asked(&ASKED);
    let place = place?;
    let house = person::home(row, places, &place, ("户籍地址", "现居住地址"));
    if house.is_none() {
        row.hint("现居住地址", HintKind::HouseholdAlone);
    }
    Some(Row {
        line: row.line(),
        match_keys: MatchKeys {
            id_number: who.id,
            name: who.name,
            birth: who.birth,
            village: place.village,
        },
        household_keys: house.into_iter().collect(),
        answers: std::mem::take(&mut row.answers),
        area: place.area(),
        named_workers,
        agreement_signed_on: None,
        hints: Vec::new(),
        empty: Vec::new(),
    })
}

/// 老年人类别, 是否失能留守 and 风险等级 as dated rows.
fn categories(row: &mut RowReader, interval: Interval) {
    let mut chosen = row.codes(CATEGORIES, &codes::ELDER_CATEGORY);
    let both = ["left_behind", "disabled_ability"];
    let has_both = both.iter().all(|code| chosen.contains(code));
    match row.yes_no("是否失能留守") {
        // The county says so by name, and by it rule LC-R2 knows whom to see each month.
        Some(true) if !has_both => {
            row.hint("是否失能留守", HintKind::CategoriesDiffer);
            chosen.extend(both);
            chosen.sort_unstable();
            chosen.dedup();
        }
        Some(false) if has_both => row.hint("是否失能留守", HintKind::CategoriesDiffer),
        _ => {}
    }
    chosen.extend(row.code("风险等级", &codes::RISK));
    if !chosen.is_empty() {
        let rows: Vec<Value> = chosen.into_iter().map(|code| interval.row(code)).collect();
        row.answer("category", rows);
    }
}

fn health(row: &mut RowReader) {
    row.take_code("能力等级", &codes::ABILITY, "ability_level");
    row.take_codes("残疾类别", &codes::DISABILITY_KIND, "dis_kind");
    if row.text("残疾等级").is_some_and(|text| text != "无") {
        row.take_code("残疾等级", &codes::DISABILITY_GRADE, "dis_grade");
    }
    row.take_codes("主要疾病", &codes::DISEASES, "diseases");
}

fn family(row: &mut RowReader) {
    row.take_phone("联系电话", "phone");
    row.take_code("居住状况", &codes::LIVING, "living_arr");
    let all = row.take_count("子女总数", "children_n", 20);
    let near = row.take_count("县内子女数", "children_local_n", 20);
    if all.zip(near).is_some_and(|(all, near)| near > all) {
        row.hint("县内子女数", HintKind::Contradiction);
    }
    row.take_text("子女外出地", "children_away_place", 100);
    row.take_name("赡(扶)养人姓名", "supporter_name");
    row.take_code("与老人关系", &codes::SUPPORTER_RELATION, "supporter_rel");
    row.take_phone("赡(扶)养人电话", "supporter_phone");
    row.take_name("紧急联系人", "emergency_name");
    row.take_phone("紧急联系人电话", "emergency_phone");
}

fn services(row: &mut RowReader) {
    benefits(row);
    row.take_codes("服务需求", &codes::NEEDS, "needs");
    hazards(row);
    row.take_text("挂钩部门", "pair_org", 100);
    row.take_code("探访频次", &codes::AGREED_FREQUENCY, "agreed_freq");
    row.take_code(
        "是否录入省养老服务管理平台",
        &codes::PLATFORM,
        "ext_ylfw_state",
    );
}

/// 享受政策: policies, and old-age insurance, which the card keeps as an income.
fn benefits(row: &mut RowReader) {
    let Some(text) = row.text(BENEFITS) else {
        return;
    };
    let (mut policies, mut incomes) = (Vec::new(), Vec::new());
    for word in super::cell::choices(&text) {
        if codes::BOTH_DISABILITY_BENEFITS.contains(&word.as_str()) {
            policies.extend(["dis_living", "dis_care"]);
        } else if let Some(income) = codes::BENEFIT_INCOME.code(&word) {
            incomes.push(income);
        } else if let Some(policy) = codes::BENEFITS.code(&word) {
            policies.push(policy);
        } else {
            row.fail(BENEFITS, super::ProblemKind::UnknownCode(word));
        }
    }
    for (mut codes, field) in [(policies, "benefits"), (incomes, "elder_income_src")] {
        codes.sort_unstable();
        codes.dedup();
        if !codes.is_empty() {
            row.answer(field, codes);
        }
    }
}

/// 安全隐患: a dangerous house is a fact of the card; every other hazard is seen on a visit.
fn hazards(row: &mut RowReader) {
    let Some(text) = row.text(HAZARDS) else {
        return;
    };
    for word in super::cell::choices(&text) {
        match word.as_str() {
            "无" | "没有" => {}
            "危房" | "住房危险" => row.answer("housing", "dangerous"),
            word => row.hint_about(HAZARDS, HintKind::BelongsElsewhere, word),
        }
    }
}

/// 帮扶责任人 and 探访责任人: names that a person turns into pairings and assignments.
fn workers(row: &mut RowReader) -> Vec<NamedWorker> {
    let mut named = Vec::new();
    for (column, phone, org) in [
        ("帮扶责任人", "帮扶责任人电话", Some("挂钩部门")),
        ("探访责任人", "探访责任人电话", None),
    ] {
        named.extend(person::worker(row, column, phone, org));
    }
    named
}
