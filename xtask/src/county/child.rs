//! A row of 《留守儿童和困境儿童信息台账》.

use super::chance::Chance;
use super::household::{Home, Registry, Workers};
use super::person::Person;

/// The layout's 55 columns.
pub(super) const HEADER: &str = "序号,县(区),乡镇(街道),村(社区),村民小组,网格编号,姓名,性别,民族,出生日期,公民身份号码,是否登记户口,户籍所在地,现居住地,儿童类别,困境类型,身体情况,残疾类别及等级,患病类型,就学情况,学校,年级,是否寄宿,父亲姓名,父亲身份号码,父亲状态,父亲务工地点,父亲电话,母亲姓名,母亲身份号码,母亲状态,母亲务工地点,母亲电话,委托照护人,照护人身份号码,与儿童关系,照护人电话,监护类型,监护情况评估,是否签订委托监护责任确认书,签订日期,家庭经济来源,救助帮扶情况,心理需求,安全隐患,儿童主任,儿童主任电话,结对帮扶人/爱心妈妈,本月联系日期,本季入户日期,是否录入全国儿童福利信息系统,纳入日期,退出日期,退出原因,备注";

const PLACES: [&str; 4] = ["浙江省宁波市", "广东省佛山市", "福建省厦门市", "上海市"];

/// What brothers and sisters share.
#[derive(Clone)]
pub(super) struct Family {
    father: Parent,
    mother: Parent,
    /// Name, number, what the carer is to the child, phone; empty where nobody is entrusted.
    carer: [String; 4],
    left_behind: bool,
    kind_of_difficulty: &'static str,
    entered: String,
}

#[derive(Clone)]
struct Parent {
    person: Person,
    state: &'static str,
    place: &'static str,
    phone: String,
}

impl Parent {
    fn columns(&self) -> String {
        [
            &self.person.name,
            &self.person.id,
            self.state,
            self.place,
            &self.phone,
        ]
        .join(",")
    }
}

impl Family {
    /// With a grandparent of the elders' ledger both parents are away; without, some are.
    pub fn new(
        father: Person,
        mother: Person,
        grandparent: Option<(Person, String)>,
        registry: &mut Registry,
        chance: &mut Chance,
    ) -> Family {
        let both_away = grandparent.is_some() || chance.percent(60);
        let gone = chance.one(&["失联", "去世", "离异"]);
        let (of_father, of_mother) = match (both_away, chance.below(4)) {
            (true, _) => ("外出务工", "外出务工"),
            (false, 0) => ("外出务工", gone),
            (false, _) => ("在家", "在家"),
        };
        let left_behind = of_father == "外出务工";
        let mut parent = |person: Person, state: &'static str| {
            let away = state == "外出务工";
            let place = if away { chance.one(&PLACES) } else { "" };
            let reachable = away || state == "在家";
            let phone = if reachable {
                registry.numbers.phone()
            } else {
                String::new()
            };
            Parent {
                person,
                state,
                place,
                phone,
            }
        };
        let (father, mother) = (parent(father, of_father), parent(mother, of_mother));
        let carer = match grandparent {
            Some((person, phone)) => {
                let relation = if person.male { "祖父" } else { "祖母" };
                [person.name, person.id, relation.to_owned(), phone]
            }
            None if left_behind => {
                let people = father.person.people;
                let carer = Person::new(people, false, (1950, 1962), &mut registry.numbers, chance);
                [
                    carer.name,
                    carer.id,
                    "外祖母".to_owned(),
                    registry.numbers.phone(),
                ]
            }
            None => Default::default(),
        };
        let in_difficulty = !left_behind || chance.percent(15);
        let kinds = ["低保家庭", "重病", "重残", "脱贫监测户", "事实无人抚养"];
        let kind_of_difficulty = if in_difficulty {
            chance.one(&kinds)
        } else {
            ""
        };
        let entered = format!("2024-04-{:02}", 8 + chance.below(20));
        Family {
            father,
            mother,
            carer,
            left_behind,
            kind_of_difficulty,
            entered,
        }
    }

    fn categories(&self) -> &'static str {
        match (self.left_behind, self.kind_of_difficulty) {
            (true, "") => "留守儿童",
            (true, _) => "留守儿童;困境儿童",
            (false, _) => "困境儿童",
        }
    }
}

/// A child of the ledger.
pub(super) struct Child {
    person: Person,
    home: Home,
    family: Family,
    workers: Workers,
    mood: &'static str,
    hazard: &'static str,
    contact: [String; 2],
    on_platform: &'static str,
}

impl Child {
    pub fn new(
        person: Person,
        home: Home,
        family: Family,
        workers: Workers,
        chance: &mut Chance,
    ) -> Child {
        Child {
            mood: chance.one(&["无", "无", "倾听陪伴"]),
            hazard: chance.one(&["无", "无", "溺水", "用火"]),
            contact: [
                format!("2024-06-{:02}", 1 + chance.below(28)),
                format!("2024-05-{:02}", 1 + chance.below(28)),
            ],
            on_platform: chance.one(&["是", "是", "否"]),
            person,
            home,
            family,
            workers,
        }
    }

    /// The row with this number.
    pub fn row(&self, number: usize) -> String {
        let (person, family) = (&self.person, &self.family);
        let (health, disability, illness) = match family.kind_of_difficulty {
            "重残" => ("残疾", "智力/二级", ""),
            "重病" => ("患病", "", "先天性心脏病"),
            _ => ("健康", "", ""),
        };
        let (guard, rating) = match (family.left_behind, number % 7) {
            (_, 0) => ("受委托监护人监护能力不足", "一般"),
            (true, _) => ("监护情况较好", "较好"),
            (false, _) => ("监护情况一般", "一般"),
        };
        let (agreed, signed) = match family.carer[0].as_str() {
            "" => ("不适用", ""),
            _ => ("是", family.entered.as_str()),
        };
        let income = if family.left_behind {
            "打工收入"
        } else {
            "种养殖业;政府救助"
        };
        let aid = if family.kind_of_difficulty == "低保家庭" {
            "低保"
        } else {
            ""
        };
        let cells: Vec<String> = [
            self.home.columns(number),
            [
                person.name.as_str(),
                person.sex(),
                person.people,
                &person.born(),
                &person.id,
            ]
            .join(","),
            ["是", &self.home.address(), "同户籍"].join(","),
            [
                family.categories(),
                family.kind_of_difficulty,
                health,
                disability,
                illness,
            ]
            .join(","),
            self.school(),
            family.father.columns(),
            family.mother.columns(),
            family.carer.join(","),
            [
                guard,
                rating,
                agreed,
                signed,
                income,
                aid,
                self.mood,
                self.hazard,
            ]
            .join(","),
            [
                self.workers.child_director.0.as_str(),
                &self.workers.child_director.1,
            ]
            .join(","),
            [
                self.workers.love_mother.as_str(),
                &self.contact[0],
                &self.contact[1],
            ]
            .join(","),
            [self.on_platform, &family.entered, "", "", "合成"].join(","),
        ]
        .into();
        cells.join(",")
    }

    /// 就学情况, 学校, 年级, 是否寄宿 by age.
    fn school(&self) -> String {
        let grades = [
            "一年级",
            "二年级",
            "三年级",
            "四年级",
            "五年级",
            "六年级",
            "七年级",
            "八年级",
            "九年级",
        ];
        let age = self.person.age() as usize;
        match age {
            0..=2 => "未入园,,,否".to_owned(),
            3..=5 => "幼儿园,示例乡幼儿园,,否".to_owned(),
            6..=11 => format!("小学,示例乡小学,{},是", grades[age - 6]),
            12..=14 => format!("初中,示例乡中学,{},是", grades[age - 6]),
            _ => "高中,测试县一中,高一,是".to_owned(),
        }
    }
}
