//! Reading a pack file, strictly: whatever is wrong is found at once, each with its place.

mod check;
mod demand;

use super::super::category::Category;
use super::super::codes;
use super::super::json::{self, At, Fields, Found, Misfit, Words, Wrong};
use super::params::Params;
use super::{Demand, Pack, Roles, Rule, UnitKind};
use crate::burden::Burden;
use crate::facts::rows::Day;

const PACK_FIELDS: &[&str] = &[
    "format",
    "id",
    "version",
    "title",
    "valid_from",
    "valid_to",
    "params",
    "rules",
];
const RULE_FIELDS: &[&str] = &[
    "id",
    "kind",
    "document",
    "article",
    "quote",
    "role",
    "duty_bearer",
    "unit",
    "category",
    "modes",
    "modes_optional",
    "outcomes",
    "min",
    "period",
    "requires",
    "trigger",
    "deadline",
    "strength",
    "valid_from",
    "valid_to",
];
const UNITS: &[&str] = &["person", "household", "pairing", "grid", "emergency"];
const FORMAT: &str = "tanfang-pack/1";
const THE_FORMAT: Words = Words::new("“tanfang-pack/1”", "`tanfang-pack/1`");

/// Reads a pack: it, where nothing is wrong, else everything that is. What is about to be activated
/// is asked besides whether it burdens those who work; what was published already is read as it is.
pub(super) fn pack(text: &str, guarded: bool) -> Result<Pack, Vec<Misfit>> {
    let json = json::parse(text).map_err(|misfit| vec![misfit])?;
    let mut found = Found::new(guarded);
    let read = read_pack(&At::root(&json), &mut found);
    match (read, found.all()) {
        (Some(pack), found) if found.is_empty() => Ok(pack),
        (_, found) => Err(found),
    }
}

fn read_pack(at: &At<'_>, found: &mut Found) -> Option<Pack> {
    let fields = at.object_of(PACK_FIELDS, found)?;
    let format = found.of(fields.need("format"));
    if let Some(format) = format
        && found.of(format.text()).is_some_and(|said| said != FORMAT)
    {
        found.of(format.wrong::<()>(Wrong::Expected(THE_FORMAT)));
    }
    let id = found.of(fields.need("id").and_then(|at| at.id().map(str::to_string)));
    let version = found.of(fields.need("version").and_then(|at| at.whole(1, 1_000_000)));
    let titles = read_title(&fields, found);
    let valid = read_valid(&fields, found);
    let given = Params::default();
    let params = match fields.get("params") {
        Some(at) => given.overridden_of(&at, found),
        None => Some(given),
    };
    let rules = read_rules(&fields, found)?;
    let ((title_zh, title_en), (valid_from, valid_to)) = (titles?, valid);
    Some(Pack {
        id: id?,
        version: version?,
        title_zh,
        title_en,
        valid_from,
        valid_to,
        params: params?,
        rules,
    })
}

fn read_title(fields: &Fields<'_>, found: &mut Found) -> Option<(String, String)> {
    let title = found.of(fields.need("title"))?;
    let title = title.object_of(&["zh", "en"], found)?;
    let zh = sentence(&title, "zh", found);
    let en = sentence(&title, "en", found);
    zh.zip(en)
}

fn read_rules(fields: &Fields<'_>, found: &mut Found) -> Option<Vec<Rule>> {
    let listed = found.of(fields.need("rules"))?;
    let mut rules: Vec<Rule> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for item in found.of(listed.list())? {
        let (id, rule) = read_rule(&item, found);
        if let Some(id) = id {
            if ids.contains(&id) {
                found.of(item.wrong::<()>(Wrong::Twice(id.clone())));
            }
            ids.push(id);
        }
        rules.extend(rule);
    }
    if found.guards() {
        check::alike(&rules, &listed, found);
    }
    Some(rules)
}

/// The rule, and its id also where the rest cannot be read.
fn read_rule(at: &At<'_>, found: &mut Found) -> (Option<String>, Option<Rule>) {
    let before = found.len();
    let Some(fields) = at.object_of(RULE_FIELDS, found) else {
        return (None, None);
    };
    let id = found.of(fields.need("id").and_then(|at| at.id().map(str::to_string)));
    let document = sentence(&fields, "document", found);
    let article = sentence(&fields, "article", found);
    let quote = sentence(&fields, "quote", found);
    let roles = read_roles(&fields, found);
    let duty_bearer = fields.get("duty_bearer");
    let duty_bearer = duty_bearer.and_then(|at| found.of(at.code("role", codes::ROLES)));
    let unit = found.of(fields.need("unit").and_then(|at| read_unit(&at)));
    let category = found.of(fields.need("category").and_then(|at| read_category(&at)));
    let modes = codes_of(&fields, "modes", "mode", codes::MODES, found);
    let modes_optional = codes_of(&fields, "modes_optional", "mode", codes::MODES, found);
    let outcomes = codes_of(&fields, "outcomes", "outcome", codes::OUTCOMES, found);
    let demand = demand::read(&fields, found);
    let strength = fields.need("strength");
    let strength = found.of(strength.and_then(|at| at.code("strength", codes::STRENGTHS)));
    let (valid_from, valid_to) = read_valid(&fields, found);
    let rule = || {
        Some(Rule {
            id: id.clone()?,
            document: document?,
            article: article?,
            quote: quote?,
            roles,
            duty_bearer: duty_bearer.map(str::to_string),
            unit: unit?,
            category: category?,
            modes,
            modes_optional,
            outcomes,
            demand: demand?,
            strength: strength?.to_string(),
            valid_from,
            valid_to,
        })
    };
    let rule = rule();
    // What a rule says as a whole is asked only where each word of it can be read.
    if let Some(rule) = rule.as_ref().filter(|_| found.len() == before) {
        found.of(check::makes_sense(at, &fields, rule));
    }
    (id, rule)
}

/// A text that people read: not empty, and no demand that may not be made of those who work.
fn sentence(fields: &Fields<'_>, name: &'static str, found: &mut Found) -> Option<String> {
    let at = found.of(fields.need(name))?;
    let text = found.of(at.sentence())?;
    if let Some(burden) = Burden::in_words(text).filter(|_| found.guards()) {
        found.of(at.wrong::<()>(Wrong::Burden(burden)));
    }
    Some(text.to_string())
}

fn read_valid(fields: &Fields<'_>, found: &mut Found) -> (Option<Day>, Option<Day>) {
    let from = found.of(fields.day("valid_from")).flatten();
    let to = found.of(fields.day("valid_to")).flatten();
    if let (Some(first), Some(last), Some(at)) = (from, to, fields.get("valid_to"))
        && last < first
    {
        found.of(at.other::<()>(
            format!("有效期在开始({first})之前就结束了,请改正其中一个日期"),
            format!("it ends before it begins ({first}): correct one of the two days"),
        ));
    }
    (from, to)
}

fn read_category(at: &At<'_>) -> Result<Category, Misfit> {
    match Category::parse(at.text()?) {
        Ok(read) => Ok(read),
        Err(error) => at.other(error.in_chinese(), error.to_string()),
    }
}

fn codes_of(
    fields: &Fields<'_>,
    name: &str,
    of: &'static str,
    known: &[&'static str],
    found: &mut Found,
) -> Vec<String> {
    let listed = found.of(fields.list(name)).unwrap_or_default();
    let mut codes: Vec<String> = Vec::new();
    for item in listed {
        let Some(code) = found.of(item.code(of, known)) else {
            continue;
        };
        if codes.iter().any(|known| known == code) {
            found.of(item.wrong::<()>(Wrong::Twice(code.to_string())));
        }
        codes.push(code.to_string());
    }
    codes
}

fn read_roles(fields: &Fields<'_>, found: &mut Found) -> Roles {
    let any = fields.list("role").is_ok_and(|listed| {
        let only = <[At<'_>; 1]>::try_from(listed).ok();
        only.is_some_and(|[only]| only.text().is_ok_and(|text| text == "any"))
    });
    if any {
        return Roles::Any;
    }
    let roles = codes_of(fields, "role", "role", codes::ROLES, found);
    match roles.is_empty() {
        true => Roles::Any,
        false => Roles::OneOf(roles),
    }
}

fn read_unit(at: &At<'_>) -> Result<UnitKind, Misfit> {
    Ok(match at.code("unit", UNITS)? {
        "person" => UnitKind::Person,
        "household" => UnitKind::Household,
        "pairing" => UnitKind::Pairing,
        "grid" => UnitKind::Grid,
        _ => UnitKind::Emergency,
    })
}

/// Says whether a rule asks for visits in periods, or by a day.
pub(super) fn asks_visits(demand: &Demand) -> bool {
    matches!(demand, Demand::Visits { .. } | Demand::FirstVisit { .. })
}
