//! 《留守儿童和困境儿童信息台账》 to the answers of `child_left_behind`.

use serde_json::{Map, Value, json};
use tanfang_core::model::person::ResidentId;

use super::labels::{BIRTH, ENTERED, ID_NUMBER, NAME, SEX};
use super::person::{self, Interval};
use super::place::Places;
use super::row::RowReader;
use super::{HintKind, HouseholdKey, MatchKeys, ProblemKind, Row, cell, codes};

const CATEGORIES: &str = "儿童类别";
const TYPES: &str = "困境类型";
const DISABILITY: &str = "残疾类别及等级";
const AGREEMENT: &str = "是否签订委托监护责任确认书";
const SIGNED: &str = "签订日期";
const CARER: &str = "委托照护人";
/// Columns that the form requires.
const ASKED: [&str; 16] = [
    NAME,
    ID_NUMBER,
    SEX,
    BIRTH,
    ENTERED,
    "是否登记户口",
    "户籍所在地",
    "现居住地",
    CATEGORIES,
    "身体情况",
    "就学情况",
    "父亲状态",
    "母亲状态",
    "监护情况评估",
    "家庭经济来源",
    "是否录入全国儿童福利信息系统",
];

/// A parent's columns and the beginning of the questions that they answer.
struct Parent {
    field: &'static str,
    name: &'static str,
    id: &'static str,
    state: &'static str,
    work_place: &'static str,
    phone: &'static str,
}

const FATHER: Parent = Parent {
    field: "father",
    name: "父亲姓名",
    id: "父亲身份号码",
    state: "父亲状态",
    work_place: "父亲务工地点",
    phone: "父亲电话",
};
const MOTHER: Parent = Parent {
    field: "mother",
    name: "母亲姓名",
    id: "母亲身份号码",
    state: "母亲状态",
    work_place: "母亲务工地点",
    phone: "母亲电话",
};

/// Reads a row; none where its place is wrong. Problems and hints stay with the reader.
pub(super) fn read(row: &mut RowReader, places: &mut Places) -> Option<Row> {
    let who = person::who(row);
    let place = places.of(row);
    let interval = person::registration(row);
    categories(row, interval);
    health(row);
    school(row);
    let (father, mother) = (parent(row, &FATHER), parent(row, &MOTHER));
    both_away(row);
    let signed_on = agreement(row);
    carer(
        row,
        Interval {
            from: signed_on.or(interval.from),
            to: None,
        },
    );
    guardianship(row);
    let mut named_workers = Vec::new();
    named_workers.extend(person::worker(row, "儿童主任", "儿童主任电话", None));
    named_workers.extend(person::worker(row, "结对帮扶人/爱心妈妈", "", None));
    row.asked(&ASKED);
    let place = place?;
    let house = person::home(row, places, &place, ("户籍所在地", "现居住地"));
    let parents =
        (father.is_some() || mother.is_some()).then_some(HouseholdKey::Parents { father, mother });
    let household_keys: Vec<_> = parents.into_iter().chain(house).collect();
    if household_keys.is_empty() {
        row.hint("现居住地", HintKind::HouseholdAlone);
    }
    Some(Row {
        line: row.line(),
        match_keys: MatchKeys {
            id_number: who.id,
            name: who.name,
            birth: who.birth,
            village: place.village,
        },
        household_keys,
        answers: std::mem::take(&mut row.answers),
        area: place.area(),
        named_workers,
        agreement_signed_on: signed_on,
        hints: Vec::new(),
        empty: Vec::new(),
    })
}

/// 儿童类别 and 困境类型 as dated rows. An open type is what makes a child one in difficulty, so the
/// general word stands only where no type does.
fn categories(row: &mut RowReader, interval: Interval) {
    let mut chosen = row.codes(CATEGORIES, &codes::CHILD_CATEGORY);
    let types = row.codes(TYPES, &codes::DIFFICULTY);
    match (chosen.contains(&"difficulty"), types.is_empty()) {
        (true, true) => row.hint(TYPES, HintKind::Missing),
        (false, false) => row.hint(CATEGORIES, HintKind::CategoriesDiffer),
        _ => {}
    }
    if !types.is_empty() {
        chosen.retain(|code| *code != "difficulty");
    }
    chosen.extend(types);
    if !chosen.is_empty() {
        let rows: Vec<Value> = chosen.into_iter().map(|code| interval.row(code)).collect();
        row.answer("category", rows);
    }
}

fn health(row: &mut RowReader) {
    row.take_yes_no("是否登记户口", "hukou_registered");
    row.take_codes("身体情况", &codes::HEALTH, "health");
    disability(row);
    row.take_text("患病类型", "illness", 100);
}

/// 智力/二级, 智力二级, 二级: a kind, a grade, or both.
fn disability(row: &mut RowReader) {
    let Some(text) = row.text(DISABILITY).filter(|text| text != "无") else {
        return;
    };
    let mut kinds = Vec::new();
    for word in cell::choices(&text) {
        let at = word.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
        let (kind, grade) = if word.ends_with('级') {
            word.split_at(at)
        } else {
            (word.as_str(), "")
        };
        let grade_code = codes::DISABILITY_GRADE.code(grade);
        let kind_code = codes::DISABILITY_KIND.code(kind);
        if (kind_code.is_none() && !kind.is_empty()) || (grade_code.is_none() && !grade.is_empty())
        {
            row.fail(DISABILITY, ProblemKind::UnknownCode(word));
            continue;
        }
        kinds.extend(kind_code);
        if let Some(grade) = grade_code {
            row.answer("dis_grade", grade);
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    if !kinds.is_empty() {
        row.answer("dis_kind", kinds);
    }
}

fn school(row: &mut RowReader) {
    row.take_code("就学情况", &codes::SCHOOLING, "schooling");
    row.take_text("学校", "school", 100);
    row.take_text("年级", "grade", 50);
    row.take_yes_no("是否寄宿", "boarding");
}

fn parent(row: &mut RowReader, parent: &Parent) -> Option<ResidentId> {
    let field = |name: &str| format!("{}_{name}", parent.field);
    row.take_name(parent.name, &field("name"));
    let id = row.resident_id(parent.id);
    if let Some(id) = id {
        row.answer(&field("id_number"), id.reveal());
        row.answer(&field("birth"), id.birth().to_string());
    }
    row.take_code(parent.state, &codes::PARENT_STATE, &field("state"));
    row.take_text(parent.work_place, &field("work_place"), 100);
    row.take_phone(parent.phone, &field("phone"));
    id
}

/// With both parents away the form's other case, one away and the other unable, is not so.
fn both_away(row: &mut RowReader) {
    let away = |parent: &str| row.answers.get(parent).is_some_and(|state| state == "away");
    if away("father_state") && away("mother_state") {
        row.answer("one_away_other_unable", "no");
    }
}

/// The day on which the agreement was signed; the agreement is a record of its own.
fn agreement(row: &mut RowReader) -> Option<chrono::NaiveDate> {
    let signed = row.yes_no(AGREEMENT);
    let day = row.day(SIGNED, false);
    match signed {
        Some(true) => row.hint_with_value(SIGNED, HintKind::BelongsElsewhere),
        Some(false) if day.is_some() => row.hint(AGREEMENT, HintKind::Contradiction),
        _ => {}
    }
    day.filter(|_| signed != Some(false))
}

/// 委托照护人: an open row, by which the child has an entrusted carer.
fn carer(row: &mut RowReader, interval: Interval) {
    let Some(name) = row.name(CARER) else { return };
    let mut carer = Map::new();
    let mut put = |key: &str, value: String| _ = carer.insert(key.to_owned(), value.into());
    put("carer_name", String::from(name));
    if let Some(id) = row.resident_id("照护人身份号码") {
        put("carer_id_number", id.reveal().to_owned());
    }
    if let Some(relation) = row.code("与儿童关系", &codes::CARER_RELATION) {
        put("carer_rel", relation.to_owned());
    }
    if let Some(phone) = row.phone("照护人电话") {
        put("carer_phone", String::from(phone));
    }
    if let Some(from) = interval.from {
        put("from", from.to_string());
    }
    row.answer("carer", json!([carer]));
}

fn guardianship(row: &mut RowReader) {
    row.take_code("监护类型", &codes::GUARD_TYPE, "guard_type");
    row.take_code("监护情况评估", &codes::GUARD_RATING, "guard_rating");
    row.take_codes("家庭经济来源", &codes::CHILD_INCOME, "child_income_src");
    row.take_codes("救助帮扶情况", &codes::AID, "aid");
    for column in ["心理需求", "安全隐患"] {
        if row.text(column).is_some_and(|text| text != "无") {
            row.hint_with_value(column, HintKind::BelongsElsewhere);
        }
    }
    row.take_code(
        "是否录入全国儿童福利信息系统",
        &codes::PLATFORM,
        "ext_cwis_state",
    );
}
