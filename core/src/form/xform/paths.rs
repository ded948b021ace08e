//! `${name}` as paths: from the root, or within a row from where the expression stands.

use super::super::Form;
use super::super::graph::named;
use super::super::linked::NodeIx;
use super::NodeKind;

/// The element that holds the answers.
pub(super) const ROOT: &str = "data";

/// What an expression stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// An attribute that holds it whole.
    Expression,
    /// The filter of a list: `.` and names are the list's there.
    Filter,
    /// The label of the record that a container holds: it stands three levels below it.
    LabelIn(NodeIx),
}

/// The path of a node from the form's root.
pub(super) fn absolute(form: &Form, ix: NodeIx) -> String {
    let mut names: Vec<&str> = form
        .links
        .above(ix)
        .filter(|at| *at != 0)
        .map(|at| form.def(at).name.as_str())
        .collect();
    names.push(ROOT);
    names.reverse();
    format!("/{}", names.join("/"))
}

/// The path from one node to another, as pyxform writes it: through a row that both stand in (a
/// repeat does not stand in itself), else from the root. Of a repeat around the expression that
/// stands in no other this is `/data/r`: the own row, or every row where a predicate follows.
fn path(form: &Form, from: NodeIx, to: NodeIx, within: Within) -> String {
    let (from, own) = match within {
        Within::LabelIn(container) => (container, 0),
        _ => (from, usize::from(from != 0)),
    };
    let around = || form.links.above(from).skip(own);
    let mut above = form.links.above(to).skip(usize::from(to != 0));
    let common = above.find(|at| around().any(|above| above == *at));
    let common = common.unwrap_or(0);
    let shares_a_row = form.links.row_scope(&form.definition, common) != 0;
    if !shares_a_row {
        return absolute(form, to);
    }
    let up = own + around().take_while(|at| *at != common).count();
    let mut down: Vec<&str> = form
        .links
        .above(to)
        .take_while(|at| *at != common)
        .map(|at| form.def(at).name.as_str())
        .collect();
    down.reverse();
    let mut steps = vec![".."; up];
    steps.extend(down);
    let steps = steps.join("/");
    match within {
        Within::Expression => steps,
        Within::Filter => format!("current()/{steps}"),
        Within::LabelIn(_) => format!("../../../{steps}"),
    }
}

/// An expression with every `${name}` outside of quotes as a path. A name that is nowhere stays:
/// a form with one is never compiled.
pub(super) fn rewritten(form: &Form, ix: NodeIx, text: &str, within: Within) -> String {
    let mut written = String::with_capacity(text.len());
    let mut depth = usize::from(within == Within::Filter);
    let mut quote: Option<char> = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, '$') => {
                if let Some((found, tail)) = reference(form, ix, rest) {
                    let here = if depth > 0 { Within::Filter } else { within };
                    written.push_str(&format!(" {} ", path(form, ix, found, here)));
                    rest = tail;
                    continue;
                }
            }
            _ => {}
        }
        written.push(c);
        rest = after;
    }
    written.trim().to_owned()
}

/// The node that `${name}` at the beginning of a text names, and what follows.
pub(super) fn reference<'t>(form: &Form, ix: NodeIx, text: &'t str) -> Option<(NodeIx, &'t str)> {
    let (name, tail) = text.strip_prefix("${")?.split_once('}')?;
    let found = named(&form.links, ix, name.trim()).ok()?;
    Some((found, tail))
}

/// The path of a node for a text that is shown at another.
pub(super) fn shown(form: &Form, from: NodeIx, to: NodeIx) -> String {
    path(form, from, to, Within::Expression)
}

/// Whether `repeat_count` is one question: then the repeat reads it, else a calculation is made.
pub(super) fn plain_count(form: &Form, repeat: NodeIx) -> Option<NodeIx> {
    let text = form.def(repeat).repeat_count.as_deref()?.trim();
    let (found, tail) = reference(form, repeat, text)?;
    let holds = !matches!(form.def(found).kind, NodeKind::Group | NodeKind::Repeat);
    (tail.is_empty() && holds).then_some(found)
}
