//! Which people a rule is about: an expression over category codes, such as
//! `elder.left_behind && elder.disabled_ability`.

use super::codes;
use super::days::Days;
use crate::facts::rows::{Group, Span, Subject};

/// How deep parentheses may stand; a pack that needs more is no pack that a county can read.
const DEPTH: usize = 16;

/// The people that a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Category {
    /// `any`: everybody in the ledger.
    Any,
    /// `pair.active`: the days of the pairing, no category asked.
    PairActive,
    /// Everybody of whom this holds.
    Of(Condition),
}

/// A condition on the category rows of a subject, day by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A row of one of these codes, for this group, or for both.
    Code(Option<Group>, Vec<String>),
    /// All of them.
    All(Vec<Condition>),
    /// Any of them.
    Any(Vec<Condition>),
}

/// Why a text is no category expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CategoryError {
    /// A name that no list has.
    #[error("`{name}` at character {at} is no category{}", .likely.as_ref().map_or(String::new(), |name| format!("; is `{name}` meant?")))]
    Unknown {
        /// What stands there.
        name: String,
        /// Where, counted from 1.
        at: usize,
        /// The nearest category that there is.
        likely: Option<String>,
    },
    /// Something else was expected.
    #[error("{expected} is expected at character {at}")]
    Expected {
        /// What.
        expected: &'static str,
        /// Where, counted from 1.
        at: usize,
    },
    /// Too many parentheses inside each other.
    #[error("parentheses stand too deep at character {at}")]
    TooDeep {
        /// Where, counted from 1.
        at: usize,
    },
}

impl CategoryError {
    /// The same in Chinese.
    pub(crate) fn in_chinese(&self) -> String {
        match self {
            CategoryError::Unknown { name, at, likely } => {
                let likely = likely.as_ref();
                let likely = likely.map_or(String::new(), |name| format!(";是否应为“{name}”?"));
                format!("第 {at} 个字符处的“{name}”不是类别{likely}")
            }
            CategoryError::Expected { expected, at } => {
                format!("第 {at} 个字符处应为:{expected}")
            }
            CategoryError::TooDeep { at } => format!("第 {at} 个字符处括号嵌套过深,请拆开写"),
        }
    }
}

impl Category {
    /// Reads `any`, `pair.active`, or codes joined by `&&`, `||` and parentheses; `&&` binds
    /// closer.
    pub fn parse(text: &str) -> Result<Self, CategoryError> {
        match text.trim() {
            "any" => return Ok(Category::Any),
            "pair.active" => return Ok(Category::PairActive),
            _ => {}
        }
        let mut reader = Reader { text, at: 0 };
        let condition = reader.any(0)?;
        reader.skip_spaces();
        if reader.at < text.len() {
            return Err(reader.expected("`&&`, `||` or the end"));
        }
        Ok(Category::Of(condition))
    }

    /// Gives the days on which the subject is of the category, by its rows and its age alone.
    pub fn days(&self, subject: &Subject) -> Days {
        match self {
            Category::Any | Category::PairActive => Days::all(),
            Category::Of(condition) => condition.days(subject),
        }
    }
}

impl Condition {
    fn days(&self, subject: &Subject) -> Days {
        match self {
            Condition::Code(group, _) if group.is_some_and(|group| group != subject.group) => {
                Days::default()
            }
            Condition::Code(_, codes) => {
                let rows = subject
                    .categories
                    .iter()
                    .filter(|row| codes.contains(&row.code));
                Days::of(rows.map(|row| before_the_age_limit(subject, &row.code, row.span())))
            }
            Condition::All(parts) => parts
                .iter()
                .fold(Days::all(), |days, part| days.and(&part.days(subject))),
            Condition::Any(parts) => parts
                .iter()
                .fold(Days::default(), |days, part| days.or(&part.days(subject))),
        }
    }
}

/// Ends the interval on the day before the birthday that passes the age limit of its code.
pub(super) fn before_the_age_limit(subject: &Subject, code: &str, span: Span) -> Span {
    let limit = codes::age_limit(subject.group, code);
    match limit.zip(subject.birth_date) {
        Some((age, born)) => {
            let last = born.birthday(age).plus(-1);
            Span {
                to: Some(span.to.map_or(last, |to| to.min(last))),
                ..span
            }
        }
        None => span,
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn any(&mut self, depth: usize) -> Result<Condition, CategoryError> {
        let mut parts = vec![self.all(depth)?];
        while self.takes("||") {
            parts.push(self.all(depth)?);
        }
        Ok(alone_or(parts, Condition::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, CategoryError> {
        let mut parts = vec![self.one(depth)?];
        while self.takes("&&") {
            parts.push(self.one(depth)?);
        }
        Ok(alone_or(parts, Condition::All))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, CategoryError> {
        if self.takes("(") {
            if depth >= DEPTH {
                return Err(CategoryError::TooDeep {
                    at: self.character(),
                });
            }
            let inner = self.any(depth + 1)?;
            return if self.takes(")") {
                Ok(inner)
            } else {
                Err(self.expected("`)`"))
            };
        }
        let rest = &self.text[self.at..];
        let named = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
        let length = rest.find(|letter| !named(letter)).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.expected("a category such as `elder.left_behind`, or `(`"));
        }
        let name = &rest[..length];
        let Some(code) = condition(name) else {
            let likely = super::json::nearest(name, &names());
            let (name, at) = (name.to_string(), self.character());
            return Err(CategoryError::Unknown { name, at, likely });
        };
        self.at += length;
        Ok(code)
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.skip_spaces();
        let found = self.text[self.at..].starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        self.skip_spaces();
        found
    }

    fn skip_spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn character(&self) -> usize {
        self.text[..self.at].chars().count() + 1
    }

    fn expected(&self, expected: &'static str) -> CategoryError {
        CategoryError::Expected {
            expected,
            at: self.character(),
        }
    }
}

fn alone_or(mut parts: Vec<Condition>, several: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.len() {
        1 => parts.remove(0),
        _ => several(parts),
    }
}

fn condition(name: &str) -> Option<Condition> {
    let (group, code) = name.split_once('.')?;
    let one = |group, code: &str| Some(Condition::Code(group, vec![code.to_string()]));
    match (group, code) {
        ("elder", "special") => {
            let codes = codes::ELDER_SPECIAL
                .iter()
                .map(|code| (*code).to_string())
                .collect();
            Some(Condition::Code(Some(Group::Elder), codes))
        }
        ("elder", _) if codes::ELDER_CATEGORIES.contains(&code) => one(Some(Group::Elder), code),
        ("child", _) if codes::CHILD_CATEGORIES.contains(&code) => one(Some(Group::Child), code),
        ("risk", "high") => one(None, "risk_high"),
        ("risk", "key") => one(None, "risk_key"),
        ("risk", "general") => one(None, "risk_general"),
        _ => None,
    }
}

/// Every name that an expression may use, for the hint.
fn names() -> Vec<&'static str> {
    vec![
        "elder.special",
        "elder.left_behind",
        "elder.empty_nest",
        "elder.living_alone",
        "elder.disabled_ability",
        "elder.severe_disability",
        "elder.family_planning_special",
        "elder.advanced_age",
        "elder.extreme_poor_scattered",
        "elder.poor_disabled",
        "elder.disabled_left_behind",
        "elder.other_special",
        "child.left_behind",
        "child.difficulty",
        "child.migrant",
        "child.has_entrusted",
        "risk.high",
        "risk.key",
        "risk.general",
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or_and_parentheses_closer_still() {
        let code = |name: &str| condition(name).unwrap();
        let read = |text: &str| match Category::parse(text).unwrap() {
            Category::Of(condition) => condition,
            other => panic!("{other:?}"),
        };
        let (a, b, c) = (
            "child.has_entrusted",
            "child.left_behind",
            "child.difficulty",
        );
        assert_eq!(
            read(&format!("{a} && ({b} || {c})")),
            Condition::All(vec![code(a), Condition::Any(vec![code(b), code(c)])])
        );
        assert_eq!(
            read(&format!("{a}&&{b}||{c}")),
            Condition::Any(vec![Condition::All(vec![code(a), code(b)]), code(c)])
        );
    }

    #[test]
    fn every_name_of_the_hint_is_one() {
        assert!(names().iter().all(|name| condition(name).is_some()));
    }

    #[test]
    fn a_wrong_expression_says_where() {
        let error = |text: &str| Category::parse(text).err().unwrap().to_string();
        assert_eq!(
            error("elder.left_behind && elder.disabled_abilty"),
            "`elder.disabled_abilty` at character 22 is no category; is `elder.disabled_ability` meant?"
        );
        assert_eq!(error("(elder.special"), "`)` is expected at character 15");
        assert_eq!(
            error("elder.special elder.special"),
            "`&&`, `||` or the end is expected at character 15"
        );
        assert_eq!(
            error(""),
            "a category such as `elder.left_behind`, or `(` is expected at character 1"
        );
        assert!(error(&"(".repeat(100_000)).contains("too deep"));
        assert!(error("elder.special && any").contains("`any`"));
        assert!(error("留守").contains("character 1"));
    }
}
