//! Tokens to nodes by operator precedence, with an explicit stack: how deep an expression nests
//! costs memory and never the thread's stack.

mod calls;
mod paths;

use super::ast::{Arena, Node, NodeId, Op, Start};
use super::error::{ExprError, ExprFault};
use super::lexer::{Token, tokens};
use super::{MAX_DEPTH, MAX_SOURCE};
use paths::Draft;

type Outcome<T> = Result<T, Box<ExprError>>;

pub(super) fn parse(source: &str) -> Outcome<(Arena, NodeId)> {
    if source.len() > MAX_SOURCE {
        return Err(ExprError::new(1, ExprFault::TooLong(MAX_SOURCE)));
    }
    let end = source.chars().count() + 1;
    let mut parser = Parser::new(tokens(source)?, end, Arena::default());
    let root = parser.run()?;
    Ok((parser.arena, root))
}

/// What has been begun and waits for its end.
enum Open {
    /// An operator whose left side is done.
    Binary(Op),
    Negate,
    Group {
        at: usize,
    },
    Call {
        name: String,
        at: usize,
        args: Vec<NodeId>,
    },
    /// A path within whose last step a predicate stands.
    Predicate(Draft),
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    arena: Arena,
    open: Vec<Open>,
    /// How many of `open` are brackets.
    depth: usize,
    done: Vec<NodeId>,
}

impl Parser {
    fn new(tokens: Vec<(usize, Token)>, end: usize, arena: Arena) -> Parser {
        Parser {
            tokens,
            next: 0,
            end,
            arena,
            open: Vec::new(),
            depth: 0,
            done: Vec::new(),
        }
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn peek_second(&self) -> Option<&Token> {
        self.tokens.get(self.next + 1).map(|(_, token)| token)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(s)) if *s == sign)
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.next += usize::from(found);
        found
    }

    fn unexpected<T>(&self, expected: &'static str) -> Outcome<T> {
        let found = self
            .peek()
            .map_or_else(|| "the end".to_owned(), Token::show);
        Err(ExprError::new(
            self.at(),
            ExprFault::Unexpected { found, expected },
        ))
    }

    /// The operator that stands here, where an operand has just ended.
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
            "|" => Op::Union,
            _ => return None,
        })
    }

    /// The whole text: an operand is due, then an operator or an end, and so on.
    fn run(&mut self) -> Outcome<NodeId> {
        loop {
            let Some(operand) = self.operand()? else {
                continue;
            };
            self.done.push(operand);
            if self.after_operand()? {
                break;
            }
        }
        match self.done.pop() {
            Some(root) => Ok(root),
            None => self.unexpected("a value"),
        }
    }

    /// Reads operators and ends; true at the end of the text, false where an operand is due.
    fn after_operand(&mut self) -> Outcome<bool> {
        loop {
            if let Some(op) = self.operator() {
                self.reduce(op.precedence());
                self.next += 1;
                self.open.push(Open::Binary(op));
                return Ok(false);
            }
            self.reduce(0);
            if self.peek().is_none() && self.open.is_empty() {
                return Ok(true);
            }
            if self.accept(",") {
                self.next_argument()?;
                return Ok(false);
            }
            if !self.close()? {
                return Ok(false);
            }
        }
    }

    /// Ends the innermost bracket; false where its path goes on into a predicate.
    fn close(&mut self) -> Outcome<bool> {
        let sign = match self.open.last() {
            Some(Open::Group { .. }) => ")",
            Some(Open::Call { .. }) => ")",
            Some(Open::Predicate(_)) => "]",
            _ => return self.unexpected("an operator or the end"),
        };
        if !self.accept(sign) {
            return self.unexpected(sign);
        }
        self.depth -= 1;
        let operand = match (self.open.pop(), self.done.pop()) {
            (Some(Open::Group { at }), Some(inner)) => self.yielded(inner, at)?,
            (Some(Open::Call { name, at, mut args }), Some(last)) => {
                args.push(last);
                self.call(&name, args, at)?
            }
            (Some(Open::Predicate(mut draft)), Some(predicate)) => {
                draft.add_predicate(predicate);
                self.path(draft)?
            }
            _ => return self.unexpected("a value"),
        };
        self.done.extend(operand);
        Ok(operand.is_some())
    }

    fn next_argument(&mut self) -> Outcome<()> {
        match (self.open.last_mut(), self.done.pop()) {
            (Some(Open::Call { args, .. }), Some(argument)) => {
                args.push(argument);
                Ok(())
            }
            _ => {
                self.next -= 1;
                self.unexpected("an operator or the end")
            }
        }
    }

    /// Puts together what binds at least as much as the operator that follows.
    fn reduce(&mut self, precedence: u8) {
        loop {
            let node = match self.open.last() {
                Some(Open::Negate) if Op::NEGATE >= precedence => self
                    .done
                    .pop()
                    .map(|inner| self.arena.push(Node::Negate(inner))),
                Some(Open::Binary(op)) if op.precedence() >= precedence => {
                    let op = *op;
                    match (self.done.pop(), self.done.pop()) {
                        (Some(right), Some(left)) => Some(self.chain(left, op, right)),
                        _ => None,
                    }
                }
                _ => return,
            };
            self.open.pop();
            self.done.extend(node);
        }
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

    fn begin(&mut self, open: Open) -> Outcome<()> {
        if self.depth >= MAX_DEPTH {
            return Err(ExprError::new(self.at(), ExprFault::TooDeep(MAX_DEPTH)));
        }
        self.depth += 1;
        self.open.push(open);
        Ok(())
    }

    /// An operand, or none where one was begun and another is due within it.
    fn operand(&mut self) -> Outcome<Option<NodeId>> {
        let Some(token) = self.peek() else {
            return self.unexpected("a value");
        };
        let at = self.at();
        match token {
            Token::Sign("-") => {
                self.next += 1;
                match self.open.last() {
                    // Two signs are none.
                    Some(Open::Negate) => drop(self.open.pop()),
                    _ => self.open.push(Open::Negate),
                }
                Ok(None)
            }
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
                self.begin(Open::Group { at })?;
                Ok(None)
            }
            Token::Name(name) if self.is_call(name) => self.begin_call(at),
            Token::Name(_) | Token::Ref(_) | Token::Sign("/" | "//" | "." | ".." | "*") => {
                self.begin_path()
            }
            _ => self.unexpected("a value"),
        }
    }

    fn literal(&mut self, node: Node) -> Outcome<Option<NodeId>> {
        self.next += 1;
        Ok(Some(self.arena.push(node)))
    }

    /// What a bracket or a call yields: a value, or the start of a path.
    fn yielded(&mut self, node: NodeId, at: usize) -> Outcome<Option<NodeId>> {
        if ["[", "/", "//"].iter().any(|sign| self.is_sign(sign)) {
            let start = Start::Of(super::ast::Inner(node));
            return self.path(Draft::new(start, at));
        }
        Ok(Some(node))
    }
}
