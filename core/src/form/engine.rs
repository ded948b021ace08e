//! Working out what follows from the answers: relevance and values in the form's order, then
//! what is required and what holds; after a change only what depends on it.

use std::collections::{BTreeMap, BTreeSet};

use super::Form;
use super::answer::Answer;
use super::context::Context;
use super::definition::NodeKind;
use super::items::{ItemIx, Items, State};
use super::linked::{NodeIx, Rule};
use super::offered;
use super::problem::{Problem, ProblemCode, Severity, message};
use super::read::MAX_ROWS;
use super::view::View;
use crate::expr::ExprError;

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
                    self.spread_from(item, &mut dirty, judged);
                }
            }
            if self.count_rows(node) {
                self.spread_from_rows(node, &mut dirty, judged);
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
            Some(filter) => offered::all_offered(&self.view(), filter, item),
            None => Ok(true),
        }
    }

    /// Whether a rule holds; none where there is no rule or it reads what is not held.
    fn holds(&self, rule: Option<&Rule>, item: ItemIx) -> Option<Result<bool, ExprError>> {
        let rule = rule.filter(|rule| self.readable(rule))?;
        Some(rule.expr.holds(&self.view(), View::at(item)))
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
        if let Some(answer) = self.fill_in(item, node).filter(|_| relevant)
            && answer != self.items.all[item].answer
        {
            self.items.all[item].answer = answer;
            self.items.all[item].unread = false;
            changed = true;
        }
        changed
    }

    /// What the form or the phone fills in; none leaves the answer as it is.
    fn fill_in(&self, item: ItemIx, node: NodeIx) -> Option<Answer> {
        let rules = &self.form.links.nodes[node].rules;
        let def = self.form.def(node);
        let own = &self.items.all[item];
        if def.kind.is_metadata() {
            return own
                .answer
                .is_empty()
                .then(|| self.context.fill_in(def.kind));
        }
        let rule = rules
            .calculation
            .as_ref()
            .filter(|rule| self.readable(rule))
            .filter(|rule| !(rule.draws && self.keep_drawn && !own.answer.is_empty()))?;
        let value = rule
            .expr
            .eval(&self.view(), View::at(item))
            .ok()?
            .single(&self.view());
        let zone = self.context.clock().zone();
        let answer = Answer::of_value(def, self.form.codes(node), &value, zone);
        if rules.triggers.is_empty() {
            return Some(answer);
        }
        // A triggered calculation is an offer: it fills what is empty, and stands where the
        // person may not change it.
        let locked = rules
            .read_only
            .as_ref()
            .is_some_and(|rule| !rule.expr.is_constant())
            && self.holds(rules.read_only.as_ref(), item) == Some(Ok(true));
        (own.answer.is_empty() || (locked && !answer.is_empty())).then_some(answer)
    }

    /// Gives a counted repeat its rows; true where their number changed.
    fn count_rows(&mut self, node: NodeIx) -> bool {
        let form = self.form;
        let Some(rule) = form.links.nodes[node]
            .rules
            .repeat_count
            .as_ref()
            .filter(|r| self.readable(r))
        else {
            return false;
        };
        let mut changed = false;
        for parent in self.items.spread(form, 0, form.links.nodes[node].parent) {
            let Ok(value) = rule.expr.eval(&self.view(), View::at(parent)) else {
                continue;
            };
            let wanted = value.single(&self.view()).number();
            let wanted = if wanted.is_finite() {
                wanted.clamp(0.0, MAX_ROWS as f64) as usize
            } else {
                0
            };
            while self.items.rows(form, parent, node).len() < wanted {
                self.items.add_row(form, parent, node);
                changed = true;
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

    /// Every problem, in the form's order.
    pub(super) fn problems(&self) -> Vec<Problem> {
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
                    super::items::Slot::One(item) => open.push(*item),
                    super::items::Slot::Rows { live, .. } => {
                        self.too_few(at, *child, live, &mut found);
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
            let above = self.items.row_of(self.form, parent);
            let name = &self.form.def(repeat).name;
            let field = match above {
                0 => name.clone(),
                _ => format!("{}.{name}", self.items.field(self.form, above)),
            };
            found.push(self.named(field, repeat, ProblemCode::RequiredMissing, Severity::Error));
        }
    }

    fn problems_of(&self, item: ItemIx, found: &mut Vec<Problem>) {
        let own = &self.items.all[item];
        if !own.state.relevant || own.unread {
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
        if let Some(rule) = rules
            .calculation
            .as_ref()
            .filter(|rule| self.readable(rule))
            && rule.expr.eval(&self.view(), View::at(item)).is_err()
        {
            found.push(self.problem(item, ProblemCode::FormFault, Severity::Warning));
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
