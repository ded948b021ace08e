//! The synthetic county 530999: its areas, and ledgers of about 3,000 people who do not exist.
//!
//! `cargo xtask county` writes `data/530999/`; a test compares what is written here with the
//! files, so that they change only when this does. Nobody holds these id numbers (the county's
//! code was never given out), nobody answers these phones (154-0000-xxxx).

mod chance;
mod child;
mod elder;
mod household;
mod person;

use std::path::Path;

use anyhow::Context;
use chance::Chance;
use household::{Registry, village};

/// Villages of the township, 530999201201 to 530999201230.
const VILLAGES: usize = 30;
const ELDERS_PER_VILLAGE: usize = 59;
const CHILDREN_PER_VILLAGE: usize = 37;
const SEED: u64 = 530_999;

/// The three files of the county.
pub struct County {
    /// `areas.csv`
    pub areas: String,
    /// `elder_ledger.csv`
    pub elders: String,
    /// `child_ledger.csv`
    pub children: String,
}

/// A village: its code, its name as a ledger writes it, and how many groups it has.
#[derive(Clone)]
struct Village {
    code: String,
    name: String,
    groups: usize,
}

/// Makes the county; the same bytes each time.
pub fn make() -> County {
    let mut chance = Chance::new(SEED);
    let villages: Vec<Village> = (0..VILLAGES).map(|at| named(at, &mut chance)).collect();
    let mut registry = Registry::default();
    let mut elders = elder::HEADER.to_owned() + "\n";
    let mut children = child::HEADER.to_owned() + "\n";
    let mut numbers = (0, 0);
    for at in &villages {
        let people = village(
            at,
            (ELDERS_PER_VILLAGE, CHILDREN_PER_VILLAGE),
            &mut registry,
            &mut chance,
        );
        for one in people.elders {
            numbers.0 += 1;
            elders += &(one.row(numbers.0) + "\n");
        }
        for one in people.children {
            numbers.1 += 1;
            children += &(one.row(numbers.1) + "\n");
        }
    }
    County {
        areas: areas(&villages),
        elders,
        children,
    }
}

/// Writes the three files into `dir`; ledgers begin with the mark by which Excel knows UTF-8.
pub fn write(dir: &Path) -> anyhow::Result<()> {
    let county = make();
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    for (name, text) in [
        ("areas.csv", county.areas),
        ("elder_ledger.csv", format!("\u{FEFF}{}", county.elders)),
        ("child_ledger.csv", format!("\u{FEFF}{}", county.children)),
    ] {
        let path = dir.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn named(at: usize, chance: &mut Chance) -> Village {
    let name = match at {
        0 => "样板村".to_owned(),
        at => format!("示例{}村", numeral(at + 1)),
    };
    Village {
        code: format!("530999201{}", 201 + at),
        name,
        groups: 3 + chance.below(3),
    }
}

/// 1 to 99 in Chinese numerals.
fn numeral(number: usize) -> String {
    let digits: Vec<char> = "零一二三四五六七八九".chars().collect();
    match (number / 10, number % 10) {
        (0, ones) => digits[ones].to_string(),
        (1, 0) => "十".to_owned(),
        (1, ones) => format!("十{}", digits[ones]),
        (tens, 0) => format!("{}十", digits[tens]),
        (tens, ones) => format!("{}十{}", digits[tens], digits[ones]),
    }
}

/// The list of areas: in each village its groups, and a grid for each of them.
fn areas(villages: &[Village]) -> String {
    let mut list = String::from("code,name,level,parent\n530999000000,测试县,county,\n");
    list += "530999201000,示例乡,township,530999000000\n";
    for Village { code, name, groups } in villages {
        let full = name.trim_end_matches('村');
        list += &format!("{code},{full}村民委员会,village,530999201000\n");
        for group in 1..=*groups {
            list += &format!("{code}-{group:02},{}组,group,{code}\n", numeral(group));
            list += &format!(
                "{code}{group:03},{name}第{}网格,grid,{code}\n",
                numeral(group)
            );
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_what_the_generator_writes() {
        let county = make();
        let same = |file: &str, made: &str| file.trim_start_matches('\u{FEFF}') == made;
        assert!(same(
            include_str!("../../data/530999/areas.csv"),
            &county.areas
        ));
        assert!(same(
            include_str!("../../data/530999/elder_ledger.csv"),
            &county.elders
        ));
        assert!(same(
            include_str!("../../data/530999/child_ledger.csv"),
            &county.children
        ));
    }

    #[test]
    fn it_is_a_township_of_3000_in_30_villages_and_no_larger_than_it_must_be() {
        let county = make();
        let (elders, children) = (
            county.elders.lines().count() - 1,
            county.children.lines().count() - 1,
        );
        assert_eq!((elders, children), (1770, 1110));
        assert_eq!(county.areas.matches(",village,").count(), 30);
        assert!(county.areas.len() + county.elders.len() + county.children.len() < 1_500_000);
    }

    #[test]
    fn nobody_has_a_phone_or_number_outside_the_synthetic_ranges() {
        let county = make();
        for line in county
            .elders
            .lines()
            .skip(1)
            .chain(county.children.lines().skip(1))
        {
            for cell in line.split(',').filter(|cell| cell.len() >= 11) {
                let digits = cell.bytes().filter(u8::is_ascii_digit).count();
                if digits == 11 {
                    assert!(cell.starts_with("1540000"));
                } else if digits >= 15 {
                    assert!(cell.starts_with("530999"));
                }
            }
        }
    }
}
