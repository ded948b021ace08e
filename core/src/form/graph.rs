//! Who reads whom: what an expression depends on, and the order of evaluation.

use super::definition::{Definition, NodeKind};
use super::linked::{LinkFault, Links, NodeIx, Rule};
use super::told::told;
use crate::expr::{Axis, Expr, ExprError, ExprFault, Start, likely};

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

/// Where a path stands while it is followed.
#[derive(Clone, Copy)]
enum At {
    Node(NodeIx),
    /// In a table beside the form, whose columns the form does not know.
    Outside,
}

/// The nodes that an expression reads, standing at a node.
pub(super) fn reads(
    definition: &Definition,
    links: &Links,
    from: NodeIx,
    expr: &Expr,
) -> Result<Vec<Read>, ExprError> {
    let mut found: Vec<Read> = Vec::new();
    // For each path where each of its predicates stands: after the step that holds it; one place
    // for the whole path is enough, because a predicate's names are looked up from the path's end
    // or, failing that, from any step.
    let mut stands: Vec<Vec<At>> = Vec::new();
    for (path, within) in expr.paths() {
        let here: Vec<At> = match within {
            Some(outer) => stands[outer].clone(),
            None => vec![At::Node(from)],
        };
        let mut result: Option<(Vec<At>, Option<Read>)> = None;
        let mut error = None;
        for start in here {
            match follow(definition, links, from, start, path) {
                Ok(walked) => {
                    result = Some(walked);
                    break;
                }
                Err(fault) => error = error.or(Some(fault)),
            }
        }
        match (result, error) {
            (Some((places, read)), _) => {
                stands.push(places);
                found.extend(read);
            }
            (None, Some(fault)) => return Err(ExprError { at: path.at, fault }),
            (None, None) => stands.push(vec![At::Outside]),
        }
    }
    found.dedup();
    Ok(found)
}

/// The places that a path's predicates may stand at (the end first), and what the path reads.
fn follow(
    definition: &Definition,
    links: &Links,
    from: NodeIx,
    here: At,
    path: &crate::expr::Path,
) -> Result<(Vec<At>, Option<Read>), ExprFault> {
    let mut steps = path.steps.as_slice();
    let (mut at, mut turn) = match &path.start {
        Start::Instance(name) => {
            return if definition.instances.contains(name) || definition.has_list(name) {
                Ok((vec![At::Outside], None))
            } else {
                Err(ExprFault::UnknownInstance(name.clone()))
            };
        }
        Start::Root => {
            steps = steps.get(1..).unwrap_or_default();
            (0, 0)
        }
        Start::Current => (from, from),
        Start::Named(name) => {
            let target = named(links, from, name)?;
            let mut above = links.above(target);
            (
                target,
                above
                    .find(|a| links.above(from).any(|b| b == *a))
                    .unwrap_or(0),
            )
        }
        Start::Here => match here {
            At::Outside => return Ok((vec![At::Outside], None)),
            At::Node(node) => (node, node),
        },
    };
    let mut places = Vec::new();
    for step in steps {
        match &step.axis {
            Axis::Here => {}
            Axis::Parent => {
                at = links.nodes[at].parent;
                if links.above(turn).any(|a| a == at) {
                    turn = at;
                }
            }
            Axis::Child(name) => at = child(definition, links, at, name)?,
        }
        places.push(At::Node(at));
    }
    places.reverse();
    if places.is_empty() {
        places.push(At::Node(at));
    }
    let own_row = links.row_scope(definition, turn);
    let same_row = links.above(from).any(|a| a == turn)
        && links.row_scope(definition, at) == own_row
        && !(turn != at
            && definition
                .nodes
                .get(at.wrapping_sub(1))
                .is_some_and(|n| n.kind == NodeKind::Repeat));
    Ok((places, (at != 0).then_some(Read { node: at, same_row })))
}

fn child(
    definition: &Definition,
    links: &Links,
    at: NodeIx,
    name: &str,
) -> Result<NodeIx, ExprFault> {
    let name_of = |ix: &NodeIx| definition.nodes[*ix - 1].name.as_str();
    let children = &links.nodes[at].children;
    children
        .iter()
        .copied()
        .find(|ix| name_of(ix) == name)
        .ok_or_else(|| ExprFault::UnknownName {
            name: name.to_owned(),
            likely: likely(name, children.iter().map(name_of)),
        })
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
