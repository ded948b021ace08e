//! Paths: a start, steps, predicates.

use super::{Open, Outcome, Parser};
use crate::expr::ast::{Axis, Node, NodeId, Path, Start, Step};
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::lexer::Token;

/// A path of which more may follow.
pub(super) struct Draft {
    start: Start,
    steps: Vec<Step>,
    at: usize,
}

impl Draft {
    pub(super) fn new(start: Start, at: usize) -> Draft {
        Draft {
            start,
            steps: Vec::new(),
            at,
        }
    }

    /// A predicate right after the start filters the start itself.
    pub(super) fn add_predicate(&mut self, predicate: NodeId) {
        if self.steps.is_empty() {
            self.steps.push(Step::new(Axis::Here, None));
        }
        if let Some(last) = self.steps.last_mut() {
            last.predicates.push(predicate);
        }
    }
}

impl Parser {
    /// A path where an operand is due.
    pub(super) fn begin_path(&mut self) -> Outcome<Option<NodeId>> {
        let at = self.at();
        let mut draft = Draft::new(Start::Here, at);
        match self.peek() {
            Some(Token::Ref(name)) => {
                draft.start = Start::Named(name.clone());
                self.next += 1;
            }
            Some(Token::Sign("/")) => {
                draft.start = Start::Root;
                self.next += 1;
                if self.begins_step() {
                    // The first step names the root itself, whatever the form calls it.
                    self.step()?;
                    draft.steps.push(Step::new(Axis::Here, None));
                }
            }
            Some(Token::Sign("//")) => draft.start = Start::Root,
            _ => draft.steps.push(self.step()?),
        }
        self.path(draft)
    }

    /// Goes on with a path; none where a predicate was begun.
    pub(super) fn path(&mut self, mut draft: Draft) -> Outcome<Option<NodeId>> {
        loop {
            if self.accept("[") {
                self.begin(Open::Predicate(draft))?;
                return Ok(None);
            }
            if self.accept("//") {
                draft.steps.push(Step::new(Axis::Below, None));
            } else if !self.accept("/") {
                let Draft { start, steps, at } = draft;
                let path = Path {
                    start,
                    steps,
                    at,
                    any_row: false,
                };
                return Ok(Some(self.arena.push(Node::Path(path))));
            }
            draft.steps.push(self.step()?);
        }
    }

    fn begins_step(&self) -> bool {
        matches!(
            self.peek(),
            Some(Token::Name(_) | Token::Sign("." | ".." | "*" | "@"))
        )
    }

    fn step(&mut self) -> Outcome<Step> {
        let axis = match self.peek() {
            Some(Token::Sign(".")) => Axis::Here,
            Some(Token::Sign("..")) => Axis::Parent,
            Some(Token::Name(axis)) if self.peek_second() == Some(&Token::Sign("::")) => {
                let axis = self.axis(axis)?;
                self.next += 2;
                return self.node_test(axis);
            }
            _ => return self.node_test(Axis::Child),
        };
        self.next += 1;
        Ok(Step::new(axis, None))
    }

    /// The axes that the ODK specification has.
    fn axis(&self, name: &str) -> Outcome<Axis> {
        match name {
            "child" => Ok(Axis::Child),
            "parent" => Ok(Axis::Parent),
            "self" => Ok(Axis::Here),
            _ => Err(ExprError::new(
                self.at(),
                ExprFault::Unsupported("an axis other than child, parent and self"),
            )),
        }
    }

    /// A name, `*` or `node()`.
    fn node_test(&mut self, axis: Axis) -> Outcome<Step> {
        let name = match self.peek() {
            Some(Token::Sign("*")) => None,
            Some(Token::Name(name)) if self.peek_second() == Some(&Token::Sign("(")) => {
                if name != "node" {
                    return Err(ExprError::new(
                        self.at(),
                        ExprFault::Unsupported("a call within a path"),
                    ));
                }
                self.next += 2;
                if !self.is_sign(")") {
                    return self.unexpected(")");
                }
                None
            }
            Some(Token::Name(name)) => Some(name.clone()),
            _ => return self.unexpected("a name"),
        };
        self.next += 1;
        Ok(Step::new(axis, name))
    }
}
