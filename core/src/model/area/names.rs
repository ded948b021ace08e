//! Areas by name: a ledger says 凤翔街道 or 章嘎社区, the list of areas 章嘎社区居民委员会.

use super::AreaLevel;

/// Endings that people leave out or exchange, longest first.
const VILLAGE_ENDINGS: [&str; 9] = [
    "社区居民委员会",
    "村村民委员会",
    "村民委员会",
    "居民委员会",
    "社区居委会",
    "村委会",
    "居委会",
    "社区",
    "村",
];
const TOWNSHIP_ENDINGS: [&str; 4] = ["街道办事处", "街道", "镇", "乡"];
const COUNTY_ENDINGS: [&str; 4] = ["自治县", "县", "区", "市"];
/// Peoples that stand in the names of autonomous counties and townships of Yunnan.
const PEOPLES: [&str; 22] = [
    "拉祜族",
    "傈僳族",
    "布朗族",
    "德昂族",
    "景颇族",
    "哈尼族",
    "普米族",
    "阿昌族",
    "基诺族",
    "独龙族",
    "佤族",
    "傣族",
    "彝族",
    "苗族",
    "白族",
    "回族",
    "壮族",
    "瑶族",
    "怒族",
    "藏族",
    "纳西族",
    "蒙古族",
];

/// The name without blanks.
pub(super) fn without_blanks(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The part of a name by which people know the place: 双江 of 双江拉祜族佤族布朗族傣族自治县. Never empty
/// where the name is not.
pub(super) fn stem(level: AreaLevel, name: &str) -> String {
    let name = without_blanks(name);
    let endings: &[&str] = match level {
        AreaLevel::Village => &VILLAGE_ENDINGS,
        AreaLevel::Township => &TOWNSHIP_ENDINGS,
        AreaLevel::County => &COUNTY_ENDINGS,
        AreaLevel::Prefecture => &["市", "州"],
        AreaLevel::Province => &["省"],
        AreaLevel::Grid => &["网格"],
    };
    let mut stem = cut_ending(&name, endings);
    if matches!(level, AreaLevel::Township | AreaLevel::County) && stem != name {
        while let shorter = cut_ending(stem, &PEOPLES)
            && shorter != stem
        {
            stem = shorter;
        }
    }
    stem.to_owned()
}

/// Without the first of `endings` that leaves something standing.
fn cut_ending<'a>(name: &'a str, endings: &[&str]) -> &'a str {
    let cut = endings.iter().find_map(|ending| name.strip_suffix(ending));
    cut.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_by_what_people_call_it() {
        for (level, name, known) in [
            (AreaLevel::County, "双江拉祜族佤族布朗族傣族自治县", "双江"),
            (AreaLevel::County, "云县", "云"),
            (AreaLevel::County, "县", "县"),
            (AreaLevel::Township, "南美拉祜族乡", "南美"),
            (AreaLevel::Township, "军赛佤族拉祜族傈僳族德昂族乡", "军赛"),
            (AreaLevel::Township, "凤翔街道", "凤翔"),
            (AreaLevel::Township, "勐省农场", "勐省农场"),
            (AreaLevel::Village, "章嘎社区居民委员会", "章嘎"),
            (AreaLevel::Village, "勐旺村民委员会", "勐旺"),
            (AreaLevel::Village, "勐旺 村", "勐旺"),
        ] {
            assert_eq!(stem(level, name), known);
        }
    }
}
