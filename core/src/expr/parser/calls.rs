//! Calls of functions.

use super::paths::Draft;
use super::{Open, Outcome, Parser};
use crate::expr::ast::{Node, NodeId, Start};
use crate::expr::error::{ExprError, ExprFault, likely};
use crate::expr::functions::{self, TABLE};
use crate::expr::lexer::{Token, tokens};

impl Parser {
    pub(super) fn is_call(&self, name: &str) -> bool {
        name != "node" && self.peek_second() == Some(&Token::Sign("("))
    }

    pub(super) fn begin_call(&mut self, at: usize) -> Outcome<Option<NodeId>> {
        let Some(Token::Name(name)) = self.peek().cloned() else {
            return self.unexpected("a function");
        };
        self.next += 2;
        if self.accept(")") {
            return self.call(&name, Vec::new(), at);
        }
        let args = Vec::new();
        self.begin(Open::Call { name, at, args })?;
        Ok(None)
    }

    /// A call whose arguments are all there; none where it begins a path with a predicate.
    pub(super) fn call(
        &mut self,
        name: &str,
        args: Vec<NodeId>,
        at: usize,
    ) -> Outcome<Option<NodeId>> {
        match name {
            "current" if args.is_empty() => self.path(Draft::new(Start::Current, at)),
            "instance" => {
                let start = self.instance(&args, at)?;
                self.path(Draft::new(start, at))
            }
            _ => {
                let node = self.function(name, args, at)?;
                self.yielded(node, at)
            }
        }
    }

    fn instance(&self, args: &[NodeId], at: usize) -> Outcome<Start> {
        match args {
            [only] => match self.arena.get(*only) {
                Node::Text(name) => Ok(Start::Instance(name.clone())),
                _ => Err(ExprError::new(
                    at,
                    ExprFault::Unsupported("an instance() without a quoted name"),
                )),
            },
            _ => Err(arity("instance", "1".to_owned(), args.len(), at)),
        }
    }

    fn function(&mut self, name: &str, mut args: Vec<NodeId>, at: usize) -> Outcome<NodeId> {
        let Some(function) = functions::find(name) else {
            let likely = likely(name, TABLE.iter().map(|f| f.name));
            let name = name.to_owned();
            return Err(ExprError::new(
                at,
                ExprFault::UnknownFunction { name, likely },
            ));
        };
        let spec = &TABLE[function];
        if !spec.allows(args.len()) {
            return Err(arity(name, spec.takes(), args.len(), at));
        }
        if name == "jr:choice-name" {
            args[1] = self.quoted_path(args[1], at)?;
        }
        if name == "indexed-repeat" {
            self.look_up(&args);
        }
        let pattern = match (name, args.get(1).map(|id| self.arena.get(*id))) {
            ("regex", Some(Node::Text(text))) => Some(Box::new(functions::pattern(text, at)?)),
            _ => None,
        };
        Ok(self.arena.push(Node::Call {
            function,
            args,
            pattern,
            at,
        }))
    }

    /// The question and the repeats of `indexed-repeat()`, not the indices.
    fn look_up(&mut self, args: &[NodeId]) {
        let repeats = args.iter().skip(1).step_by(2);
        for id in args.iter().take(1).chain(repeats) {
            if let Some(Node::Path(path)) = self.arena.nodes.get_mut(*id as usize) {
                path.any_row = true;
            }
        }
    }

    /// `jr:choice-name(${q}, '${q}')` quotes the question whose list is meant. A quoted text
    /// quotes nothing itself but by the other kind of quote, so this goes three levels at most.
    fn quoted_path(&mut self, arg: NodeId, at: usize) -> Outcome<NodeId> {
        let unsupported = |what| Err(ExprError::new(at, ExprFault::Unsupported(what)));
        let Node::Text(text) = self.arena.get(arg) else {
            return unsupported("jr:choice-name() without a quoted question");
        };
        let tokens = tokens(text)
            .map_err(|error| ExprError::new(at, error.fault))?
            .into_iter()
            .map(|(_, token)| (at, token))
            .collect();
        let mut inner = Parser::new(tokens, at, std::mem::take(&mut self.arena));
        let path = inner.run();
        self.arena = inner.arena;
        let path = path?;
        match self.arena.get(path) {
            Node::Path(_) => Ok(path),
            _ => unsupported("jr:choice-name() with more than a question"),
        }
    }
}

fn arity(name: &str, takes: String, given: usize, at: usize) -> Box<ExprError> {
    let name = name.to_owned();
    ExprError::new(at, ExprFault::Arity { name, takes, given })
}
