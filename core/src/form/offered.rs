//! Which rows of a list are offered beside the other answers (`choice_filter`).

use serde::Serialize;

use super::answer::Answer;
use super::codes::Codes;
use super::items::ItemIx;
use super::linked::Rule;
use super::view::View;
use crate::expr::{ExprError, FUEL, Place, Stand};
use crate::model::composed;

/// A row of a list as a person chooses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offered {
    /// The code.
    pub name: String,
    /// What it is called in the person's language.
    pub label: String,
}

/// A filter asked of a list row by row, each at its true place: the rest of the list, and every
/// other, is there whole for what the filter itself looks up.
struct Sieve<'v> {
    view: &'v View<'v>,
    filter: &'v Rule,
    item: ItemIx,
    table: u16,
    size: u32,
    fuel: u64,
    asked: u32,
}

impl<'v> Sieve<'v> {
    fn new(view: &'v View<'v>, filter: &'v Rule, item: ItemIx, codes: &Codes<'_>) -> Option<Self> {
        let list = view.form.def(view.items.all[item].node).list.as_deref()?;
        let Place::Table(table) = view.list(list)? else {
            return None;
        };
        Some(Sieve {
            view,
            filter,
            item,
            table,
            size: codes.len(),
            fuel: FUEL,
            asked: 0,
        })
    }

    /// Whether a row is offered; so many rows together cost at most what one evaluation may.
    fn passes(&mut self, row: u32) -> Result<bool, ExprError> {
        if self.asked.is_multiple_of(LOT) {
            self.fuel = FUEL;
        }
        self.asked += 1;
        self.asks(row)
    }

    fn asks(&mut self, row: u32) -> Result<bool, ExprError> {
        let stand = Stand {
            here: Place::Row(self.table, row),
            nth: row as usize + 1,
            size: self.size as usize,
        };
        let at = View::at(self.item);
        let expr = &self.filter.expr;
        expr.keeps(self.view, at, stand, &mut self.fuel)
    }
}

/// How many rows share the steps of one evaluation.
const LOT: u32 = 500;

/// Whether every code of an item's answer is offered. Only the rows of these codes are looked at,
/// so that it costs the same in a list of a hundred thousand.
pub(super) fn all_offered(
    view: &View<'_>,
    filter: &Rule,
    item: ItemIx,
    fuel: &mut u64,
) -> Result<bool, ExprError> {
    let own = &view.items.all[item];
    let codes = view.form.codes(own.node);
    let chosen: Vec<&str> = match &own.answer {
        Answer::Text(code) => vec![code],
        Answer::Many(codes) => codes.iter().map(String::as_str).collect(),
        _ => return Ok(true),
    };
    let Some(mut sieve) = Sieve::new(view, filter, item, &codes) else {
        return Ok(true);
    };
    let most = FUEL.min(*fuel);
    sieve.fuel = most;
    let mut all = Ok(true);
    for code in chosen {
        let rows = codes.rows(code);
        all = rows
            .into_iter()
            .try_fold(false, |found, row| Ok(found || sieve.asks(row)?));
        if all != Ok(true) {
            break;
        }
    }
    *fuel -= most - sieve.fuel;
    all
}

/// The rows offered to a person, in the list's order: those whose label or code contains a text,
/// at most so many.
pub(super) fn offered(
    view: &View<'_>,
    item: ItemIx,
    containing: &str,
    most: usize,
) -> Result<Vec<Offered>, ExprError> {
    let node = view.items.all[item].node;
    let codes = view.form.codes(node);
    let filter = view.form.links.nodes[node].rules.choice_filter.as_ref();
    let mut sieve = filter.and_then(|filter| Sieve::new(view, filter, item, &codes));
    let mut found = Vec::new();
    for row in 0..codes.len() {
        if found.len() >= most {
            break;
        }
        if !holds(&codes, view, row, containing) {
            continue;
        }
        if let Some(sieve) = &mut sieve
            && !sieve.passes(row)?
        {
            continue;
        }
        let name = codes.code(row).unwrap_or_default();
        let label = label(&codes, view, row).unwrap_or(name);
        found.push(Offered {
            name: name.to_owned(),
            label: label.to_owned(),
        });
    }
    Ok(found)
}

fn label<'f>(codes: &Codes<'f>, view: &View<'_>, row: u32) -> Option<&'f str> {
    let fallback = &view.form.definition.default_language;
    codes.label(row, &view.context.lang, fallback)
}

fn holds(codes: &Codes<'_>, view: &View<'_>, row: u32, text: &str) -> bool {
    let text = composed(text);
    let within = |found: Option<&str>| found.is_some_and(|f| composed(f).contains(&*text));
    text.is_empty() || within(codes.code(row)) || within(label(codes, view, row))
}

#[cfg(all(test, feature = "author"))]
mod tests;
