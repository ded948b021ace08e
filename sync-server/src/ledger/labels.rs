//! The columns of the two layouts, and what counties call them.

/// A column: its heading as we print it, and others that mean the same.
#[derive(Debug)]
pub(super) struct Column {
    /// The heading of `ledgers.md`, which names the column everywhere in this room.
    pub label: &'static str,
    /// Headings that counties write instead.
    pub also: &'static [&'static str],
}

const fn column(label: &'static str, also: &'static [&'static str]) -> Column {
    Column { label, also }
}

pub(super) const ID_NUMBER: &str = "公民身份号码";
pub(super) const NAME: &str = "姓名";
pub(super) const SEX: &str = "性别";
pub(super) const BIRTH: &str = "出生日期";
pub(super) const ETHNIC: &str = "民族";
pub(super) const COUNTY: &str = "县(区)";
pub(super) const TOWNSHIP: &str = "乡镇(街道)";
pub(super) const VILLAGE: &str = "村(社区)";
pub(super) const GROUP: &str = "村民小组";
pub(super) const GRID: &str = "网格编号";
pub(super) const ENTERED: &str = "纳入日期";
pub(super) const LEFT: &str = "退出日期";
pub(super) const LEFT_REASON: &str = "退出原因";
pub(super) const REMARKS: &str = "备注";

/// Without these nobody can be told apart or placed.
pub(super) const NEEDED: [&str; 3] = [NAME, ID_NUMBER, VILLAGE];

const ALSO_ID: &[&str] = &[
    "公民身份证号码",
    "身份证号码",
    "身份证号",
    "身份号码",
    "证件号码",
    "证件号",
    "身份证",
];
const ALSO_COUNTY: &[&str] = &[
    "县区",
    "县",
    "区县",
    "县(市、区)",
    "县(市区)",
    "县市区",
    "所属县",
];
const ALSO_TOWNSHIP: &[&str] = &[
    "乡镇",
    "乡(镇)",
    "乡(镇、街道)",
    "镇(街)",
    "镇街",
    "街道",
    "乡镇街道",
    "乡(镇)街道",
];
const ALSO_VILLAGE: &[&str] = &[
    "村(居)",
    "村委会",
    "行政村",
    "村",
    "社区",
    "村(居)委会",
    "村社区",
    "村居",
    "村/社区",
];
const ALSO_GROUP: &[&str] = &["组", "自然村", "小组", "村组", "村小组"];
const ALSO_GRID: &[&str] = &["网格", "网格号", "网格代码", "所属网格"];
const ALSO_NAME: &[&str] = &["老人姓名", "老年人姓名", "儿童姓名", "对象姓名"];
const ALSO_BIRTH: &[&str] = &["出生年月", "出生年月日", "生日"];
const ALSO_ENTERED: &[&str] = &["纳入时间", "建档日期", "登记日期"];

/// 《特殊困难老年人信息台账》
pub(super) const ELDER: &[Column] = &[
    column("序号", &["编号"]),
    column(COUNTY, ALSO_COUNTY),
    column(TOWNSHIP, ALSO_TOWNSHIP),
    column(VILLAGE, ALSO_VILLAGE),
    column(GROUP, ALSO_GROUP),
    column(GRID, ALSO_GRID),
    column(NAME, ALSO_NAME),
    column(SEX, &[]),
    column(ETHNIC, &[]),
    column(ID_NUMBER, ALSO_ID),
    column(BIRTH, ALSO_BIRTH),
    column("年龄", &["周岁", "年龄(岁)"]),
    column("户籍地址", &["户籍所在地", "户籍地", "户口所在地"]),
    column("现居住地址", &["现居住地", "居住地址", "家庭住址", "住址"]),
    column("联系电话", &["本人电话", "电话", "手机号码", "联系方式"]),
    column("老年人类别", &["类别", "老人类别", "特殊困难类别"]),
    column("是否失能留守", &["失能留守"]),
    column("能力等级", &["失能等级", "能力评估等级"]),
    column("残疾类别", &["残疾类型"]),
    column("残疾等级", &["残疾级别"]),
    column("主要疾病", &["患病情况", "疾病"]),
    column("居住状况", &["居住情况", "居住方式"]),
    column("子女总数", &["子女数", "子女数量"]),
    column("县内子女数", &["在县内子女数", "县内子女"]),
    column("子女外出地", &["子女务工地", "子女务工地点"]),
    column(
        "赡(扶)养人姓名",
        &["赡养人姓名", "扶养人姓名", "赡(扶)养人", "赡养人"],
    ),
    column(
        "与老人关系",
        &["与老年人关系", "赡(扶)养人关系", "赡养人关系"],
    ),
    column(
        "赡(扶)养人电话",
        &["赡养人电话", "扶养人电话", "赡养人联系电话"],
    ),
    column("紧急联系人", &["紧急联系人姓名"]),
    column("紧急联系人电话", &["紧急联系电话"]),
    column("享受政策", &["享受政策情况", "享受待遇"]),
    column("服务需求", &["需求"]),
    column("安全隐患", &["隐患"]),
    column("挂钩部门", &["挂钩单位", "帮扶单位"]),
    column("帮扶责任人", &["帮扶人", "结对帮扶人"]),
    column("帮扶责任人电话", &["帮扶人电话"]),
    column("探访责任人", &["探访人"]),
    column("探访责任人电话", &["探访人电话"]),
    column("探访频次", &["探访频率"]),
    column("本年探访次数", &["探访次数"]),
    column("最近探访日期", &["最近探访时间"]),
    column("风险等级", &["风险级别"]),
    column(
        "是否录入省养老服务管理平台",
        &["是否录入平台", "录入省平台", "是否录入系统"],
    ),
    column(ENTERED, ALSO_ENTERED),
    column(LEFT, &["退出时间"]),
    column(LEFT_REASON, &[]),
    column(REMARKS, &["说明"]),
];

/// 《留守儿童和困境儿童信息台账》
pub(super) const CHILD: &[Column] = &[
    column("序号", &["编号"]),
    column(COUNTY, ALSO_COUNTY),
    column(TOWNSHIP, ALSO_TOWNSHIP),
    column(VILLAGE, ALSO_VILLAGE),
    column(GROUP, ALSO_GROUP),
    column(GRID, ALSO_GRID),
    column(NAME, ALSO_NAME),
    column(SEX, &[]),
    column(ETHNIC, &[]),
    column(BIRTH, ALSO_BIRTH),
    column(ID_NUMBER, ALSO_ID),
    column("是否登记户口", &["是否上户", "是否落户"]),
    column("户籍所在地", &["户籍地址", "户籍地", "户口所在地"]),
    column("现居住地", &["现居住地址", "居住地址", "家庭住址", "住址"]),
    column("儿童类别", &["类别"]),
    column("困境类型", &["困境儿童类型", "困境类别"]),
    column("身体情况", &["身体状况", "健康状况"]),
    column("残疾类别及等级", &["残疾类别等级", "残疾类别和等级"]),
    column("患病类型", &["疾病类型"]),
    column("就学情况", &["就学状况"]),
    column("学校", &["就读学校"]),
    column("年级", &["就读年级"]),
    column("是否寄宿", &["是否学校寄宿", "寄宿"]),
    column("父亲姓名", &["父姓名"]),
    column(
        "父亲身份号码",
        &[
            "父亲身份证号",
            "父亲身份证号码",
            "父亲公民身份号码",
            "父亲公民身份证号码",
        ],
    ),
    column("父亲状态", &["父亲状况"]),
    column("父亲务工地点", &["父亲务工地"]),
    column("父亲电话", &["父亲联系电话"]),
    column("母亲姓名", &["母姓名"]),
    column(
        "母亲身份号码",
        &[
            "母亲身份证号",
            "母亲身份证号码",
            "母亲公民身份号码",
            "母亲公民身份证号码",
        ],
    ),
    column("母亲状态", &["母亲状况"]),
    column("母亲务工地点", &["母亲务工地"]),
    column("母亲电话", &["母亲联系电话"]),
    column(
        "委托照护人",
        &[
            "委托监护人",
            "受委托监护人",
            "委托照护人姓名",
            "委托监护人姓名",
            "照护人姓名",
        ],
    ),
    column(
        "照护人身份号码",
        &[
            "照护人身份证号",
            "照护人身份证号码",
            "委托照护人身份号码",
            "委托监护人身份证号",
        ],
    ),
    column("与儿童关系", &["与被监护人关系", "照护人与儿童关系"]),
    column("照护人电话", &["委托照护人电话", "委托监护人电话"]),
    column("监护类型", &["监护情况"]),
    column("监护情况评估", &["监护评估"]),
    column(
        "是否签订委托监护责任确认书",
        &["是否签订确认书", "委托监护责任确认书"],
    ),
    column("签订日期", &["确认书签订日期"]),
    column("家庭经济来源", &["经济来源"]),
    column("救助帮扶情况", &["救助情况", "帮扶情况"]),
    column("心理需求", &[]),
    column("安全隐患", &["隐患"]),
    column("儿童主任", &["儿童主任姓名"]),
    column("儿童主任电话", &[]),
    column("结对帮扶人/爱心妈妈", &["结对帮扶人", "爱心妈妈"]),
    column("本月联系日期", &[]),
    column("本季入户日期", &[]),
    column(
        "是否录入全国儿童福利信息系统",
        &["是否录入系统", "录入全国系统"],
    ),
    column(ENTERED, ALSO_ENTERED),
    column(LEFT, &["退出时间"]),
    column(LEFT_REASON, &[]),
    column(REMARKS, &["说明"]),
];

/// A heading as it is compared: brackets and slashes half-width, no blanks, stars or colons.
pub(super) fn comparable(heading: &str) -> String {
    let same = |c: char| match c {
        '（' | '〔' | '[' => Some('('),
        '）' | '〕' | ']' => Some(')'),
        '／' => Some('/'),
        '*' | '＊' | ':' | '：' | '\'' | '\u{FEFF}' | '\u{200B}' => None,
        c if c.is_whitespace() => None,
        c => Some(c),
    };
    heading.chars().filter_map(same).collect()
}

/// The column of a layout that a heading means.
pub(super) fn find(columns: &'static [Column], heading: &str) -> Option<&'static str> {
    let heading = comparable(heading);
    let by_label = columns.iter().find(|column| column.label == heading);
    let found = by_label.or_else(|| columns.iter().find(|c| c.also.contains(&heading.as_str())));
    found.map(|column| column.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_means_two_columns() {
        for columns in [ELDER, CHILD] {
            for column in columns {
                for heading in std::iter::once(&column.label).chain(column.also) {
                    let meant = columns
                        .iter()
                        .filter(|other| other.label == *heading || other.also.contains(heading));
                    assert_eq!(meant.count(), 1, "{heading}");
                    assert_eq!(find(columns, heading), Some(column.label));
                }
            }
        }
    }

    #[test]
    fn the_layouts_have_their_47_and_55_columns() {
        assert_eq!((ELDER.len(), CHILD.len()), (47, 55));
    }
}
