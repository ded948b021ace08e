//! Answers given as JSON, read into items and written back.

use serde_json::{Map, Value as Json, json};

use super::Form;
use super::answer::Answer;
use super::context::Context;
use super::definition::NodeKind;
use super::items::{ItemIx, Items, Slot};
use super::linked::{NodeIx, is_dynamic};
use super::problem::{Problem, ProblemCode, Severity, message};
use super::view::View;
use crate::expr::likely;

/// The most rows that one repeat may have.
pub const MAX_ROWS: usize = 1_000;
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
pub(super) fn read(form: &Form, context: &Context, answers: &Map<String, Json>) -> Given {
    let mut reader = Reader {
        form,
        context,
        given: Given {
            items: Items::new(form),
            problems: Vec::new(),
        },
    };
    reader.object(0, answers);
    reader.given
}

struct Reader<'a> {
    form: &'a Form,
    context: &'a Context,
    given: Given,
}

impl Reader<'_> {
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
    fn object(&mut self, row: ItemIx, answers: &Map<String, Json>) {
        let scope = self.given.items.all[row].node;
        for (name, given) in answers {
            if row != 0 && (name == ROW || name == GONE) {
                continue;
            }
            match self.form.links.names.get(&(scope, name.clone())).copied() {
                None => self.unknown(row, scope, name),
                Some(node) if self.form.is(node, NodeKind::Repeat) => self.repeat(row, node, given),
                Some(node) => self.leaf(row, node, given),
            }
        }
        if self.context.creating {
            self.defaults(row, scope, answers);
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
        let near = likely(name, known);
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
                self.given.items.all[item].unread = true;
                let field = self.given.items.field(self.form, item);
                self.problem(field, Some(node), code);
            }
        }
    }

    fn repeat(&mut self, row: ItemIx, node: NodeIx, given: &Json) {
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

    /// Fills in what the form begins with, where nothing was said.
    fn defaults(&mut self, row: ItemIx, scope: NodeIx, answers: &Map<String, Json>) {
        for node in self.form.leaves_of(scope) {
            let def = self.form.def(node);
            if def.kind.is_metadata()
                && let Some(item) = self.given.items.below(self.form, row, node)
                && self.given.items.all[item].answer.is_empty()
            {
                self.given.items.all[item].answer = self.context.fill_in(def.kind);
            }
            let Some(default) = def
                .default
                .as_deref()
                .filter(|_| !answers.contains_key(&def.name))
            else {
                continue;
            };
            let Some(item) = self.given.items.below(self.form, row, node) else {
                continue;
            };
            let zone = self.context.clock().zone();
            let codes = self.form.codes(node);
            let answer = match &self.form.links.nodes[node].rules.default {
                Some(rule) if is_dynamic(default) => {
                    let view = View {
                        form: self.form,
                        items: &self.given.items,
                        context: self.context,
                    };
                    rule.expr.eval(&view, View::at(item)).ok().map(|value| {
                        let value = value.single(&view);
                        Answer::of_value(def, codes, &value, zone)
                    })
                }
                _ => Answer::read(def, codes, &json!(default), zone).ok(),
            };
            self.given.items.all[item].answer = answer.unwrap_or(Answer::Empty);
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

    /// The answers as JSON: typed, flat, what is not relevant left out.
    pub(super) fn json(&self, form: &Form) -> Map<String, Json> {
        self.object_json(form, 0)
    }

    fn object_json(&self, form: &Form, row: ItemIx) -> Map<String, Json> {
        let mut object = Map::new();
        if let Some(id) = &self.all[row].row {
            object.insert(ROW.to_owned(), json!(id));
        }
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
                    if !own.answer.is_empty() {
                        object.insert(form.def(own.node).name.clone(), own.answer.json());
                    }
                    open.extend(below(*item));
                }
                Slot::Rows { live, gone } => {
                    let live = live.iter().filter(|r| self.all[**r].state.relevant);
                    let mut rows: Vec<Json> = live
                        .map(|r| Json::Object(self.object_json(form, *r)))
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
