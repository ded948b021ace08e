//! What a question offers, begins with and is filled in by.

use super::{Sort, Writer};
use crate::form::{Expression, First, Kind};

impl Writer<'_> {
    /// Which rows of the filtered list are offered, by its columns and what stands before. A path
    /// into a list has a predicate: without one JavaRosa takes the row at the place that is asked.
    pub fn filter(&mut self) -> Expression {
        self.sieve();
        if self.percent(40) {
            let word = self.chance.word(&[" and ", " or "]);
            self.put(word);
            self.sieve();
        }
        std::mem::take(&mut self.written)
    }

    fn sieve(&mut self) {
        let one = self.own(|kind| kind == Kind::One);
        let many = self.own(|kind| kind == Kind::Many);
        let number = self.own(|kind| kind == Kind::Integer);
        match self.chance.below(8) {
            0 if !one.is_empty() => {
                self.put("sort = ");
                self.reference(&one);
            }
            1 if !many.is_empty() => {
                self.put("selected(");
                self.reference(&many);
                self.put(", sort)");
            }
            2 if !number.is_empty() => {
                self.put("position() > ");
                self.reference(&number);
            }
            3 if !number.is_empty() => {
                self.put("count(instance('sorted')/root/item[sort = 'a']) > ");
                self.reference(&number);
            }
            4 => self.put("count(instance('codes')/root/item[name != 'z']) = 3"),
            5 => self.put("position() < 4"),
            6 => self.put("contains(name, '3')"),
            _ => {
                let shape = self
                    .chance
                    .word(&["sort = 'a'", "sort != 'b'", "name != 'm4'"]);
                self.put(shape);
            }
        }
    }

    /// What a question begins with: a text of the sheet, or something that is worked out of what
    /// stands fast then: JavaRosa works calculations out between one default and the next.
    pub fn default(&mut self, kind: Kind) -> Option<First> {
        self.settled = true;
        let first = self.first(kind);
        self.settled = false;
        first
    }

    fn first(&mut self, kind: Kind) -> Option<First> {
        if self.percent(50) {
            let text = match kind {
                Kind::Integer => ["0", "1", "2"][self.chance.below(3)],
                Kind::Decimal => "1.25",
                Kind::Date => "2024-02-29",
                Kind::Time => "09:15:00.000+08:00",
                Kind::DateTime => "2024-02-29T09:15:00.000+08:00",
                Kind::Place => "25.5 100.5 0 0",
                Kind::One => "a",
                Kind::Many => "a c",
                Kind::OneOffered => "m1",
                Kind::ManyOffered => "m1 m3",
                _ => "abc",
            };
            return Some(First::Text(text));
        }
        match kind {
            Kind::Text => {
                self.put("concat(");
                self.any(Sort::Text, 2);
                self.put(", ");
                self.any(Sort::Text, 1);
                self.put(")");
            }
            Kind::Integer => {
                self.put("string-length(");
                self.any(Sort::Text, 2);
                self.put(")");
            }
            Kind::Decimal => {
                self.put("(string-length(");
                self.any(Sort::Text, 2);
                self.put(") + 0.5)");
            }
            Kind::Date => {
                self.put("if(");
                self.any(Sort::Truth, 2);
                self.put(", date('2024-01-31'), date('2024-02-28'))");
            }
            Kind::One => {
                self.put("if(");
                self.any(Sort::Truth, 2);
                self.put(", 'a', 'b')");
            }
            _ => return None,
        }
        Some(First::Worked(std::mem::take(&mut self.written)))
    }

    /// One or two questions that a person answers in the same row.
    pub fn triggers(&mut self) -> Vec<usize> {
        let mut near = self.own(Kind::is_answered);
        let own = self.around().len();
        near.retain(|at| {
            let question = &self.sheet.questions[*at];
            self.sheet.rows_of(*at).len() == own && question.triggers.is_empty()
        });
        let count = 1 + self.chance.below(2);
        let chosen = (0..count).filter_map(|_| self.chance.one(&near).copied());
        let mut chosen: Vec<usize> = chosen.collect();
        chosen.dedup();
        chosen
    }

    /// A text that is never empty, of what stands fast when the form begins: ours offers it then, after
    /// all else is worked out, JavaRosa before.
    pub fn never_empty(&mut self) -> Expression {
        self.settled = true;
        self.put("concat('x', ");
        self.any(Sort::Text, 2);
        self.put(")");
        self.settled = false;
        std::mem::take(&mut self.written)
    }
}
