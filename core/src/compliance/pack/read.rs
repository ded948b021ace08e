//! Reading a pack file, strictly.

use super::super::category::Category;
use super::super::codes;
use super::super::json::{self, At, Fields, Misfit, Wrong};
use super::params::{Params, cadence};
use super::{Demand, Pack, Recurrence, Roles, Rule, UnitKind};

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
const KINDS: &[&str] = &[
    "visits",
    "existence",
    "refresh",
    "deadline",
    "unquantified",
    "task",
];
const UNITS: &[&str] = &["person", "household", "pairing", "grid", "emergency"];
const TRIGGERS: &[&str] = &[
    "child.registered",
    "elder.registered",
    "subject.grave_change",
    "emergency.found",
];
const FORMAT: &str = "tanfang-pack/1";

pub(super) fn pack(text: &str) -> Result<Pack, Misfit> {
    let json = json::parse(text)?;
    let fields = At::root(&json).object(PACK_FIELDS)?;
    let format = fields.need("format")?;
    if format.text()? != FORMAT {
        return format.wrong(Wrong::Expected("`tanfang-pack/1`"));
    }
    let title = fields.need("title")?.object(&["zh", "en"])?;
    let listed = fields.need("rules")?;
    let mut rules: Vec<Rule> = Vec::new();
    for item in listed.list()? {
        let rule = read_rule(&item)?;
        if rules.iter().any(|known| known.id == rule.id) {
            return item.wrong(Wrong::Twice(rule.id));
        }
        rules.push(rule);
    }
    let given = Params::default();
    Ok(Pack {
        id: fields.need("id")?.id()?.to_string(),
        version: fields.need("version")?.whole(1, 1_000_000)?,
        title_zh: title.need("zh")?.text()?.to_string(),
        title_en: title.need("en")?.text()?.to_string(),
        valid_from: fields.day("valid_from")?,
        valid_to: fields.day("valid_to")?,
        params: fields
            .get("params")
            .map_or(Ok(given.clone()), |at| given.overridden(&at))?,
        rules,
    })
}

fn read_rule(at: &At<'_>) -> Result<Rule, Misfit> {
    let fields = at.object(RULE_FIELDS)?;
    let text = |name: &'static str| fields.need(name)?.text().map(str::to_string);
    let category = fields.need("category")?;
    let duty_bearer = fields
        .get("duty_bearer")
        .map(|at| at.code("role", codes::ROLES))
        .transpose()?;
    let rule = Rule {
        id: fields.need("id")?.id()?.to_string(),
        document: text("document")?,
        article: text("article")?,
        quote: text("quote")?,
        roles: read_roles(&fields)?,
        duty_bearer: duty_bearer.map(str::to_string),
        unit: read_unit(&fields.need("unit")?)?,
        category: match Category::parse(category.text()?) {
            Ok(read) => read,
            Err(error) => return category.other(error.to_string()),
        },
        modes: codes_of(&fields, "modes", "mode", codes::MODES)?,
        modes_optional: codes_of(&fields, "modes_optional", "mode", codes::MODES)?,
        outcomes: codes_of(&fields, "outcomes", "outcome", codes::OUTCOMES)?,
        demand: read_demand(&fields)?,
        strength: fields
            .need("strength")?
            .code("strength", codes::STRENGTHS)?
            .to_string(),
        valid_from: fields.day("valid_from")?,
        valid_to: fields.day("valid_to")?,
    };
    check(at, &fields, &rule)?;
    Ok(rule)
}

fn codes_of(
    fields: &Fields<'_>,
    name: &str,
    of: &'static str,
    known: &[&'static str],
) -> Result<Vec<String>, Misfit> {
    fields
        .list(name)?
        .iter()
        .map(|item| item.code(of, known).map(str::to_string))
        .collect()
}

fn read_roles(fields: &Fields<'_>) -> Result<Roles, Misfit> {
    let listed = fields.list("role")?;
    if let [only] = listed.as_slice()
        && only.text()? == "any"
    {
        return Ok(Roles::Any);
    }
    let roles = codes_of(fields, "role", "role", codes::ROLES)?;
    Ok(if roles.is_empty() {
        Roles::Any
    } else {
        Roles::OneOf(roles)
    })
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

fn read_demand(fields: &Fields<'_>) -> Result<Demand, Misfit> {
    let min = fields
        .get("min")
        .map(|min| min.whole(1, 1000))
        .transpose()?;
    let periods = fields.list("period")?;
    match fields.need("kind")?.code("kind of rule", KINDS)? {
        "visits" => {
            let periods = periods
                .iter()
                .map(read_recurrence)
                .collect::<Result<_, _>>()?;
            Ok(Demand::Visits { min, periods })
        }
        "existence" => {
            let document = fields
                .need("requires")?
                .code("document", codes::DOCUMENTS)?;
            Ok(Demand::Existence {
                document: document.to_string(),
            })
        }
        "refresh" => match periods.as_slice() {
            [only] => match cadence(only.text()?) {
                Some(cadence) => Ok(Demand::Refresh { cadence }),
                None => only.wrong(Wrong::Expected(
                    "a period of the calendar such as `half_year`",
                )),
            },
            _ => fields
                .need("period")?
                .wrong(Wrong::Expected("a list of one period")),
        },
        "deadline" => read_deadline(fields),
        "unquantified" => Ok(Demand::Unquantified),
        _ => Ok(Demand::Elsewhere),
    }
}

fn read_recurrence(at: &At<'_>) -> Result<Recurrence, Misfit> {
    let text = at.text()?;
    if let Some(cadence) = cadence(text) {
        return Ok(Recurrence::Every(cadence));
    }
    let inside = |name: &str| {
        text.strip_prefix(name)?
            .strip_prefix('(')?
            .strip_suffix(')')
    };
    if let Some(kind) = inside("vacation_window") {
        let code = format!("{kind}_vacation");
        if codes::WINDOWS.contains(&code.as_str()) {
            return Ok(Recurrence::Window(code));
        }
    }
    if let Some(kind) = inside("event_window")
        && codes::EVENTS.contains(&kind)
    {
        return Ok(Recurrence::Event(kind.to_string()));
    }
    at.wrong(Wrong::Expected(
        "`day`, `week`, `calendar_month`, `calendar_quarter`, `half_year`, `vacation_window(winter)`, \
         `vacation_window(summer)` or `event_window(extreme_weather)`",
    ))
}

/// A deadline in workdays from the registration is judged; in hours, or from what these facts do
/// not have, it is not.
fn read_deadline(fields: &Fields<'_>) -> Result<Demand, Misfit> {
    let trigger = fields.need("trigger")?.code("trigger", TRIGGERS)?;
    let deadline = fields.need("deadline")?;
    let text = deadline.text()?;
    let number = |unit: &str| {
        text.strip_suffix(unit)?
            .parse::<u32>()
            .ok()
            .filter(|n| (1..=366).contains(n))
    };
    match (number("_workdays"), number("_hours"), text) {
        (Some(workdays), _, _) if trigger.ends_with(".registered") => {
            Ok(Demand::FirstVisit { workdays })
        }
        (Some(_), _, _) | (_, Some(_), _) | (_, _, "immediate") => Ok(Demand::Elsewhere),
        _ => deadline.wrong(Wrong::Expected("`5_workdays`, `24_hours` or `immediate`")),
    }
}

/// Refuses a rule that could never be judged as it says.
fn check(at: &At<'_>, fields: &Fields<'_>, rule: &Rule) -> Result<(), Misfit> {
    let paired = rule.category == Category::PairActive;
    if paired != (rule.unit == UnitKind::Pairing) && rule.demand != Demand::Elsewhere {
        return at.other("the unit `pairing` and the category `pair.active` go together");
    }
    let judged = matches!(
        rule.unit,
        UnitKind::Person | UnitKind::Household | UnitKind::Pairing
    );
    match &rule.demand {
        Demand::Visits { min, periods } => {
            if !judged {
                return fields
                    .need("unit")?
                    .other("visits are asked for a person, household or pairing");
            }
            if periods.is_empty() {
                return at.wrong(Wrong::Missing("period"));
            }
            if periods.len() > 1
                && periods
                    .iter()
                    .any(|one| matches!(one, Recurrence::Every(_)))
            {
                return fields
                    .need("period")?
                    .other("a period of the calendar stands alone");
            }
            let by_event = |period: &Recurrence| matches!(period, Recurrence::Event(_));
            if min.is_none() && !periods.iter().all(by_event) {
                return at.wrong(Wrong::Missing("min"));
            }
            visits_are_described(at, rule)
        }
        Demand::FirstVisit { .. } => visits_are_described(at, rule),
        Demand::Existence { .. } | Demand::Refresh { .. } if rule.unit != UnitKind::Person => {
            fields
                .need("unit")?
                .other("a document is asked of a person")
        }
        _ => Ok(()),
    }
}

fn visits_are_described(at: &At<'_>, rule: &Rule) -> Result<(), Misfit> {
    match (rule.modes.is_empty(), rule.outcomes.is_empty()) {
        (true, _) => at.wrong(Wrong::Missing("modes")),
        (_, true) => at.wrong(Wrong::Missing("outcomes")),
        _ => Ok(()),
    }
}
