//! A random form: one description, from which our XLSForm and JavaRosa's XForm are both written.

use crate::chance::Chance;
use crate::expression::{Sort, Writer};

/// What a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Decimal,
    Date,
    Time,
    DateTime,
    /// A geopoint.
    Place,
    One,
    Many,
    /// A select whose list is filtered.
    OneOffered,
    ManyOffered,
    Calculate(Sort),
    Group,
    Repeat,
}

/// A piece of an expression: text, or a reference to a question by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Ref(usize),
}

/// An expression in both languages at once.
pub type Expression = Vec<Part>;

impl Kind {
    /// True of what a person answers.
    pub fn is_answered(self) -> bool {
        !matches!(self, Kind::Calculate(_) | Kind::Group | Kind::Repeat)
    }
}

/// What a question begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum First {
    Text(&'static str),
    Worked(Expression),
}

/// A question, group or repeat.
#[derive(Debug, Clone)]
pub struct Question {
    pub name: String,
    pub kind: Kind,
    /// The group or repeat that it stands in.
    pub parent: Option<usize>,
    pub relevant: Option<Expression>,
    pub required: Option<Expression>,
    pub read_only: Option<Expression>,
    pub constraint: Option<Expression>,
    pub calculation: Option<Expression>,
    /// The question that says how many rows a repeat has; none where a person adds them.
    pub count: Option<usize>,
    pub default: Option<First>,
    /// Of a select: which rows of its list are offered.
    pub filter: Option<Expression>,
    /// The questions whose change fills it in with the calculation.
    pub triggers: Vec<usize>,
}

impl Question {
    /// A question without rules.
    pub fn new(name: &str, kind: Kind, parent: Option<usize>) -> Question {
        Question {
            name: name.to_owned(),
            kind,
            parent,
            relevant: None,
            required: None,
            read_only: None,
            constraint: None,
            calculation: None,
            count: None,
            default: None,
            filter: None,
            triggers: Vec::new(),
        }
    }
}

/// A form.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub questions: Vec<Question>,
    /// Whether rows of a repeat read other rows of it.
    pub reads_neighbours: bool,
}

/// The codes of every select.
pub const CODES: [(&str, &str); 3] = [("a", "甲"), ("b", "乙"), ("c", "Ce")];

/// The codes of the list that is filtered, with its own column.
pub const SORTED: [(&str, &str, &str); 6] = [
    ("m1", "一", "a"),
    ("m2", "二", "b"),
    ("m3", "三", "a"),
    ("m4", "四", "c"),
    ("m5", "五", "b"),
    ("m6", "六", "a"),
];

impl Sheet {
    /// The repeats around a question, outermost first; a repeat stands in itself.
    pub fn repeats(&self, at: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut here = Some(at);
        while let Some(own) = here {
            if self.questions[own].kind == Kind::Repeat {
                found.insert(0, own);
            }
            here = self.questions[own].parent;
        }
        found
    }

    /// The question at a path: no two have one name.
    pub fn at_path(&self, path: &str) -> Option<&Question> {
        let name = path.rsplit('/').next()?;
        self.questions.iter().find(|q| q.name == name)
    }

    /// True of what a calculation fills in with yes or no.
    pub fn holds_truth(&self, path: &str) -> bool {
        let question = self.at_path(path);
        question.is_some_and(|q| q.kind == Kind::Calculate(Sort::Truth))
    }

    /// True where neither a question nor what it stands in has a condition.
    pub fn is_always_asked(&self, at: usize) -> bool {
        let mut here = Some(at);
        while let Some(own) = here {
            if self.questions[own].relevant.is_some() {
                return false;
            }
            here = self.questions[own].parent;
        }
        true
    }

    /// The repeats whose rows a question is one of: those around it, not itself.
    pub fn rows_of(&self, at: usize) -> Vec<usize> {
        self.questions[at]
            .parent
            .map_or(Vec::new(), |parent| self.repeats(parent))
    }

    /// A form of some twenty questions from a seed.
    pub fn random(seed: u64) -> Sheet {
        let mut chance = Chance::new(seed);
        let mut sheet = Sheet::default();
        let size = 12 + chance.below(14);
        let mut open: Vec<(usize, usize)> = Vec::new();
        while sheet.questions.len() < size {
            open.retain(|(_, end)| sheet.questions.len() < *end);
            let parent = open.last().map(|(at, _)| *at);
            let at = sheet.questions.len();
            let roll = chance.below(100);
            let nested = parent.map_or(0, |p| sheet.repeats(p).len());
            let kind = match roll {
                0..10 if at > 1 && open.len() < 3 => Kind::Group,
                10..24 if at > 1 && nested < 2 && open.len() < 3 => Kind::Repeat,
                0..60 => [
                    Kind::Text,
                    Kind::Integer,
                    Kind::Integer,
                    Kind::Decimal,
                    Kind::Date,
                    Kind::One,
                    Kind::Many,
                    Kind::Time,
                    Kind::DateTime,
                    Kind::Place,
                    Kind::OneOffered,
                    Kind::ManyOffered,
                ][chance.below(12)],
                _ => Kind::Calculate(
                    [Sort::Number, Sort::Number, Sort::Text, Sort::Truth][chance.below(4)],
                ),
            };
            sheet.add(at, kind, parent, &mut chance);
            if matches!(kind, Kind::Group | Kind::Repeat) {
                // At least one question stands in it.
                sheet.add(at + 1, Kind::Integer, Some(at), &mut chance);
                open.push((at, at + 3 + chance.below(5)));
            }
        }
        sheet
    }

    fn add(&mut self, at: usize, kind: Kind, parent: Option<usize>, chance: &mut Chance) {
        let (question, neighbours) = self.question(at, kind, parent, chance);
        self.questions.push(question);
        self.reads_neighbours |= neighbours;
    }

    /// A question, and whether it reads other rows of its repeat.
    fn question(
        &self,
        at: usize,
        kind: Kind,
        parent: Option<usize>,
        chance: &mut Chance,
    ) -> (Question, bool) {
        let mut question = Question::new(&format!("q{at}"), kind, parent);
        let mut write = Writer::new(self, parent, chance);
        let open = kind.is_answered();
        if write.percent(30) {
            question.relevant = Some(write.expression(Sort::Truth));
        }
        if let Kind::Calculate(sort) = kind {
            question.calculation = Some(write.expression(sort));
        }
        if open && write.percent(25) {
            question.required = Some(write.expression(Sort::Truth));
        }
        if open && write.percent(15) {
            question.read_only = Some(write.expression(Sort::Truth));
        }
        if open && write.percent(35) {
            question.constraint = Some(write.constraint(kind));
        }
        if matches!(kind, Kind::OneOffered | Kind::ManyOffered) {
            question.filter = Some(write.filter());
        }
        if open && write.percent(25) {
            question.default = write.default(kind);
        }
        if kind == Kind::Text && question.default.is_none() && question.relevant.is_none() {
            self.fill_in(&mut question, &mut write);
        }
        if kind == Kind::Repeat && question.relevant.is_none() && write.percent(60) {
            question.count = write.count_question();
        }
        let neighbours = write.reads_neighbours();
        (question, neighbours)
    }

    /// Makes of a text one that changes of other questions fill in. It is asked always, never fixed
    /// and never filled in with nothing: of the rest ours makes an offer (`docs/form-format.md`).
    fn fill_in(&self, question: &mut Question, write: &mut Writer<'_>) {
        let asked = question.parent.is_none_or(|p| self.is_always_asked(p));
        if !asked || !write.percent(40) {
            return;
        }
        question.triggers = write.triggers();
        if !question.triggers.is_empty() {
            question.read_only = None;
            question.calculation = Some(write.never_empty());
        }
    }
}
