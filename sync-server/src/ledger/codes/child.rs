//! Lists of the child's form.

use super::{CodeList, closed, with_other};

/// Categories of children; the types of 困境 stand in their own list.
pub(in crate::ledger) const CHILD_CATEGORY: CodeList = closed(&[
    ("left_behind", &["留守儿童", "留守", "农村留守儿童"]),
    ("difficulty", &["困境儿童", "困境"]),
    ("migrant", &["流动儿童", "流动"]),
]);

/// Types of 困境 (requirements.md, A-categories).
pub(in crate::ledger) const DIFFICULTY: CodeList = with_other(&[
    ("orphan", &["孤儿"]),
    ("de_facto_unattended", &["事实无人抚养", "事实无人抚养儿童"]),
    (
        "hiv_affected",
        &[
            "艾滋病毒感染",
            "艾滋病病毒感染",
            "感染艾滋病",
            "艾滋病毒感染儿童",
        ],
    ),
    ("severe_illness", &["重病", "重病儿童"]),
    ("severe_disability", &["重残", "重残儿童", "重度残疾"]),
    ("disability_other", &["残疾", "残疾儿童", "其他残疾"]),
    ("dibao", &["低保家庭", "低保", "低保家庭儿童"]),
    (
        "low_income",
        &[
            "低收入",
            "低收入家庭",
            "低保边缘",
            "低保边缘家庭",
            "边缘家庭",
        ],
    ),
    ("extreme_poor", &["特困", "特困儿童", "特困供养"]),
    (
        "poverty_monitor",
        &[
            "脱贫监测户",
            "监测户",
            "建档立卡家庭",
            "脱贫户",
            "易返贫监测户",
        ],
    ),
    ("guardian_missing", &["监护缺失"]),
    ("guardian_unable", &["父母无力监护", "无力监护", "监护无力"]),
    (
        "guardian_improper",
        &["监护不当", "遭受侵害", "监护不当/遭受侵害"],
    ),
    ("street", &["流浪", "流浪儿童"]),
    (
        "parent_prison_drug",
        &[
            "父母服刑/戒毒",
            "父母服刑",
            "父母戒毒",
            "服刑戒毒人员子女",
            "服刑人员子女",
        ],
    ),
    ("other", &["其他"]),
]);

pub(in crate::ledger) const HEALTH: CodeList = closed(&[
    ("healthy", &["健康", "良好", "正常"]),
    ("disabled", &["残疾"]),
    ("ill", &["患病", "重病", "重特大疾病", "大病"]),
]);

pub(in crate::ledger) const SCHOOLING: CodeList = closed(&[
    ("kindergarten", &["幼儿园", "在园", "学前", "学前班"]),
    ("not_enrolled", &["未入园", "未入学", "未到入园年龄"]),
    ("primary", &["小学", "小学在读"]),
    ("junior", &["初中", "初中在读"]),
    ("senior", &["高中", "高中在读"]),
    (
        "vocational",
        &["职高", "中职", "中专", "职业高中", "职业学校", "技校"],
    ),
    ("dropout", &["辍学"]),
    ("not_in_school", &["不在学", "失学", "未就学"]),
]);

pub(in crate::ledger) const PARENT_STATE: CodeList = closed(&[
    (
        "away",
        &["外出务工", "务工", "外出", "在外务工", "外出打工", "打工"],
    ),
    ("home", &["在家", "在家务农", "务农"]),
    ("dead", &["去世", "死亡", "已故", "亡故", "病故"]),
    ("missing", &["失联", "失踪", "下落不明"]),
    ("prison", &["服刑", "服刑在押", "羁押"]),
    ("drug", &["强制戒毒", "强制隔离戒毒", "戒毒"]),
    ("severe_ill", &["重病"]),
    ("severe_dis", &["重残"]),
    (
        "divorced_left",
        &["离异", "离异离家", "改嫁", "离家", "离婚", "离异出走"],
    ),
    ("unknown", &["不详", "未知", "不明"]),
]);

/// What the carer is to the child.
pub(in crate::ledger) const CARER_RELATION: CodeList = with_other(&[
    (
        "grandparent",
        &["祖父", "祖母", "爷爷", "奶奶", "祖父母", "爷奶"],
    ),
    (
        "maternal_grand",
        &["外祖父", "外祖母", "外公", "外婆", "外祖父母"],
    ),
    (
        "uncle_aunt",
        &[
            "叔叔", "伯父", "伯伯", "叔", "伯母", "婶婶", "姑姑", "姑父", "姑妈", "舅舅", "舅妈",
            "姨妈", "姨父", "姨", "大伯", "叔伯",
        ],
    ),
    ("sibling_adult", &["哥哥", "姐姐", "兄", "姐", "成年兄姐"]),
    ("neighbour", &["邻居"]),
    ("other", &["其他"]),
]);

pub(in crate::ledger) const GUARD_TYPE: CodeList = closed(&[
    ("none", &["无人监护"]),
    (
        "parent_unable",
        &[
            "父母无监护能力",
            "父母监护能力不足",
            "父或母无监护能力",
            "父母一方无监护能力",
        ],
    ),
    (
        "carer_weak",
        &[
            "受委托监护人监护能力不足",
            "受委托人监护能力不足",
            "委托监护人监护能力不足",
            "受委托监护人监护能力较弱",
        ],
    ),
    ("fair", &["监护情况一般", "一般"]),
    ("good", &["监护情况较好", "较好", "监护情况良好", "好"]),
]);

pub(in crate::ledger) const GUARD_RATING: CodeList = closed(&[
    ("good", &["较好", "好", "良好"]),
    ("fair", &["一般"]),
    ("poor", &["较差", "差"]),
]);

pub(in crate::ledger) const CHILD_INCOME: CodeList = with_other(&[
    ("work", &["打工收入", "务工收入", "务工", "打工"]),
    ("farm", &["种养殖业", "种植业", "养殖业", "务农", "农业"]),
    ("gov_aid", &["政府救助", "政府补助"]),
    (
        "relatives",
        &["亲友资助", "亲属资助", "亲友接济", "亲戚资助"],
    ),
    ("other", &["其他"]),
]);

pub(in crate::ledger) const AID: CodeList = with_other(&[
    ("dibao", &["低保", "农村低保", "城市低保"]),
    ("temp", &["临时救助"]),
    ("medical", &["医疗救助"]),
    ("housing", &["住房救助", "危房改造", "住房保障"]),
    ("other", &["其他"]),
]);
