//! Random expressions that both engines can read, over questions that stand before.

mod rules;

use crate::chance::Chance;
use crate::form::{Expression, Kind, Part, Sheet};

/// What an expression yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Number,
    Text,
    Truth,
}

/// Functions that the engines do not read alike.
const UNLIKE: [&str; 7] = [
    "-(",
    "round(",
    "regex(",
    "coalesce(",
    "boolean(",
    "join(",
    "checklist(",
];

/// Writes expressions that stand in a group or repeat, or in the form itself.
pub struct Writer<'a> {
    sheet: &'a Sheet,
    parent: Option<usize>,
    chance: &'a mut Chance,
    written: Expression,
    /// True where only that is written which all three engines read alike.
    plain: bool,
    /// True where only questions are read that a person answers and that are always asked, or that
    /// stand outside of the row.
    settled: bool,
    neighbours: bool,
}

impl<'a> Writer<'a> {
    pub fn new(sheet: &'a Sheet, parent: Option<usize>, chance: &'a mut Chance) -> Self {
        Writer {
            sheet,
            parent,
            chance,
            written: Vec::new(),
            plain: false,
            settled: false,
            neighbours: false,
        }
    }

    /// Whether something was written that reads other rows of its repeat.
    pub fn reads_neighbours(&self) -> bool {
        self.neighbours
    }

    /// For expressions alone: without what Enketo's evaluator has not, or reads in its own way
    /// (`docs/form-format.md` lists it): labels, patterns, rounding of negatives, empty texts.
    pub fn plain(sheet: &'a Sheet, chance: &'a mut Chance) -> Self {
        Writer {
            plain: true,
            ..Writer::new(sheet, None, chance)
        }
    }

    pub fn percent(&mut self, times: usize) -> bool {
        self.chance.percent(times)
    }

    /// An expression of a sort.
    pub fn expression(&mut self, sort: Sort) -> Expression {
        self.any(sort, 3);
        std::mem::take(&mut self.written)
    }

    /// What an answer must fit: `.` and what stands before.
    pub fn constraint(&mut self, kind: Kind) -> Expression {
        let number = self.chance.below(30).to_string();
        match kind {
            Kind::Integer | Kind::Decimal => self.put(&format!(". < {number}")),
            Kind::Date => self.put(". >= date('2024-02-10')"),
            Kind::Time => self.put("decimal-time(.) < 0.75"),
            Kind::DateTime => self.put("format-date-time(., '%H') < 20"),
            Kind::Place => self.put("distance(., '25 100 0 0') < 200000"),
            Kind::OneOffered => self.put(". != 'm2'"),
            Kind::Many | Kind::ManyOffered => self.put("count-selected(.) < 3"),
            Kind::One => self.put(". != 'b'"),
            _ => self.put("regex(., '[a-z0-9 ]{0,6}')"),
        }
        if self.percent(40) {
            let word = self.chance.word(&[" and ", " or "]);
            self.put(word);
            self.any(Sort::Truth, 2);
        }
        std::mem::take(&mut self.written)
    }

    /// A whole-number question that every row of a repeat here would share. All of it is always
    /// asked: JavaRosa adds counted rows when a person comes by, and reads a count that is not asked.
    pub fn count_question(&mut self) -> Option<usize> {
        if self
            .parent
            .is_some_and(|parent| !self.sheet.is_always_asked(parent))
        {
            return None;
        }
        let mut near = self.own(|kind| kind == Kind::Integer);
        near.retain(|at| self.sheet.is_always_asked(*at));
        self.chance.one(&near).copied()
    }

    fn put(&mut self, text: &str) {
        match self.written.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.written.push(Part::Text(text.to_owned())),
        }
    }

    fn around(&self) -> Vec<usize> {
        self.parent
            .map_or(Vec::new(), |parent| self.sheet.repeats(parent))
    }

    /// Questions that have one answer here: no repeat stands between.
    fn own(&self, fits: impl Fn(Kind) -> bool) -> Vec<usize> {
        let around = self.around();
        let all = self.sheet.questions.iter().enumerate();
        all.filter(|(at, q)| fits(q.kind) && around.starts_with(&self.sheet.rows_of(*at)))
            .map(|(at, _)| at)
            .filter(|at| self.may_read(*at))
            .collect()
    }

    fn may_read(&self, at: usize) -> bool {
        let question = &self.sheet.questions[at];
        let is_answered = question.kind.is_answered() && question.triggers.is_empty();
        let fast = is_answered && self.sheet.is_always_asked(at);
        // When a row comes, all that stands outside of it is worked out.
        let outside = self.sheet.rows_of(at).len() < self.around().len();
        !self.settled || fast || outside
    }

    /// Questions that have many answers here.
    fn spread(&self, fits: impl Fn(Kind) -> bool) -> Vec<usize> {
        let around = self.around();
        let all = self.sheet.questions.iter().enumerate();
        all.filter(|(at, q)| fits(q.kind) && !around.starts_with(&self.sheet.rows_of(*at)))
            .map(|(at, _)| at)
            .filter(|at| self.may_read(*at))
            .collect()
    }

    fn reference(&mut self, of: &[usize]) -> bool {
        match self.chance.one(of) {
            Some(at) => {
                self.written.push(Part::Ref(*at));
                true
            }
            None => false,
        }
    }

    fn any(&mut self, sort: Sort, depth: usize) {
        match sort {
            Sort::Number => self.number(depth),
            Sort::Text => self.text(depth),
            Sort::Truth => self.truth(depth),
        }
    }

    /// One of these shapes; where only what is plain is written, one that is.
    fn pick(&mut self, shapes: &[&'static str]) -> &'static str {
        loop {
            let shape = self.chance.word(shapes);
            if !self.plain || !UNLIKE.iter().any(|name| shape.starts_with(name)) {
                return shape;
            }
        }
    }

    /// `#` numbers, `$` texts, `?` truths, filled in one after the other.
    fn shape(&mut self, shape: &str, depth: usize) {
        for c in shape.chars() {
            match c {
                '#' => self.number(depth - 1),
                '$' => self.text(depth - 1),
                '?' => self.truth(depth - 1),
                c => self.put(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    fn number(&mut self, depth: usize) {
        let numeric = |kind| {
            matches!(
                kind,
                Kind::Integer | Kind::Decimal | Kind::Calculate(Sort::Number)
            )
        };
        if depth == 0 || self.percent(35) {
            let own = self.own(numeric);
            if !self.percent(70) || !self.reference(&own) {
                let literal = self
                    .chance
                    .word(&["0", "1", "2", "3", "7", "10", "2.5", "0.25"]);
                self.put(literal);
            }
            return;
        }
        let spread = self.spread(numeric);
        if !spread.is_empty() && self.percent(40) {
            // JavaRosa's max() of negatives is 4.9E-324: given answers are never negative.
            let given = self.spread(|kind| matches!(kind, Kind::Integer | Kind::Decimal));
            if !given.is_empty() && self.percent(30) {
                // Of no row it is NaN there, empty here; of 0 it is 4.9E-324 there, too.
                self.put("coalesce(max(");
                self.reference(&given);
                return self.put(") + 1, 0)");
            }
            let (before, after) = [
                ("sum(", ")"),
                ("coalesce(min(", "), 0)"),
                ("count-non-empty(", ")"),
            ][self.chance.below(3)];
            self.put(before);
            self.reference(&spread);
            return self.put(after);
        }
        let rows = self.spread(|kind| kind == Kind::Repeat);
        if !rows.is_empty() && self.percent(40) {
            self.put("count(");
            self.reference(&rows);
            return self.put(")");
        }
        if !self.around().is_empty() && self.percent(15) {
            let up = self.up();
            return self.put(&format!("position({up})"));
        }
        if self.percent(25) && self.of_neighbours() {
            return;
        }
        if self.percent(10) && self.of_a_moment() {
            return;
        }
        let shape = self.pick(&[
            "(# + #)",
            "(# - #)",
            "(# * #)",
            "(# div 4)",
            "(# mod 5)",
            "-(#)",
            "int(#)",
            "round(#)",
            "round(#, 1)",
            "abs(#)",
            "if(?, #, #)",
            "coalesce(#, #)",
            "string-length($)",
            "count-selected($)",
            "number($)",
            "pow(#, 2)",
        ]);
        self.shape(shape, depth);
    }

    /// A number of a time, of a moment or of a place that is answered here.
    fn of_a_moment(&mut self) -> bool {
        let (kind, before, after) = [
            (Kind::Time, "round(decimal-time(", ") * 1000)"),
            (Kind::DateTime, "round(decimal-date-time(", ") * 10)"),
            (Kind::Place, "int(distance(", ", '25 100 0 0') div 100)"),
        ][self.chance.below(3)];
        let near = self.own(|own| own == kind);
        let Some(at) = self.chance.one(&near).copied() else {
            return false;
        };
        self.put("if(");
        self.written.push(Part::Ref(at));
        self.put(" != '', ");
        self.put(before);
        self.written.push(Part::Ref(at));
        self.put(after);
        self.put(", 0)");
        true
    }

    /// The way to the nearest row, up through the groups between.
    fn up(&self) -> String {
        let mut up = "..".to_owned();
        let mut here = self.parent;
        while let Some(at) = here {
            if self.sheet.questions[at].kind == Kind::Repeat {
                break;
            }
            up.push_str("/..");
            here = self.sheet.questions[at].parent;
        }
        up
    }

    /// A number of other rows: a running total, the row before, how many rows say the same.
    fn of_neighbours(&mut self) -> bool {
        let Some(repeat) = self.around().last().copied() else {
            return false;
        };
        let mut near = self.own(|kind| matches!(kind, Kind::Integer | Kind::Decimal));
        near.retain(|at| {
            self.sheet.rows_of(*at).last() == Some(&repeat) && self.sheet.is_always_asked(*at)
        });
        let Some(at) = self.chance.one(&near).copied() else {
            return false;
        };
        if self.plain || self.settled {
            return false;
        }
        let up = self.up();
        let below = self.sheet.below(repeat, at);
        let row = format!("position(current()/{up})");
        let (before, after) = [
            ("sum(", format!("[position() <= {row}]/{below})")),
            ("coalesce(", format!("[position() = {row} - 1]/{below}, 0)")),
            ("count(", format!("[{below} = current()/{up}/{below}])")),
            ("count-non-empty(", format!("[position() > {row}]/{below})")),
        ][self.chance.below(4)]
        .clone();
        self.put(before);
        self.written.push(Part::Ref(repeat));
        self.put(&after);
        self.neighbours = true;
        true
    }

    fn text(&mut self, depth: usize) {
        let textual = |kind| {
            matches!(
                kind,
                Kind::Text
                    | Kind::One
                    | Kind::Many
                    | Kind::OneOffered
                    | Kind::ManyOffered
                    | Kind::Calculate(Sort::Text)
            )
        };
        if depth == 0 || self.percent(30) {
            let own = self.own(textual);
            if !self.percent(75) || !self.reference(&own) {
                let literal = self.chance.word(&["'a'", "'b c'", "'12'", "'测试'", "''"]);
                self.put(literal);
            }
            return;
        }
        let spread = self.spread(textual);
        if !spread.is_empty() && self.percent(30) {
            // Not join(): JavaRosa forgets to join anew when an empty row comes.
            self.put("concat(");
            self.reference(&spread);
            return self.put(")");
        }
        let days = self.own(|kind| kind == Kind::Date);
        if !days.is_empty() && self.percent(25) {
            self.put("format-date(");
            self.reference(&days);
            return self.put(", '%Y/%n/%d %e %y')");
        }
        let moments = self.own(|kind| kind == Kind::DateTime);
        if !moments.is_empty() && self.percent(25) {
            self.put("format-date-time(");
            self.reference(&moments);
            return self.put(", '%Y-%m-%d %H:%M')");
        }
        let choices = self.own(|kind| kind == Kind::One);
        if let (Some(one), true) = (
            self.chance.one(&choices).copied(),
            !self.plain && self.percent(20),
        ) {
            self.put("jr:choice-name(");
            self.written.push(Part::Ref(one));
            self.put(", '");
            self.written.push(Part::Ref(one));
            return self.put("')");
        }
        let shape = self.pick(&[
            "concat($, $)",
            "concat($, #, '|')",
            "if(?, $, $)",
            "coalesce($, $)",
            "substr($, 1)",
            "substr($, 0, 2)",
            "substring-before($, ' ')",
            "substring-after($, 'b')",
            "translate($, 'abc', 'xy')",
            "normalize-space($)",
            "selected-at($, 1)",
            "string(#)",
            "join('+', $, $, #)",
        ]);
        self.shape(shape, depth);
    }

    fn truth(&mut self, depth: usize) {
        if depth == 0 || self.percent(10) {
            let own = self
                .own(|kind| matches!(kind, Kind::Integer | Kind::Text | Kind::One | Kind::Date));
            if self.percent(50) && self.reference(&own) {
                return self.put(" != ''");
            }
            let literal = self.chance.word(&["true()", "false()"]);
            return self.put(literal);
        }
        let days = self.own(|kind| kind == Kind::Date);
        if !days.is_empty() && self.percent(20) {
            self.reference(&days);
            let op = self.chance.word(&[" < ", " >= ", " <= ", " > "]);
            self.put(op);
            return self.put("date('2024-02-29')");
        }
        let many = self.own(|kind| matches!(kind, Kind::One | Kind::Many));
        if !many.is_empty() && self.percent(25) {
            self.put("selected(");
            self.reference(&many);
            let code = self.chance.word(&[", 'a')", ", 'b')"]);
            return self.put(code);
        }
        let shape = self.pick(&[
            "(# < #)",
            "(# <= #)",
            "(# > #)",
            "(# >= #)",
            "(# = #)",
            "(# != #)",
            "($ = $)",
            "($ != $)",
            "(? and ?)",
            "(? or ?)",
            "not(?)",
            "contains($, 'b')",
            "starts-with($, $)",
            "ends-with($, 'c')",
            "boolean-from-string($)",
            "boolean(#)",
            "boolean($)",
            "checklist(1, 2, ?, ?, ?)",
            "regex($, '[a-c ]+')",
        ]);
        self.shape(shape, depth);
    }
}
