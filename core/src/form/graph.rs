//! Who reads whom: what an expression depends on, and the order of evaluation.

mod cycles;

use super::definition::{Definition, NodeKind};
use super::linked::{LinkFault, Links, NodeIx, Rule};
use crate::expr::{Axis, Expr, ExprError, ExprFault, Path, Start, Step};

/// A node that an expression reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) node: NodeIx,
    /// True where only the reader's own row is read, false where every row is.
    pub(super) same_row: bool,
}

/// A node that is to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) to: NodeIx,
    pub(super) same_row: bool,
    /// True where its value or relevance may change; false where only its validity may.
    pub(super) value: bool,
}

/// Where a path stands while it is followed: a node, or none within a table beside the form, whose
/// columns the form does not know.
type Spot = Option<(NodeIx, Turn)>;

/// The highest node above both where the path began and where it stands.
type Turn = NodeIx;

/// Where a path leads.
#[derive(Default)]
struct Walked {
    ends: Vec<Spot>,
    /// Where it stood before, the last first: a predicate may stand there as well.
    before: Vec<Vec<Spot>>,
}

/// The nodes that an expression reads, standing at a node.
pub(super) fn reads(
    definition: &Definition,
    links: &Links,
    from: NodeIx,
    expr: &Expr,
) -> Result<Vec<Read>, ExprError> {
    let mut found: Vec<Read> = Vec::new();
    let mut walked: Vec<Walked> = Vec::new();
    for used in expr.paths() {
        let here: Vec<Vec<Spot>> = match (&used.path.start, used.within) {
            (Start::Of(_), _) => {
                let ends = used.begins.iter().flat_map(|at| walked[*at].ends.clone());
                vec![ends.collect()]
            }
            // A predicate's names are looked up from the path's end or, failing that, from any
            // of its steps: one list for the whole path is enough.
            (_, Some(outer)) => {
                let outer = &walked[outer];
                let ends = std::iter::once(&outer.ends);
                ends.chain(&outer.before).cloned().collect()
            }
            (_, None) => vec![vec![Some((from, from))]],
        };
        let walk = Walk {
            definition,
            links,
            from,
        };
        let mut outcome = Ok(Walked::default());
        for start in here {
            outcome = walk.follow(start, used.path);
            if outcome.is_ok() {
                break;
            }
        }
        let own = outcome.map_err(|fault| {
            let at = used.path.at;
            ExprError { at, fault }
        })?;
        found.extend(
            own.ends
                .iter()
                .filter_map(|end| walk.read(*end, used.path.any_row)),
        );
        walked.push(own);
    }
    found.dedup();
    Ok(found)
}

/// Following the paths of one expression.
#[derive(Clone, Copy)]
struct Walk<'a> {
    definition: &'a Definition,
    links: &'a Links,
    from: NodeIx,
}

impl Walk<'_> {
    fn follow(&self, here: Vec<Spot>, path: &Path) -> Result<Walked, ExprFault> {
        let start = match &path.start {
            Start::Instance(name) => {
                let known =
                    self.definition.instances.contains(name) || self.definition.has_list(name);
                match known {
                    true => vec![None],
                    false => return Err(ExprFault::UnknownInstance(name.clone())),
                }
            }
            Start::Root => vec![Some((0, 0))],
            Start::Current => vec![Some((self.from, self.from))],
            Start::Named(name) => {
                let target = named(self.links, self.from, name)?;
                let filtered = path.is_filtered();
                let common = shared(self.definition, self.links, self.from, target, filtered);
                vec![Some((target, common))]
            }
            Start::Here | Start::Of(_) => here,
        };
        let mut walked = Walked {
            ends: start,
            before: Vec::new(),
        };
        // An absolute path stays in the rows that the expression stands in, until a predicate
        // chooses others.
        let mut along: Vec<NodeIx> = match &path.start {
            Start::Root => self.links.above(self.from).filter(|ix| *ix != 0).collect(),
            _ => Vec::new(),
        };
        for step in &path.steps {
            let mut next = self.step(&walked.ends, step)?;
            match (next.as_mut_slice(), along.last()) {
                (_, Some(_)) if step.is_filtered() => along.clear(),
                ([Some((at, turn))], Some(own)) if at == own => {
                    *turn = *own;
                    along.pop();
                }
                ([Some((0, _))], _) => {}
                _ => along.clear(),
            }
            walked
                .before
                .insert(0, std::mem::replace(&mut walked.ends, next));
        }
        Ok(walked)
    }

    fn step(&self, from: &[Spot], step: &Step) -> Result<Vec<Spot>, ExprFault> {
        let mut found = Vec::new();
        let mut missing = None;
        for spot in from {
            let Some((at, turn)) = *spot else {
                found.push(None);
                continue;
            };
            let named = |ix: &NodeIx| {
                let name = step.name.as_deref();
                name.is_none_or(|name| *ix == 0 || self.definition.nodes[*ix - 1].name == name)
            };
            match (step.axis, &step.name) {
                (Axis::Here, _) => found.extend(Some(at).filter(named).map(|at| Some((at, turn)))),
                (Axis::Parent, _) if at == 0 => missing = missing.or(Some(ExprFault::AboveForm)),
                (Axis::Parent, _) => {
                    let at = self.links.nodes[at].parent;
                    let turns = self.links.above(turn).any(|a| a == at);
                    let turn = if turns { at } else { turn };
                    found.extend(Some(at).filter(named).map(|at| Some((at, turn))));
                }
                (Axis::Child, Some(name)) => match self.child(at, name) {
                    Ok(child) => found.push(Some((child, turn))),
                    Err(fault) => missing = missing.or(Some(fault)),
                },
                (Axis::Child, None) => {
                    let children = &self.links.nodes[at].children;
                    found.extend(children.iter().map(|child| Some((*child, turn))));
                }
                (Axis::Below, _) => {
                    let mut open = vec![at];
                    while let Some(at) = open.pop() {
                        found.push(Some((at, turn)));
                        open.extend(&self.links.nodes[at].children);
                    }
                }
            }
        }
        match missing {
            Some(fault) if found.is_empty() => Err(fault),
            _ => Ok(found),
        }
    }

    fn child(&self, at: NodeIx, name: &str) -> Result<NodeIx, ExprFault> {
        let name_of = |ix: &NodeIx| self.definition.nodes[*ix - 1].name.as_str();
        self.links
            .child(self.definition, at, name)
            .ok_or_else(|| ExprFault::UnknownName {
                name: name.to_owned(),
                likely: self
                    .links
                    .hints
                    .likely(name, self.links.nodes[at].children.iter().map(name_of)),
            })
    }

    /// What a path that ends here reads.
    fn read(&self, end: Spot, any_row: bool) -> Option<Read> {
        let (node, turn) = end.filter(|(at, _)| *at != 0)?;
        let links = self.links;
        let repeat = self.definition.nodes[node - 1].kind == NodeKind::Repeat;
        let same_row = !any_row
            && links.above(self.from).any(|a| a == turn)
            && links.row_scope(self.definition, node) == links.row_scope(self.definition, turn)
            && !(turn != node && repeat);
        Some(Read { node, same_row })
    }
}

/// The node that `${name}` means at a node: the one in the nearest scope around it, else the only
/// one of that name.
pub(super) fn named(links: &Links, from: NodeIx, name: &str) -> Result<NodeIx, ExprFault> {
    let Some(all) = links.by_name.get(name) else {
        return Err(ExprFault::UnknownName {
            name: name.to_owned(),
            likely: links
                .hints
                .likely(name, links.by_name.keys().map(String::as_str)),
        });
    };
    match all.as_slice() {
        [only] => Ok(*only),
        _ => {
            let mut scope = links.nodes[from].scope;
            loop {
                let own: Vec<NodeIx> = all
                    .iter()
                    .copied()
                    .filter(|ix| links.nodes[*ix].scope == scope)
                    .collect();
                match own.as_slice() {
                    [one] => return Ok(*one),
                    [] if scope != 0 => scope = links.nodes[scope].scope,
                    _ => return Err(ExprFault::AmbiguousName(name.to_owned())),
                }
            }
        }
    }
}

/// The highest node from which `${name}` is looked for at a node: the nearest one above both. Of a
/// repeat that the node stands in that is the row itself, as pyxform's absolute path means it; what
/// stands above it, so that every row is found, where a predicate chooses among the rows or where the
/// repeat stands in another one's row (there pyxform writes `../../r`).
pub(super) fn shared(
    definition: &Definition,
    links: &Links,
    from: NodeIx,
    target: NodeIx,
    filtered: bool,
) -> NodeIx {
    let repeat = target != 0 && definition.nodes[target - 1].kind == NodeKind::Repeat;
    let every_row = repeat && (filtered || links.nodes[target].scope != 0);
    let mut above = links.above(target).skip(usize::from(every_row));
    let common = above.find(|a| links.above(from).any(|b| b == *a));
    common.unwrap_or(0)
}

/// Fills in edges and order, or names every cycle with its trail.
pub(super) fn order(definition: &Definition, links: &mut Links) -> Result<(), Vec<LinkFault>> {
    for ix in 1..links.nodes.len() {
        for Reading { read, value, .. } in readings(links, ix) {
            if read.node == ix && value {
                continue;
            }
            let edge = Edge {
                to: ix,
                same_row: read.same_row,
                value,
            };
            if !links.nodes[read.node].edges.contains(&edge) {
                links.nodes[read.node].edges.push(edge);
            }
        }
        let parent = links.nodes[ix].parent;
        links.nodes[parent].edges.push(Edge {
            to: ix,
            same_row: true,
            value: true,
        });
    }
    let order = cycles::sorted(definition, links)?;
    for (rank, ix) in order.iter().enumerate() {
        links.nodes[*ix].rank = rank;
    }
    links.order = order;
    Ok(())
}

/// What a rule of a node reads.
struct Reading {
    read: Read,
    /// True where the node's value or relevance depends on it.
    value: bool,
    /// The column that the rule stands in.
    part: &'static str,
}

fn readings(links: &Links, ix: NodeIx) -> Vec<Reading> {
    let rules = &links.nodes[ix].rules;
    let mut found = Vec::new();
    let mut add = |rule: &Option<Rule>, value: bool, part: &'static str| {
        let reads = rule.iter().flat_map(|rule| &rule.reads);
        found.extend(reads.map(|read| Reading {
            read: *read,
            value,
            part,
        }));
    };
    add(&rules.relevant, true, "relevant");
    add(&rules.calculation, true, "calculation");
    add(&rules.repeat_count, true, "repeat_count");
    add(&rules.required, false, "required");
    add(&rules.constraint, false, "constraint");
    add(&rules.warn, false, "bind::tanfang:warn");
    add(&rules.choice_filter, false, "choice_filter");
    // A triggered calculation also asks whether a person may change the answer.
    add(&rules.read_only, !rules.triggers.is_empty(), "read_only");
    found.extend(rules.triggers.iter().map(|node| Reading {
        read: Read {
            node: *node,
            same_row: false,
        },
        value: true,
        part: "trigger",
    }));
    found
}
