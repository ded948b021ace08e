//! Lists of the elder's card.

use super::{CodeList, closed, with_other};

/// Categories of elders (requirements.md, A-categories).
pub(in crate::ledger) const ELDER_CATEGORY: CodeList = CodeList {
    entries: &[
        (
            "left_behind",
            &[
                "留守",
                "农村留守",
                "留守老人",
                "留守老年人",
                "农村留守老年人",
                "农村留守老人",
            ],
        ),
        ("empty_nest", &["空巢", "空巢老人", "空巢老年人"]),
        ("living_alone", &["独居", "独居老人", "独居老年人"]),
        (
            "disabled_ability",
            &[
                "失能",
                "半失能",
                "失能老人",
                "失能老年人",
                "失能(含半失能)",
                "失能半失能",
            ],
        ),
        (
            "severe_disability",
            &["重残", "重度残疾", "重残老人", "重残老年人"],
        ),
        (
            "family_planning_special",
            &[
                "计划生育特殊家庭",
                "计生特殊家庭",
                "计生特殊",
                "计划生育特殊",
                "计划生育特殊家庭老年人",
                "失独",
            ],
        ),
        (
            "advanced_age",
            &["高龄", "高龄老人", "高龄老年人", "80岁以上"],
        ),
        (
            "extreme_poor_scattered",
            &[
                "分散供养特困",
                "特困分散供养",
                "分散特困",
                "分散供养特困人员",
            ],
        ),
        ("poor_disabled", &["经济困难失能", "经济困难失能老年人"]),
        ("disabled_left_behind", &["残疾留守", "残疾留守老年人"]),
        ("other_special", &["其他", "其他特殊困难"]),
    ],
    other: Some("other_special"),
};

/// 风险等级, kept as categories.
pub(in crate::ledger) const RISK: CodeList = closed(&[
    ("risk_high", &["高风险", "高", "高风险等级"]),
    ("risk_key", &["重点", "重点关注", "中", "中风险"]),
    ("risk_general", &["一般", "低", "低风险", "一般风险"]),
]);

/// GB/T 42195-2022
pub(in crate::ledger) const ABILITY: CodeList = closed(&[
    ("0", &["能力完好", "完好", "自理", "能自理"]),
    ("1", &["轻度失能", "轻度", "能力轻度受损(轻度失能)"]),
    (
        "2",
        &["中度失能", "中度", "半失能", "能力中度受损(中度失能)"],
    ),
    ("3", &["重度失能", "重度", "能力重度受损(重度失能)"]),
    ("4", &["完全失能", "完全丧失", "能力完全丧失(完全失能)"]),
    ("9", &["未评估", "未评"]),
]);

pub(in crate::ledger) const DISEASES: CodeList = with_other(&[
    ("hypertension", &["高血压", "高血压病"]),
    ("diabetes", &["糖尿病"]),
    ("heart", &["心脏病", "冠心病", "心衰", "心血管疾病"]),
    (
        "stroke",
        &[
            "脑卒中",
            "中风",
            "脑梗",
            "脑梗塞",
            "脑梗死",
            "脑出血",
            "偏瘫",
        ],
    ),
    (
        "copd",
        &["慢阻肺", "慢性阻塞性肺疾病", "慢性阻塞性肺病", "肺气肿"],
    ),
    (
        "dementia",
        &[
            "痴呆",
            "阿尔茨海默病",
            "阿尔茨海默症",
            "老年痴呆",
            "认知障碍",
            "失智",
        ],
    ),
    ("cancer", &["癌症", "恶性肿瘤", "肿瘤"]),
    (
        "mental",
        &["精神疾病", "精神病", "精神障碍", "精神分裂症", "精神分裂"],
    ),
    ("other", &["其他", "其他疾病"]),
    ("none", &["无", "没有", "健康"]),
]);

pub(in crate::ledger) const LIVING: CodeList = closed(&[
    ("alone", &["独居", "独自居住", "一人居住"]),
    (
        "with_spouse",
        &["与配偶同住", "与配偶居住", "夫妻同住", "与老伴同住"],
    ),
    (
        "with_children",
        &["与子女同住", "与子女居住", "与儿子同住", "与女儿同住"],
    ),
    (
        "with_grandchildren",
        &["与孙辈同住", "与孙子女同住", "隔代同住", "与(外)孙子女同住"],
    ),
    (
        "with_other",
        &[
            "与他人同住",
            "与其他人同住",
            "与亲属同住",
            "与亲友同住",
            "其他",
        ],
    ),
    (
        "institution",
        &["养老机构", "机构", "敬老院", "养老院", "机构养老", "福利院"],
    ),
]);

pub(in crate::ledger) const SUPPORTER_RELATION: CodeList = CodeList {
    entries: &[
        ("spouse", &["配偶", "丈夫", "妻子", "老伴", "夫妻"]),
        ("son", &["儿子", "长子", "次子", "养子", "子"]),
        ("daughter", &["女儿", "长女", "次女", "养女", "女"]),
        ("son_in_law", &["女婿"]),
        (
            "grandchild",
            &["孙子", "孙女", "外孙", "外孙子", "外孙女", "孙子女"],
        ),
        (
            "relative",
            &[
                "亲属",
                "亲戚",
                "侄子",
                "侄女",
                "儿媳",
                "弟弟",
                "妹妹",
                "外甥",
                "外甥女",
                "兄弟",
                "姐妹",
            ],
        ),
        ("none", &["无", "没有"]),
    ],
    other: Some("relative"),
};

/// Policies of the elder's card.
pub(in crate::ledger) const BENEFITS: CodeList = closed(&[
    ("dibao", &["低保", "农村低保", "城市低保", "最低生活保障"]),
    ("tekun", &["特困", "特困供养", "特困人员救助供养"]),
    ("temp", &["临时救助"]),
    ("dis_living", &["困难残疾人生活补贴"]),
    ("dis_care", &["重残护理补贴", "重度残疾人护理补贴"]),
    (
        "age80",
        &[
            "高龄保健补助",
            "高龄津贴",
            "高龄补贴",
            "高龄保健",
            "高龄保健补贴",
        ],
    ),
    (
        "longevity",
        &["长寿补助", "长寿", "长寿保健补助", "百岁补助"],
    ),
    (
        "service",
        &["经济困难服务补贴", "养老服务补贴", "经济困难老年人服务补贴"],
    ),
    (
        "fp",
        &[
            "计生特扶",
            "计划生育特别扶助",
            "计生",
            "计生扶助",
            "计划生育特殊家庭扶助",
        ],
    ),
    ("none", &["无", "没有"]),
]);

/// What stands among the policies and is an income on the card.
pub(in crate::ledger) const BENEFIT_INCOME: CodeList = closed(&[
    (
        "urban_rural_pension",
        &[
            "城乡居民养老保险",
            "城乡居民基本养老保险",
            "居民养老保险",
            "新农保",
        ],
    ),
    (
        "pension",
        &["养老金", "退休金", "职工养老保险", "城镇职工养老保险"],
    ),
]);

/// 残疾人两项补贴: both of them.
pub(in crate::ledger) const BOTH_DISABILITY_BENEFITS: [&str; 3] =
    ["残疾人两项补贴", "两项补贴", "残疾人“两项补贴”"];

pub(in crate::ledger) const NEEDS: CodeList = closed(&[
    ("meal", &["助餐", "送餐", "助餐服务"]),
    ("bath", &["助浴", "助浴服务"]),
    ("clean", &["助洁", "助洁服务", "保洁"]),
    ("medical", &["助医", "助医服务", "就医", "陪医"]),
    ("errand", &["代办", "助行", "代购", "代办服务"]),
    ("rehab", &["康复", "康复护理", "护理"]),
    ("comfort", &["精神慰藉", "慰藉", "陪伴", "关爱"]),
    ("retrofit", &["适老化改造", "适老化"]),
    ("device", &["辅具", "辅助器具", "康复辅具"]),
    ("daycare", &["日间照料", "日托"]),
    ("institution", &["机构养老", "入住机构", "机构"]),
    ("legal", &["法律援助", "法律"]),
    ("none", &["无", "没有"]),
]);

pub(in crate::ledger) const AGREED_FREQUENCY: CodeList = closed(&[
    ("weekly", &["每周1次", "每周一次", "每周"]),
    (
        "half_month",
        &[
            "每半月1次",
            "每半月一次",
            "半月1次",
            "每月2次",
            "每月两次",
            "半月一次",
        ],
    ),
    ("monthly", &["每月1次", "每月一次", "每月"]),
    (
        "quarterly",
        &["每季度1次", "每季度一次", "每季1次", "每季度", "每季一次"],
    ),
]);
