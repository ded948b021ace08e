//! The codes that packs and cases may use; whatever else a pack or a case says is an error.
//!
//! Roles and categories are those of the requirements, modes, outcomes and consent those of the
//! visit form and the cards.

use crate::facts::rows::Group;

/// 角色: the roles that an assignment or a participation may name.
pub const ROLES: &[&str] = &[
    "grid_worker",
    "village_committee",
    "village_cadre",
    "child_director",
    "child_supervisor",
    "first_secretary",
    "work_team",
    "helper",
    "dept_coord",
    "love_mother",
    "rescue_assistant",
    "party_member",
    "volunteer",
    "social_worker",
    "elder_worker",
    "township_civil",
    "county_civil",
    "city_civil",
    "org_dept",
    "auditor",
    "security_admin",
    "protection_officer",
];

/// 老年人类别.
pub const ELDER_CATEGORIES: &[&str] = &[
    "left_behind",
    "empty_nest",
    "living_alone",
    "disabled_ability",
    "severe_disability",
    "family_planning_special",
    "advanced_age",
    "extreme_poor_scattered",
    "poor_disabled",
    "disabled_left_behind",
    "other_special",
];

/// 特殊困难老年人: what `elder.special` stands for (民发〔2022〕73号).
pub const ELDER_SPECIAL: &[&str] = &[
    "empty_nest",
    "living_alone",
    "left_behind",
    "disabled_ability",
    "severe_disability",
    "family_planning_special",
];

/// 儿童类别.
pub const CHILD_CATEGORIES: &[&str] = &["left_behind", "difficulty", "migrant", "has_entrusted"];

/// 风险等级, of either group.
pub const RISK_CATEGORIES: &[&str] = &["risk_high", "risk_key", "risk_general"];

/// 探访方式.
pub const MODES: &[&str] = &[
    "home",
    "phone",
    "video",
    "wechat_text",
    "school",
    "village_meet",
    "hospital",
    "institution",
    "neighbour_inquiry",
    "third_party",
    "device",
];

/// The modes in which a person is seen or spoken with: what `last_seen` asks of a rule that
/// names no mode. A device, a text or a neighbour's word is none of them.
pub const LIVE_MODES: &[&str] = &[
    "home",
    "phone",
    "video",
    "school",
    "village_meet",
    "hospital",
    "institution",
];

/// 走访结果.
pub const OUTCOMES: &[&str] = &[
    "met",
    "met_family",
    "not_met",
    "refused",
    "moved",
    "deceased",
];

/// 生活状态.
pub const STATES: &[&str] = &["hospital", "institution", "away", "missing"];

/// 知情同意.
pub const CONSENT: &[&str] = &[
    "informed_agree",
    "informed_refuse",
    "guardian_agree",
    "not_yet",
];

/// 文书.
pub const DOCUMENTS: &[&str] = &["guardian_agreement", "service_plan", "refresh"];

/// 假期.
pub const WINDOWS: &[&str] = &["winter_vacation", "summer_vacation"];

/// 县级发布的事件.
pub const EVENTS: &[&str] = &["extreme_weather"];

/// How strongly the document words the rule; a screen colours `principle` as advice, never red.
pub const STRENGTHS: &[&str] = &[
    "must",
    "principle",
    "target",
    "must_but_number_open",
    "describes_practice",
    "unquantified",
];

/// Gives the category codes that a row of this group may have.
pub fn categories(group: Group) -> impl Iterator<Item = &'static str> {
    let own = match group {
        Group::Elder => ELDER_CATEGORIES,
        Group::Child => CHILD_CATEGORIES,
    };
    own.iter().chain(RISK_CATEGORIES).copied()
}

/// Gives the age at whose birthday a category of this group ends, if it has a limit:
/// left-behind and migrant child 16 (不满16周岁), child in difficulty 18.
pub fn age_limit(group: Group, category: &str) -> Option<u16> {
    match (group, category) {
        (Group::Child, "left_behind" | "migrant") => Some(16),
        (Group::Child, "difficulty") => Some(18),
        _ => None,
    }
}
