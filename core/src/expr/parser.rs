//! Tokens to nodes: precedence climbing with a counted depth.

use super::ast::{Arena, Axis, Node, NodeId, Op, Path, Start, Step};
use super::error::{ExprError, ExprFault, likely};
use super::functions::{self, TABLE};
use super::lexer::{Token, tokens};
use super::{MAX_DEPTH, MAX_SOURCE};

pub(super) fn parse(source: &str) -> Result<(Arena, NodeId), Box<ExprError>> {
    if source.len() > MAX_SOURCE {
        return Err(ExprError::new(1, ExprFault::TooLong(MAX_SOURCE)));
    }
    let end = source.chars().count() + 1;
    let mut parser = Parser {
        tokens: tokens(source)?,
        next: 0,
        end,
        depth: 0,
        arena: Arena::default(),
    };
    let root = parser.expression(0)?;
    if parser.next < parser.tokens.len() {
        return parser.unexpected("an operator or the end");
    }
    Ok((parser.arena, root))
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    depth: usize,
    arena: Arena,
}

impl Parser {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(s)) if *s == sign)
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Box<ExprError>> {
        if self.accept(sign) {
            Ok(())
        } else {
            self.unexpected(sign)
        }
    }

    fn unexpected<T>(&self, expected: &'static str) -> Result<T, Box<ExprError>> {
        let found = self
            .peek()
            .map_or_else(|| "the end".to_owned(), Token::show);
        Err(ExprError::new(
            self.at(),
            ExprFault::Unexpected { found, expected },
        ))
    }

    fn operator(&self) -> Option<Op> {
        let word = match self.peek()? {
            Token::Sign(sign) => *sign,
            Token::Name(name) => name.as_str(),
            _ => return None,
        };
        Some(match word {
            "or" => Op::Or,
            "and" => Op::And,
            "=" => Op::Equal,
            "!=" => Op::Unequal,
            "<" => Op::Less,
            "<=" => Op::AtMost,
            ">" => Op::Greater,
            ">=" => Op::AtLeast,
            "+" => Op::Plus,
            "-" => Op::Minus,
            "*" => Op::Times,
            "div" => Op::Div,
            "mod" => Op::Mod,
            _ => return None,
        })
    }

    /// The only function that recurs; everything nested passes through it, counted.
    fn expression(&mut self, weakest: u8) -> Result<NodeId, Box<ExprError>> {
        if self.depth >= MAX_DEPTH {
            return Err(ExprError::new(self.at(), ExprFault::TooDeep(MAX_DEPTH)));
        }
        self.depth += 1;
        let mut left = self.operand()?;
        while let Some(op) = self.operator().filter(|op| op.precedence() >= weakest) {
            self.next += 1;
            let right = self.expression(op.precedence() + 1)?;
            left = self.chain(left, op, right);
        }
        self.depth -= 1;
        Ok(left)
    }

    /// `a + b - c` is one flat node, so that a long sum is not a deep one.
    fn chain(&mut self, left: NodeId, op: Op, right: NodeId) -> NodeId {
        if let Some(Node::Chain { rest, .. }) = self.arena.nodes.get_mut(left as usize)
            && rest
                .last()
                .is_some_and(|(last, _)| last.precedence() == op.precedence())
        {
            rest.push((op, right));
            return left;
        }
        self.arena.push(Node::Chain {
            first: left,
            rest: vec![(op, right)],
        })
    }

    fn operand(&mut self) -> Result<NodeId, Box<ExprError>> {
        let mut negative = false;
        while self.accept("-") {
            negative = !negative;
        }
        let node = self.primary()?;
        Ok(if negative {
            self.arena.push(Node::Negate(node))
        } else {
            node
        })
    }

    fn primary(&mut self) -> Result<NodeId, Box<ExprError>> {
        let Some(token) = self.peek() else {
            return self.unexpected("a value");
        };
        match token {
            Token::Number(number) => {
                let node = Node::Number(*number);
                self.literal(node)
            }
            Token::Text(text) => {
                let node = Node::Text(text.clone());
                self.literal(node)
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Name(_)
                if matches!(self.tokens.get(self.next + 1), Some((_, Token::Sign("(")))) =>
            {
                self.call()
            }
            Token::Name(_) | Token::Ref(_) | Token::Sign("/" | "." | "..") => self.path(None),
            _ => self.unexpected("a value"),
        }
    }

    fn literal(&mut self, node: Node) -> Result<NodeId, Box<ExprError>> {
        self.next += 1;
        Ok(self.arena.push(node))
    }

    fn call(&mut self) -> Result<NodeId, Box<ExprError>> {
        let at = self.at();
        let Some(Token::Name(name)) = self.peek().cloned() else {
            return self.unexpected("a function");
        };
        self.next += 2;
        let mut args = Vec::new();
        while !self.accept(")") {
            if !args.is_empty() {
                self.expect(",")?;
            }
            args.push(self.expression(0)?);
        }
        match name.as_str() {
            "current" if args.is_empty() => self.path(Some((Start::Current, at))),
            "instance" => self.instance(&args, at),
            _ => self.function(&name, args, at),
        }
    }

    fn instance(&mut self, args: &[NodeId], at: usize) -> Result<NodeId, Box<ExprError>> {
        match args {
            [only] => match self.arena.get(*only) {
                Node::Text(name) => {
                    let start = Start::Instance(name.clone());
                    self.path(Some((start, at)))
                }
                _ => Err(ExprError::new(
                    at,
                    ExprFault::Unsupported("an instance() without a quoted name"),
                )),
            },
            _ => Err(ExprError::new(
                at,
                ExprFault::Arity {
                    name: "instance".into(),
                    takes: "1".into(),
                    given: args.len(),
                },
            )),
        }
    }

    fn function(
        &mut self,
        name: &str,
        mut args: Vec<NodeId>,
        at: usize,
    ) -> Result<NodeId, Box<ExprError>> {
        let Some(function) = TABLE.iter().position(|f| f.name == name) else {
            let likely = likely(name, TABLE.iter().map(|f| f.name));
            return Err(ExprError::new(
                at,
                ExprFault::UnknownFunction {
                    name: name.to_owned(),
                    likely,
                },
            ));
        };
        let spec = &TABLE[function];
        if args.len() < spec.least || args.len() > spec.most {
            let fault = ExprFault::Arity {
                name: name.to_owned(),
                takes: spec.takes(),
                given: args.len(),
            };
            return Err(ExprError::new(at, fault));
        }
        if name == "jr:choice-name" {
            args[1] = self.quoted_path(args[1], at)?;
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

    /// `jr:choice-name(${q}, '${q}')` quotes the question whose list is meant.
    fn quoted_path(&mut self, arg: NodeId, at: usize) -> Result<NodeId, Box<ExprError>> {
        let Node::Text(text) = self.arena.get(arg) else {
            return Err(ExprError::new(
                at,
                ExprFault::Unsupported("jr:choice-name() without a quoted question"),
            ));
        };
        let tokens = tokens(text)?
            .into_iter()
            .map(|(_, token)| (at, token))
            .collect();
        let outer = (
            std::mem::replace(&mut self.tokens, tokens),
            std::mem::replace(&mut self.next, 0),
        );
        let path = self.path(None);
        let rest = self.next < self.tokens.len();
        (self.tokens, self.next) = outer;
        if rest {
            return Err(ExprError::new(
                at,
                ExprFault::Unsupported("jr:choice-name() with more than a question"),
            ));
        }
        path
    }

    fn path(&mut self, start: Option<(Start, usize)>) -> Result<NodeId, Box<ExprError>> {
        let at = start.as_ref().map_or(self.at(), |(_, at)| *at);
        let mut steps = Vec::new();
        let start = match (start, self.peek().cloned()) {
            (Some((start, _)), _) => start,
            (None, Some(Token::Ref(name))) => {
                self.next += 1;
                Start::Named(name)
            }
            (None, Some(Token::Sign("/"))) => Start::Root,
            (None, _) => {
                steps.push(self.step()?);
                Start::Here
            }
        };
        if self.is_sign("[") {
            let mut step = Step {
                axis: Axis::Here,
                predicates: Vec::new(),
            };
            self.predicates(&mut step)?;
            steps.push(step);
        }
        while self.accept("/") {
            if self.is_sign("/") {
                return Err(ExprError::new(self.at(), ExprFault::Unsupported("\"//\"")));
            }
            steps.push(self.step()?);
        }
        Ok(self.arena.push(Node::Path(Path { start, steps, at })))
    }

    fn step(&mut self) -> Result<Step, Box<ExprError>> {
        let axis = match self.peek() {
            Some(Token::Name(name)) => Axis::Child(name.clone()),
            Some(Token::Sign(".")) => Axis::Here,
            Some(Token::Sign("..")) => Axis::Parent,
            Some(Token::Sign("*")) => {
                return Err(ExprError::new(
                    self.at(),
                    ExprFault::Unsupported("\"*\" in a path"),
                ));
            }
            _ => return self.unexpected("a name"),
        };
        self.next += 1;
        let mut step = Step {
            axis,
            predicates: Vec::new(),
        };
        self.predicates(&mut step)?;
        Ok(step)
    }

    fn predicates(&mut self, step: &mut Step) -> Result<(), Box<ExprError>> {
        while self.accept("[") {
            step.predicates.push(self.expression(0)?);
            self.expect("]")?;
        }
        Ok(())
    }
}
