//! Working out what follows from the answers: relevance and values in the form's order, then
//! what is required and what holds; after a change only what depends on it.

mod problems;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Map;

use super::Form;
use super::answer::Answer;
use super::context::Context;
use super::defaults;
use super::definition::NodeKind;
use super::graph;
use super::items::{ItemIx, Items, State};
use super::linked::{NodeIx, Rule};
use super::offered;
use super::problem::{ProblemCode, Severity};
use super::read::{MAX_ITEMS, MAX_ROWS};
use super::view::View;
use crate::expr::{ExprError, Value};

/// Steps that one pass may take over all rules together: opening a form, or what follows from one
/// answer. A rule for which none are left is at fault, and said to be.
pub(super) const PASS_FUEL: u64 = 20_000_000;

/// Answers under way.
pub(super) struct Engine<'a> {
    pub(super) form: &'a Form,
    pub(super) context: &'a Context,
    /// Which nodes can be known to this reader: see [`known`].
    pub(super) known: &'a [bool],
    pub(super) items: &'a mut Items,
    /// True where what chance gave before stays: answers are checked, not filled in.
    pub(super) keep_drawn: bool,
    /// Items whose value or relevance changed, and those whose validity may have.
    pub(super) touched: BTreeSet<ItemIx>,
    /// Counted repeats that lack rows. Rows come when all else is settled, as where a person comes by:
    /// what they begin with reads it.
    pub(super) growing: BTreeSet<NodeIx>,
    /// What the change of a trigger fills in anew.
    pub(super) started: BTreeSet<ItemIx>,
    /// What is left of [`PASS_FUEL`].
    pub(super) fuel: Cell<u64>,
}

/// Which items of a node are to be worked out again.
enum Dirty {
    All,
    Rows(BTreeSet<ItemIx>),
}

/// For each node whether its value can be known with the compartments held: it is held itself,
/// and what calculates it reads only what is known.
pub(super) fn known(form: &Form, context: &Context) -> Vec<bool> {
    let mut known = vec![true; form.links.nodes.len()];
    for ix in form.links.order.iter().copied().filter(|ix| *ix != 0) {
        let rules = &form.links.nodes[ix].rules;
        let reads_known = |rule: &Option<Rule>| {
            rule.as_ref()
                .is_none_or(|rule| rule.reads.iter().all(|read| known[read.node]))
        };
        let held = !form.def(ix).kind.is_leaf() || context.holds(form.def(ix).compartment);
        known[ix] = held && reads_known(&rules.calculation) && reads_known(&rules.relevant);
    }
    known
}

impl Engine<'_> {
    /// Works out everything.
    pub(super) fn all(&mut self) {
        self.settle_all();
        for item in 1..self.items.all.len() {
            self.judge(item);
        }
    }

    /// Works out everything but which answers are valid, for who asks [`Engine::problems`] anyway.
    pub(super) fn all_but_validity(&mut self) {
        self.settle_all();
        for item in 1..self.items.all.len() {
            self.asked(item);
        }
    }

    fn settle_all(&mut self) {
        let every = self.form.links.order.iter().copied().filter(|ix| *ix != 0);
        self.settle(
            every
                .map(|ix| (self.form.links.nodes[ix].rank, Dirty::All))
                .collect(),
        );
    }

    /// Works out what depends on items that a person changed.
    pub(super) fn after(&mut self, changed: &[ItemIx]) {
        let mut dirty = BTreeMap::new();
        let mut judged = BTreeSet::new();
        for item in changed {
            // What is filled in may overrule what was just answered.
            self.work_out(*item);
            judged.insert(*item);
            self.spread_from(*item, &mut dirty, &mut judged);
        }
        self.settle_more(dirty, judged);
    }

    /// Works out a repeat whose rows came or went.
    pub(super) fn after_rows(&mut self, parent: ItemIx, repeat: NodeIx) {
        let mut dirty = BTreeMap::new();
        let mut judged = BTreeSet::new();
        self.spread_from_rows(repeat, &mut dirty, &mut judged);
        judged.insert(parent);
        self.settle_more(dirty, judged);
    }

    fn settle(&mut self, dirty: BTreeMap<usize, Dirty>) {
        let mut judged = BTreeSet::new();
        self.run(dirty, &mut judged);
    }

    fn settle_more(&mut self, dirty: BTreeMap<usize, Dirty>, mut judged: BTreeSet<ItemIx>) {
        self.run(dirty, &mut judged);
        judged.extend(self.touched.iter().copied());
        for item in judged {
            if item != 0 && self.judge(item) {
                self.touched.insert(item);
            }
        }
    }

    fn run(&mut self, mut dirty: BTreeMap<usize, Dirty>, judged: &mut BTreeSet<ItemIx>) {
        loop {
            self.settle_dirty(&mut dirty, judged);
            if self.growing.is_empty() {
                return;
            }
            for node in std::mem::take(&mut self.growing) {
                self.grow(node);
                self.spread_from_rows(node, &mut dirty, judged);
            }
        }
    }

    /// Adds the rows that counted repeats lack.
    fn grow(&mut self, node: NodeIx) {
        let (form, context) = (self.form, self.context);
        for parent in self.items.spread(form, 0, form.links.nodes[node].parent) {
            let wanted = self.wanted_rows(parent, node).unwrap_or(0);
            for _ in self.items.rows(form, parent, node).len()..wanted {
                let row = self.items.add_row(form, parent, node);
                let filled = defaults::fill_in(form, context, self.items, row, &Map::new());
                self.touched.extend(filled);
            }
        }
    }

    fn settle_dirty(&mut self, dirty: &mut BTreeMap<usize, Dirty>, judged: &mut BTreeSet<ItemIx>) {
        while let Some((rank, which)) = dirty.pop_first() {
            let node = self.form.links.order[rank];
            let items = match which {
                Dirty::All => self.items.spread(self.form, 0, node),
                Dirty::Rows(rows) => rows
                    .iter()
                    .flat_map(|row| self.items.spread(self.form, *row, node))
                    .collect(),
            };
            for item in items {
                judged.insert(item);
                if self.work_out(item) {
                    self.touched.insert(item);
                    self.spread_from(item, dirty, judged);
                }
            }
            if self.count_rows(node) {
                self.spread_from_rows(node, dirty, judged);
            }
        }
    }

    /// Marks the rows of a repeat, what stands in them, however deep, and what reads any of it.
    fn spread_from_rows(
        &self,
        repeat: NodeIx,
        dirty: &mut BTreeMap<usize, Dirty>,
        judged: &mut BTreeSet<ItemIx>,
    ) {
        let links = &self.form.links;
        let below = (repeat..links.nodes.len()).filter(|ix| links.above(*ix).any(|a| a == repeat));
        for node in below {
            dirty.insert(links.nodes[node].rank, Dirty::All);
            for edge in &links.nodes[node].edges {
                if edge.value {
                    dirty.insert(links.nodes[edge.to].rank, Dirty::All);
                } else {
                    judged.extend(self.items.spread(self.form, 0, edge.to));
                }
            }
        }
    }

    /// Marks what reads an item.
    fn spread_from(
        &self,
        item: ItemIx,
        dirty: &mut BTreeMap<usize, Dirty>,
        judged: &mut BTreeSet<ItemIx>,
    ) {
        let node = self.items.all[item].node;
        let scope = self.form.links.row_scope(&self.form.definition, node);
        for edge in &self.form.links.nodes[node].edges {
            let own_row = edge.same_row
                && self.form.links.row_scope(&self.form.definition, edge.to) == scope
                && !self.form.is(edge.to, NodeKind::Repeat);
            let row = if own_row {
                self.items.row_of(self.form, item)
            } else {
                0
            };
            if !edge.value {
                judged.extend(self.items.spread(self.form, row, edge.to));
                continue;
            }
            let rank = self.form.links.nodes[edge.to].rank;
            match dirty
                .entry(rank)
                .or_insert_with(|| Dirty::Rows(BTreeSet::new()))
            {
                Dirty::Rows(rows) if own_row => {
                    rows.insert(row);
                }
                all => *all = Dirty::All,
            }
        }
    }

    fn view(&self) -> View<'_> {
        View {
            form: self.form,
            items: self.items,
            context: self.context,
        }
    }

    /// Whether a rule may be evaluated: it reads what is held, and draws only where it may.
    fn readable(&self, rule: &Rule) -> bool {
        let may_draw = !rule.draws || self.context.chance.is_some();
        may_draw && rule.reads.iter().all(|read| self.known[read.node])
    }

    /// Whether the answer's codes are among those that the filter offers.
    fn is_offered(&self, item: ItemIx, filter: Option<&Rule>) -> Result<bool, ExprError> {
        match filter.filter(|rule| self.readable(rule)) {
            Some(filter) => {
                let mut fuel = self.fuel.get();
                let offered = offered::all_offered(&self.view(), filter, item, &mut fuel);
                self.fuel.set(fuel);
                offered
            }
            None => Ok(true),
        }
    }

    /// Whether a rule holds; none where there is no rule or it reads what is not held.
    fn holds(&self, rule: Option<&Rule>, item: ItemIx) -> Option<Result<bool, ExprError>> {
        let rule = rule.filter(|rule| self.readable(rule))?;
        let value = self.evaluated(rule, item);
        Some(value.map(|value| value.truth(&self.view())))
    }

    /// What a rule says at an item, out of what is left of the pass.
    fn evaluated(&self, rule: &Rule, item: ItemIx) -> Result<Value, ExprError> {
        let mut fuel = self.fuel.get();
        let value = rule
            .expr
            .eval_within(&self.view(), View::at(item), &mut fuel);
        self.fuel.set(fuel);
        value
    }

    /// Relevance, then value; true where either changed.
    fn work_out(&mut self, item: ItemIx) -> bool {
        let (node, parent) = (self.items.all[item].node, self.items.all[item].parent);
        let rules = &self.form.links.nodes[node].rules;
        let own = self
            .holds(rules.relevant.as_ref(), item)
            .and_then(Result::ok)
            .unwrap_or(true);
        let relevant = self.items.all[parent].state.relevant && own;
        let mut changed = relevant != self.items.all[item].state.relevant;
        self.items.all[item].state.relevant = relevant;
        let (answer, fault) = self.fill_in(item, node);
        self.items.all[item].fault = fault;
        if let Some(answer) = answer.filter(|_| relevant)
            && answer != self.items.all[item].answer
        {
            self.items.all[item].answer = answer;
            self.items.all[item].unread = None;
            changed = true;
        }
        changed
    }

    /// What the form or the phone fills in, none where the answer stays as it is; and what is wrong
    /// with the calculation.
    fn fill_in(&self, item: ItemIx, node: NodeIx) -> (Option<Answer>, Option<ProblemCode>) {
        let rules = &self.form.links.nodes[node].rules;
        let def = self.form.def(node);
        let own = &self.items.all[item];
        if def.kind.is_metadata() {
            let empty = own.answer.is_empty();
            return (empty.then(|| self.context.fill_in(def.kind)), None);
        }
        let rule = rules
            .calculation
            .as_ref()
            .filter(|rule| self.readable(rule))
            .filter(|rule| !(rule.draws && self.keep_drawn && !own.answer.is_empty()));
        let Some(rule) = rule else {
            return (None, None);
        };
        let Ok(value) = self.evaluated(rule, item) else {
            return (None, Some(ProblemCode::FormFault));
        };
        let value = value.single(&self.view());
        let zone = self.context.clock().zone();
        let answer = Answer::of_value(def, self.form.codes(node), &value, zone);
        if Answer::Text(value.text()).is_too_long() {
            // A text that no save carries may not stand for one that it does.
            return (Some(Answer::Empty), Some(ProblemCode::TooLong));
        }
        if rules.triggers.is_empty() {
            return (Some(answer), None);
        }
        // A triggered calculation is an offer: it fills what is empty once one of the named questions
        // was answered, and stands where the person may not change it.
        let locked = rules
            .read_only
            .as_ref()
            .is_some_and(|rule| !rule.expr.is_constant())
            && self.holds(rules.read_only.as_ref(), item) == Some(Ok(true));
        let offered = own.answer.is_empty() && (self.started.contains(&item) || self.begun(item));
        let stands = offered || (locked && !answer.is_empty());
        (stands.then_some(answer), None)
    }

    /// Whether one of the questions whose change fills an item in has an answer.
    fn begun(&self, item: ItemIx) -> bool {
        let (form, node) = (self.form, self.items.all[item].node);
        let links = &form.links;
        links.nodes[node].rules.triggers.iter().any(|trigger| {
            let top = graph::shared(&form.definition, links, node, *trigger, false);
            let mut at = item;
            while at != 0 && self.items.all[at].node != top {
                at = self.items.all[at].parent;
            }
            let of = self.items.spread(form, at, *trigger);
            of.iter().any(|at| !self.items.all[*at].answer.is_empty())
        })
    }

    /// Takes a counted repeat's surplus rows out and notes where it lacks some; true where their
    /// number changed.
    fn count_rows(&mut self, node: NodeIx) -> bool {
        let form = self.form;
        let mut changed = false;
        for parent in self.items.spread(form, 0, form.links.nodes[node].parent) {
            let Some(wanted) = self.wanted_rows(parent, node) else {
                continue;
            };
            if self.items.rows(form, parent, node).len() < wanted {
                self.growing.insert(node);
            }
            if let Some((live, _)) = self.items.rows_mut(form, parent, node)
                && live.len() > wanted
            {
                live.truncate(wanted);
                changed = true;
            }
        }
        changed
    }

    /// How many rows a repeat's count asks for below an item; none where it has no count, or none
    /// that may be worked out.
    fn wanted_rows(&self, parent: ItemIx, node: NodeIx) -> Option<usize> {
        let there = self.items.rows(self.form, parent, node).len();
        // Counted rows of counted rows multiply.
        let most = match self.items.all.len() < MAX_ITEMS {
            true => MAX_ROWS,
            false => there.min(MAX_ROWS),
        };
        Some((self.counted_rows(parent, node)? as usize).min(most))
    }

    /// How many rows the count says, whatever is allowed.
    pub(super) fn counted_rows(&self, parent: ItemIx, node: NodeIx) -> Option<f64> {
        let rule = self.form.links.nodes[node].rules.repeat_count.as_ref();
        let rule = rule.filter(|rule| self.readable(rule))?;
        let value = self.evaluated(rule, parent).ok()?;
        let wanted = value.single(&self.view()).number();
        Some(if wanted.is_finite() {
            wanted.max(0.0)
        } else {
            0.0
        })
    }

    /// What is required, fixed and valid; true where that changed.
    fn judge(&mut self, item: ItemIx) -> bool {
        let before = self.items.all[item].state;
        self.asked(item);
        let mut problems = Vec::new();
        self.problems_of(item, &mut problems);
        let valid = problems.iter().all(|p| p.severity == Severity::Warning);
        self.items.all[item].state.valid = valid;
        before != self.items.all[item].state
    }

    /// What is required and fixed; valid until that is asked.
    fn asked(&mut self, item: ItemIx) {
        let before = self.items.all[item].state;
        let node = self.items.all[item].node;
        let rules = &self.form.links.nodes[node].rules;
        let yes = |rule: &Option<Rule>| self.holds(rule.as_ref(), item) == Some(Ok(true));
        let state = State {
            relevant: before.relevant,
            required: before.relevant && self.known[node] && yes(&rules.required),
            read_only: yes(&rules.read_only),
            valid: true,
        };
        self.items.all[item].state = state;
    }
}
