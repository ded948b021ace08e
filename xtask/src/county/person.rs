//! A person who does not exist: name, sex, people, birth, number.

use std::collections::HashMap;

use super::chance::Chance;

const STEMS: [&str; 22] = [
    "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑", "寅", "卯", "辰", "巳",
    "午", "未", "申", "酉", "戌", "亥",
];
const DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Somebody of the county.
#[derive(Clone)]
pub(super) struct Person {
    pub name: String,
    pub male: bool,
    pub people: &'static str,
    pub birth: (u32, u32, u32),
    pub id: String,
}

/// Numbers and phones that have been given out.
#[derive(Default)]
pub(super) struct Numbers {
    sequences: HashMap<((u32, u32, u32), bool), u32>,
    phones: usize,
}

impl Numbers {
    /// A phone of the range that nobody has; after 10,000 they begin again.
    pub fn phone(&mut self) -> String {
        self.phones += 1;
        format!("1540000{:04}", self.phones % 10_000)
    }

    /// A number with the right check character, given out once.
    fn id(&mut self, birth: (u32, u32, u32), male: bool) -> String {
        let sequence = self
            .sequences
            .entry((birth, male))
            .or_insert(if male { 101 } else { 102 });
        let seventeen = format!("530999{}{sequence:03}", compact(birth));
        *sequence += 2;
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let digits = seventeen.bytes().map(|digit| u32::from(digit - b'0'));
        let sum: u32 = digits
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        let check = "10X98765432".as_bytes()[(sum % 11) as usize];
        format!("{seventeen}{}", char::from(check))
    }
}

fn compact((year, month, day): (u32, u32, u32)) -> String {
    format!("{year:04}{month:02}{day:02}")
}

impl Person {
    /// Somebody born in a year of `years` (both ends included), before July in the last one.
    pub fn new(
        people: &'static str,
        male: bool,
        years: (u32, u32),
        numbers: &mut Numbers,
        chance: &mut Chance,
    ) -> Person {
        let year = years.0 + chance.below((years.1 - years.0 + 1) as usize) as u32;
        let months = if year == years.1 { 6 } else { 12 };
        let month = 1 + chance.below(months) as u32;
        let day = 1 + chance.below(DAYS[month as usize - 1] as usize) as u32;
        let birth = (year, month, day);
        Person {
            name: name(people, male, chance),
            male,
            people,
            birth,
            id: numbers.id(birth, male),
        }
    }

    pub fn sex(&self) -> &'static str {
        if self.male { "男" } else { "女" }
    }

    pub fn born(&self) -> String {
        let (year, month, day) = self.birth;
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// The age on 2024-07-01; nobody is born in July or later of the last year.
    pub fn age(&self) -> u32 {
        2024 - self.birth.0 - u32::from(self.birth.1 > 6)
    }
}

/// A people of the county, as often as it may be met there.
pub(super) fn people(chance: &mut Chance) -> &'static str {
    let all = [
        "汉族",
        "汉族",
        "汉族",
        "汉族",
        "佤族",
        "佤族",
        "傣族",
        "拉祜族",
        "彝族",
        "布朗族",
        "德昂族",
    ];
    all[chance.below(all.len())]
}

/// Names as the peoples give them, each with 测试 in it but for those of one character.
fn name(people: &str, male: bool, chance: &mut Chance) -> String {
    let mut given = chance.one(&STEMS).to_owned();
    if chance.percent(60) {
        given += chance.one(&STEMS);
    }
    let first: &[&str] = match (people, male) {
        ("佤族", true) => &["岩", "尼", "三", "艾"],
        ("佤族", false) => &["叶", "依", "娥"],
        ("傣族" | "德昂族", true) => &["岩", "艾"],
        ("傣族" | "德昂族", false) => &["玉", "月"],
        ("布朗族", true) => &["岩"],
        ("布朗族", false) => &["玉", "依"],
        ("拉祜族", true) => &["扎"],
        ("拉祜族", false) => &["娜"],
        _ => return format!("测试{given}"),
    };
    let first = chance.one(first);
    match chance.below(20) {
        0 => first.to_owned(),
        1..=3 => format!("{first}测试"),
        4..=6 => format!("{first}·测试{given}"),
        _ => format!("{first}测试{given}"),
    }
}
