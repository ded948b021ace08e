//! A form tried before it is published: every rule is asked once of an empty form, one row in each
//! repeat, as ODK Validate does. A rule that fails there fails on every phone.

use std::cell::Cell;

use serde_json::json;

use super::problem::SourceProblem;
use crate::expr::FUEL;
use crate::form::Form;
use crate::form::answer::Answer;
use crate::form::context::Context;
use crate::form::definition::NodeKind;
use crate::form::engine::{Engine, PASS_FUEL, known};
use crate::form::items::{ItemIx, Items};
use crate::form::linked::{LinkFault, NodeIx, Rule, of_expression};
use crate::form::offered;
use crate::form::told::told;
use crate::form::view::View;
use crate::model::WallTime;

/// The noon on which a form is tried: what it says then, it says again.
const NOON: WallTime = WallTime {
    millis: 1_719_806_400_000,
    offset_minutes: 480,
};

/// The rules that cannot be evaluated, whatever is answered.
pub(super) fn faults(form: &Form) -> Vec<LinkFault> {
    let context = Context {
        chance: Some([0; 16]),
        ..Context::creating(NOON)
    };
    let items = settled(form, &context);
    let view = View {
        form,
        items: &items,
        context: &context,
    };
    let mut faults = Vec::new();
    let mut cost = Cost::default();
    for ix in 1..form.links.nodes.len() {
        let parent = form.links.nodes[ix].parent;
        let (Some(item), Some(above)) = (first(form, &items, ix), first(form, &items, parent))
        else {
            continue;
        };
        for (part, rule, at) in rules(form, ix, item, above) {
            let mut fuel = FUEL;
            if let Err(error) = rule.expr.eval_within(&view, View::at(at), &mut fuel) {
                faults.push(of_expression(ix, part, &error));
            }
            cost.add(FUEL - fuel, ix, part);
        }
        let filter = form.links.nodes[ix].rules.choice_filter.as_ref();
        let offered = filter.map(|_| offered::offered(&view, item, "", 1).map(drop));
        if let Some(Err(error)) = offered {
            faults.push(of_expression(ix, "choice_filter", &error));
        }
    }
    faults.extend(cost.too_much());
    faults
}

/// What the rules of a form cost together.
#[derive(Default)]
struct Cost {
    all: u64,
    dearest: (u64, NodeIx, &'static str),
}

impl Cost {
    fn add(&mut self, steps: u64, ix: NodeIx, part: &'static str) {
        self.all += steps;
        self.dearest = self.dearest.max((steps, ix, part));
    }

    /// Told at the rule that costs the most.
    fn too_much(&self) -> Option<LinkFault> {
        let (found, most) = (self.all / 1_000_000, PASS_FUEL / 1_000_000);
        let (_, ix, part) = self.dearest;
        (self.all > PASS_FUEL).then(|| LinkFault {
            node: ix.checked_sub(1),
            part,
            code: "expression",
            message: told!(
                "全部规则打开一次要算 {found} 百万步，超过 {most} 百万步，这一条最多；请减少读取整张名单的规则，或缩短名单",
                "to open the form its rules take {found} million steps, more than {most} million, this one the most; let fewer rules read a whole list, or shorten it"
            ),
            likely: None,
        })
    }
}

type Asked<'f> = (&'static str, &'f Rule, ItemIx);

/// The rules of a node, and where each is asked: what a repeat says of its rows above them.
fn rules(form: &Form, ix: NodeIx, item: ItemIx, above: ItemIx) -> Vec<Asked<'_>> {
    let rules = &form.links.nodes[ix].rules;
    let of_rows = match form.is(ix, NodeKind::Repeat) {
        true => above,
        false => item,
    };
    let all = [
        ("relevant", &rules.relevant, item),
        ("calculation", &rules.calculation, item),
        ("constraint", &rules.constraint, item),
        ("read_only", &rules.read_only, item),
        ("bind::tanfang:warn", &rules.warn, item),
        ("default", &rules.default, item),
        ("required", &rules.required, of_rows),
        ("repeat_count", &rules.repeat_count, of_rows),
    ];
    all.into_iter()
        .filter_map(|(part, rule, at)| Some((part, rule.as_ref()?, at)))
        .collect()
}

/// An empty form worked out, with one row at least in each repeat.
fn settled(form: &Form, context: &Context) -> Items {
    let mut items = Items::new(form);
    one_row_each(form, &mut items);
    let mut engine = Engine {
        form,
        context,
        known: &known(form, context),
        items: &mut items,
        keep_drawn: false,
        touched: Default::default(),
        growing: Default::default(),
        started: Default::default(),
        fuel: Cell::new(PASS_FUEL),
    };
    engine.all_but_validity();
    // Counted repeats have none where nothing is answered.
    one_row_each(form, &mut items);
    items
}

fn one_row_each(form: &Form, items: &mut Items) {
    for ix in (1..form.links.nodes.len()).filter(|ix| form.is(*ix, NodeKind::Repeat)) {
        for parent in items.spread(form, 0, form.links.nodes[ix].parent) {
            if items.rows(form, parent, ix).is_empty() {
                items.add_row(form, parent, ix);
            }
        }
    }
}

fn first(form: &Form, items: &Items, ix: NodeIx) -> Option<ItemIx> {
    items.spread(form, 0, ix).first().copied()
}

/// What works otherwise than its author is likely to think: a default that no answer of its question
/// may be, and a yes or no that others read as the text that it is stored as.
pub(super) fn doubts(form: &Form, lines: &[usize]) -> Vec<SourceProblem> {
    let mut found = Vec::new();
    let mut doubt = |ix: NodeIx, column: &str, said| {
        let line = lines.get(ix - 1).copied().unwrap_or(0);
        found.push(SourceProblem::new("survey", line, column, said).warning());
    };
    for ix in 1..form.links.nodes.len() {
        let def = form.def(ix);
        let fixed = def.default.as_deref().filter(|_| !def.begins_by_rule());
        let zone = Context::creating(NOON).clock().zone();
        let fits = |text: &str| Answer::read(def, form.codes(ix), &json!(text), zone).is_ok();
        if let Some(text) = fixed.filter(|text| def.kind.is_leaf() && !fits(text)) {
            let text: String = text.chars().take(40).collect();
            doubt(
                ix,
                "default",
                told!(
                    "默认值“{text}”不是这种题型的答案，不会填入；请改写（日期如 2024-02-29 或 today()，选项写代码）",
                    "the default \"{text}\" is no answer to such a question and is not filled in; write it otherwise (a day as 2024-02-29 or today(), a choice by its code)"
                ),
            );
        }
        let node = &form.links.nodes[ix];
        let truth = node.rules.calculation.as_ref();
        let truth = truth.is_some_and(|rule| rule.expr.is_truth());
        let stored_as_text = matches!(def.kind, NodeKind::Calculate | NodeKind::Hidden);
        if truth && stored_as_text && node.edges.iter().any(|edge| edge.to != ix) {
            doubt(
                ix,
                "calculation",
                told!(
                    "这里存的是文字 true 或 false，别处作条件时两者都算“是”；请写成 if(…, 1, 0)",
                    "this stores the text true or false, and as a condition elsewhere either is a yes; write if(…, 1, 0)"
                ),
            );
        }
    }
    found
}
