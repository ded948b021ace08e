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
    Union,
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
            Op::Union => 8,
        }
    }

    /// Unary minus binds more than `*` and less than `|`.
    pub(super) const NEGATE: u8 = 7;
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// `/…`: above the form's root, which the first step names.
    Root,
    /// `name`, `.`, `..`: where the expression (or the predicate) stands.
    Here,
    /// `current()`: where the expression stands, also from within a predicate.
    Current,
    /// `${name}`: the question of that name nearest to where the expression stands.
    Named(String),
    /// `instance('name')`: a table beside the form.
    Instance(String),
    /// `(a | b)/…`, `randomize(a)[1]`: the nodes that an expression yields.
    Of(Inner),
}

/// An expression within an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inner(pub(super) NodeId);

/// One step of a path.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where the step leads.
    pub axis: Axis,
    /// The name that what it leads to must have; none takes any.
    pub name: Option<String>,
    pub(super) predicates: Vec<NodeId>,
}

impl Step {
    /// True where not every place that the step leads to is taken.
    pub fn is_filtered(&self) -> bool {
        !self.predicates.is_empty()
    }

    pub(super) fn new(axis: Axis, name: Option<String>) -> Step {
        Step {
            axis,
            name,
            predicates: Vec::new(),
        }
    }
}

/// The direction of a step: the axes that the ODK specification has, and `//`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// `name`, `*`, `child::name`
    Child,
    /// `..`, `parent::name`
    Parent,
    /// `.`, `self::name`
    Here,
    /// The empty step of `//`: here and everything below.
    Below,
}

/// A path: a start and steps.
#[derive(Debug, Clone)]
pub struct Path {
    /// Where it begins.
    pub start: Start,
    /// The steps, in order. A start that is not a step and has predicates has a first step
    /// [`Axis::Here`] that holds them.
    pub steps: Vec<Step>,
    /// Place in the text, characters from 1.
    pub at: usize,
    /// True of what `indexed-repeat()` looks up: it is read in any row, not in its own.
    pub any_row: bool,
}

impl Path {
    /// True where a predicate chooses among what the path begins with: `${r}[…]`.
    pub fn is_filtered(&self) -> bool {
        let first = self.steps.first();
        first.is_some_and(|step| step.axis == Axis::Here && step.is_filtered())
    }
}

/// A path of an expression and what it hangs on, by place in the list of [`super::Expr::paths`].
#[derive(Debug, Clone)]
pub struct Used<'e> {
    /// The path.
    pub path: &'e Path,
    /// The path in whose predicate it stands.
    pub within: Option<usize>,
    /// Of a path that begins with [`Start::Of`]: the paths that this expression yields.
    pub begins: Vec<usize>,
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

/// What is still to be looked at while the paths are listed.
#[derive(Clone, Copy)]
struct Look {
    id: NodeId,
    within: Option<usize>,
    /// Of a path whose start has been listed: from which place on.
    begins: Option<usize>,
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

    /// The nodes right below one, those of predicates and starts among them.
    fn below(&self, id: NodeId, found: &mut Vec<NodeId>) {
        match self.get(id) {
            Node::Number(_) | Node::Text(_) => {}
            Node::Negate(inner) => found.push(*inner),
            Node::Call { args, .. } => found.extend(args),
            Node::Chain { first, rest } => {
                found.push(*first);
                found.extend(rest.iter().map(|(_, id)| *id));
            }
            Node::Path(path) => {
                found.extend(path.steps.iter().flat_map(|step| &step.predicates));
                if let Start::Of(inner) = path.start {
                    found.push(inner.0);
                }
            }
        }
    }

    /// Every path; what a path begins with and what it stands in come before it.
    pub(super) fn paths(&self, root: NodeId) -> Vec<Used<'_>> {
        let mut found: Vec<Used<'_>> = Vec::new();
        let mut open = vec![Look {
            id: root,
            within: None,
            begins: None,
        }];
        let mut below = Vec::new();
        while let Some(look) = open.pop() {
            let Node::Path(path) = self.get(look.id) else {
                self.below(look.id, &mut below);
                open.extend(below.drain(..).map(|id| Look { id, ..look }));
                continue;
            };
            if let (None, Start::Of(inner)) = (look.begins, &path.start) {
                let begins = Some(found.len());
                open.push(Look { begins, ..look });
                open.push(Look {
                    id: inner.0,
                    ..look
                });
                continue;
            }
            let from = look.begins.unwrap_or(found.len());
            let begins = (from..found.len()).filter(|at| found[*at].within == look.within);
            let begins = begins.collect();
            let own = Some(found.len());
            found.push(Used {
                path,
                within: look.within,
                begins,
            });
            let predicates = path.steps.iter().flat_map(|step| &step.predicates);
            open.extend(predicates.map(|id| Look {
                id: *id,
                within: own,
                begins: None,
            }));
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

    #[cfg(feature = "author")]
    pub(super) fn is_truth(&self, root: NodeId) -> bool {
        const YES_OR_NO: [&str; 13] = [
            "boolean",
            "boolean-from-string",
            "checklist",
            "contains",
            "ends-with",
            "false",
            "geofence",
            "not",
            "regex",
            "selected",
            "starts-with",
            "true",
            "weighted-checklist",
        ];
        match self.get(root) {
            // Or, and, and the comparisons.
            Node::Chain { rest, .. } => rest.first().is_some_and(|(op, _)| op.precedence() <= 4),
            Node::Call { function, .. } => {
                YES_OR_NO.contains(&super::functions::TABLE[*function].name)
            }
            _ => false,
        }
    }

    /// Whether any call is of one of these names, with as many arguments as the test allows.
    pub(super) fn calls(&self, root: NodeId, wanted: impl Fn(&str, usize) -> bool) -> bool {
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if let Node::Call { function, args, .. } = self.get(id)
                && wanted(super::functions::TABLE[*function].name, args.len())
            {
                return true;
            }
            self.below(id, &mut open);
        }
        false
    }
}
