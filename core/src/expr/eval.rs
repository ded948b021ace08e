//! Evaluation with an explicit stack: how deep an expression nests costs memory and never the
//! thread's stack.

mod compare;
mod walk;

use regex::Regex;

use super::ast::{Arena, Node, NodeId, Op, Path, Start};
use super::error::{ExprError, ExprFault};
use super::functions::{Kind, Lazy, TABLE};
use super::tree::{Place, Tree};
use super::value::Value;
use walk::Filter;

type Outcome<T> = Result<T, Box<ExprError>>;

/// Evaluates out of a fuel of which the rest is left.
pub(super) fn run_within(
    arena: &Arena,
    root: NodeId,
    tree: &dyn Tree,
    at: Place,
    fuel: &mut u64,
) -> Outcome<Value> {
    let stand = Stand {
        here: at,
        nth: 1,
        size: 1,
    };
    let mut eval = Eval::new(tree, at, stand, *fuel);
    let value = machine(arena, root, &mut eval);
    *fuel = eval.fuel;
    value
}

/// Asks the predicate of a path's last step of one place, as if the walk had come to all of its
/// neighbours. True of a path without predicate.
pub(super) fn keeps(
    arena: &Arena,
    root: NodeId,
    tree: &dyn Tree,
    at: Place,
    stand: Stand,
    fuel: &mut u64,
) -> Outcome<bool> {
    let Node::Path(path) = arena.get(root) else {
        return Ok(true);
    };
    let Some(predicate) = path.steps.last().and_then(|step| step.predicates.last()) else {
        return Ok(true);
    };
    let mut eval = Eval::new(tree, at, stand, *fuel);
    // Each row draws for itself.
    eval.drawn = u32::try_from(stand.nth).unwrap_or(u32::MAX);
    let value = machine(arena, *predicate, &mut eval);
    *fuel = eval.fuel;
    Ok(walk::is_kept(value?, stand.nth, tree))
}

fn machine(arena: &Arena, root: NodeId, eval: &mut Eval<'_>) -> Outcome<Value> {
    let mut machine = Machine {
        arena,
        tasks: vec![Task::Node(root)],
        values: Vec::new(),
    };
    while let Some(task) = machine.tasks.pop() {
        machine.step(eval, task)?;
    }
    Ok(machine.take())
}

/// Where a predicate is asked.
#[derive(Debug, Clone, Copy)]
pub struct Stand {
    /// `.`
    pub here: Place,
    /// `position()`: the place in the list that the innermost predicate filters, from 1.
    pub nth: usize,
    /// `last()`: how long that list is.
    pub size: usize,
}

/// What a function sees of an evaluation.
pub(super) struct Eval<'a> {
    pub(super) tree: &'a dyn Tree,
    /// Where the whole expression stands: `current()`.
    pub(super) outer: Place,
    pub(super) stand: Stand,
    /// How often chance was asked.
    pub(super) drawn: u32,
    /// The pattern that was put together last.
    pub(super) pattern: Option<(String, Regex)>,
    fuel: u64,
}

impl<'a> Eval<'a> {
    fn new(tree: &'a dyn Tree, outer: Place, stand: Stand, fuel: u64) -> Self {
        Eval {
            tree,
            outer,
            stand,
            drawn: 0,
            pattern: None,
            fuel,
        }
    }

    /// Pays for work; every loop over nodes or text passes here.
    pub(super) fn pay(&mut self, steps: usize, at: usize) -> Outcome<()> {
        match self.fuel.checked_sub(steps as u64) {
            Some(rest) => {
                self.fuel = rest;
                Ok(())
            }
            None => Err(ExprError::new(at, ExprFault::OutOfFuel)),
        }
    }
}

/// What is still to be done.
enum Task<'e> {
    Node(NodeId),
    Negate,
    /// The value on top is one side of `or` (stops at a yes) or `and` (at a no); these follow.
    Either {
        rest: &'e [(Op, NodeId)],
        stop: bool,
    },
    /// The two values on top are the sides of the first of these.
    Fold(&'e [(Op, NodeId)]),
    Choose {
        yes: NodeId,
        no: NodeId,
    },
    Coalesce(NodeId),
    Call(NodeId),
    /// The nodes on top are what a path begins with.
    From(&'e Path),
    Filter(Box<Filter<'e>>),
}

struct Machine<'e> {
    arena: &'e Arena,
    tasks: Vec<Task<'e>>,
    values: Vec<Value>,
}

impl<'e> Machine<'e> {
    /// Every task that takes a value comes after one that left it.
    fn take(&mut self) -> Value {
        self.values.pop().unwrap_or_else(Value::empty)
    }

    fn step(&mut self, eval: &mut Eval<'_>, task: Task<'e>) -> Outcome<()> {
        match task {
            Task::Node(id) => return self.begin(eval, id),
            Task::Negate => {
                let number = self.take().single(eval.tree).number();
                self.values.push(Value::Number(-number));
            }
            Task::Either { rest, stop } => self.either(eval, rest, stop),
            Task::Fold(rest) => return self.fold(eval, rest),
            Task::Choose { yes, no } => {
                let chosen = if self.take().truth(eval.tree) {
                    yes
                } else {
                    no
                };
                self.tasks.push(Task::Node(chosen));
            }
            Task::Coalesce(other) => {
                let first = self.take().single(eval.tree);
                if first.is_blank() {
                    self.tasks.push(Task::Node(other));
                } else {
                    self.values.push(first);
                }
            }
            Task::Call(id) => return self.call(eval, id),
            Task::From(path) => match self.take() {
                Value::Nodes(places) => return self.walk(eval, path, 0, places),
                _ => {
                    return Err(ExprError::new(path.at, ExprFault::NoNodes));
                }
            },
            Task::Filter(filter) => return self.filter(eval, filter),
        }
        Ok(())
    }

    fn begin(&mut self, eval: &mut Eval<'_>, id: NodeId) -> Outcome<()> {
        eval.pay(1, 1)?;
        match self.arena.get(id) {
            Node::Number(number) => self.values.push(Value::Number(*number)),
            Node::Text(text) => self.values.push(Value::Text(text.clone())),
            Node::Negate(inner) => self.tasks.extend([Task::Negate, Task::Node(*inner)]),
            Node::Chain { first, rest } => match rest.as_slice() {
                [(op @ (Op::Or | Op::And), _), ..] => {
                    let stop = *op == Op::Or;
                    let either = Task::Either { rest, stop };
                    self.tasks.extend([either, Task::Node(*first)]);
                }
                [(_, second), ..] => {
                    let both = [Task::Fold(rest), Task::Node(*second), Task::Node(*first)];
                    self.tasks.extend(both);
                }
                [] => self.tasks.push(Task::Node(*first)),
            },
            Node::Call { function, args, .. } => self.begin_call(eval, id, *function, args),
            Node::Path(path) => match &path.start {
                Start::Of(inner) => {
                    self.tasks.extend([Task::From(path), Task::Node(inner.0)]);
                }
                _ => {
                    let places = walk::start(eval, path)?;
                    return self.walk(eval, path, 0, places);
                }
            },
        }
        Ok(())
    }

    fn begin_call(&mut self, eval: &Eval<'_>, id: NodeId, function: usize, args: &'e [NodeId]) {
        match (&TABLE[function].kind, args) {
            (Kind::Lazy(Lazy::If), [condition, yes, no]) => {
                let (yes, no) = (*yes, *no);
                let choose = Task::Choose { yes, no };
                self.tasks.extend([choose, Task::Node(*condition)]);
            }
            (Kind::Lazy(Lazy::Coalesce), [first, other]) => {
                self.tasks
                    .extend([Task::Coalesce(*other), Task::Node(*first)]);
            }
            (Kind::Lazy(Lazy::Once), [only]) => {
                let held = eval.tree.value(eval.outer);
                if held.is_empty() {
                    self.tasks.push(Task::Node(*only));
                } else {
                    self.values.push(held);
                }
            }
            _ => {
                self.tasks.push(Task::Call(id));
                self.tasks
                    .extend(args.iter().rev().map(|arg| Task::Node(*arg)));
            }
        }
    }

    fn call(&mut self, eval: &mut Eval<'_>, id: NodeId) -> Outcome<()> {
        let Node::Call {
            function,
            args,
            pattern,
            at,
        } = self.arena.get(id)
        else {
            return Ok(());
        };
        let args = self.values.split_off(self.values.len() - args.len());
        let value = match TABLE[*function].kind {
            Kind::Eager(run) => run(eval, args, *at)?,
            Kind::Pattern(run) => run(eval, args, pattern.as_deref(), *at)?,
            // Decided before their arguments were.
            Kind::Lazy(_) => Value::empty(),
        };
        self.values.push(value);
        Ok(())
    }

    fn either(&mut self, eval: &Eval<'_>, rest: &'e [(Op, NodeId)], stop: bool) {
        let truth = self.take().truth(eval.tree);
        match rest.split_first() {
            Some(((_, next), rest)) if truth != stop => {
                let either = Task::Either { rest, stop };
                self.tasks.extend([either, Task::Node(*next)]);
            }
            _ => self.values.push(Value::Bool(truth)),
        }
    }

    fn fold(&mut self, eval: &mut Eval<'_>, rest: &'e [(Op, NodeId)]) -> Outcome<()> {
        let (right, left) = (self.take(), self.take());
        let Some(((op, _), rest)) = rest.split_first() else {
            return Ok(());
        };
        let value = compare::binary(eval, left, *op, right)?;
        self.values.push(value);
        if let Some((_, next)) = rest.first() {
            self.tasks.extend([Task::Fold(rest), Task::Node(*next)]);
        }
        Ok(())
    }
}
