//! Paths: from place to place, and predicates.

use super::{Eval, Machine, Outcome, Stand, Task};
use crate::expr::ast::{Axis, Node, Path, Start, Step};
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::tree::{Place, Tree};
use crate::expr::value::Value;

/// A step whose places a predicate is being asked of.
pub(super) struct Filter<'e> {
    path: &'e Path,
    /// The step, and which of its predicates.
    step: usize,
    predicate: usize,
    places: Vec<Place>,
    kept: Vec<Place>,
    /// Which of `places` was asked.
    asked: usize,
    /// Where the path itself stands.
    stand: Stand,
}

/// The places that a path begins with.
pub(super) fn start(eval: &mut Eval<'_>, path: &Path) -> Outcome<Vec<Place>> {
    let places = match &path.start {
        Start::Root => vec![eval.tree.root()],
        Start::Here | Start::Of(_) => vec![eval.stand.here],
        Start::Current => vec![eval.outer],
        Start::Named(name) => {
            let mut found = Vec::new();
            eval.tree
                .named(eval.outer, name, path.is_filtered(), &mut found);
            found
        }
        Start::Instance(name) => match eval.tree.instance(name) {
            Some(table) => vec![table],
            None => {
                let fault = ExprFault::UnknownInstance(name.clone());
                return Err(ExprError::new(path.at, fault));
            }
        },
    };
    eval.pay(places.len(), path.at)?;
    Ok(places)
}

/// The places above where the expression stands, itself first, without the root.
fn above(eval: &Eval<'_>) -> Vec<Place> {
    let up = |at: &Place| eval.tree.parent(*at);
    let mut all: Vec<Place> = std::iter::successors(Some(eval.outer), up).collect();
    all.pop();
    all
}

/// An absolute path stays in the rows that the expression stands in, as long as no predicate
/// chooses others: `/data/people/age` in a row of people is that row's age. Both reference
/// engines do so.
fn goes_along(eval: &Eval<'_>, along: &mut Vec<Place>, step: &Step) -> Option<Place> {
    let next = along.last().copied()?;
    match (step.axis, &step.name, step.predicates.as_slice()) {
        (Axis::Here, None, []) => None,
        (Axis::Child, Some(name), []) if eval.tree.name(next) == name => along.pop(),
        _ => {
            along.clear();
            None
        }
    }
}

/// Where one step leads, predicates left out.
fn taken(eval: &mut Eval<'_>, from: Vec<Place>, step: &Step, at: usize) -> Outcome<Vec<Place>> {
    let tree = eval.tree;
    let mut found = Vec::new();
    match (step.axis, &step.name) {
        (Axis::Here, _) => found = from,
        (Axis::Parent, _) => {
            found.extend(from.into_iter().filter_map(|place| tree.parent(place)));
            found.dedup();
        }
        (Axis::Child, Some(name)) => {
            for place in from {
                tree.children(place, name, &mut found);
            }
        }
        (Axis::Child, None) => {
            for place in from {
                tree.every_child(place, &mut found);
            }
        }
        (Axis::Below, _) => {
            let mut open = from;
            open.reverse();
            while let Some(place) = open.pop() {
                found.push(place);
                let first = open.len();
                tree.every_child(place, &mut open);
                open[first..].reverse();
                eval.pay(1 + open.len() - first, at)?;
            }
        }
    }
    if let (Axis::Here | Axis::Parent, Some(name)) = (step.axis, &step.name) {
        found.retain(|place| tree.name(*place) == name);
    }
    eval.pay(found.len(), at)?;
    Ok(found)
}

impl<'e> Machine<'e> {
    /// Follows a path from one of its steps on, to its end or to the first predicate.
    pub(super) fn walk(
        &mut self,
        eval: &mut Eval<'_>,
        path: &'e Path,
        first: usize,
        mut places: Vec<Place>,
    ) -> Outcome<()> {
        let mut along = match (&path.start, first) {
            (Start::Root, 0) => above(eval),
            _ => Vec::new(),
        };
        for (i, step) in path.steps.iter().enumerate().skip(first) {
            places = match goes_along(eval, &mut along, step) {
                Some(own) => vec![own],
                None => taken(eval, places, step, path.at)?,
            };
            if !step.predicates.is_empty() && !places.is_empty() {
                let filter = Filter {
                    path,
                    step: i,
                    predicate: 0,
                    places,
                    kept: Vec::new(),
                    asked: 0,
                    stand: eval.stand,
                };
                return self.ask(eval, Box::new(filter));
            }
        }
        // What is not asked is not there, as when the record is sent.
        if !path.any_row {
            places.retain(|place| eval.tree.is_relevant(*place));
        }
        self.values.push(Value::Nodes(places));
        Ok(())
    }

    /// Asks a predicate of the next place, or of none where it is a number: that is a position.
    fn ask(&mut self, eval: &mut Eval<'_>, mut filter: Box<Filter<'e>>) -> Outcome<()> {
        loop {
            let predicates = &filter.path.steps[filter.step].predicates;
            let Some(predicate) = predicates.get(filter.predicate) else {
                eval.stand = filter.stand;
                let Filter {
                    path, step, places, ..
                } = *filter;
                return self.walk(eval, path, step + 1, places);
            };
            if let Node::Number(nth) = self.arena.get(*predicate) {
                filter.kept = place_of(&filter.places, *nth);
                filter.asked = filter.places.len();
            }
            let Some(place) = filter.places.get(filter.asked) else {
                filter.places = std::mem::take(&mut filter.kept);
                filter.predicate += 1;
                filter.asked = 0;
                continue;
            };
            eval.stand = Stand {
                here: *place,
                nth: filter.asked + 1,
                size: filter.places.len(),
            };
            let task = Task::Node(*predicate);
            self.tasks.extend([Task::Filter(filter), task]);
            return Ok(());
        }
    }

    /// Keeps the place where the predicate holds; a number keeps the place of that position.
    pub(super) fn filter(
        &mut self,
        eval: &mut Eval<'_>,
        mut filter: Box<Filter<'e>>,
    ) -> Outcome<()> {
        if is_kept(self.take(), filter.asked + 1, eval.tree) {
            filter.kept.push(filter.places[filter.asked]);
        }
        filter.asked += 1;
        self.ask(eval, filter)
    }
}

/// Whether a predicate's value keeps the place of a position: a number keeps that one alone.
pub(super) fn is_kept(value: Value, nth: usize, tree: &dyn Tree) -> bool {
    match value {
        Value::Number(number) => number == nth as f64,
        other => other.truth(tree),
    }
}

fn place_of(places: &[Place], nth: f64) -> Vec<Place> {
    let found = (1.0..=places.len() as f64).contains(&nth) && nth.fract() == 0.0;
    found
        .then(|| places[nth as usize - 1])
        .into_iter()
        .collect()
}
