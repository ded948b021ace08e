//! The order of evaluation, and what waits for itself.

use super::super::definition::Definition;
use super::super::linked::{LinkFault, Links, NodeIx};
use super::super::told::told;
use super::{Reading, readings};

/// How many questions of a circle a message names.
const NAMED: usize = 12;
/// How many circles are told: behind one there are often many.
const MOST: usize = 20;

/// A node that must come first, and the column that says so; none where the node stands in it.
type Source = (NodeIx, Option<&'static str>);

/// A node under way, and how many of its sources were looked at.
type Step = (NodeIx, usize);

/// Depth first without recursion; a node comes after all that it reads.
///
/// # Errors
/// Each circle. As in ODK Validate, what is required or read only belongs to it; a constraint does
/// not, nor does a calculation that reads its own question where a `trigger` starts it.
pub(super) fn sorted(
    definition: &Definition,
    links: &Links,
) -> Result<Vec<NodeIx>, Vec<LinkFault>> {
    let sources: Vec<Vec<Source>> = (0..links.nodes.len())
        .map(|ix| sources(links, ix))
        .collect();
    let mut state = vec![0u8; links.nodes.len()];
    let mut order = Vec::with_capacity(links.nodes.len());
    let mut faults = Vec::new();
    for first in 0..links.nodes.len() {
        let mut trail: Vec<Step> = Vec::new();
        if state[first] == 0 {
            state[first] = 1;
            trail.push((first, 0));
        }
        while let Some((ix, next)) = trail.last_mut() {
            let Some((source, _)) = sources[*ix].get(*next).copied() else {
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
                1 if faults.len() < MOST => {
                    faults.push(cycle(definition, &sources, &trail, source));
                }
                _ => {}
            }
        }
    }
    match faults.is_empty() {
        true => Ok(order),
        false => Err(faults),
    }
}

fn sources(links: &Links, ix: NodeIx) -> Vec<Source> {
    let mut all: Vec<Source> = match ix {
        0 => return Vec::new(),
        _ => vec![(links.nodes[ix].parent, None)],
    };
    let triggered = !links.nodes[ix].rules.triggers.is_empty();
    let waits = |reading: &Reading| match reading.part {
        "required" | "read_only" => true,
        "calculation" | "trigger" if triggered => reading.read.node != ix,
        _ => reading.value,
    };
    let found = readings(links, ix).into_iter().filter(waits);
    all.extend(found.map(|reading| (reading.read.node, Some(reading.part))));
    all
}

/// The circle that ends the trail by going back to one of its nodes. It stands where one of its
/// rules is written.
fn cycle(
    definition: &Definition,
    sources: &[Vec<Source>],
    trail: &[Step],
    back_to: NodeIx,
) -> LinkFault {
    let start = trail.iter().position(|(ix, _)| *ix == back_to).unwrap_or(0);
    let mut circle: Vec<Source> = trail[start..]
        .iter()
        .map(|(ix, next)| (*ix, sources[*ix][next - 1].1))
        .collect();
    let written = circle.iter().position(|(_, part)| part.is_some());
    circle.rotate_left(written.unwrap_or(0));
    let (node, part) = circle.first().copied().unwrap_or((back_to, None));
    let name = |ix: NodeIx| {
        let def = definition.nodes.get(ix.wrapping_sub(1));
        def.map_or("the form", |def| def.name.as_str())
    };
    let mut names: Vec<&str> = circle.iter().map(|(ix, _)| name(*ix)).take(NAMED).collect();
    if circle.len() > NAMED {
        names.push("…");
    }
    names.push(name(node));
    let trail = names.join(" -> ");
    LinkFault {
        node: node.checked_sub(1),
        part: part.unwrap_or("calculation"),
        code: "form",
        message: match circle.len() {
            1 => told!(
                "{trail}：这条规则读取了自己所在的题目；请改用 constraint，或去掉对自己的引用",
                "{trail}: this rule reads its own question; use a constraint, or leave the question out of it"
            ),
            _ => told!(
                "互相等待：{trail}；请把其中一个移出这个圈",
                "each waits for the next: {trail}; take one of them out of the circle"
            ),
        },
        likely: None,
    }
}
