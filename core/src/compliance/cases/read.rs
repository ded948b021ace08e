//! Reading the file: packs, calendar, cases, expectations.

mod rows;

use std::collections::BTreeSet;

use super::super::calendar::{Calendar, PeriodName};
use super::super::excuse::Reason;
use super::super::json::{self, At, Fields, Misfit, Words, Wrong};
use super::super::pack::{Pack, UnitKind, unknown_pack};
use super::super::verdict::State;
use super::{Case, CasesFile, Expectation};
use crate::facts::rows::Facts;

const FORMAT: &str = "tanfang-cases/1";
const FILE: &[&str] = &["format", "packs", "params", "calendar", "cases"];
const CASE: &[&str] = &[
    "name",
    "as_of",
    "subjects",
    "pairings",
    "assignments",
    "documents",
    "visits",
    "expect",
];
const EXPECT: &[&str] = &[
    "rule", "unit", "period", "state", "credited", "reason", "flags", "due",
];
const FLAGS: &[&str] = &[
    "backfilled",
    "clock",
    "late_upload",
    "duplicate",
    "handover",
    "vacant",
    "unsynced",
    "child_unseen",
    "conflicted",
];

const THE_FORMAT: Words = Words::new("“tanfang-cases/1”", "`tanfang-cases/1`");
const A_PERIOD: Words = Words::new(
    "周期,如 2024-05、2024-Q2、2024-H1、2024-W22、2024-05-10、winter_vacation/2024-2025,或事件编号",
    "a period such as 2024-05, 2024-Q2, 2024-H1, 2024-W22, 2024-05-10, \
     winter_vacation/2024-2025, or the id of an event",
);

pub(super) fn file(text: &str, added: Vec<Pack>) -> Result<CasesFile, Misfit> {
    let json = json::parse(text)?;
    let fields = At::root(&json).object(FILE)?;
    let format = fields.need("format")?;
    if format.text()? != FORMAT {
        return format.wrong(Wrong::Expected(THE_FORMAT));
    }
    let packs = read_packs(&fields, added)?;
    let calendar = fields
        .get("calendar")
        .map_or(Ok(Calendar::default()), |at| Calendar::read(&at))?;
    let cases = fields.need("cases")?.list()?;
    let cases = cases
        .iter()
        .map(|at| read_case(at, &packs, &calendar))
        .collect::<Result<_, _>>()?;
    Ok(CasesFile {
        packs,
        calendar,
        cases,
    })
}

fn read_packs(fields: &Fields<'_>, added: Vec<Pack>) -> Result<Vec<Pack>, Misfit> {
    let mut packs: Vec<Pack> = Vec::new();
    for item in fields.list("packs")? {
        let id = item.id()?;
        if packs.iter().any(|pack| pack.id == id) {
            return item.wrong(Wrong::Twice(id.to_string()));
        }
        match Pack::built_in(id) {
            Some(pack) => packs.push(pack),
            None if added.iter().any(|pack| pack.id == id) => {}
            None => return item.wrong(unknown_pack(id)),
        }
    }
    packs.extend(added);
    if let Some(params) = fields.get("params") {
        for (id, at) in params.any_object()?.all() {
            if !packs.iter().any(|pack| pack.id == id) {
                return at.wrong(Wrong::Absent {
                    of: "pack",
                    id: id.to_string(),
                });
            }
            for pack in packs.iter_mut().filter(|pack| pack.id == id) {
                pack.params = pack.params.overridden(&at)?;
            }
        }
    }
    Ok(packs)
}

fn read_case(at: &At<'_>, packs: &[Pack], calendar: &Calendar) -> Result<Case, Misfit> {
    let fields = at.object(CASE)?;
    let facts = rows::facts(&fields)?;
    let mut expect = Vec::new();
    for item in fields.list("expect")? {
        expect.push(read_expectation(&item, &facts, packs, calendar)?);
    }
    let name = fields.text("name")?.unwrap_or_default();
    Ok(Case {
        name,
        as_of: fields.need("as_of")?.instant()?,
        facts,
        expect,
    })
}

fn read_expectation(
    at: &At<'_>,
    facts: &Facts,
    packs: &[Pack],
    calendar: &Calendar,
) -> Result<Expectation, Misfit> {
    let fields = at.object(EXPECT)?;
    let rule = fields.need("rule")?;
    let mut rules = packs.iter().flat_map(|pack| &pack.rules);
    let id = rule.text()?;
    let Some(known) = rules.find(|known| known.id == id) else {
        return rule.wrong(Wrong::Absent {
            of: "rule of these packs",
            id: id.to_string(),
        });
    };
    let state = fields.need("state")?;
    let nullable = |name: &str| fields.given(name);
    let flags = |at: At<'_>| -> Result<BTreeSet<String>, Misfit> {
        at.list()?
            .iter()
            .map(|flag| flag.code("flag", FLAGS).map(str::to_string))
            .collect()
    };
    let ids = |at: At<'_>| -> Result<Vec<String>, Misfit> {
        at.list()?
            .iter()
            .map(|visit| visit.id().map(str::to_string))
            .collect()
    };
    Ok(Expectation {
        place: at.place.clone(),
        rule: id.to_string(),
        unit: read_unit(&fields.need("unit")?, known.unit, facts)?,
        period: read_period(&fields.need("period")?, calendar)?,
        state: if state.is_null() {
            None
        } else {
            Some(read_state(&state)?)
        },
        credited: fields.get("credited").map(ids).transpose()?,
        reason: nullable("reason")
            .map(|at| or_null(&at, read_reason))
            .transpose()?,
        flags: fields.get("flags").map(flags).transpose()?,
        due: nullable("due")
            .map(|at| or_null(&at, At::day))
            .transpose()?,
    })
}

fn or_null<'j, T>(
    at: &At<'j>,
    read: impl Fn(&At<'j>) -> Result<T, Misfit>,
) -> Result<Option<T>, Misfit> {
    if at.is_null() {
        Ok(None)
    } else {
        read(at).map(Some)
    }
}

fn read_state(at: &At<'_>) -> Result<State, Misfit> {
    let codes: Vec<&'static str> = State::ALL.iter().map(|state| state.code()).collect();
    let code = at.code("state", &codes)?;
    Ok(State::ALL
        .into_iter()
        .find(|state| state.code() == code)
        .unwrap_or(State::Overdue))
}

fn read_reason(at: &At<'_>) -> Result<Reason, Misfit> {
    let codes: Vec<&'static str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    let code = at.code("reason", &codes)?;
    Ok(Reason::ALL
        .into_iter()
        .find(|reason| reason.code() == code)
        .unwrap_or(Reason::Refused))
}

/// The unit is the subject's, the household's or the pairing's id, as the rule says.
fn read_unit(at: &At<'_>, kind: UnitKind, facts: &Facts) -> Result<String, Misfit> {
    let id = at.text()?;
    let person = || facts.subjects.iter().any(|subject| subject.id == id);
    let household = || facts.subjects.iter().any(|subject| subject.household == id);
    let pairing = || facts.pairings.iter().any(|pairing| pairing.id == id);
    let (of, there) = match kind {
        UnitKind::Person => ("subject", person()),
        UnitKind::Household => ("household", household()),
        UnitKind::Pairing => ("pairing", pairing()),
        UnitKind::Grid | UnitKind::Emergency => ("unit", person() || household() || pairing()),
    };
    match there && !id.is_empty() {
        true => Ok(id.to_string()),
        false => at.wrong(Wrong::Absent {
            of,
            id: id.to_string(),
        }),
    }
}

fn read_period(at: &At<'_>, calendar: &Calendar) -> Result<PeriodName, Misfit> {
    let text = at.text()?;
    match PeriodName::read(text, calendar) {
        Ok(name) => Ok(name),
        Err(_) => at.wrong(Wrong::Expected(A_PERIOD)),
    }
}
