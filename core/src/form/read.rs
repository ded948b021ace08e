//! Answers given as JSON, read into items and written back.

use serde_json::{Map, Value as Json, json};

use super::Form;
use super::answer::Answer;
use super::context::Context;
use super::defaults;
use super::definition::NodeKind;
use super::hints::Hints;
use super::items::{ItemIx, Items, Slot};
use super::linked::NodeIx;
use super::problem::{Problem, ProblemCode, Severity, message};

/// The most rows that one repeat may have.
pub const MAX_ROWS: usize = 1_000;
/// Questions, groups and rows that answers may have together before counted repeats add no more.
pub(super) const MAX_ITEMS: usize = 100_000;
/// The key of a row's id.
pub const ROW: &str = "$row";
/// The key that takes a row out.
pub const GONE: &str = "$gone";

/// Answers as they were given, and what could not be read of them.
pub(super) struct Given {
    pub(super) items: Items,
    pub(super) problems: Vec<Problem>,
}

/// Reads the whole object; what is wrong is left empty and named.
pub(super) fn read<'a>(
    form: &'a Form,
    context: &'a Context,
    answers: &'a Map<String, Json>,
) -> Given {
    let mut reader = Reader {
        form,
        context,
        given: Given {
            items: Items::new(form),
            problems: Vec::new(),
        },
        begun: Vec::new(),
        hints: Hints::default(),
    };
    reader.object(0, answers);
    let Reader {
        mut given, begun, ..
    } = reader;
    for (row, answers) in begun {
        defaults::fill_in(form, context, &mut given.items, row, answers);
    }
    given
}

struct Reader<'a> {
    form: &'a Form,
    context: &'a Context,
    given: Given,
    /// The form and the rows that are new, with what was said of them.
    begun: Vec<(ItemIx, &'a Map<String, Json>)>,
    hints: Hints,
}

impl<'a> Reader<'a> {
    fn problem(&mut self, field: String, node: Option<NodeIx>, code: ProblemCode) {
        let def = node.map(|ix| self.form.def(ix));
        let message = message(
            def,
            code,
            &self.context.lang,
            &self.form.definition.default_language,
        );
        self.given.problems.push(Problem {
            field,
            code,
            message,
            severity: Severity::Error,
        });
    }

    fn field(&self, row: ItemIx, name: &str) -> String {
        match row {
            0 => name.to_owned(),
            _ => format!("{}.{name}", self.given.items.field(self.form, row)),
        }
    }

    /// Recurs only as deep as repeats nest in the form.
    fn object(&mut self, row: ItemIx, answers: &'a Map<String, Json>) {
        let scope = self.given.items.all[row].node;
        if self.given.items.is_new(row, self.context) {
            self.begun.push((row, answers));
        }
        for (name, given) in answers {
            if row != 0 && (name == ROW || name == GONE) {
                continue;
            }
            match self.form.links.names.get(&(scope, name.clone())).copied() {
                None => {
                    let left = (row, name.clone(), given.clone());
                    self.given.items.left.push(left);
                    self.unknown(row, scope, name);
                }
                Some(node) if self.form.is(node, NodeKind::Repeat) => self.repeat(row, node, given),
                Some(node) => self.leaf(row, node, given),
            }
        }
    }

    fn unknown(&mut self, row: ItemIx, scope: NodeIx, name: &str) {
        let known = self
            .form
            .links
            .names
            .keys()
            .filter(|(s, _)| *s == scope)
            .map(|(_, n)| n.as_str());
        let near = self.hints.likely(name, known);
        let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        let field = self.field(row, &shown);
        self.problem(field, None, ProblemCode::UnknownField);
        if let (Some(near), Some(problem)) = (near, self.given.problems.last_mut()) {
            problem
                .message
                .push_str(&match self.context.lang.starts_with("zh") {
                    true => format!("（是否为 {near}？）"),
                    false => format!(" (did you mean {near}?)"),
                });
        }
    }

    fn leaf(&mut self, row: ItemIx, node: NodeIx, given: &Json) {
        let Some(item) = self.given.items.below(self.form, row, node) else {
            return;
        };
        let zone = self.context.clock().zone();
        match Answer::read(self.form.def(node), self.form.codes(node), given, zone) {
            Ok(answer) => self.given.items.all[item].answer = answer,
            Err(_) if self.form.is_calculated(node) => {}
            Err(code) => {
                self.given.items.all[item].unread = Some(given.clone());
                let field = self.given.items.field(self.form, item);
                self.problem(field, Some(node), code);
            }
        }
    }

    fn repeat(&mut self, row: ItemIx, node: NodeIx, given: &'a Json) {
        let name = self.form.def(node).name.clone();
        let rows = match given {
            Json::Null => return,
            Json::Array(rows) if rows.len() <= MAX_ROWS => rows,
            Json::Array(_) => {
                return self.problem(self.field(row, &name), Some(node), ProblemCode::TooMany);
            }
            _ => return self.problem(self.field(row, &name), Some(node), ProblemCode::WrongType),
        };
        let parent = self.form.links.nodes[node].parent;
        let Some(parent) = self.given.items.below(self.form, row, parent) else {
            return;
        };
        for (i, answers) in rows.iter().enumerate() {
            let Json::Object(answers) = answers else {
                let field = format!("{}[{}]", self.field(row, &name), i + 1);
                self.problem(field, Some(node), ProblemCode::WrongType);
                continue;
            };
            if answers.get(GONE) == Some(&Json::Bool(true)) {
                if let Some((_, gone)) = self.given.items.rows_mut(self.form, parent, node) {
                    gone.push(Json::Object(answers.clone()));
                }
                continue;
            }
            let item = self.given.items.add_row(self.form, parent, node);
            self.given.items.all[item].row =
                answers.get(ROW).and_then(Json::as_str).map(str::to_owned);
            self.object(item, answers);
        }
    }
}

impl Items {
    /// Adds a row at the end of a repeat.
    pub(super) fn add_row(&mut self, form: &Form, parent: ItemIx, repeat: NodeIx) -> ItemIx {
        let item = self.grow(form, repeat, parent);
        if let Some((live, _)) = self.rows_mut(form, parent, repeat) {
            live.push(item);
        }
        item
    }

    /// Whether the form (0) or a row is begun by these answers, and not one of a record.
    fn is_new(&self, row: ItemIx, context: &Context) -> bool {
        context.creating || (row != 0 && self.all[row].row.is_none())
    }

    /// The answers as JSON: typed, flat, what is not relevant left out.
    pub(super) fn json(&self, form: &Form) -> Map<String, Json> {
        self.object_json(form, 0, None)
    }

    /// The same as a draft keeps it: with a null where a default was cleared, which would be filled
    /// in anew otherwise, and with what has no question.
    pub(super) fn draft_json(&self, form: &Form, context: &Context) -> Map<String, Json> {
        self.object_json(form, 0, Some(context))
    }

    fn object_json(&self, form: &Form, row: ItemIx, draft: Option<&Context>) -> Map<String, Json> {
        let is_new = draft.is_some_and(|context| self.is_new(row, context));
        let mut object = Map::new();
        if let Some(id) = &self.all[row].row {
            object.insert(ROW.to_owned(), json!(id));
        }
        let left = self
            .left
            .iter()
            .filter(|left| draft.is_some() && left.0 == row);
        object.extend(left.map(|(_, name, given)| (name.clone(), given.clone())));
        let mut open: Vec<(ItemIx, usize)> = Vec::new();
        let below = |item: ItemIx| {
            (0..self.all[item].slots.len())
                .rev()
                .map(move |slot| (item, slot))
        };
        open.extend(below(row));
        while let Some((above, slot)) = open.pop() {
            match &self.all[above].slots[slot] {
                Slot::One(item) => {
                    let own = &self.all[*item];
                    if !own.state.relevant {
                        continue;
                    }
                    let def = form.def(own.node);
                    if let Some(given) = &own.unread {
                        object.insert(def.name.clone(), given.clone());
                    } else if !own.answer.is_empty() || (is_new && def.default.is_some()) {
                        object.insert(def.name.clone(), own.answer.json());
                    }
                    open.extend(below(*item));
                }
                Slot::Rows { live, gone } => {
                    let live = live.iter().filter(|r| self.all[**r].state.relevant);
                    let mut rows: Vec<Json> = live
                        .map(|r| Json::Object(self.object_json(form, *r, draft)))
                        .collect();
                    rows.extend(gone.iter().cloned());
                    if !rows.is_empty() {
                        let repeat = form.links.nodes[self.all[above].node].children[slot];
                        object.insert(form.def(repeat).name.clone(), Json::Array(rows));
                    }
                }
            }
        }
        object
    }
}
