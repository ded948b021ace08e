//! What is wrong with the answers as they stand, and what a person is warned of.

use super::Engine;
use crate::form::definition::NodeKind;
use crate::form::items::{ItemIx, Slot};
use crate::form::linked::NodeIx;
use crate::form::problem::{Problem, ProblemCode, Severity, message};

impl Engine<'_> {
    /// Every problem, in the form's order.
    pub(in crate::form) fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            let own = &self.items.all[at];
            if at != 0 {
                self.problems_of(at, &mut found);
            }
            for (slot, child) in own
                .slots
                .iter()
                .zip(&self.form.links.nodes[own.node].children)
                .rev()
            {
                match slot {
                    Slot::One(item) => open.push(*item),
                    Slot::Rows { live, .. } => {
                        self.too_few(at, *child, live, &mut found);
                        self.too_many(at, *child, live, &mut found);
                        open.extend(live.iter().rev());
                    }
                }
            }
        }
        found
    }

    /// A required repeat has at least one row.
    fn too_few(&self, parent: ItemIx, repeat: NodeIx, live: &[ItemIx], found: &mut Vec<Problem>) {
        let rules = &self.form.links.nodes[repeat].rules;
        let asked = self.items.all[parent].state.relevant
            && live.is_empty()
            && self.known[repeat]
            && self.context.holds(self.form.def(repeat).compartment)
            && self
                .holds(rules.relevant.as_ref(), parent)
                .is_none_or(|r| r == Ok(true))
            && self.holds(rules.required.as_ref(), parent) == Some(Ok(true));
        if asked {
            found.push(self.of_repeat(parent, repeat, ProblemCode::RequiredMissing));
        }
    }

    /// A counted repeat has as many rows as its count says: what is cut is told.
    fn too_many(&self, parent: ItemIx, repeat: NodeIx, live: &[ItemIx], found: &mut Vec<Problem>) {
        let counted = self.counted_rows(parent, repeat).unwrap_or(0.0);
        if counted >= 1.0 + live.len() as f64 && self.items.all[parent].state.relevant {
            found.push(self.of_repeat(parent, repeat, ProblemCode::TooMany));
        }
    }

    /// An error of a repeat as a whole.
    fn of_repeat(&self, parent: ItemIx, repeat: NodeIx, code: ProblemCode) -> Problem {
        let above = self.items.row_of(self.form, parent);
        let name = &self.form.def(repeat).name;
        let field = match above {
            0 => name.clone(),
            _ => format!("{}.{name}", self.items.field(self.form, above)),
        };
        self.named(field, repeat, code, Severity::Error)
    }

    pub(super) fn problems_of(&self, item: ItemIx, found: &mut Vec<Problem>) {
        let own = &self.items.all[item];
        if !own.state.relevant || own.unread.is_some() {
            return;
        }
        let node = own.node;
        let held = self.context.holds(self.form.def(node).compartment);
        let rules = &self.form.links.nodes[node].rules;
        let is_row = self.form.is(node, NodeKind::Repeat);
        let empty = own.answer.is_empty() && !is_row;
        if empty && held && own.state.required && self.form.def(node).kind.is_leaf() {
            found.push(self.problem(item, ProblemCode::RequiredMissing, Severity::Error));
        }
        if !held {
            return;
        }
        if !empty {
            match self.holds(rules.constraint.as_ref(), item) {
                Some(Ok(false)) => {
                    found.push(self.problem(item, ProblemCode::Constraint, Severity::Error))
                }
                Some(Err(_)) => {
                    found.push(self.problem(item, ProblemCode::FormFault, Severity::Warning))
                }
                _ => {}
            }
            match self.is_offered(item, rules.choice_filter.as_ref()) {
                Ok(true) => {}
                Ok(false) => {
                    found.push(self.problem(item, ProblemCode::NotOffered, Severity::Error))
                }
                Err(_) => found.push(self.problem(item, ProblemCode::FormFault, Severity::Warning)),
            }
        }
        match self.holds(rules.warn.as_ref(), item) {
            Some(Ok(true)) => {
                found.push(self.problem(item, ProblemCode::Warned, Severity::Warning))
            }
            Some(Err(_)) => {
                found.push(self.problem(item, ProblemCode::FormFault, Severity::Warning))
            }
            _ => {}
        }
        match own.fault {
            Some(ProblemCode::TooLong) => {
                found.push(self.problem(item, ProblemCode::TooLong, Severity::Error));
            }
            Some(code) => found.push(self.problem(item, code, Severity::Warning)),
            None => {}
        }
    }

    fn problem(&self, item: ItemIx, code: ProblemCode, severity: Severity) -> Problem {
        let field = self.items.field(self.form, item);
        self.named(field, self.items.all[item].node, code, severity)
    }

    fn named(&self, field: String, node: NodeIx, code: ProblemCode, severity: Severity) -> Problem {
        let fallback = &self.form.definition.default_language;
        let message = message(
            Some(self.form.def(node)),
            code,
            &self.context.lang,
            fallback,
        );
        Problem {
            field,
            code,
            message,
            severity,
        }
    }
}
