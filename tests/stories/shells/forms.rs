//! Forms as screens draw them: a visit page by page, and every type of question there is.

use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

use super::village::{Village, said};
use tanfang_core::app::{App, Filling};
use tanfang_core::form::{Context, Form, Session};
use tanfang_core::model::WallTime;

/// What a worker touches of a visit at home where all is well.
const ALL_IS_WELL: [(&str, &str); 8] = [
    ("mode", "home"),
    ("people[1].met", "met"),
    ("people[1].chk_health", "good"),
    ("people[1].chk_mental", "good"),
    ("people[1].chk_living", "ok"),
    ("people[1].chk_support", "fulfilled"),
    ("people[1].hazards", "none"),
    ("people[1].actions", "comfort policy"),
];

/// A form of every type and appearance, as `docs/form-format.md` names them.
const EVERY_TYPE: &str = "| survey |
| | type | name | label::中文(zh) | label::English(en) | hint::中文(zh) | hint::English(en) | required | parameters | appearance | relevant | bind::tanfang:warn | bind::tanfang:warn_message | bind::tanfang:warn_message_en |
| | note | n | 请如实填写 | Please answer as it is | | | | | | | | | |
| | text | t | 文字 | Text | 写几个字 | A few words | yes | | | | | | |
| | text | long | 长文字 | Long text | | | | | multiline | | | | |
| | integer | i | 整数 | Whole number | | | | | | | . < 0 | 小于零，请核对 | below zero, please check |
| | decimal | d | 小数 | Number | | | | | | | | | |
| | range | r | 范围 | Range | | | | start=0 end=10 step=2 | | | | | |
| | select_one l | one | 单选 | One of a list | | | | | | | | | |
| | select_multiple l | many | 多选 | Several of a list | | | | | | | | | |
| | rank l | order | 排序 | In order | | | | | | | | | |
| | select_one long | far | 很长的选项 | A long list | | | | | | | | | |
| | date | day | 日期 | Day | | | | | | | | | |
| | time | at | 时间 | Time | | | | | | | | | |
| | dateTime | when | 日期和时间 | Day and time | | | | | | | | | |
| | geopoint | here | 位置 | Place | 只定位一次 | one fix only | | | | | | | |
| | geotrace | way | 路线 | Line | | | | | | | | | |
| | geoshape | field | 范围（地块） | Area | | | | | | | | | |
| | barcode | code | 条码 | Bar code | | | | | | | | | |
| | image | photo | 照片 | Photo | | | | | | | | | |
| | image | sign | 签名 | Signature | | | | | signature | | | | |
| | file | scan | 扫描件 | Scan | | | | | | | | | |
| | acknowledge | read | 已知悉 | Read | | | | | | | | | |
| | begin repeat | rows | 家人 | Relatives | | | | | | | | | |
| | text | who | 姓名 | Name | | | | | | | | | |
| | end repeat | | | | | | | | | | | | |
";

/// Answers each question as a person does.
pub fn answer_all_is_well(app: &App, filling: &mut Filling) {
    for (field, given) in ALL_IS_WELL {
        app.answer(filling, field, Some(given)).unwrap();
    }
}

pub fn states(village: &Village) -> Vec<(&'static str, Json)> {
    let app = &village.committee.app;
    let mut visit = village.committee.visit_of(village.elder);
    let begun = page(app, &mut visit, "head");
    let missing = super::merged(
        page(app, &mut visit, "head"),
        json!({"pressed": true, "trouble": "needs_correction", "kept": true}),
    );
    answer_all_is_well(app, &mut visit);
    let checks = page(app, &mut visit, "people");
    let row = app.add_row(&mut visit, "issues").unwrap();
    app.answer(&mut visit, &format!("{row}.type"), Some("hazard"))
        .unwrap();
    let rest = page(app, &mut visit, "rest");
    let row_asked = super::merged(rest.clone(), json!({"leaving": row}));
    let offered = app.offered(&visit, "people[1].person", "", 50).unwrap();
    let chosen = json!({"field": "people[1].person", "label": "对象", "several": false, "search": "",
        "offered": said(offered), "chosen": [village.elder.to_string()]});
    let choosing = super::merged(checks.clone(), json!({"choosing": chosen}));
    let (empty, full) = (every_type(json!({})), every_type(answered()));
    vec![
        ("visit_begun", begun),
        ("visit_missing", missing),
        ("visit_checks", checks),
        ("visit_rest", rest),
        ("row_asked", row_asked),
        ("choosing", choosing),
        ("every_type", empty),
        ("every_type_answered", full),
    ]
}

fn page(app: &App, filling: &mut Filling, name: &str) -> Json {
    json!({"title": filling.title("zh"), "pages": said(filling.pages()), "page": name,
        "lines": said(app.drawn(filling, Some(name)).unwrap())})
}

fn answered() -> Json {
    json!({"t": "测试", "long": "第一行\n第二行", "i": -3, "d": 1.5, "r": 4, "one": "b", "many": ["a", "c"],
        "order": ["c", "a", "b"], "far": "c7", "day": "2024-06-24", "at": "09:30:00",
        "when": "2024-06-24T09:30:00+08:00", "here": "23.88 100.08 1500 12",
        "way": "23.88 100.08 0 0;23.89 100.09 0 0", "field": "23.88 100.08 0 0;23.89 100.09 0 0;23.89 100.08 0 0;23.88 100.08 0 0",
        "code": "6901234567892", "photo": "face0000face0000face0000", "sign": "face0000face0000face0001",
        "scan": "face0000face0000face0002", "read": "OK", "rows": [{"who": "测试丁"}, {}]})
}

fn every_type(answers: Json) -> Json {
    let mut source = EVERY_TYPE.to_owned();
    source
        .push_str("\n| choices |\n| | list_name | name | label::中文(zh) | label::English(en) |\n");
    for (code, zh, en) in [("a", "甲", "A"), ("b", "乙", "B"), ("c", "丙", "C")] {
        source.push_str(&format!("| | l | {code} | {zh} | {en} |\n"));
    }
    for no in 1..=30 {
        source.push_str(&format!("| | long | c{no} | 第{no}项 | Number {no} |\n"));
    }
    source.push_str("\n| settings |\n| | form_id | form_title | version | default_language | namespaces |\n| | every_type | 每种题型 | 1 | 中文(zh) | tanfang=\"https://tanfang.example/xlsform\" |\n");
    let form = Form::compile(&source).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let now = WallTime::parse("2024-06-24T08:00:00+08:00").unwrap();
    let answers: Map<String, Json> = answers.as_object().cloned().unwrap_or_default();
    let mut session = Session::open(Arc::new(form), &answers, Context::creating(now));
    json!({"title": "每种题型", "pages": said(session.pages()), "page": "n", "lines": said(session.drawn(None))})
}
