//! Households: who lives together, who went away, who looks after whom.

use super::chance::Chance;
use super::child::Child;
use super::elder::Elder;
use super::person::{Numbers, Person, people};
use super::{Village, numeral};

/// What is counted over the whole county.
#[derive(Default)]
pub(super) struct Registry {
    pub numbers: Numbers,
    workers: usize,
}

/// A village's rows.
pub(super) struct People {
    pub elders: Vec<Elder>,
    pub children: Vec<Child>,
}

/// The workers of a village, who are named in each of its rows.
#[derive(Clone)]
pub(super) struct Workers {
    pub committee: (String, String),
    pub child_director: (String, String),
    pub helper: (String, String),
    pub love_mother: String,
}

/// A house and where it stands.
#[derive(Clone)]
pub(super) struct Home {
    pub village: String,
    pub group: String,
    pub grid: String,
    pub house: usize,
}

impl Home {
    pub fn address(&self) -> String {
        format!("示例乡{}{}{}号", self.village, self.group, self.house)
    }

    /// The first six columns of both layouts.
    pub fn columns(&self, number: usize) -> String {
        format!(
            "{number},测试县,示例乡,{},{},{}",
            self.village, self.group, self.grid
        )
    }
}

/// Fills a village with households until it has so many elders and children.
pub(super) fn village(
    at: &Village,
    (elders, children): (usize, usize),
    registry: &mut Registry,
    chance: &mut Chance,
) -> People {
    let workers = workers(registry);
    let mut all = People {
        elders: Vec::new(),
        children: Vec::new(),
    };
    let mut house = 0;
    while all.elders.len() < elders || all.children.len() < children {
        house += 1;
        let group = 1 + chance.below(at.groups);
        let home = Home {
            village: at.name.clone(),
            group: format!("{}组", numeral(group)),
            grid: format!("{}{group:03}", at.code),
            house,
        };
        let (old, young) = (elders - all.elders.len(), children - all.children.len());
        let household = Household {
            home,
            people: people(chance),
            workers: &workers,
        };
        match chance.below(10) {
            0..=3 if old > 0 => all.elders.push(household.alone(registry, chance)),
            4..=5 if old > 1 => all.elders.extend(household.couple(registry, chance)),
            6..=7 if old > 0 && young > 0 => {
                household.with_grandparent(&mut all, young, registry, chance)
            }
            8..=9 if young > 0 => household.children(&mut all, young, registry, chance),
            _ if old > 0 => all.elders.push(household.alone(registry, chance)),
            _ => household.children(&mut all, young, registry, chance),
        }
    }
    all
}

fn workers(registry: &mut Registry) -> Workers {
    registry.workers += 1;
    let number = numeral(registry.workers);
    let mut named = |what: &str| (format!("{what}样例{number}"), registry.numbers.phone());
    Workers {
        committee: named("村委"),
        child_director: named("儿主"),
        helper: named("帮扶"),
        love_mother: format!("爱心样例{number}"),
    }
}

struct Household<'a> {
    home: Home,
    people: &'static str,
    workers: &'a Workers,
}

impl Household<'_> {
    fn person(
        &self,
        male: bool,
        years: (u32, u32),
        registry: &mut Registry,
        chance: &mut Chance,
    ) -> Person {
        Person::new(self.people, male, years, &mut registry.numbers, chance)
    }

    fn elder(
        &self,
        person: Person,
        living: &'static str,
        registry: &mut Registry,
        chance: &mut Chance,
    ) -> Elder {
        Elder::new(
            person,
            self.home.clone(),
            living,
            self.workers.clone(),
            registry,
            chance,
        )
    }

    fn alone(&self, registry: &mut Registry, chance: &mut Chance) -> Elder {
        let male = chance.percent(45);
        let person = self.person(male, (1926, 1964), registry, chance);
        let living = if chance.percent(70) {
            "独居"
        } else {
            "与子女同住"
        };
        self.elder(person, living, registry, chance)
    }

    fn couple(&self, registry: &mut Registry, chance: &mut Chance) -> [Elder; 2] {
        [true, false].map(|male| {
            let person = self.person(male, (1932, 1962), registry, chance);
            self.elder(person, "与配偶同住", registry, chance)
        })
    }

    /// An elder of the ledger who looks after grandchildren.
    fn with_grandparent(
        &self,
        all: &mut People,
        young: usize,
        registry: &mut Registry,
        chance: &mut Chance,
    ) {
        let male = chance.percent(40);
        let person = self.person(male, (1944, 1962), registry, chance);
        let elder = self.elder(person.clone(), "与孙辈同住", registry, chance);
        let phone = elder.phone.clone();
        all.elders.push(elder);
        self.siblings(all, young, Some((person, phone)), registry, chance);
    }

    fn children(
        &self,
        all: &mut People,
        young: usize,
        registry: &mut Registry,
        chance: &mut Chance,
    ) {
        self.siblings(all, young, None, registry, chance);
    }

    /// One to three children of the same parents.
    fn siblings(
        &self,
        all: &mut People,
        young: usize,
        grandparent: Option<(Person, String)>,
        registry: &mut Registry,
        chance: &mut Chance,
    ) {
        let father = self.person(true, (1976, 1992), registry, chance);
        let mother = self.person(false, (1978, 1994), registry, chance);
        let family = super::child::Family::new(father, mother, grandparent, registry, chance);
        for _ in 0..(1 + chance.below(3)).min(young) {
            let male = chance.percent(50);
            let person = self.person(male, (2009, 2023), registry, chance);
            all.children.push(Child::new(
                person,
                self.home.clone(),
                family.clone(),
                self.workers.clone(),
                chance,
            ));
        }
    }
}
