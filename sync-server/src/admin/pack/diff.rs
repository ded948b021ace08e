//! `pack diff`

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tanfang_core::compliance::{Calendar, Pack, Query, State, published, report};
use tanfang_core::facts::rows::{Facts, Instant};
use tanfang_core::model::DocumentKind;

use super::super::{AdminProblem, Said};
use super::{listed, pack_text};
use crate::server::Server;

/// What people call the fields of a rule.
const FIELDS: &[(&str, &str, &str)] = &[
    ("kind", "类型", "kind"),
    ("document", "文件", "document"),
    ("article", "条款", "article"),
    ("quote", "原文", "quote"),
    ("role", "谁的走访算数", "whose visits count"),
    ("duty_bearer", "责任单位", "who answers for it"),
    ("unit", "单位", "unit"),
    ("category", "对象", "people"),
    ("modes", "算数的方式", "modes that count"),
    ("modes_optional", "另算的方式", "modes that may count"),
    ("outcomes", "算数的结果", "outcomes that count"),
    ("min", "次数", "number of visits"),
    ("period", "周期", "period"),
    ("requires", "须有的文书", "document asked"),
    ("trigger", "起算", "trigger"),
    ("deadline", "期限", "deadline"),
    ("strength", "约束程度", "strength"),
    ("valid_from", "生效", "valid from"),
    ("valid_to", "失效", "valid to"),
];

/// A pack with the text of each of its rules.
struct Side {
    pack: Pack,
    json: Json,
}

impl Side {
    fn read(named: &str) -> Result<Side, AdminProblem> {
        let text = pack_text(named)?;
        let pack = Pack::parse(&text)
            .map_err(|misfit| AdminProblem::PackFile(named.to_owned(), listed(&[misfit])))?;
        let json = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
        Ok(Side { pack, json })
    }

    fn rules(&self) -> BTreeMap<&str, &Json> {
        let rules = self.json["rules"].as_array();
        let rules = rules.into_iter().flatten();
        rules
            .filter_map(|rule| Some((rule["id"].as_str()?, rule)))
            .collect()
    }
}

/// What a new version alters, by rule.
pub(super) fn in_words(old: &str, new: &str) -> Result<Said, AdminProblem> {
    let (old, new) = (Side::read(old)?, Side::read(new)?);
    Ok(said(&old, &new, None))
}

/// The same, counted over the county's store: both judged as if they had always been in force.
pub(super) fn counted(server: &mut Server, old: &str, new: &str) -> Result<Said, AdminProblem> {
    let (old, new) = (Side::read(old)?, Side::read(new)?);
    let as_of = Instant(server.now().millis);
    let (facts, calendar) = server.read(|turn| {
        let documents = turn.listed_documents(&[DocumentKind::Calendar])?;
        let texts = documents
            .iter()
            .map(|(listed, body)| (listed, body.as_str()));
        let (_, calendar) =
            published(texts).map_err(|misfit| AdminProblem::Pack(misfit.to_string()))?;
        Ok::<_, AdminProblem>((turn.facts()?, calendar))
    })?;
    let judged = |side: &Side| judged(&facts, &side.pack, &calendar, as_of);
    let counts = (judged(&old), judged(&new));
    Ok(said(&old, &new, Some(counts)))
}

/// By rule and unit: the period and state of each obligation.
type Obligations = BTreeMap<(String, String), BTreeSet<(Option<String>, State)>>;

fn judged(facts: &Facts, pack: &Pack, calendar: &Calendar, as_of: Instant) -> Obligations {
    let always = Pack {
        valid_from: None,
        valid_to: None,
        ..pack.clone()
    };
    let report = report(facts, &[always], calendar, as_of, &Query::default());
    let mut found = Obligations::new();
    for line in report.lines {
        let Some(state) = line.state else { continue };
        let states = found.entry((line.rule.to_string(), line.unit)).or_default();
        states.insert((line.period, state));
    }
    found
}

fn said(old: &Side, new: &Side, counts: Option<(Obligations, Obligations)>) -> Said {
    let (before, after) = (old.rules(), new.rules());
    let ids: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let mut rules = Vec::new();
    let mut lines = Vec::new();
    for id in ids {
        let (change, fields) = change(before.get(id).copied(), after.get(id).copied());
        let units = counts.as_ref().map(|(old, new)| Units::of(id, old, new));
        let moved = units.as_ref().is_some_and(Units::any);
        if change == "same" && !moved {
            continue;
        }
        let (mut zh, mut en) = words(id, change, &fields);
        if let Some(units) = &units {
            zh.push_str(&units.words("zh"));
            en.push_str(&units.words("en"));
        }
        let mut told = json!({
            "rule": id, "change": change,
            "fields": fields.iter().map(Field::json).collect::<Vec<_>>(), "zh": zh, "en": en,
        });
        if let Some(units) = units {
            told["units"] = units.json();
        }
        lines.push(format!("{zh} / {en}"));
        rules.push(told);
    }
    let params = params(old, new);
    if !params.is_empty() {
        let (zh, en) = words("params", "changed", &params);
        lines.push(format!("{zh} / {en}"));
    }
    if lines.is_empty() {
        lines.push("没有变化 / nothing alters".to_owned());
    }
    let version = |side: &Side| json!({"id": side.pack.id, "version": side.pack.version});
    let json = json!({
        "old": version(old), "new": version(new), "counted": counts.is_some(), "rules": rules,
        "params": params.iter().map(Field::json).collect::<Vec<_>>(),
    });
    Said::new(json, lines)
}

/// What alters in a field.
struct Field {
    name: String,
    old: Json,
    new: Json,
}

impl Field {
    fn json(&self) -> Json {
        json!({"field": self.name, "old": self.old, "new": self.new})
    }
}

fn change(old: Option<&Json>, new: Option<&Json>) -> (&'static str, Vec<Field>) {
    match (old, new) {
        (None, _) => ("added", Vec::new()),
        (_, None) => ("removed", Vec::new()),
        (Some(old), Some(new)) => {
            let differs = FIELDS.iter().filter(|(name, ..)| old[name] != new[name]);
            let fields: Vec<Field> = differs
                .map(|(name, ..)| Field {
                    name: (*name).to_owned(),
                    old: old[name].clone(),
                    new: new[name].clone(),
                })
                .collect();
            match fields.is_empty() {
                true => ("same", fields),
                false => ("changed", fields),
            }
        }
    }
}

fn params(old: &Side, new: &Side) -> Vec<Field> {
    let given = |side: &Side| side.json["params"].as_object().cloned().unwrap_or_default();
    let (old, new) = (given(old), given(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let value = |of: &serde_json::Map<String, Json>, name: &str| of.get(name).cloned();
    let fields = names.into_iter().map(|name| Field {
        name: name.clone(),
        old: value(&old, name).unwrap_or_default(),
        new: value(&new, name).unwrap_or_default(),
    });
    fields.filter(|field| field.old != field.new).collect()
}

fn words(id: &str, change: &str, fields: &[Field]) -> (String, String) {
    match change {
        "added" => (format!("{id}:新增"), format!("{id}: added")),
        "removed" => (format!("{id}:取消"), format!("{id}: removed")),
        "same" => (format!("{id}:条文不变"), format!("{id}: worded as before")),
        _ => {
            let mut zh = Vec::new();
            let mut en = Vec::new();
            for field in fields {
                let known = FIELDS.iter().find(|(name, ..)| *name == field.name);
                let name = field.name.as_str();
                let (_, chinese, english) = known.copied().unwrap_or((name, name, name));
                let (old, new) = (plain(&field.old), plain(&field.new));
                zh.push(format!("{chinese}由“{old}”改为“{new}”"));
                en.push(format!("{english} from {old} to {new}"));
            }
            (
                format!("{id}:{}", zh.join(";")),
                format!("{id}: {}", en.join("; ")),
            )
        }
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => "-".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Whose obligations a rule has, before and after.
struct Units {
    old: usize,
    new: usize,
    gained: Vec<String>,
    lost: Vec<String>,
    altered: Vec<String>,
}

impl Units {
    fn of(rule: &str, old: &Obligations, new: &Obligations) -> Units {
        let own = |all: &Obligations| -> BTreeMap<String, BTreeSet<(Option<String>, State)>> {
            let own = all.iter().filter(|((of, _), _)| of == rule);
            own.map(|((_, unit), states)| (unit.clone(), states.clone()))
                .collect()
        };
        let (old, new) = (own(old), own(new));
        let without = |one: &BTreeMap<String, _>, other: &BTreeMap<String, _>| {
            let only = one.keys().filter(|unit| !other.contains_key(*unit));
            only.cloned().collect()
        };
        let altered = new.iter().filter(|(unit, states)| {
            let before = old.get(*unit);
            before.is_some_and(|before| before != *states)
        });
        Units {
            old: old.len(),
            new: new.len(),
            gained: without(&new, &old),
            lost: without(&old, &new),
            altered: altered.map(|(unit, _)| unit.clone()).collect(),
        }
    }

    fn any(&self) -> bool {
        !(self.gained.is_empty() && self.lost.is_empty() && self.altered.is_empty())
    }

    fn words(&self, lang: &str) -> String {
        let (old, new) = (self.old, self.new);
        let (gained, lost, altered) = (self.gained.len(), self.lost.len(), self.altered.len());
        match lang {
            "zh" => format!(
                "(由 {old} 个对象变为 {new} 个:新增 {gained},不再要求 {lost},结果不同 {altered})"
            ),
            _ => format!(
                " ({old} units before, {new} after: {gained} gained, {lost} lost, {altered} judged otherwise)"
            ),
        }
    }

    fn json(&self) -> Json {
        json!({
            "old": self.old, "new": self.new,
            "gained": self.gained, "lost": self.lost, "altered": self.altered,
        })
    }
}
