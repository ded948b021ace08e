//! A row of 《特殊困难老年人信息台账》.

use super::chance::Chance;
use super::household::{Home, Registry, Workers};
use super::person::Person;

/// The layout's 47 columns.
pub(super) const HEADER: &str = "序号,县(区),乡镇(街道),村(社区),村民小组,网格编号,姓名,性别,民族,公民身份号码,出生日期,年龄,户籍地址,现居住地址,联系电话,老年人类别,是否失能留守,能力等级,残疾类别,残疾等级,主要疾病,居住状况,子女总数,县内子女数,子女外出地,赡(扶)养人姓名,与老人关系,赡(扶)养人电话,紧急联系人,紧急联系人电话,享受政策,服务需求,安全隐患,挂钩部门,帮扶责任人,帮扶责任人电话,探访责任人,探访责任人电话,探访频次,本年探访次数,最近探访日期,风险等级,是否录入省养老服务管理平台,纳入日期,退出日期,退出原因,备注";

const PLACES: [&str; 5] = [
    "广东省东莞市",
    "浙江省宁波市",
    "云南省昆明市",
    "福建省泉州市",
    "江苏省苏州市",
];

/// An elder of the ledger.
pub(super) struct Elder {
    person: Person,
    home: Home,
    living: &'static str,
    workers: Workers,
    /// Empty for one in four, who has none.
    pub phone: String,
    health: Health,
    family: Family,
    care: Care,
}

struct Health {
    ability: &'static str,
    disability: (&'static str, &'static str),
    diseases: &'static str,
}

struct Family {
    left_behind: bool,
    children: usize,
    near: usize,
    away: &'static str,
    supporter: [String; 3],
    emergency: [String; 2],
}

struct Care {
    visits: usize,
    last_visit: String,
    hazard: &'static str,
    entered: String,
    left: [String; 2],
    on_platform: &'static str,
}

impl Elder {
    pub fn new(
        person: Person,
        home: Home,
        living: &'static str,
        workers: Workers,
        registry: &mut Registry,
        chance: &mut Chance,
    ) -> Elder {
        let phone = if chance.percent(25) {
            String::new()
        } else {
            registry.numbers.phone()
        };
        let health = Health::new(person.age(), chance);
        let family = Family::new(living, registry, chance);
        Elder {
            person,
            home,
            living,
            workers,
            phone,
            health,
            family,
            care: Care::new(chance),
        }
    }

    /// The row with this number.
    pub fn row(&self, number: usize) -> String {
        let (person, family, care) = (&self.person, &self.family, &self.care);
        let (kind, grade) = self.health.disability;
        let disabled = self.health.is_disabled() && family.left_behind;
        let risk = if disabled {
            "高风险"
        } else if self.living == "独居" {
            "重点"
        } else {
            "一般"
        };
        let frequency = if disabled {
            "每月1次"
        } else {
            "每季度1次"
        };
        let number_of_children = [family.children.to_string(), family.near.to_string()];
        let cells: Vec<String> = [
            self.home.columns(number),
            [
                person.name.as_str(),
                person.sex(),
                person.people,
                &person.id,
                &person.born(),
            ]
            .join(","),
            [
                &person.age().to_string(),
                &self.home.address(),
                "同户籍",
                &self.phone,
            ]
            .join(","),
            [
                self.categories().as_str(),
                if disabled { "是" } else { "否" },
                self.health.ability,
            ]
            .join(","),
            [kind, grade, self.health.diseases, self.living].join(","),
            [&number_of_children[0], &number_of_children[1], family.away].join(","),
            family.supporter.join(","),
            family.emergency.join(","),
            [&self.benefits(), self.need(), care.hazard, self.org()].join(","),
            self.helper(),
            [
                self.workers.committee.0.as_str(),
                &self.workers.committee.1,
                frequency,
            ]
            .join(","),
            [
                &care.visits.to_string(),
                &care.last_visit,
                risk,
                care.on_platform,
            ]
            .join(","),
            [&care.entered, &care.left[0], &care.left[1], "合成"].join(","),
        ]
        .into();
        cells.join(",")
    }

    /// Whether a department is paired with the elder, as not with everybody.
    fn is_paired(&self) -> bool {
        self.living == "独居" || self.health.is_disabled()
    }

    fn org(&self) -> &'static str {
        if self.is_paired() {
            "测试县样例局"
        } else {
            ""
        }
    }

    fn helper(&self) -> String {
        match self.is_paired() {
            true => [self.workers.helper.0.as_str(), &self.workers.helper.1].join(","),
            false => ",".to_owned(),
        }
    }

    fn categories(&self) -> String {
        let with_spouse = self.living == "与配偶同住";
        let all = [
            (self.family.left_behind, "农村留守"),
            (
                with_spouse && self.family.near == 0 && !self.family.left_behind,
                "空巢",
            ),
            (self.living == "独居", "独居"),
            (self.health.is_disabled(), "失能"),
            (matches!(self.health.disability.1, "一级" | "二级"), "重残"),
            (self.family.children == 0, "计划生育特殊家庭"),
            (self.person.age() >= 80, "高龄"),
        ];
        let held: Vec<&str> = all
            .into_iter()
            .filter(|(held, _)| *held)
            .map(|(_, word)| word)
            .collect();
        if held.is_empty() {
            "其他".to_owned()
        } else {
            held.join(";")
        }
    }

    fn benefits(&self) -> String {
        let all = [
            (self.person.age() >= 80, "高龄保健补助"),
            (!self.health.disability.1.is_empty(), "残疾人两项补贴"),
            (self.family.children == 0, "计生特扶"),
            (self.living == "独居", "低保"),
        ];
        let held: Vec<&str> = all
            .into_iter()
            .filter(|(held, _)| *held)
            .map(|(_, word)| word)
            .collect();
        if held.is_empty() {
            "城乡居民养老保险".to_owned()
        } else {
            held.join(";")
        }
    }

    fn need(&self) -> &'static str {
        match (self.health.is_disabled(), self.living) {
            (true, _) => "助餐;康复护理",
            (_, "独居") => "精神慰藉;助医",
            _ => "无",
        }
    }
}

impl Health {
    fn new(age: u32, chance: &mut Chance) -> Health {
        let frail = if age >= 80 { 45 } else { 18 };
        let ability = match chance.percent(frail) {
            true => chance.one(&["中度失能", "重度失能", "完全失能"]),
            false => chance.one(&["能力完好", "能力完好", "轻度失能", "未评估"]),
        };
        let disability = match chance.percent(12) {
            true => (
                chance.one(&["肢体", "视力", "听力", "精神"]),
                chance.one(&["一级", "二级", "三级"]),
            ),
            false => ("", ""),
        };
        let diseases = chance.one(&[
            "无",
            "高血压",
            "糖尿病",
            "脑卒中",
            "高血压;糖尿病",
            "慢阻肺",
        ]);
        Health {
            ability,
            disability,
            diseases,
        }
    }

    /// 失能 and 半失能: moderately or worse (GB/T 42195, score 65 at most).
    fn is_disabled(&self) -> bool {
        matches!(self.ability, "中度失能" | "重度失能" | "完全失能")
    }
}

impl Family {
    fn new(living: &str, registry: &mut Registry, chance: &mut Chance) -> Family {
        let children = if chance.percent(4) {
            0
        } else {
            1 + chance.below(4)
        };
        let all_away = living != "与子女同住" && children > 0 && chance.percent(55);
        let near = if all_away || children == 0 {
            0
        } else {
            1 + chance.below(children)
        };
        let left_behind = all_away && (living != "与配偶同住" || chance.percent(50));
        let named = numbered(chance);
        let supporter = match children {
            0 => [
                format!("测试侄{named}"),
                "侄子".to_owned(),
                registry.numbers.phone(),
            ],
            _ if chance.percent(60) => [
                format!("测试子{named}"),
                "儿子".to_owned(),
                registry.numbers.phone(),
            ],
            _ => [
                format!("测试女{named}"),
                "女儿".to_owned(),
                registry.numbers.phone(),
            ],
        };
        let emergency = [format!("测试邻{named}"), registry.numbers.phone()];
        let away = if all_away { chance.one(&PLACES) } else { "" };
        Family {
            left_behind,
            children,
            near,
            away,
            supporter,
            emergency,
        }
    }
}

fn numbered(chance: &mut Chance) -> String {
    super::numeral(1 + chance.below(99))
}

impl Care {
    fn new(chance: &mut Chance) -> Care {
        let left = match chance.below(100) {
            0 => ["2024-06-12".to_owned(), "迁出本县".to_owned()],
            _ => [String::new(), String::new()],
        };
        Care {
            visits: 1 + chance.below(6),
            last_visit: format!("2024-06-{:02}", 1 + chance.below(28)),
            hazard: chance.one(&["无", "无", "无", "用电", "用火", "危房"]),
            entered: format!("2024-04-{:02}", 8 + chance.below(20)),
            left,
            on_platform: chance.one(&["是", "否"]),
        }
    }
}
