//! Who reads whom: what an expression depends on, and the order of evaluation.

use super::definition::{Definition, NodeKind};
use super::linked::{LinkFault, Links, NodeIx, Rule};
use super::told::told;
use crate::expr::{Axis, Expr, ExprError, ExprFault, Path, Start, Step, likely};

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
                let mut above = self.links.above(target);
                let common = above.find(|a| self.links.above(self.from).any(|b| b == *a));
                vec![Some((target, common.unwrap_or(0)))]
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
                likely: likely(name, self.links.nodes[at].children.iter().map(name_of)),
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
            likely: likely(name, links.by_name.keys().map(String::as_str)),
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

/// Fills in edges and order, or names a cycle with its trail.
pub(super) fn order(definition: &Definition, links: &mut Links) -> Result<(), Vec<LinkFault>> {
    for ix in 1..links.nodes.len() {
        for (read, value) in reads_of(links, ix) {
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
    let order = sorted(definition, links)?;
    for (rank, ix) in order.iter().enumerate() {
        links.nodes[*ix].rank = rank;
    }
    links.order = order;
    Ok(())
}

/// What a node reads; true where its value or relevance depends on it.
fn reads_of(links: &Links, ix: NodeIx) -> Vec<(Read, bool)> {
    let rules = &links.nodes[ix].rules;
    let mut found = Vec::new();
    let mut add = |rule: &Option<Rule>, value: bool| {
        if let Some(rule) = rule {
            found.extend(rule.reads.iter().map(|read| (*read, value)));
        }
    };
    add(&rules.relevant, true);
    add(&rules.calculation, true);
    add(&rules.repeat_count, true);
    add(&rules.required, false);
    add(&rules.constraint, false);
    add(&rules.warn, false);
    add(&rules.choice_filter, false);
    // A triggered calculation also asks whether a person may change the answer.
    add(&rules.read_only, !rules.triggers.is_empty());
    for node in rules.triggers.iter().copied() {
        found.push((
            Read {
                node,
                same_row: false,
            },
            true,
        ));
    }
    found
}

/// Depth first without recursion; a node comes after all that it reads.
fn sorted(definition: &Definition, links: &Links) -> Result<Vec<NodeIx>, Vec<LinkFault>> {
    let sources: Vec<Vec<NodeIx>> = (0..links.nodes.len())
        .map(|ix| {
            let mut all: Vec<NodeIx> = if ix == 0 {
                Vec::new()
            } else {
                vec![links.nodes[ix].parent]
            };
            let reads = reads_of(links, ix);
            all.extend(
                reads
                    .iter()
                    .filter(|(r, value)| *value && r.node != ix)
                    .map(|(r, _)| r.node),
            );
            all
        })
        .collect();
    let mut state = vec![0u8; links.nodes.len()];
    let mut order = Vec::with_capacity(links.nodes.len());
    for first in 0..links.nodes.len() {
        let mut trail: Vec<(NodeIx, usize)> = Vec::new();
        if state[first] == 0 {
            state[first] = 1;
            trail.push((first, 0));
        }
        while let Some((ix, next)) = trail.last_mut() {
            let Some(source) = sources[*ix].get(*next).copied() else {
                state[*ix] = 2;
                order.push(*ix);
                trail.pop();
                continue;
            };
            *next += 1;
            match state[source] {
                0 => {
                    state[source] = 1;
                    trail.push((source, 0));
                }
                1 => return Err(vec![cycle(definition, &trail, source)]),
                _ => {}
            }
        }
    }
    Ok(order)
}

fn cycle(definition: &Definition, trail: &[(NodeIx, usize)], back_to: NodeIx) -> LinkFault {
    let name = |ix: NodeIx| {
        definition
            .nodes
            .get(ix.wrapping_sub(1))
            .map_or("the form", |n| n.name.as_str())
    };
    let start = trail.iter().position(|(ix, _)| *ix == back_to).unwrap_or(0);
    let mut names: Vec<&str> = trail[start..].iter().map(|(ix, _)| name(*ix)).collect();
    names.push(name(back_to));
    LinkFault {
        node: back_to.checked_sub(1),
        part: "calculation",
        code: "form",
        message: {
            let trail = names.join(" -> ");
            told!(
                "互相等待：{trail}；请把其中一个移出这个圈",
                "each waits for the next: {trail}; take one of them out of the circle"
            )
        },
        likely: None,
    }
}
