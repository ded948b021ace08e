//! A form while a person fills it in: an answer costs what depends on it.

mod typed;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use thiserror::Error;

use super::Form;
use super::answer::Answer;
use super::context::Context;
use super::defaults;
use super::definition::NodeKind;
use super::engine::{Engine, PASS_FUEL, known};
use super::items::{ItemIx, Items};
use super::linked::NodeIx;
use super::offered;
pub use super::offered::Offered;
use super::problem::{Problem, ProblemCode, Severity, message};
use super::read::{MAX_ROWS, read};
use super::view::View;

/// What became of one question after an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The question, as [`Problem::field`] names it.
    pub field: String,
    /// Its answer now; null where it has none. One that could not be read, of a draft of another
    /// version perhaps, as it was given.
    pub value: Json,
    /// Whether it is asked.
    pub relevant: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether a person may not change it.
    pub read_only: bool,
    /// Whether the answer may be saved as it stands.
    pub valid: bool,
}

/// Why an answer was not taken; the one held before stays.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SessionError {
    /// The form has no such question, or the repeat no such row.
    #[error("there is no question {field} in this form")]
    NoSuchField {
        /// As asked for.
        field: String,
    },
    /// The answer has the wrong type, an unknown code, a forbidden character or is too long.
    #[error("the answer to {field} was not taken: {code:?}")]
    NotTaken {
        /// The question.
        field: String,
        /// Why.
        code: ProblemCode,
    },
}

/// A form being filled in.
#[derive(Debug, Clone)]
pub struct Session {
    pub(super) form: Arc<Form>,
    context: Context,
    known: Vec<bool>,
    pub(super) items: Items,
    /// What was given and stands in no question: names that the form does not have, rows that are
    /// none. Answers that cannot be read stand in their items.
    misplaced: Vec<Problem>,
}

impl Session {
    /// Opens a form over answers (a draft, a record's fields, or nothing).
    pub fn open(form: Arc<Form>, answers: &Map<String, Json>, context: Context) -> Session {
        let given = read(&form, &context, answers);
        let known = known(&form, &context);
        let unread = given
            .items
            .unread()
            .map(|item| given.items.field(&form, item));
        let unread: BTreeSet<String> = unread.collect();
        let mut misplaced = given.problems;
        misplaced.retain(|problem| !unread.contains(&problem.field));
        let mut session = Session {
            known,
            items: given.items,
            misplaced,
            form,
            context,
        };
        session.engine().all();
        session
    }

    fn engine(&mut self) -> Engine<'_> {
        Engine {
            form: &self.form,
            context: &self.context,
            known: &self.known,
            items: &mut self.items,
            keep_drawn: false,
            touched: BTreeSet::new(),
            growing: BTreeSet::new(),
            started: Default::default(),
            fuel: Cell::new(PASS_FUEL),
        }
    }

    /// Takes an answer to `name`, `people[2].met` or `people[ROW].met`; null clears it.
    ///
    /// # Errors
    /// [`SessionError`]; then nothing changed.
    pub fn set(&mut self, field: &str, answer: &Json) -> Result<Vec<Change>, SessionError> {
        self.set_item(self.find(field)?, field, answer)
    }

    /// The same of an item; an error names it as the caller does.
    pub(super) fn set_item(
        &mut self,
        item: ItemIx,
        field: &str,
        answer: &Json,
    ) -> Result<Vec<Change>, SessionError> {
        let answer = self
            .read(item, answer)
            .map_err(|code| SessionError::NotTaken {
                field: field.to_owned(),
                code,
            })?;
        Ok(self.put(item, answer, None))
    }

    fn read(&self, item: ItemIx, given: &Json) -> Result<Answer, ProblemCode> {
        let node = self.items.all[item].node;
        let zone = self.context.clock().zone();
        Answer::read(self.form.def(node), self.form.codes(node), given, zone)
    }

    /// Puts an answer, or what cannot be read as one, and works out what follows.
    fn put(&mut self, item: ItemIx, answer: Answer, unread: Option<Json>) -> Vec<Change> {
        let own = &mut self.items.all[item];
        let altered = own.answer != answer || own.unread != unread;
        own.answer = answer;
        own.unread = unread;
        let mut changed = vec![item];
        let started = match altered {
            true => self.triggered(item),
            false => Vec::new(),
        };
        changed.extend(&started);
        let mut engine = self.engine();
        engine.started.extend(started);
        engine.after(&changed);
        let mut touched = engine.touched;
        touched.extend(changed);
        touched.into_iter().map(|item| self.change(item)).collect()
    }

    /// Clears what a change of this question fills in anew: in its own row, and in the rows below.
    fn triggered(&mut self, item: ItemIx) -> Vec<ItemIx> {
        let node = self.items.all[item].node;
        let form = Arc::clone(&self.form);
        let of = (1..form.links.nodes.len())
            .filter(|ix| form.links.nodes[*ix].rules.triggers.contains(&node));
        let below = |ix: NodeIx| {
            let mut at = item;
            while at != 0 && !form.links.above(ix).any(|a| a == self.items.all[at].node) {
                at = self.items.all[at].parent;
            }
            self.items.spread(&form, at, ix)
        };
        let items: Vec<ItemIx> = of.flat_map(below).collect();
        for other in &items {
            self.items.all[*other].answer = Answer::Empty;
            self.items.all[*other].unread = None;
        }
        items
    }

    /// Adds a row to a repeat (`people`, or `people[2].phones` within a row); the name under which its answers go is returned.
    ///
    /// # Errors
    /// [`SessionError`] where there is no such repeat or it is full.
    pub fn add_row(&mut self, repeat: &str) -> Result<(String, Vec<Change>), SessionError> {
        let (parent, node) = self.repeat(repeat)?;
        let (row, changes) = self.add_row_below(parent, node, repeat)?;
        Ok((self.items.field(&self.form, row), changes))
    }

    /// The same below an item; an error names the repeat as the caller does.
    pub(super) fn add_row_below(
        &mut self,
        parent: ItemIx,
        node: NodeIx,
        repeat: &str,
    ) -> Result<(ItemIx, Vec<Change>), SessionError> {
        let form = Arc::clone(&self.form);
        if self.items.rows(&form, parent, node).len() >= MAX_ROWS {
            return Err(SessionError::NotTaken {
                field: repeat.to_owned(),
                code: ProblemCode::TooMany,
            });
        }
        let row = self.items.add_row(&form, parent, node);
        let filled = defaults::fill_in(&form, &self.context, &mut self.items, row, &Map::new());
        let mut engine = self.engine();
        engine.touched.extend(filled);
        engine.after_rows(parent, node);
        let touched = engine.touched;
        let changes = touched.into_iter().map(|item| self.change(item)).collect();
        Ok((row, changes))
    }

    /// Takes a row out: `people[2]` or `people[ROW]`.
    ///
    /// # Errors
    /// [`SessionError`] where there is no such row.
    pub fn remove_row(&mut self, row: &str) -> Result<Vec<Change>, SessionError> {
        let missing = || SessionError::NoSuchField {
            field: row.to_owned(),
        };
        let (name, _) = row.rsplit_once('[').ok_or_else(missing)?;
        let (parent, node) = self.repeat(name)?;
        let item = self.row(parent, node, row).ok_or_else(missing)?;
        let form = Arc::clone(&self.form);
        let id = self.items.all[item].row.clone();
        if let Some((live, gone)) = self.items.rows_mut(&form, parent, node) {
            live.retain(|r| *r != item);
            gone.extend(id.map(|id| serde_json::json!({ super::ROW: id, super::GONE: true })));
        }
        let mut engine = self.engine();
        engine.after_rows(parent, node);
        let touched = engine.touched;
        Ok(touched.into_iter().map(|item| self.change(item)).collect())
    }

    /// A repeat by its name, one within a row as `people[2].phones`.
    fn repeat(&self, name: &str) -> Result<(ItemIx, NodeIx), SessionError> {
        let missing = || SessionError::NoSuchField {
            field: name.to_owned(),
        };
        let (row, node) = self.place(name)?;
        if !self.form.is(node, NodeKind::Repeat) {
            return Err(missing());
        }
        let parent = self.form.links.nodes[node].parent;
        let parent = self.items.below(&self.form, row, parent);
        Ok((parent.ok_or_else(missing)?, node))
    }

    /// `people[2]` or `people[ROW]`.
    fn row(&self, parent: ItemIx, node: NodeIx, named: &str) -> Option<ItemIx> {
        let key = named.rsplit_once('[')?.1.strip_suffix(']')?;
        let rows = self.items.rows(&self.form, parent, node);
        let by_id = rows
            .iter()
            .copied()
            .find(|r| self.items.all[*r].row.as_deref() == Some(key));
        by_id.or_else(|| {
            rows.get(key.parse::<usize>().ok()?.checked_sub(1)?)
                .copied()
        })
    }

    /// The row (or the form) that a name stands in, and the node that it names.
    fn place(&self, field: &str) -> Result<(ItemIx, NodeIx), SessionError> {
        let missing = || SessionError::NoSuchField {
            field: field.to_owned(),
        };
        let (mut row, mut scope) = (0, 0);
        let parts: Vec<&str> = field.split('.').collect();
        let (last, rows) = parts.split_last().ok_or_else(missing)?;
        let named = |scope: NodeIx, name: &str| {
            let found = self.form.links.names.get(&(scope, name.to_owned()));
            found.copied().ok_or_else(missing)
        };
        for part in rows {
            let (name, _) = part.split_once('[').ok_or_else(missing)?;
            let node = named(scope, name)?;
            let parent = self.form.links.nodes[node].parent;
            let parent = self.items.below(&self.form, row, parent);
            let parent = parent.ok_or_else(missing)?;
            row = self.row(parent, node, part).ok_or_else(missing)?;
            scope = node;
        }
        Ok((row, named(scope, last)?))
    }

    fn find(&self, field: &str) -> Result<ItemIx, SessionError> {
        let missing = || SessionError::NoSuchField {
            field: field.to_owned(),
        };
        let (row, node) = self.place(field)?;
        if !self.form.def(node).kind.is_leaf() {
            return Err(missing());
        }
        self.items.below(&self.form, row, node).ok_or_else(missing)
    }

    /// What a select offers beside the other answers, in the list's order: at most `most` rows
    /// whose label or code contains a text (an empty text: all).
    ///
    /// # Errors
    /// [`SessionError`] where there is no such question, or its filter cannot be worked out.
    pub fn choices(
        &self,
        field: &str,
        containing: &str,
        most: usize,
    ) -> Result<Vec<Offered>, SessionError> {
        let item = self.find(field)?;
        offered::offered(&self.view(), item, containing, most).map_err(|_| SessionError::NotTaken {
            field: field.to_owned(),
            code: ProblemCode::FormFault,
        })
    }

    /// Other rows of `instance('subject')`: an answer named somebody else. What reads them is worked
    /// out again; nothing where they are the same.
    pub fn told_of(&mut self, subject: Vec<BTreeMap<String, String>>) {
        if self.context.subject != subject {
            self.context.subject = subject;
            self.engine().all();
        }
    }

    /// The language that everything is said in: `zh`, `en`.
    pub fn language(&self) -> &str {
        &self.context.lang
    }

    /// What the text of a question names or how it is written; none where there is no such question.
    pub fn refers(&self, field: &str) -> Option<&str> {
        let (_, node) = self.place(field).ok()?;
        self.form.def(node).refers.as_deref()
    }

    /// An answer that was not taken, as a problem in the session's language.
    pub fn problem_of(&self, error: &SessionError) -> Problem {
        let (field, code) = match error {
            SessionError::NoSuchField { field } => (field, ProblemCode::UnknownField),
            SessionError::NotTaken { field, code } => (field, *code),
        };
        let def = self.place(field).ok().map(|(_, node)| self.form.def(node));
        let fallback = &self.form.definition.default_language;
        Problem {
            field: field.clone(),
            code,
            message: message(def, code, &self.context.lang, fallback),
            severity: Severity::Error,
        }
    }

    /// Whether the reader holds what a node asks, and all that decides it.
    pub(super) fn is_known(&self, node: NodeIx) -> bool {
        self.known[node]
    }

    fn view(&self) -> View<'_> {
        View {
            form: &self.form,
            items: &self.items,
            context: &self.context,
        }
    }

    /// Whether a repeat below an item is asked.
    pub(super) fn may_have_rows(&self, parent: ItemIx, repeat: NodeIx) -> bool {
        let rule = self.form.links.nodes[repeat].rules.relevant.as_ref();
        rule.is_none_or(|rule| rule.expr.holds(&self.view(), View::at(parent)) == Ok(true))
    }

    pub(super) fn change(&self, item: ItemIx) -> Change {
        let own = &self.items.all[item];
        Change {
            field: self.items.field(&self.form, item),
            value: match &own.unread {
                _ if !own.state.relevant => Json::Null,
                Some(given) => given.clone(),
                None => own.answer.json(),
            },
            relevant: own.state.relevant,
            required: own.state.required,
            read_only: own.state.read_only,
            valid: own.state.valid && own.unread.is_none(),
        }
    }

    /// Works everything out again, as on opening. Nothing changes by it: a test holds it to that.
    pub fn work_out_everything(&mut self) {
        self.engine().all();
    }

    /// How every question stands, rows included, in no particular order.
    pub fn state(&self) -> Vec<Change> {
        let mut found = Vec::new();
        for node in 1..self.form.links.nodes.len() {
            found.extend(
                self.items
                    .spread(&self.form, 0, node)
                    .into_iter()
                    .map(|i| self.change(i)),
            );
        }
        found
    }

    /// The answers, as [`super::check`] returns them, and what a draft keeps besides: a null for each
    /// default that a person cleared, so that it does not come anew; and what could not be read or
    /// has no question in this version, as it was given. [`Session::problems`] names each of these.
    pub fn answers(&self) -> Map<String, Json> {
        self.items.draft_json(&self.form, &self.context)
    }

    /// Every problem and warning as things stand.
    pub fn problems(&mut self) -> Vec<Problem> {
        let mut all = self.unread();
        all.extend(self.misplaced.iter().cloned());
        all.extend(self.engine().problems());
        all
    }
}

#[cfg(all(test, feature = "author"))]
mod tests;
