//! A form as a screen draws it: what is asked now, in the form's order, in a person's words. What is
//! not relevant, what the phone fills in and what the reader does not hold is not there.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::definition::{NodeDef, NodeKind};
use super::items::{ItemIx, Slot};
use super::linked::{NodeIx, pick};
use super::offered::Offered;
use super::problem::{Problem, Severity};
use super::read::MAX_ROWS;
use super::session::Session;

/// The most rows of a list that are drawn in place; of a longer one a person searches.
pub const IN_PLACE: usize = 14;

/// What stands in one place of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// The title of a group.
    Heading,
    /// The title of a repeat; its rows follow.
    Repeat,
    /// The title of a row; its questions follow.
    Row,
    /// Below the rows of a repeat: a person may add one.
    AddRow,
    /// Text to read.
    Note,
    /// A question.
    Question,
}

/// One line of a form on a screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawn {
    /// What stands here.
    pub shape: Shape,
    /// The question or row, as [`Problem::field`] names it; of a repeat and its `add_row` the repeat.
    pub field: String,
    /// The question's type.
    pub kind: NodeKind,
    /// In how many groups, repeats and rows it stands.
    pub depth: u32,
    /// What it is called; of a row its repeat's label.
    pub label: String,
    /// What helps to answer.
    pub hint: Option<String>,
    /// What is said to who asks for more.
    pub guidance: Option<String>,
    /// The form's hint to the screen: `multiline`, `signature`.
    pub appearance: Option<String>,
    /// What a text names or how it is written: `person`, `phone`, `area`.
    pub refers: Option<String>,
    /// XLSForm's `parameters`: `start`, `end`, `step` of a range.
    pub parameters: BTreeMap<String, String>,
    /// The answer as it is typed, codes with spaces between; of an attachment its hash.
    pub text: Option<String>,
    /// The answer in words, where they are others.
    pub said: Option<String>,
    /// The rows of a short list ([`IN_PLACE`]); of a longer one none: ask for them.
    pub offered: Vec<Offered>,
    /// Whether the answer is chosen from what is offered.
    pub chosen: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether a person may not change it; of a row, not take it out.
    pub fixed: bool,
    /// Of a row its place, from 1; of a repeat how many rows there are.
    pub rows: u32,
    /// What is wrong with the answer, or should be looked at.
    pub problems: Vec<Problem>,
}

/// A page of a form: a group or repeat at the top, or the questions between two of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The name of the first question, group or repeat on it, by which it is drawn.
    pub name: String,
    /// What it is called; empty of questions that stand in no group.
    pub label: String,
    /// How many answers on it must be corrected before the form can be saved.
    pub errors: u32,
}

/// What a walk over the items has still to look at, with its depth.
enum Step {
    Item(ItemIx, u32),
    Repeat(ItemIx, NodeIx, u32),
    Row(ItemIx, u32, u32),
    AddRow(ItemIx, NodeIx, u32),
}

impl Session {
    /// The pages that have something to ask now.
    pub fn pages(&mut self) -> Vec<Page> {
        let problems = self.problems();
        let mut pages = Vec::new();
        for slots in self.page_slots() {
            let lines = self.walk(&slots, &problems);
            let Some(first) = slots.first() else { continue };
            if lines.is_empty() {
                continue;
            }
            let def = self.form.def(self.top_node(*first));
            let own = matches!(def.kind, NodeKind::Group | NodeKind::Repeat);
            let errors = lines.iter().flat_map(|line| &line.problems);
            let errors = errors.filter(|one| one.severity == Severity::Error);
            pages.push(Page {
                name: def.name.clone(),
                label: match own {
                    true => self.label(def),
                    false => String::new(),
                },
                errors: u32::try_from(errors.count()).unwrap_or(u32::MAX),
            });
        }
        pages
    }

    /// The lines of a page by its name, or of the whole form.
    pub fn drawn(&mut self, page: Option<&str>) -> Vec<Drawn> {
        let problems = self.problems();
        let pages = self.page_slots().into_iter();
        let wanted = pages.filter(|slots| match (page, slots.first()) {
            (Some(page), Some(first)) => self.form.def(self.top_node(*first)).name == page,
            _ => page.is_none(),
        });
        let slots: Vec<usize> = wanted.flatten().collect();
        self.walk(&slots, &problems)
    }

    /// The places at the top of the form, by page.
    fn page_slots(&self) -> Vec<Vec<usize>> {
        let mut pages: Vec<Vec<usize>> = Vec::new();
        let mut open = false;
        for slot in 0..self.items.all[0].slots.len() {
            let kind = self.form.def(self.top_node(slot)).kind;
            let own = matches!(kind, NodeKind::Group | NodeKind::Repeat);
            match pages.last_mut() {
                Some(page) if open && !own => page.push(slot),
                _ => pages.push(vec![slot]),
            }
            open = !own;
        }
        pages
    }

    fn top_node(&self, slot: usize) -> NodeIx {
        self.form.links.nodes[0].children[slot]
    }

    /// The lines below these places of the form; titles with nothing below them are left out.
    fn walk(&self, slots: &[usize], problems: &[Problem]) -> Vec<Drawn> {
        let mut of: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
        for problem in problems {
            of.entry(&problem.field).or_default().push(problem);
        }
        let mut lines = Vec::new();
        let mut open: Vec<Step> = Vec::new();
        open.extend(slots.iter().rev().map(|slot| self.step(0, *slot, 0)));
        while let Some(step) = open.pop() {
            match step {
                Step::Item(item, depth) => {
                    lines.extend(self.line(item, depth));
                    self.open_below(item, depth + 1, &mut open);
                }
                Step::Repeat(parent, node, depth) => {
                    lines.extend(self.repeat_title(parent, node, depth, &mut open));
                }
                Step::Row(row, place, depth) => {
                    lines.push(self.row_line(row, place, depth));
                    self.open_below(row, depth + 1, &mut open);
                }
                Step::AddRow(parent, node, depth) => {
                    let name = self.repeat_field(parent, node);
                    lines.push(self.blank(Shape::AddRow, name, self.form.def(node), depth));
                }
            }
        }
        for line in &mut lines {
            let own = of
                .get(line.field.as_str())
                .filter(|_| line.shape != Shape::AddRow);
            line.problems = own.into_iter().flatten().map(|p| (*p).clone()).collect();
        }
        without_empty_headings(lines)
    }

    fn step(&self, item: ItemIx, slot: usize, depth: u32) -> Step {
        match &self.items.all[item].slots[slot] {
            Slot::One(below) => Step::Item(*below, depth),
            Slot::Rows { .. } => {
                let node = self.form.links.nodes[self.items.all[item].node].children[slot];
                Step::Repeat(item, node, depth)
            }
        }
    }

    /// What stands below an item that is asked, the first on top.
    fn open_below(&self, item: ItemIx, depth: u32, open: &mut Vec<Step>) {
        if self.items.all[item].state.relevant {
            let slots = (0..self.items.all[item].slots.len()).rev();
            open.extend(slots.map(|slot| self.step(item, slot, depth)));
        }
    }

    /// The line of a group, note or question; none where a person is not asked.
    fn line(&self, item: ItemIx, depth: u32) -> Option<Drawn> {
        let own = &self.items.all[item];
        let def = self.form.def(own.node);
        if !own.state.relevant || !self.is_drawn(own.node) {
            return None;
        }
        let field = self.items.field(&self.form, item);
        let shape = match def.kind {
            NodeKind::Group if def.labels.is_empty() => return None,
            NodeKind::Group => Shape::Heading,
            NodeKind::Note => Shape::Note,
            _ => Shape::Question,
        };
        let mut line = self.blank(shape, field, def, depth);
        if shape == Shape::Question {
            let value = match &own.unread {
                Some(given) => given.clone(),
                None => own.answer.json(),
            };
            line.text = typed(&value);
            line.said = self.said(own.node, &value);
            line.chosen = def.kind.has_list();
            line.offered = self.short_list(&line.field, def.kind);
            line.required = own.state.required;
            line.fixed = own.state.read_only || self.form.is_calculated(own.node);
        }
        Some(line)
    }

    /// Whether a person may be asked this at all.
    fn is_drawn(&self, node: NodeIx) -> bool {
        let kind = self.form.def(node).kind;
        let silent = matches!(kind, NodeKind::Calculate | NodeKind::Hidden);
        !silent && !kind.is_metadata() && self.is_known(node)
    }

    /// The title of a repeat that is asked; its rows, and the place for another, come next.
    fn repeat_title(
        &self,
        parent: ItemIx,
        node: NodeIx,
        depth: u32,
        open: &mut Vec<Step>,
    ) -> Option<Drawn> {
        let asked = self.items.all[parent].state.relevant && self.may_have_rows(parent, node);
        if !asked || !self.is_known(node) {
            return None;
        }
        let rows = self.items.rows(&self.form, parent, node);
        if !self.is_counted(node) && rows.len() < MAX_ROWS {
            open.push(Step::AddRow(parent, node, depth + 1));
        }
        for (no, row) in rows.iter().enumerate().rev() {
            let place = u32::try_from(no + 1).unwrap_or(u32::MAX);
            open.push(Step::Row(*row, place, depth + 1));
        }
        let mut title = self.blank(
            Shape::Repeat,
            self.repeat_field(parent, node),
            self.form.def(node),
            depth,
        );
        title.rows = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        Some(title)
    }

    fn row_line(&self, row: ItemIx, place: u32, depth: u32) -> Drawn {
        let node = self.items.all[row].node;
        let field = self.items.field(&self.form, row);
        let mut line = self.blank(Shape::Row, field, self.form.def(node), depth);
        line.rows = place;
        line.fixed = self.is_counted(node);
        line
    }

    /// Whether the form says how many rows a repeat has.
    fn is_counted(&self, node: NodeIx) -> bool {
        self.form.links.nodes[node].rules.repeat_count.is_some()
    }

    /// The name by which rows are added to a repeat below an item.
    fn repeat_field(&self, parent: ItemIx, node: NodeIx) -> String {
        let name = &self.form.def(node).name;
        match self.items.row_of(&self.form, parent) {
            0 => name.clone(),
            row => format!("{}.{name}", self.items.field(&self.form, row)),
        }
    }

    fn label(&self, def: &NodeDef) -> String {
        let fallback = &self.form.definition.default_language;
        let label = pick(&def.labels, self.language(), fallback);
        label.unwrap_or(&def.name).to_owned()
    }

    fn blank(&self, shape: Shape, field: String, def: &NodeDef, depth: u32) -> Drawn {
        let fallback = &self.form.definition.default_language;
        let words = |labels| pick(labels, self.language(), fallback).map(str::to_owned);
        Drawn {
            shape,
            field,
            kind: def.kind,
            depth,
            label: self.label(def),
            hint: words(&def.hints),
            guidance: words(&def.guidance),
            appearance: def.appearance.clone(),
            refers: def.refers.clone(),
            parameters: def.parameters.clone(),
            text: None,
            said: None,
            offered: Vec::new(),
            chosen: false,
            required: false,
            fixed: false,
            rows: 0,
            problems: Vec::new(),
        }
    }

    fn short_list(&self, field: &str, kind: NodeKind) -> Vec<Offered> {
        if !kind.has_list() {
            return Vec::new();
        }
        let offered = self.choices(field, "", IN_PLACE + 1).unwrap_or_default();
        match offered.len() > IN_PLACE {
            true => Vec::new(),
            false => offered,
        }
    }

    /// The labels of the codes of an answer.
    fn said(&self, node: NodeIx, value: &Json) -> Option<String> {
        let list = self.form.def(node).list.as_deref()?;
        let definition = &self.form.definition;
        let label = |code: &str| {
            let label = definition.choice_label(list, code, self.language());
            label.unwrap_or(code).to_owned()
        };
        match value {
            Json::String(code) => Some(label(code)),
            Json::Array(codes) => {
                let said: Vec<String> = codes.iter().filter_map(Json::as_str).map(label).collect();
                let between = if self.language().starts_with("zh") {
                    "、"
                } else {
                    ", "
                };
                Some(said.join(between)).filter(|said| !said.is_empty())
            }
            _ => None,
        }
    }
}

/// An answer as a person types it.
fn typed(value: &Json) -> Option<String> {
    let text = match value {
        Json::Null => return None,
        Json::String(text) => text.clone(),
        Json::Array(codes) => {
            let codes: Vec<&str> = codes.iter().filter_map(Json::as_str).collect();
            codes.join(" ")
        }
        Json::Object(file) => file.get("hash").and_then(Json::as_str)?.to_owned(),
        other => other.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Without the titles of groups that have nothing below them.
fn without_empty_headings(lines: Vec<Drawn>) -> Vec<Drawn> {
    let mut kept: Vec<Drawn> = Vec::with_capacity(lines.len());
    for line in lines.into_iter().rev() {
        let below = kept.last().is_some_and(|next| next.depth > line.depth);
        if line.shape != Shape::Heading || below {
            kept.push(line);
        }
    }
    kept.reverse();
    kept
}

#[cfg(all(test, feature = "author"))]
mod tests;
