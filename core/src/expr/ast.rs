//! The parsed shape: a tree whose nodes stand in one vector, so that nothing about an expression
//! (walking, dropping, copying) needs the stack.

use regex::Regex;

pub(super) type NodeId = u32;

/// Operators between two operands, by precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Plus,
    Minus,
    Times,
    Div,
    Mod,
}

impl Op {
    pub(super) fn precedence(self) -> u8 {
        match self {
            Op::Or => 1,
            Op::And => 2,
            Op::Equal | Op::Unequal => 3,
            Op::Less | Op::AtMost | Op::Greater | Op::AtLeast => 4,
            Op::Plus | Op::Minus => 5,
            Op::Times | Op::Div | Op::Mod => 6,
        }
    }
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// `/…`: the form's root.
    Root,
    /// `name`, `.`, `..`: where the expression (or the predicate) stands.
    Here,
    /// `current()`: where the expression stands, also from within a predicate.
    Current,
    /// `${name}`: the question of that name nearest to where the expression stands.
    Named(String),
    /// `instance('name')`: a table beside the form.
    Instance(String),
}

/// One step of a path.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where the step leads.
    pub axis: Axis,
    pub(super) predicates: Vec<NodeId>,
}

/// The direction of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axis {
    /// To the children of this name.
    Child(String),
    /// `..`
    Parent,
    /// `.`
    Here,
}

/// A path: a start and steps.
#[derive(Debug, Clone)]
pub struct Path {
    /// Where it begins.
    pub start: Start,
    /// The steps, in order. A [`Start::Named`] with predicates has a first step [`Axis::Here`].
    pub steps: Vec<Step>,
    /// Place in the text, characters from 1.
    pub at: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    Number(f64),
    Text(String),
    /// A chain of operators of one precedence, evaluated from the left.
    Chain {
        first: NodeId,
        rest: Vec<(Op, NodeId)>,
    },
    Negate(NodeId),
    Call {
        function: usize,
        args: Vec<NodeId>,
        pattern: Option<Box<Regex>>,
        at: usize,
    },
    Path(Path),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    pub(super) nodes: Vec<Node>,
}

impl Arena {
    pub(super) fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX)
    }

    /// Ids come from [`Arena::push`] only; every node has one parent, so every walk ends.
    pub(super) fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    fn children(&self, id: NodeId) -> Vec<NodeId> {
        match self.get(id) {
            Node::Number(_) | Node::Text(_) => Vec::new(),
            Node::Negate(inner) => vec![*inner],
            Node::Call { args, .. } => args.clone(),
            Node::Chain { first, rest } => std::iter::once(*first)
                .chain(rest.iter().map(|(_, id)| *id))
                .collect(),
            Node::Path(path) => path
                .steps
                .iter()
                .flat_map(|s| s.predicates.iter().copied())
                .collect(),
        }
    }

    pub(super) fn paths(&self, root: NodeId) -> Vec<(&Path, Option<usize>)> {
        let mut found = Vec::new();
        let mut open = vec![(root, None)];
        while let Some((id, within)) = open.pop() {
            let within = match self.get(id) {
                Node::Path(path) => {
                    found.push((path, within));
                    Some(found.len() - 1)
                }
                _ => within,
            };
            open.extend(self.children(id).into_iter().map(|child| (child, within)));
        }
        found
    }

    pub(super) fn is_constant(&self, root: NodeId) -> bool {
        match self.get(root) {
            Node::Number(_) | Node::Text(_) => true,
            Node::Call { function, args, .. } => {
                args.is_empty()
                    && matches!(super::functions::TABLE[*function].name, "true" | "false")
            }
            _ => false,
        }
    }

    pub(super) fn calls(&self, root: NodeId, names: &[&str]) -> bool {
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if let Node::Call { function, .. } = self.get(id)
                && names.contains(&super::functions::TABLE[*function].name)
            {
                return true;
            }
            open.extend(self.children(id));
        }
        false
    }
}
