//! What an upgrade does: one form beside another, question by question.

mod pair;

use std::collections::HashMap;

use serde::Serialize;

use super::definition::NodeKind;
use super::hints::Hints;
use super::told::{Told, told};
use super::{Form, FormField};
use pair::Pair;

/// One thing that another version does differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The question: `name`, in a repeat `people.met`; empty for the form as a whole.
    pub field: String,
    /// What became of it.
    pub change: Alteration,
    /// What that does to records and to drafts.
    pub said: Told,
}

/// The kinds of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alteration {
    /// Another form, or the same version with other content.
    Form,
    /// A question that was not there.
    Added,
    /// A question that is no longer there.
    Retired,
    /// Another type of answer.
    Retyped,
    /// Another kind of record or compartment, into a repeat, out of one or into another.
    Moved,
    /// Must be answered, where it had not to be or under another condition.
    Required,
    /// May stay empty now.
    Optional,
    /// Another rule for what may be answered.
    Constraint,
    /// Asked under another condition.
    Relevance,
    /// Worked out in another way.
    Calculation,
    /// Begins with something else.
    Default,
    /// May or may not be changed by a person, under another condition.
    ReadOnly,
    /// Warned of under another condition.
    Warning,
    /// Another number of rows.
    Count,
    /// Other settings of the type: the ends of a range, the columns of a list from a file.
    Parameters,
    /// Another list, under another name.
    List,
    /// A code that is there in both is called something else.
    ChoiceLabels,
    /// Codes that can no longer be chosen.
    ChoicesRemoved,
    /// Codes that can be chosen now.
    ChoicesAdded,
    /// Other rows of the list are offered.
    ChoiceFilter,
    /// Another way to bring answers given apart together.
    Merge,
    /// Other words.
    Wording,
}

/// Every difference, in the new form's order; what is retired comes last.
pub fn diff(old: &Form, new: &Form) -> Vec<Difference> {
    let mut found = whole(old, new);
    let (was, is) = (Names::of(old), Names::of(new));
    let hints = Hints::default();
    for (field, def) in new.fields.iter().zip(&new.definition.nodes) {
        match old.field_index(field.repeat.as_deref(), &field.name) {
            Some(place) => {
                let before = (&old.fields[place], &old.definition.nodes[place]);
                let pair = Pair {
                    name: name(field),
                    old: before,
                    new: (field, def),
                };
                pair.differences((&old.definition, &new.definition), &mut found);
            }
            None if field.kind.is_leaf() => match moved_from((old, &was), &is, field) {
                Some(place) => {
                    let was = &old.fields[place];
                    found.push(of(&name(field), Alteration::Moved, moved(was, field)));
                    let pair = Pair {
                        name: name(field),
                        old: (was, &old.definition.nodes[place]),
                        new: (field, def),
                    };
                    pair.differences((&old.definition, &new.definition), &mut found);
                }
                None => found.push(added(&was, field)),
            },
            None => {}
        }
    }
    for field in old.leaves() {
        let stays = new.field(field.repeat.as_deref(), &field.name).is_some();
        if !stays && moved_from((new, &is), &was, field).is_none() {
            found.push(retired(new, field, &hints));
        }
    }
    found
}

/// The questions of a form by what is looked for.
struct Names<'f> {
    /// Their places by their names.
    places: HashMap<&'f str, Vec<usize>>,
    /// The first of each type, label and repeat.
    alike: HashMap<Alike<'f>, &'f str>,
}

/// What a question that was given another name still has.
type Alike<'f> = (NodeKind, &'f str, Option<&'f str>);

fn alike(field: &FormField) -> Alike<'_> {
    (field.kind, field.label("zh"), field.repeat.as_deref())
}

impl<'f> Names<'f> {
    fn of(form: &'f Form) -> Self {
        let mut names = Names {
            places: HashMap::new(),
            alike: HashMap::new(),
        };
        let leaves = form.fields.iter().enumerate();
        for (place, field) in leaves.filter(|(_, field)| field.kind.is_leaf()) {
            names.places.entry(&field.name).or_default().push(place);
            names.alike.entry(alike(field)).or_insert(&field.name);
        }
        names
    }

    fn places(&self, name: &str) -> &[usize] {
        self.places.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The place in `there` of a question of `here` that has changed its scope: the only one of its name
/// in either, where the other has none in its place.
fn moved_from(
    (there, names): (&Form, &Names<'_>),
    here: &Names<'_>,
    field: &FormField,
) -> Option<usize> {
    match (names.places(&field.name), here.places(&field.name)) {
        ([one], [_]) if there.fields[*one].repeat != field.repeat => Some(*one),
        _ => None,
    }
}

/// What it means that a question stands in other rows.
fn moved(was: &FormField, is: &FormField) -> Told {
    let place = |field: &FormField| field.repeat.clone().unwrap_or_default();
    let (from, to) = (place(was), place(is));
    match (from.is_empty(), to.is_empty()) {
        (true, _) => told!(
            "移到重复组 {to} 里，每行各填：已有答案留在记录的历史里，不会移到行里；草稿里的答案会提示，要在行里重填",
            "moved into the rows of {to}, asked in each: answers that are there stay in the records' history and do not go into rows; a draft shows its answer as one that is asked no longer, to be given again in a row"
        ),
        (_, true) => told!(
            "从重复组 {from} 移出，只填一次：各行的答案留在记录的历史里；草稿各行的答案会提示，要重填一次",
            "moved out of the rows of {from}, asked once: the rows' answers stay in the records' history; a draft shows them as ones that are asked no longer, to be given again once"
        ),
        _ => told!(
            "从重复组 {from} 移到 {to}：已有答案留在记录的历史里；草稿里的答案会提示，要重填",
            "moved from the rows of {from} to those of {to}: answers that are there stay in the records' history; a draft shows its own as ones that are asked no longer, to be given again"
        ),
    }
}

fn name(field: &FormField) -> String {
    match &field.repeat {
        Some(repeat) => format!("{repeat}.{}", field.name),
        None => field.name.clone(),
    }
}

fn of(field: &str, change: Alteration, said: Told) -> Difference {
    Difference {
        field: field.to_owned(),
        change,
        said,
    }
}

fn whole(old: &Form, new: &Form) -> Vec<Difference> {
    let mut found = Vec::new();
    let (id, other) = (old.id(), new.id());
    if id != other {
        let said = told!(
            "是另一张表单（{id} → {other}）：记录和草稿不会升级",
            "this is another form ({id}, {other}): no record or draft is carried over"
        );
        found.push(of("", Alteration::Form, said));
    }
    if old.version() == new.version() && old.hash() != new.hash() {
        let version = new.version();
        let said = told!(
            "内容不同而版本号都是 {version}；请改 version 后再发布",
            "the content differs and both say version {version}; give the new one another version to publish it"
        );
        found.push(of("", Alteration::Form, said));
    }
    found
}

fn added(old: &Names<'_>, field: &FormField) -> Difference {
    // The same question under another name is likely where label and type are the same.
    let hint = old.alike.get(&alike(field)).map(|name| {
        told!(
            "；与原来的 {name} 相同？改名后旧答案不会移过来",
            "; is it {name} renamed? Answers do not follow a new name"
        )
    });
    let said = match field.always_required {
        true => told!(
            "新增必填题：已有记录下次修改时要填，草稿填完才能提交",
            "a new question that must be answered: records ask it at their next change, drafts before they are sent"
        ),
        false => told!(
            "新增题目：已有记录中为空",
            "a new question: empty in records that are there"
        ),
    };
    of(&name(field), Alteration::Added, joined(said, hint))
}

fn retired(new: &Form, field: &FormField, hints: &Hints) -> Difference {
    let near = hints.likely(&field.name, new.leaves().map(|leaf| leaf.name.as_str()));
    let hint = near.map(|name| told!("；是否改名为 {name}？", "; is it {name} now?"));
    let said = told!(
        "不再提问：已有答案留在记录的历史里；草稿里的答案留着并提示，去掉它才能提交",
        "no longer asked: answers stay in the records' history; a draft keeps and shows its answer, which must be taken out before it is sent"
    );
    of(&name(field), Alteration::Retired, joined(said, hint))
}

fn joined(said: Told, more: Option<Told>) -> Told {
    match more {
        Some(more) => Told {
            zh: said.zh + &more.zh,
            en: said.en + &more.en,
        },
        None => said,
    }
}

#[cfg(test)]
mod tests;
