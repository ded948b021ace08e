//! Text to tokens.

use super::error::{ExprError, ExprFault};

/// A token; names and operators written as words are told apart by the parser.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Name(String),
    /// `${name}`
    Ref(String),
    /// A sign: one of ( ) [ ] , / // . .. :: * | + - = != < <= > >=
    Sign(&'static str),
}

impl Token {
    pub(super) fn show(&self) -> String {
        match self {
            Token::Number(n) => n.to_string(),
            Token::Text(t) => format!("'{t}'"),
            Token::Name(n) => n.clone(),
            Token::Ref(n) => format!("${{{n}}}"),
            Token::Sign(s) => format!("\"{s}\""),
        }
    }
}

/// Tokens with their places (characters from 1).
pub(super) fn tokens(source: &str) -> Result<Vec<(usize, Token)>, Box<ExprError>> {
    let mut reader = Reader {
        chars: source.chars().collect(),
        at: 0,
    };
    let mut found = Vec::new();
    while let Some(c) = reader.peek() {
        if c.is_whitespace() || c == '\u{feff}' {
            reader.at += 1;
            continue;
        }
        let place = reader.at + 1;
        found.push((place, reader.token(c)?));
    }
    Ok(found)
}

const SIGNS: [&str; 21] = [
    "!=", "<=", ">=", "..", "//", "::", "(", ")", "[", "]", ",", "/", ".", "*", "+", "-", "=", "<",
    ">", "|", "@",
];

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn fail<T>(&self, at: usize, fault: ExprFault) -> Result<T, Box<ExprError>> {
        Err(ExprError::new(at + 1, fault))
    }

    fn token(&mut self, c: char) -> Result<Token, Box<ExprError>> {
        let next_is_digit = self
            .chars
            .get(self.at + 1)
            .is_some_and(char::is_ascii_digit);
        match c {
            '\'' | '"' => self.text(c),
            '$' => self.reference(),
            '0'..='9' => self.number(),
            '.' if next_is_digit => self.number(),
            c if c.is_alphabetic() || c == '_' => Ok(Token::Name(self.name())),
            _ => self.sign(c),
        }
    }

    fn sign(&mut self, c: char) -> Result<Token, Box<ExprError>> {
        let start = self.at;
        for sign in SIGNS {
            if sign
                .chars()
                .enumerate()
                .all(|(i, s)| self.chars.get(start + i) == Some(&s))
            {
                self.at += sign.len();
                return match sign {
                    "@" => self.fail(start, ExprFault::Unsupported("an attribute \"@\"")),
                    _ => Ok(Token::Sign(sign)),
                };
            }
        }
        self.fail(start, ExprFault::Character(c))
    }

    fn text(&mut self, quote: char) -> Result<Token, Box<ExprError>> {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == quote {
                return Ok(Token::Text(self.chars[from..self.at - 1].iter().collect()));
            }
        }
        self.fail(start, ExprFault::Unclosed("quote"))
    }

    fn reference(&mut self) -> Result<Token, Box<ExprError>> {
        let start = self.at;
        if self.chars.get(start + 1) != Some(&'{') {
            return self.fail(start, ExprFault::Character('$'));
        }
        self.at += 2;
        let from = self.at;
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == '}' {
                let name: String = self.chars[from..self.at - 1].iter().collect();
                return Ok(Token::Ref(name.trim().to_owned()));
            }
        }
        self.fail(start, ExprFault::Unclosed("${"))
    }

    fn number(&mut self) -> Result<Token, Box<ExprError>> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
            self.at += 1;
        }
        let text: String = self.chars[start..self.at].iter().collect();
        match text.parse() {
            Ok(number) => Ok(Token::Number(number)),
            Err(_) => self.fail(start, ExprFault::Character('.')),
        }
    }

    /// A name may hold `-` and `.`; one colon joins a prefix, as in `jr:choice-name`.
    fn name(&mut self) -> String {
        let start = self.at;
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        while let Some(c) = self.peek() {
            let prefix = c == ':'
                && self
                    .chars
                    .get(self.at + 1)
                    .is_some_and(|n| n.is_alphabetic());
            if !part(c) && !prefix {
                break;
            }
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }
}
