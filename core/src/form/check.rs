//! Checking answers once, as a save does: every problem, or answers that may be stored.

use std::cell::Cell;

use serde_json::{Map, Value as Json};

use super::Form;
use super::context::Context;
use super::engine::{Engine, PASS_FUEL, known};
use super::items::Items;
use super::problem::{Problem, ProblemCode, Severity, message};
use super::read::read;

/// Answers that passed [`check`]: typed, calculated values filled in, what is not relevant left
/// out. Nothing else makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    answers: Map<String, Json>,
    warnings: Vec<Problem>,
}

impl Checked {
    /// The answers by question name, groups flat, repeats as lists of objects.
    pub fn answers(&self) -> &Map<String, Json> {
        &self.answers
    }

    /// The same, owned.
    pub fn into_answers(self) -> Map<String, Json> {
        self.answers
    }

    /// What the person should look at; none of it stops a save.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}

/// Checks answers against a form.
///
/// # Errors
/// Every problem at once, warnings among them, in the form's order after those that could not be
/// read.
pub fn check(
    form: &Form,
    answers: &Map<String, Json>,
    context: &Context,
) -> Result<Checked, Vec<Problem>> {
    let (items, problems) = judged(form, answers, context);
    passed(form, &items, problems)
}

/// Checks a changed set of answers. What was wrong before the change and is wrong still is a
/// warning: a card that a ledger left incomplete does not stop a new phone number. So is an answer
/// that this version cannot read (a code that it has no more) and that the change leaves alone: it
/// stays as it is. What the change itself answers, or makes due, is asked as ever.
///
/// # Errors
/// As [`check`].
pub fn check_edit(
    form: &Form,
    before: &Map<String, Json>,
    after: &Map<String, Json>,
    context: &Context,
) -> Result<Checked, Vec<Problem>> {
    let (items, problems) = judged(form, before, context);
    checked(form, after, context, &Known { items, problems })
}

/// What stood before a change, and what was wrong with it.
struct Known {
    items: Items,
    problems: Vec<Problem>,
}

impl Known {
    /// Whether a problem of the changed answers was there before.
    fn has(&self, form: &Form, problem: &Problem, after: &Items) -> bool {
        let same = |known: &Problem| known.field == problem.field && known.code == problem.code;
        let left_alone = || {
            let before = unread(form, &self.items, &problem.field);
            before.is_some() && before == unread(form, after, &problem.field)
        };
        self.problems.iter().any(same) && (!of_reading(problem.code) || left_alone())
    }
}

/// The answer to a field that could not be read, as it was given.
fn unread<'i>(form: &Form, items: &'i Items, field: &str) -> Option<&'i Json> {
    let mut unread = (0..)
        .zip(&items.all)
        .filter(|(_, item)| item.unread.is_some());
    let (_, item) = unread.find(|(at, _)| items.field(form, *at) == field)?;
    item.unread.as_ref()
}

/// Checks answers as [`check`] does, where only the verdict is asked: a server, of a creating save.
///
/// # Errors
/// As [`check`].
pub fn check_only(
    form: &Form,
    answers: &Map<String, Json>,
    context: &Context,
) -> Result<(), Vec<Problem>> {
    let (_, problems) = judged(form, answers, context);
    match problems.iter().any(|p| p.severity == Severity::Error) {
        true => Err(problems),
        false => Ok(()),
    }
}

/// The answers worked out, and every problem.
fn judged(form: &Form, answers: &Map<String, Json>, context: &Context) -> (Items, Vec<Problem>) {
    let given = read(form, context, answers);
    let (mut items, mut problems) = (given.items, given.problems);
    let before = context.creating.then(|| items.clone());
    let known = known(form, context);
    let mut engine = Engine {
        form,
        context,
        known: &known,
        items: &mut items,
        keep_drawn: true,
        touched: Default::default(),
        growing: Default::default(),
        started: Default::default(),
        fuel: Cell::new(PASS_FUEL),
    };
    engine.all_but_validity();
    problems.extend(engine.problems());
    if let Some(before) = before {
        problems.extend(replaced(form, context, &before, &items));
    }
    (items, problems)
}

fn checked(
    form: &Form,
    answers: &Map<String, Json>,
    context: &Context,
    before: &Known,
) -> Result<Checked, Vec<Problem>> {
    let (items, mut problems) = judged(form, answers, context);
    for problem in &mut problems {
        if before.has(form, problem, &items) {
            problem.severity = Severity::Warning;
        }
    }
    passed(form, &items, problems)
}

fn passed(form: &Form, items: &Items, problems: Vec<Problem>) -> Result<Checked, Vec<Problem>> {
    if problems.iter().any(|p| p.severity == Severity::Error) {
        return Err(problems);
    }
    Ok(Checked {
        answers: items.json(form),
        warnings: problems,
    })
}

/// What cannot be stored anew.
fn of_reading(code: ProblemCode) -> bool {
    !matches!(
        code,
        ProblemCode::RequiredMissing
            | ProblemCode::Constraint
            | ProblemCode::NotOffered
            | ProblemCode::FormFault
    )
}

/// Given answers that a calculation replaced.
fn replaced(form: &Form, context: &Context, before: &Items, after: &Items) -> Vec<Problem> {
    let pairs = before.all.iter().zip(&after.all).enumerate();
    let changed = pairs.filter(|(_, (was, is))| {
        !was.answer.is_empty()
            && was.answer != is.answer
            && was.node == is.node
            && is.state.relevant
    });
    changed
        .filter(|(_, (_, is))| is.node != 0 && form.is_calculated(is.node))
        .map(|(item, (_, is))| Problem {
            field: after.field(form, item),
            code: ProblemCode::Calculated,
            message: message(
                Some(form.def(is.node)),
                ProblemCode::Calculated,
                &context.lang,
                &form.definition.default_language,
            ),
            severity: Severity::Warning,
        })
        .collect()
}

/// What a server refuses of a later save: a wrong type, a text too long, an unknown code or name.
/// What is required or spans fields is asked of the merged record, not here.
///
/// # Errors
/// Every such problem.
pub fn check_types_only(
    form: &Form,
    answers: &Map<String, Json>,
    context: &Context,
) -> Result<(), Vec<Problem>> {
    let context = Context {
        creating: false,
        ..context.clone()
    };
    let problems = read(form, &context, answers).problems;
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

#[cfg(all(test, feature = "author"))]
mod tests;
