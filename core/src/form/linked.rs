//! A form ready to use: its expressions parsed, its names found, its order known.

use std::collections::HashMap;

use super::definition::{Definition, Labels, NodeDef, NodeKind};
use super::graph::{self, Edge};
use crate::expr::{Expr, ExprError};

/// Index of a linked node; 0 is the form itself, the others follow the definition's order.
pub(super) type NodeIx = usize;

/// The most nodes that a form may have.
pub const MAX_NODES: usize = 20_000;
/// The deepest that groups and repeats may nest.
pub const MAX_NESTING: usize = 16;

/// What is wrong with a definition, at which node and in which of its properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFault {
    /// Place in the definition's `nodes`; none where it is the form as a whole.
    pub node: Option<usize>,
    /// The property, in XLSForm's word for the column.
    pub part: &'static str,
    /// A word for programs: `name`, `reference`, `expression`, `form`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// The name that was probably meant.
    pub likely: Option<String>,
}

impl LinkFault {
    /// Whether it may be there only because another row could not be read.
    #[cfg(feature = "author")]
    pub(super) fn follows(&self) -> bool {
        matches!(self.code, "reference" | "form")
    }
}

/// The expressions of a node.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) required: Option<Rule>,
    pub(super) relevant: Option<Rule>,
    pub(super) constraint: Option<Rule>,
    pub(super) calculation: Option<Rule>,
    pub(super) read_only: Option<Rule>,
    pub(super) warn: Option<Rule>,
    pub(super) default: Option<Rule>,
    pub(super) repeat_count: Option<Rule>,
    /// The question whose change fills this one in.
    pub(super) trigger: Option<NodeIx>,
}

impl Rules {
    /// True where any of them draws by chance.
    pub(super) fn draws(&self) -> bool {
        let all = [
            &self.required,
            &self.relevant,
            &self.constraint,
            &self.calculation,
            &self.read_only,
            &self.warn,
            &self.default,
            &self.repeat_count,
        ];
        all.into_iter().flatten().any(|rule| rule.draws)
    }
}

/// An expression and the nodes that it reads.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) expr: Expr,
    pub(super) reads: Vec<graph::Read>,
    /// True where evaluating again may give another value.
    pub(super) draws: bool,
}

/// A linked node.
#[derive(Debug, Clone)]
pub(super) struct Linked {
    pub(super) parent: NodeIx,
    pub(super) children: Vec<NodeIx>,
    /// Place among its parent's children.
    pub(super) slot: usize,
    /// The repeat it stands in (a repeat does not stand in itself); 0 is the form.
    pub(super) scope: NodeIx,
    pub(super) rules: Rules,
    /// Who is to be asked again when this changes.
    pub(super) edges: Vec<Edge>,
    /// Place in the order of evaluation.
    pub(super) rank: usize,
}

/// The linked tree beside its definition.
#[derive(Debug, Clone)]
pub(super) struct Links {
    pub(super) nodes: Vec<Linked>,
    /// Names by scope.
    pub(super) names: HashMap<(NodeIx, String), NodeIx>,
    /// Nodes by name, wherever they stand.
    pub(super) by_name: HashMap<String, Vec<NodeIx>>,
    /// Nodes in the order of evaluation.
    pub(super) order: Vec<NodeIx>,
}

impl Links {
    /// The node and those it stands in, itself first, the form last.
    pub(super) fn above(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
        std::iter::successors(Some(node), |ix| (*ix != 0).then(|| self.nodes[*ix].parent))
    }

    /// The child of a name: names are unique in a scope, groups notwithstanding.
    pub(super) fn child(&self, of: &Definition, parent: NodeIx, name: &str) -> Option<NodeIx> {
        let scope = self.row_scope(of, parent);
        let found = self.names.get(&(scope, name.to_owned()))?;
        (self.nodes[*found].parent == parent).then_some(*found)
    }

    /// The repeat whose row is this node's nearest: itself for a repeat.
    pub(super) fn row_scope(&self, definition: &Definition, node: NodeIx) -> NodeIx {
        if node != 0 && definition.nodes[node - 1].kind == NodeKind::Repeat {
            node
        } else {
            self.nodes[node].scope
        }
    }
}

/// Links a definition.
pub(super) fn link(definition: &Definition) -> Result<Links, Vec<LinkFault>> {
    let mut links = shape(definition)?;
    let mut faults = names(definition, &mut links);
    for ix in 1..links.nodes.len() {
        let (rules, found) = rules(definition, &links, ix);
        links.nodes[ix].rules = rules;
        faults.extend(found);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    graph::order(definition, &mut links)?;
    Ok(links)
}

fn whole(message: String) -> Vec<LinkFault> {
    vec![LinkFault {
        node: None,
        part: "survey",
        code: "form",
        message,
        likely: None,
    }]
}

fn shape(definition: &Definition) -> Result<Links, Vec<LinkFault>> {
    if definition.nodes.len() > MAX_NODES {
        return Err(whole(format!("more than {MAX_NODES} rows; split the form")));
    }
    let root = Linked {
        parent: 0,
        children: Vec::new(),
        slot: 0,
        scope: 0,
        rules: Rules::default(),
        edges: Vec::new(),
        rank: 0,
    };
    let mut nodes = vec![root.clone()];
    let mut depth = vec![0usize];
    for (i, def) in definition.nodes.iter().enumerate() {
        let parent = match def.parent {
            None => 0,
            Some(p) if (p as usize) < i => p as usize + 1,
            Some(_) => return Err(whole(format!("node {i} stands in one that comes after it"))),
        };
        let parent_kind = parent.checked_sub(1).map(|p| definition.nodes[p].kind);
        if !matches!(parent_kind, None | Some(NodeKind::Group | NodeKind::Repeat)) {
            return Err(whole(format!("node {i} stands in a question")));
        }
        if depth[parent] >= MAX_NESTING {
            return Err(whole(format!(
                "groups nest deeper than {MAX_NESTING}; use fewer levels"
            )));
        }
        let scope = if parent_kind == Some(NodeKind::Repeat) {
            parent
        } else {
            nodes[parent].scope
        };
        let slot = nodes[parent].children.len();
        nodes[parent].children.push(i + 1);
        nodes.push(Linked {
            parent,
            slot,
            scope,
            ..root.clone()
        });
        depth.push(depth[parent] + 1);
    }
    Ok(Links {
        nodes,
        names: HashMap::new(),
        by_name: HashMap::new(),
        order: Vec::new(),
    })
}

/// Names are unique in a scope, because answers are flat; groups share it.
fn names(definition: &Definition, links: &mut Links) -> Vec<LinkFault> {
    let mut faults = Vec::new();
    for (i, def) in definition.nodes.iter().enumerate() {
        let scope = links.nodes[i + 1].scope;
        links
            .by_name
            .entry(def.name.clone())
            .or_default()
            .push(i + 1);
        if links
            .names
            .insert((scope, def.name.clone()), i + 1)
            .is_some()
        {
            faults.push(LinkFault {
                node: Some(i),
                part: "name",
                code: "name",
                message: format!(
                    "\"{}\" is there already; give each question its own name",
                    def.name
                ),
                likely: None,
            });
        }
    }
    faults
}

fn rules(definition: &Definition, links: &Links, ix: NodeIx) -> (Rules, Vec<LinkFault>) {
    let def: &NodeDef = &definition.nodes[ix - 1];
    let mut faults = Vec::new();
    let mut rule = |text: &Option<String>, part: &'static str| -> Option<Rule> {
        let text = text.as_deref()?;
        let parsed = parse(text).and_then(|expr| {
            let reads = graph::reads(definition, links, ix, &expr)?;
            let draws = expr.draws();
            Ok(Rule { expr, reads, draws })
        });
        match parsed {
            Ok(rule) => Some(rule),
            Err(error) => {
                faults.push(of_expression(ix, part, &error));
                None
            }
        }
    };
    let mut rules = Rules {
        required: rule(&def.required, "required"),
        relevant: rule(&def.relevant, "relevant"),
        constraint: rule(&def.constraint, "constraint"),
        calculation: rule(&def.calculation, "calculation"),
        read_only: rule(&def.read_only, "read_only"),
        warn: rule(&def.warn, "bind::tanfang:warn"),
        default: rule(&def.default.clone().filter(|d| is_dynamic(d)), "default"),
        repeat_count: rule(&def.repeat_count, "repeat_count"),
        trigger: None,
    };
    if let Some(name) = &def.trigger {
        let name = name.trim().trim_start_matches("${").trim_end_matches('}');
        match graph::named(links, ix, name) {
            Ok(found) => rules.trigger = Some(found),
            Err(fault) => faults.push(of_expression(
                ix,
                "trigger",
                &crate::expr::ExprError { at: 1, fault },
            )),
        }
    }
    faults.extend(lists(definition, ix));
    (rules, faults)
}

fn of_expression(ix: NodeIx, part: &'static str, error: &ExprError) -> LinkFault {
    use crate::expr::ExprFault::{UnknownFunction, UnknownName};
    let likely = match &error.fault {
        UnknownFunction { likely, .. } | UnknownName { likely, .. } => likely.clone(),
        _ => None,
    };
    let code = match &error.fault {
        UnknownName { .. } => "reference",
        _ => "expression",
    };
    LinkFault {
        node: Some(ix - 1),
        part,
        code,
        message: error.to_string(),
        likely,
    }
}

fn lists(definition: &Definition, ix: NodeIx) -> Option<LinkFault> {
    let def = &definition.nodes[ix - 1];
    let select = matches!(def.kind, NodeKind::SelectOne | NodeKind::SelectMultiple);
    match &def.list {
        Some(list) if select && !definition.lists.contains_key(list) => Some(LinkFault {
            node: Some(ix - 1),
            part: "type",
            code: "reference",
            message: format!("there is no list \"{list}\" on the choices sheet"),
            likely: crate::expr::likely(list, definition.lists.keys().map(String::as_str)),
        }),
        None if select => Some(LinkFault {
            node: Some(ix - 1),
            part: "type",
            code: "reference",
            message: "a select names its list: select_one LIST".to_owned(),
            likely: None,
        }),
        _ => None,
    }
}

/// XLSForm writes yes and no where an expression may stand.
fn parse(text: &str) -> Result<Expr, ExprError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" => Expr::parse("true()"),
        "no" | "false" => Expr::parse("false()"),
        _ => Expr::parse(text),
    }
}

/// A default is text unless it calls a function or names a question.
pub(super) fn is_dynamic(default: &str) -> bool {
    default.contains('(') || default.contains("${")
}

/// The text in a language, else in the form's default language, else in any.
pub(super) fn pick<'l>(labels: &'l Labels, lang: &str, fallback: &str) -> Option<&'l str> {
    labels
        .get(lang)
        .or_else(|| labels.get(fallback))
        .or_else(|| labels.values().next())
        .map(String::as_str)
}

/// Dots are refused although XML allows them: `people[2].met` uses them.
#[cfg(feature = "author")]
pub(in crate::form) fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        && name.len() <= 64
}
