//! What a form asks that may not be asked of those who work (`crate::burden`).

use std::collections::BTreeMap;

use super::definition::{Definition, Labels, NodeDef, NodeKind};
use super::{BUILT_IN, Form};
use crate::burden::Burden;
use crate::model::Kind;

/// A question that burdens, and the cell that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormBurden {
    /// The question's name; of a code list its name; of the form as a whole empty.
    pub name: String,
    /// The column of XLSForm: `label`, `required`, `name`, `type`.
    pub column: &'static str,
    /// What may not be asked.
    pub burden: Burden,
    /// Of what is asked twice: the other question, as `form.question`.
    pub other: Option<String>,
}

/// What a question asks: the kind of record, the repeat, and what people call it.
type Fact = (Kind, Option<String>, String);

/// The questions that the house asks of everybody on more than one card, by what they ask: the form
/// and the name. What only one form asks, what is a detail of another answer, and what the house
/// itself knows by two names has a label that says nothing alone (评估日期).
type Known = BTreeMap<Fact, (&'static str, String)>;

impl Form {
    /// Everything that this form asks and may not: words of ranking, signing in and time online,
    /// places and tracks that must be given, and facts that it, or a built-in form of the
    /// same kind of record, asks by another name.
    pub fn burdens(&self) -> Vec<FormBurden> {
        let definition = self.definition();
        let mut found = of_titles(definition);
        let mut asked: BTreeMap<(Fact, String), String> = BTreeMap::new();
        let known = facts_of_the_house(self.id());
        for (at, node) in definition.nodes.iter().enumerate() {
            let told = |column, burden| FormBurden {
                name: node.name.clone(),
                column,
                burden,
                other: None,
            };
            found.extend(in_name(node).map(|burden| told("name", burden)));
            found.extend(in_labels(node).map(|burden| told("label", burden)));
            if is_forced(definition, at) {
                found.push(told("required", Burden::ForcedEvidence));
            }
            let Some((fact, sections)) = fact(definition, at) else {
                continue;
            };
            let house = known.get(&fact).filter(|_| node.relevant.is_none());
            let house = house.filter(|(_, name)| *name != node.name);
            let house = house.map(|(form, name)| format!("{form}.{name}"));
            // Of two that are asked under a condition, or in a group under one, a person may see
            // only one: an author's usual way to word a question for elders and for children.
            let always = !is_conditional(definition, at);
            let own = always.then(|| asked.insert((fact, sections), node.name.clone()));
            let own = own.flatten().map(|other| format!("{}.{other}", self.id()));
            let other = own.or(house);
            if other.is_some() {
                found.push(FormBurden {
                    other,
                    ..told("label", Burden::AskedTwice)
                });
            }
        }
        found
    }
}

/// Whether a question, or a group that it stands in, is asked under a condition.
fn is_conditional(definition: &Definition, at: usize) -> bool {
    let nodes = &definition.nodes;
    let parent = |node: &&NodeDef| nodes.get(node.parent? as usize);
    let mut all = std::iter::successors(nodes.get(at), parent);
    all.any(|node| node.relevant.is_some())
}

fn of_titles(definition: &Definition) -> Vec<FormBurden> {
    let titles = in_texts(&definition.titles).map(|burden| FormBurden {
        name: String::new(),
        column: "form_title",
        burden,
        other: None,
    });
    let choices = definition.lists.iter().filter_map(|(list, choices)| {
        let burden = choices.iter().find_map(|choice| {
            let of_people = |burden: &Burden| *burden != Burden::Ranking;
            in_texts(&choice.labels).filter(of_people)
        })?;
        Some(FormBurden {
            name: list.clone(),
            column: "list_name",
            burden,
            other: None,
        })
    });
    titles.into_iter().chain(choices).collect()
}

fn in_texts(labels: &Labels) -> Option<Burden> {
    labels.values().find_map(|text| Burden::in_words(text))
}

fn in_labels(node: &NodeDef) -> Option<Burden> {
    let found = in_texts(&node.labels).or_else(|| in_texts(&node.hints))?;
    is_about_who_works(node, found).then_some(found)
}

fn in_name(node: &NodeDef) -> Option<Burden> {
    let found = Burden::in_name(&node.name)?;
    is_about_who_works(node, found).then_some(found)
}

/// A rank or points of the person in care (a child's place in class) are a fact like any other;
/// those of a worker are not asked.
fn is_about_who_works(node: &NodeDef, burden: Burden) -> bool {
    const WORKERS: [&str; 7] = [
        "工作人员",
        "走访人",
        "网格员",
        "干部",
        "儿童主任",
        "worker",
        "visitor",
    ];
    let of_people = node.of == Kind::PERSON || node.of == Kind::HOUSEHOLD;
    let names_workers = || {
        let texts = node.labels.values().chain(node.hints.values());
        texts.chain([&node.name]).any(|text| {
            let text = text.to_lowercase();
            WORKERS.iter().any(|word| text.contains(word))
        })
    };
    burden != Burden::Ranking || !of_people || names_workers()
}

/// Whether a place or a way must be given: a track of who works. In a repeat that may stay empty
/// nothing is forced. Photos, signatures and scans are refused as soon as the form is compiled.
fn is_forced(definition: &Definition, at: usize) -> bool {
    let node = &definition.nodes[at];
    let evidence = matches!(
        node.kind,
        NodeKind::Geopoint | NodeKind::Geotrace | NodeKind::Geoshape
    );
    if !evidence || !is_required(node) {
        return false;
    }
    let mut above = node.parent;
    while let Some(parent) = above.and_then(|at| definition.nodes.get(at as usize)) {
        if parent.kind == NodeKind::Repeat && !is_required(parent) && parent.repeat_count.is_none()
        {
            return false;
        }
        above = parent.parent;
    }
    true
}

fn is_required(node: &NodeDef) -> bool {
    let never = |text: &str| matches!(text.trim(), "" | "no" | "false" | "false()");
    node.required.as_deref().is_some_and(|text| !never(text))
}

/// What a question that a person answers asks, and in which sections; none of what has no label.
fn fact(definition: &Definition, at: usize) -> Option<(Fact, String)> {
    let node = &definition.nodes[at];
    let answered = node.kind.is_leaf()
        && !node.kind.is_metadata()
        && !matches!(node.kind, NodeKind::Calculate | NodeKind::Hidden)
        && node.calculation.is_none();
    let label = node
        .labels
        .iter()
        .find(|(language, _)| language.contains("zh"));
    let label = label.or_else(|| node.labels.iter().next());
    let text: String = label?.1.chars().filter(|c| c.is_alphanumeric()).collect();
    if !answered || text.is_empty() {
        return None;
    }
    let mut above = node.parent;
    let mut repeat = None;
    // Father and mother are asked alike, each in a section of their own.
    let mut sections = String::new();
    while let Some(parent) = above.and_then(|at| definition.nodes.get(at as usize)) {
        if parent.kind == NodeKind::Repeat {
            repeat = Some(parent.name.clone());
            break;
        }
        sections.push_str(&parent.name);
        sections.push('/');
        above = parent.parent;
    }
    Some(((node.of.clone(), repeat, text), sections))
}

/// What the built-in forms ask, but for the one of this id.
fn facts_of_the_house(except: &str) -> Known {
    let mut asked: BTreeMap<Fact, BTreeMap<String, Vec<&'static str>>> = BTreeMap::new();
    for built_in in BUILT_IN.iter().filter(|form| form.id != except) {
        let Ok(form) = built_in.form() else { continue };
        let definition = form.definition();
        for (at, node) in definition.nodes.iter().enumerate() {
            if let Some((fact, _)) = fact(definition, at).filter(|_| node.relevant.is_none()) {
                let names = asked.entry(fact).or_default();
                names
                    .entry(node.name.clone())
                    .or_default()
                    .push(built_in.id);
            }
        }
    }
    let shared = asked.into_iter().filter_map(|(fact, names)| {
        let mut names = names.into_iter();
        let (name, forms) = names.next()?;
        let alone = names.next().is_none();
        (alone && forms.len() > 1).then(|| (fact, (forms[0], name)))
    });
    shared.collect()
}

#[cfg(all(test, feature = "author"))]
#[path = "burdens_tests.rs"]
mod tests;
