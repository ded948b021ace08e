//! Walking the nodes: small functions, so that [`super::MAX_DEPTH`] levels fit a phone's stack.

use std::cmp::Ordering;

use regex::Regex;

use super::ast::{Arena, Axis, Node, NodeId, Op, Path, Start, Step};
use super::error::{ExprError, ExprFault};
use super::functions::{Kind, TABLE};
use super::tree::{Place, Tree};
use super::value::Value;

pub(super) fn run(
    arena: &Arena,
    root: NodeId,
    tree: &dyn Tree,
    at: Place,
    fuel: u64,
) -> Result<Value, Box<ExprError>> {
    let mut eval = Eval {
        arena,
        tree,
        outer: at,
        here: at,
        nth: 1,
        fuel,
    };
    eval.node(root)
}

/// One evaluation under way.
pub(super) struct Eval<'a> {
    arena: &'a Arena,
    pub(super) tree: &'a dyn Tree,
    /// Where the whole expression stands: `current()`.
    outer: Place,
    /// Where the innermost predicate stands: `.`
    pub(super) here: Place,
    /// The place in the list that the innermost predicate filters, from 1: `position()`.
    pub(super) nth: usize,
    fuel: u64,
}

impl Eval<'_> {
    /// Pays for work; every loop over nodes or text passes here.
    pub(super) fn pay(&mut self, steps: usize, at: usize) -> Result<(), Box<ExprError>> {
        match self.fuel.checked_sub(steps as u64) {
            Some(rest) => {
                self.fuel = rest;
                Ok(())
            }
            None => Err(ExprError::new(at, ExprFault::OutOfFuel)),
        }
    }

    pub(super) fn node(&mut self, id: NodeId) -> Result<Value, Box<ExprError>> {
        self.pay(1, 1)?;
        match self.arena.get(id) {
            Node::Number(number) => Ok(Value::Number(*number)),
            Node::Text(text) => Ok(Value::Text(text.clone())),
            Node::Chain { first, rest } => self.chain(*first, rest),
            Node::Negate(inner) => self.negate(*inner),
            Node::Call {
                function,
                args,
                pattern,
                at,
            } => self.call(*function, args, pattern.as_deref(), *at),
            Node::Path(path) => self.path(path).map(Value::Nodes),
        }
    }

    /// One value, never a nodeset.
    pub(super) fn single(&mut self, id: NodeId) -> Result<Value, Box<ExprError>> {
        Ok(self.node(id)?.single(self.tree))
    }

    pub(super) fn truth(&mut self, id: NodeId) -> Result<bool, Box<ExprError>> {
        Ok(self.node(id)?.truth(self.tree))
    }

    fn negate(&mut self, id: NodeId) -> Result<Value, Box<ExprError>> {
        Ok(Value::Number(-self.single(id)?.number()))
    }

    fn chain(&mut self, first: NodeId, rest: &[(Op, NodeId)]) -> Result<Value, Box<ExprError>> {
        match rest.first() {
            Some((Op::Or, _)) => self.either(first, rest, true),
            Some((Op::And, _)) => self.either(first, rest, false),
            _ => self.fold(first, rest),
        }
    }

    /// `or` stops at the first yes, `and` at the first no.
    fn either(
        &mut self,
        first: NodeId,
        rest: &[(Op, NodeId)],
        stop: bool,
    ) -> Result<Value, Box<ExprError>> {
        let mut last = self.truth(first)?;
        for (_, id) in rest {
            if last == stop {
                break;
            }
            last = self.truth(*id)?;
        }
        Ok(Value::Bool(last))
    }

    fn fold(&mut self, first: NodeId, rest: &[(Op, NodeId)]) -> Result<Value, Box<ExprError>> {
        let mut left = self.node(first)?;
        for (op, id) in rest {
            let right = self.node(*id)?;
            left = self.binary(left, *op, right)?;
        }
        Ok(left)
    }

    fn binary(&mut self, left: Value, op: Op, right: Value) -> Result<Value, Box<ExprError>> {
        if matches!(op, Op::Plus | Op::Minus | Op::Times | Op::Div | Op::Mod) {
            let (a, b) = (
                left.single(self.tree).number(),
                right.single(self.tree).number(),
            );
            return Ok(Value::Number(arithmetic(a, op, b)));
        }
        if let Value::Bool(truth) = left {
            return Ok(Value::Bool(compare(
                &Value::Bool(truth),
                op,
                &self.as_truth(right),
            )));
        }
        if let Value::Bool(truth) = right {
            return Ok(Value::Bool(compare(
                &self.as_truth(left),
                op,
                &Value::Bool(truth),
            )));
        }
        let (left, right) = (self.comparable(left), self.comparable(right));
        self.pay(left.len().saturating_mul(right.len()), 1)?;
        Ok(Value::Bool(
            left.iter().any(|a| right.iter().any(|b| compare(a, op, b))),
        ))
    }

    fn as_truth(&self, value: Value) -> Value {
        match value {
            Value::Nodes(nodes) if nodes.len() == 1 => self.tree.value(nodes[0]),
            other => Value::Bool(other.truth(self.tree)),
        }
    }

    /// A nodeset without nodes compares as empty.
    fn comparable(&self, value: Value) -> Vec<Value> {
        let mut all = value.all(self.tree);
        if all.is_empty() {
            all.push(Value::empty());
        }
        all
    }

    fn call(
        &mut self,
        function: usize,
        args: &[NodeId],
        pattern: Option<&Regex>,
        at: usize,
    ) -> Result<Value, Box<ExprError>> {
        match TABLE[function].kind {
            Kind::Lazy(run) => run(self, args, at),
            Kind::Eager(run) => {
                let mut values = Vec::with_capacity(args.len());
                for id in args {
                    values.push(self.node(*id)?);
                }
                run(self, values, at)
            }
            Kind::Pattern(run) => {
                let text = self.single(args[0])?.text();
                let other = if pattern.is_some() {
                    Value::empty()
                } else {
                    self.single(args[1])?
                };
                run(self, &text, pattern, &other.text(), at)
            }
        }
    }

    /// The places that a path leads to.
    pub(super) fn places(&mut self, id: NodeId) -> Result<Option<Vec<Place>>, Box<ExprError>> {
        match self.node(id)? {
            Value::Nodes(nodes) => Ok(Some(nodes)),
            _ => Ok(None),
        }
    }

    fn path(&mut self, path: &Path) -> Result<Vec<Place>, Box<ExprError>> {
        let mut places = match &path.start {
            Start::Root => Vec::new(),
            Start::Here => vec![self.here],
            Start::Current => vec![self.outer],
            Start::Named(name) => {
                let mut found = Vec::new();
                self.tree.named(self.outer, name, &mut found);
                found
            }
            Start::Instance(name) => match self.tree.instance(name) {
                Some(table) => vec![table],
                None => {
                    return Err(ExprError::new(
                        path.at,
                        ExprFault::UnknownInstance(name.clone()),
                    ));
                }
            },
        };
        let mut steps = path.steps.as_slice();
        if path.start == Start::Root {
            // `/data/…`: the first step names the root itself, whatever the form calls it.
            places.push(self.tree.root());
            steps = steps.get(1..).unwrap_or_default();
        }
        self.pay(places.len(), path.at)?;
        for step in steps {
            places = self.step(places, step, path.at)?;
        }
        Ok(places)
    }

    fn step(
        &mut self,
        from: Vec<Place>,
        step: &Step,
        at: usize,
    ) -> Result<Vec<Place>, Box<ExprError>> {
        let mut found = Vec::new();
        match &step.axis {
            Axis::Here => found = from,
            Axis::Parent => {
                found.extend(from.into_iter().filter_map(|place| self.tree.parent(place)));
                found.dedup();
            }
            Axis::Child(name) => {
                for place in from {
                    self.tree.children(place, name, &mut found);
                }
            }
        }
        self.pay(found.len(), at)?;
        for predicate in &step.predicates {
            found = self.filter(found, *predicate)?;
        }
        Ok(found)
    }

    /// Keeps the places where the predicate holds; a number keeps the place of that position.
    fn filter(
        &mut self,
        places: Vec<Place>,
        predicate: NodeId,
    ) -> Result<Vec<Place>, Box<ExprError>> {
        let outer = (self.here, self.nth);
        let mut kept = Vec::new();
        for (i, place) in places.into_iter().enumerate() {
            (self.here, self.nth) = (place, i + 1);
            let keep = match self.node(predicate)? {
                Value::Number(number) => number == (i + 1) as f64,
                other => other.truth(self.tree),
            };
            if keep {
                kept.push(place);
            }
        }
        (self.here, self.nth) = outer;
        Ok(kept)
    }
}

fn arithmetic(a: f64, op: Op, b: f64) -> f64 {
    match op {
        Op::Plus => a + b,
        Op::Minus => a - b,
        Op::Times => a * b,
        Op::Div => a / b,
        _ => a % b,
    }
}

fn compare(a: &Value, op: Op, b: &Value) -> bool {
    match op {
        Op::Equal => a.same(b),
        Op::Unequal => !a.same(b),
        _ => match a.order(b) {
            None => false,
            Some(Ordering::Less) => matches!(op, Op::Less | Op::AtMost),
            Some(Ordering::Greater) => matches!(op, Op::Greater | Op::AtLeast),
            Some(Ordering::Equal) => matches!(op, Op::AtMost | Op::AtLeast),
        },
    }
}
