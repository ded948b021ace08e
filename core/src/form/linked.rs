//! A form ready to use: its expressions parsed, its names found, its order known.

use std::collections::HashMap;

use super::codes::{self, Sorted};
use super::definition::{Definition, Labels, NodeDef, NodeKind};
use super::graph::{self, Edge};
use super::hints::Hints;
use super::told::{Told, told};
use super::words;
use crate::expr::{Axis, Expr, ExprError, ExprFault, Start, Used};

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
    pub message: Told,
    /// The name that was probably meant.
    pub likely: Option<String>,
}

impl LinkFault {
    /// Whether it may be there only because rows were not read as they were meant.
    #[cfg(feature = "author")]
    pub(super) fn follows(&self) -> bool {
        self.code == "form"
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
    /// The path to the rows of the list that are offered.
    pub(super) choice_filter: Option<Rule>,
    /// The questions whose change fills this one in.
    pub(super) triggers: Vec<NodeIx>,
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
            &self.choice_filter,
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
    /// The rows of tables in the order of their codes.
    pub(super) sorted: Sorted,
    /// For names that are nowhere.
    pub(super) hints: Hints,
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
    // Rules that cannot be read are left out, so that circles of the others are told as well.
    faults.extend(
        graph::order(definition, &mut links)
            .err()
            .unwrap_or_default(),
    );
    match faults.is_empty() {
        true => Ok(links),
        false => Err(faults),
    }
}

fn whole(message: Told) -> Vec<LinkFault> {
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
        return Err(whole(told!(
            "超过 {MAX_NODES} 行，请拆分表单",
            "more than {MAX_NODES} rows; split the form"
        )));
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
            Some(_) => {
                return Err(whole(told!(
                    "第 {i} 项所在的组在它之后",
                    "node {i} stands in one that comes after it"
                )));
            }
        };
        let parent_kind = parent.checked_sub(1).map(|p| definition.nodes[p].kind);
        if !matches!(parent_kind, None | Some(NodeKind::Group | NodeKind::Repeat)) {
            return Err(whole(told!(
                "第 {i} 项放在了题目里",
                "node {i} stands in a question"
            )));
        }
        if depth[parent] >= MAX_NESTING {
            return Err(whole(told!(
                "分组嵌套超过 {MAX_NESTING} 层，请减少层数",
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
        sorted: codes::sorted(definition),
        hints: Hints::default(),
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
                message: {
                    let name = &def.name;
                    told!(
                        "“{name}”已经有了，请给每道题不同的名称",
                        "\"{name}\" is there already; give each question its own name"
                    )
                },
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
        default: rule(
            &def.default.clone().filter(|_| def.begins_by_rule()),
            "default",
        ),
        repeat_count: rule(&def.repeat_count, "repeat_count"),
        choice_filter: None,
        triggers: Vec::new(),
    };
    match filter(definition, links, ix) {
        Ok(found) => rules.choice_filter = found,
        Err(fault) => faults.push(fault),
    }
    let triggers = def.trigger.iter().flat_map(|names| names.split(','));
    for name in triggers.map(str::trim).filter(|name| !name.is_empty()) {
        let name = name.trim_start_matches("${").trim_end_matches('}').trim();
        match graph::named(links, ix, name) {
            Ok(found) => rules.triggers.push(found),
            Err(fault) => faults.push(of_expression(ix, "trigger", &ExprError { at: 1, fault })),
        }
    }
    faults.extend(shown(def, links, ix));
    faults.extend(lists(definition, links, ix));
    (rules, faults)
}

pub(super) fn of_expression(ix: NodeIx, part: &'static str, error: &ExprError) -> LinkFault {
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
        message: Told {
            zh: words::chinese(error),
            en: error.to_string(),
        },
        likely,
    }
}

/// Texts show answers by `${name}`: the names are there.
fn shown(def: &NodeDef, links: &Links, ix: NodeIx) -> Vec<LinkFault> {
    let texts = [
        ("label", &def.labels),
        ("hint", &def.hints),
        ("guidance_hint", &def.guidance),
        ("constraint_message", &def.constraint_message),
        ("required_message", &def.required_message),
    ];
    let mut faults = Vec::new();
    for (part, labels) in texts {
        let names = labels.values().flat_map(|text| text.split("${").skip(1));
        for name in names.filter_map(|rest| rest.split_once('}')) {
            if let Err(fault) = graph::named(links, ix, name.0.trim()) {
                faults.push(of_expression(ix, part, &ExprError { at: 1, fault }));
            }
        }
    }
    faults.dedup();
    faults
}

fn lists(definition: &Definition, links: &Links, ix: NodeIx) -> Option<LinkFault> {
    let def = &definition.nodes[ix - 1];
    let fault = |message: Told, likely: Option<String>| {
        Some(LinkFault {
            node: Some(ix - 1),
            part: "type",
            code: "reference",
            message,
            likely,
        })
    };
    match &def.list {
        Some(_) if !def.kind.has_list() => {
            fault(told!("这种题型没有选项", "this type takes no list"), None)
        }
        Some(list) if definition.has_list(list) => None,
        Some(list) => fault(
            told!(
                "choices 工作表里没有选项列表“{list}”",
                "there is no list \"{list}\" on the choices sheet"
            ),
            links.hints.likely(list, definition.list_names()),
        ),
        None if def.kind.has_list() => fault(
            told!(
                "选择题要写明选项列表：select_one 列表名",
                "a select names its list: select_one LIST"
            ),
            None,
        ),
        None => None,
    }
}

/// The rule that says which rows of the list are offered: its expression is the path to them.
fn filter(definition: &Definition, links: &Links, ix: NodeIx) -> Result<Option<Rule>, LinkFault> {
    const PART: &str = "choice_filter";
    let def = &definition.nodes[ix - 1];
    let (Some(text), Some(list)) = (&def.choice_filter, &def.list) else {
        return Ok(None);
    };
    let lead = format!("instance('{list}')/root/item[");
    let shift = lead.chars().count();
    let found = Expr::parse(text).and_then(|_| Expr::parse(&format!("{lead}{text}]")));
    let read = found.and_then(|expr| {
        columns(definition, links, list, &expr)?;
        let reads = graph::reads(definition, links, ix, &expr)?;
        let draws = expr.draws();
        Ok(Rule { expr, reads, draws })
    });
    read.map(Some).map_err(|mut error| {
        if error.at > shift {
            error.at -= shift;
        }
        of_expression(ix, PART, &error)
    })
}

/// A bare name in a filter is a column of the list.
fn columns(
    definition: &Definition,
    links: &Links,
    list: &str,
    expr: &Expr,
) -> Result<(), ExprError> {
    let known = definition.list_columns(list);
    for Used { path, within, .. } in expr.paths() {
        let first = path.steps.first();
        let child = first.filter(|step| step.axis == Axis::Child);
        let named = child.and_then(|step| step.name.as_ref());
        if let (Start::Here, Some(0), Some(name)) = (&path.start, within, named)
            && !known.contains(&name.as_str())
        {
            let likely = links.hints.likely(name, known.iter().copied());
            let fault = ExprFault::UnknownName {
                name: name.clone(),
                likely,
            };
            return Err(ExprError { at: path.at, fault });
        }
    }
    Ok(())
}

/// XLSForm writes yes and no where an expression may stand.
pub(super) fn parse(text: &str) -> Result<Expr, ExprError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" => Expr::parse("true()"),
        "no" | "false" => Expr::parse("false()"),
        _ => Expr::parse(text),
    }
}

impl NodeDef {
    /// True where what the question begins with is worked out: the default names a question, or calls
    /// a function, which is a bracket right after a name; of what is no text any bracket. `see (1)` is
    /// a text.
    pub(super) fn begins_by_rule(&self) -> bool {
        let is_text = matches!(self.kind, NodeKind::Text | NodeKind::Barcode);
        self.default.as_deref().is_some_and(|default| {
            default.contains("${") || calls(default) || (!is_text && default.contains('('))
        })
    }
}

/// Whether a bracket stands right after a name, as pyxform reads a call.
pub(super) fn calls(text: &str) -> bool {
    let mut named = false;
    text.chars().any(|c| {
        let found = c == '(' && named;
        let goes_on = c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        named = goes_on && (named || c.is_alphabetic() || c == '_');
        found
    })
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
