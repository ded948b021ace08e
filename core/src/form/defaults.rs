//! What questions begin with: filled in once, when a record or a row is new, as ODK's events
//! `odk-instance-first-load` and `odk-new-repeat` say.

use serde_json::{Map, Value as Json, json};

use super::Form;
use super::answer::Answer;
use super::context::Context;
use super::items::{ItemIx, Items};
use super::linked::NodeIx;
use super::view::View;

/// Fills in what the questions of the form (0) or of a row begin with, where nothing was said; the
/// items that were filled in are returned.
pub(super) fn fill_in(
    form: &Form,
    context: &Context,
    items: &mut Items,
    row: ItemIx,
    said: &Map<String, Json>,
) -> Vec<ItemIx> {
    let mut filled = Vec::new();
    for node in form.leaves_of(items.all[row].node) {
        let Some(item) = items.below(form, row, node) else {
            continue;
        };
        let def = form.def(node);
        if def.kind.is_metadata() && items.all[item].answer.is_empty() {
            items.all[item].answer = context.fill_in(def.kind);
            filled.push(item);
        }
        if def.default.is_some() && !said.contains_key(&def.name) {
            items.all[item].answer = first_answer(form, context, items, node, item);
            filled.push(item);
        }
    }
    filled
}

fn first_answer(
    form: &Form,
    context: &Context,
    items: &Items,
    node: NodeIx,
    item: ItemIx,
) -> Answer {
    let (def, codes, zone) = (form.def(node), form.codes(node), context.clock().zone());
    let default = def.default.as_deref().unwrap_or_default();
    match &form.links.nodes[node].rules.default {
        Some(rule) => {
            let view = View {
                form,
                items,
                context,
            };
            let value = rule.expr.eval(&view, View::at(item));
            value.map_or(Answer::Empty, |value| {
                Answer::of_value(def, codes, &value.single(&view), zone)
            })
        }
        _ => Answer::read(def, codes, &json!(default), zone).unwrap_or(Answer::Empty),
    }
}

#[cfg(all(test, feature = "author"))]
mod tests;
