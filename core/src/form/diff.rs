//! What an upgrade does: one form beside another, question by question.

use std::collections::BTreeSet;

use serde::Serialize;

use super::definition::{Definition, NodeDef, NodeKind};
use super::told::{Told, told};
use super::{Form, FormField};

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
    /// Another kind of record, compartment or repeat.
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
            None if field.kind.is_leaf() => found.push(added(old, field)),
            None => {}
        }
    }
    for field in old.leaves() {
        if new.field(field.repeat.as_deref(), &field.name).is_none() {
            found.push(retired(new, field));
        }
    }
    found
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

fn added(old: &Form, field: &FormField) -> Difference {
    // The same question under another name is likely where label and type are the same.
    let same = |was: &&FormField| {
        was.kind == field.kind && was.label("zh") == field.label("zh") && was.repeat == field.repeat
    };
    let before = old.leaves().find(same).map(|was| was.name.clone());
    let hint = before.map(|name| {
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

fn retired(new: &Form, field: &FormField) -> Difference {
    let near = crate::expr::likely(&field.name, new.leaves().map(|leaf| leaf.name.as_str()));
    let hint = near.map(|name| told!("；是否改名为 {name}？", "; is it {name} now?"));
    let said = told!(
        "不再提问：已有答案留在记录的历史里，草稿里的答案不再保存",
        "no longer asked: answers stay in the records' history; an answer in a draft is not saved"
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

/// A question in both forms.
struct Pair<'f> {
    name: String,
    old: (&'f FormField, &'f NodeDef),
    new: (&'f FormField, &'f NodeDef),
}

impl Pair<'_> {
    fn differences(&self, forms: (&Definition, &Definition), found: &mut Vec<Difference>) {
        let ((_, old), (_, new)) = (self.old, self.new);
        let mut push = |change: Alteration, said: Told| {
            found.push(of(&self.name, change, said));
        };
        if old.kind != new.kind {
            push(Alteration::Retyped, retyped(old.kind, new.kind));
        }
        if (&old.of, old.compartment) != (&new.of, new.compartment) {
            push(Alteration::Moved, self.moved());
        }
        self.rules(&mut push);
        self.choices(forms, &mut push);
        if old.merge != new.merge || old.together != new.together {
            push(
                Alteration::Merge,
                told!(
                    "合并方式变了：从新版本的保存起适用",
                    "answers given apart are brought together otherwise, from saves of the new version on"
                ),
            );
        }
        if (&old.labels, &old.hints) != (&new.labels, &new.hints) {
            push(
                Alteration::Wording,
                told!(
                    "文字变了：请确认旧答案在新问法下意思不变",
                    "other words: make sure that answers to the old words hold for the new"
                ),
            );
        }
    }

    fn moved(&self) -> Told {
        let ((_, old), (_, new)) = (self.old, self.new);
        let (was, is) = (old.of.as_str(), new.of.as_str());
        let (from, to) = (old.compartment.as_str(), new.compartment.as_str());
        told!(
            "从 {was}·{from} 移到 {is}·{to}：旧答案留在原处，能看到的人可能不同",
            "moved from {was}, {from} to {is}, {to}: answers stay where they were, and others may see the new ones"
        )
    }

    fn rules(&self, push: &mut impl FnMut(Alteration, Told)) {
        let ((_, old), (_, new)) = (self.old, self.new);
        match (&old.required, &new.required) {
            (was, is) if was == is => {}
            (_, None) => push(
                Alteration::Optional,
                told!("改为选填", "may stay empty now"),
            ),
            (_, Some(_)) => push(
                Alteration::Required,
                told!(
                    "必填条件变了：空着的记录下次修改时会提示，草稿填完才能提交",
                    "must be answered, or under another condition: records that lack it are told so at their next change, drafts before they are sent"
                ),
            ),
        }
        if old.constraint != new.constraint {
            push(
                Alteration::Constraint,
                told!(
                    "填写要求变了：已有答案照留，不符合的在下次修改时提示",
                    "another rule: answers stay; one that does not fit is told at the next change"
                ),
            );
        }
        if old.relevant != new.relevant {
            push(
                Alteration::Relevance,
                told!(
                    "提问条件变了：不再提问的答案，在下次保存时去掉，历史仍在",
                    "asked under another condition: an answer that is no longer asked for is left out of the next save; history keeps it"
                ),
            );
        }
        if (&old.calculation, &old.trigger) != (&new.calculation, &new.trigger) {
            push(
                Alteration::Calculation,
                told!(
                    "计算方法变了：已有结果到下次保存才重算",
                    "worked out otherwise: results are worked out anew at the next save"
                ),
            );
        }
        if old.choice_filter != new.choice_filter {
            push(
                Alteration::ChoiceFilter,
                told!(
                    "可选范围的条件变了：已选的留着，不在范围内的在下次修改时提示",
                    "other rows are offered: what was chosen stays; one that is not offered is told at the next change"
                ),
            );
        }
    }

    fn choices(
        &self,
        (before, after): (&Definition, &Definition),
        push: &mut impl FnMut(Alteration, Told),
    ) {
        let ((_, old), (_, new)) = (self.old, self.new);
        if !(old.kind.has_list() && new.kind.has_list()) {
            return;
        }
        let (was, is) = (codes(before, old), codes(after, new));
        let gone = listed(was.difference(&is));
        let come = listed(is.difference(&was));
        if !gone.is_empty() {
            push(
                Alteration::ChoicesRemoved,
                told!(
                    "去掉选项 {gone}：已有记录照样显示，草稿里选了的要重新选",
                    "choices removed: {gone}. Records still show them; drafts that hold one must choose again"
                ),
            );
        }
        if !come.is_empty() {
            push(
                Alteration::ChoicesAdded,
                told!("新增选项 {come}", "choices added: {come}"),
            );
        }
    }
}

fn codes<'d>(form: &'d Definition, def: &'d NodeDef) -> BTreeSet<&'d str> {
    let Some(list) = def.list.as_deref() else {
        return BTreeSet::new();
    };
    if let Some(choices) = form.lists.get(list) {
        return choices.iter().map(|choice| choice.name.as_str()).collect();
    }
    let Some(table) = form.tables.get(list) else {
        return BTreeSet::new();
    };
    let value = super::codes::value_column(table, def);
    let cells = table.rows.iter().filter_map(|row| row.get(value?));
    cells.map(String::as_str).collect()
}

/// The first codes, and how many more.
fn listed<'c>(codes: impl Iterator<Item = &'c &'c str>) -> String {
    let codes: Vec<&str> = codes.copied().collect();
    let shown = codes
        .iter()
        .take(10)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match codes.len().saturating_sub(10) {
        0 => shown,
        more => format!("{shown}, … +{more}"),
    }
}

fn retyped(old: NodeKind, new: NodeKind) -> Told {
    use NodeKind as K;
    let (was, is) = (word(old), word(new));
    let follows = matches!(
        (old, new),
        (K::Integer, K::Decimal | K::Range | K::Text)
            | (K::Range, K::Decimal | K::Text)
            | (
                K::Decimal | K::Date | K::Time | K::DateTime | K::Barcode | K::SelectOne,
                K::Text
            )
            | (K::Text, K::Barcode)
            | (K::SelectOne, K::SelectMultiple)
    );
    match follows {
        true => told!(
            "题型由 {was} 改为 {is}：旧答案可以照读",
            "{was} became {is}: old answers can be read as such"
        ),
        false => told!(
            "题型由 {was} 改为 {is}：旧答案不一定读得出，草稿里读不出的会提示重填",
            "{was} became {is}: not every old answer can be read as such; a draft says which must be given again"
        ),
    }
}

fn word(kind: NodeKind) -> String {
    let word = serde_json::to_value(kind).ok();
    let word = word.as_ref().and_then(|word| word.as_str());
    word.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Alteration as A, diff};
    use crate::form::Form;

    fn form(version: &str, survey: &str, codes: &str) -> Form {
        let source = format!(
            "| survey |\n| | type | name | label | required | constraint | relevant |\n{survey}\n\
             | choices |\n| | list_name | name | label |\n{codes}\n\
             | settings |\n| | form_id | version |\n| | t | {version} |\n"
        );
        Form::compile(&source).unwrap_or_else(|p| panic!("{p:#?}"))
    }

    #[test]
    fn an_upgrade_says_what_it_does_to_each_question() {
        let codes = "| | l | a | A |\n| | l | b | B |";
        let old = form(
            "1",
            "| | text | name | N | | | |\n| | integer | age | 岁 | | | |\n| | select_one l | s | S | | | |\n\
             | | text | gone | G | | | |",
            codes,
        );
        let new = form(
            "2",
            "| | text | name | 姓名 | yes | | |\n| | text | age | 岁 | | . != '' | |\n\
             | | select_one l | s | S | | | ${age} != '' |\n| | text | fresh | F | yes | | |",
            "| | l | a | A |\n| | l | c | C |",
        );
        let found = diff(&old, &new);
        let told: Vec<(&str, A)> = found.iter().map(|d| (d.field.as_str(), d.change)).collect();
        let wanted = [
            ("name", A::Required),
            ("name", A::Wording),
            ("age", A::Retyped),
            ("age", A::Constraint),
            ("s", A::Relevance),
            ("s", A::ChoicesRemoved),
            ("s", A::ChoicesAdded),
            ("fresh", A::Added),
            ("gone", A::Retired),
        ];
        assert_eq!(told, wanted);
        assert!(found[5].said.en.contains("removed: b"), "{}", found[5].said);
        assert_eq!(diff(&old, &old), []);
    }

    #[test]
    fn a_version_that_was_not_raised_is_noticed() {
        let old = form("1", "| | text | name | N | | | |", "");
        let new = form("1", "| | text | nane | N | | | |", "");
        let found = diff(&old, &new);
        assert_eq!(found[0].change, A::Form);
        assert!(
            found[1].said.en.contains("is it name renamed?"),
            "{}",
            found[1].said
        );
        assert!(
            found[2].said.en.contains("is it nane now?"),
            "{}",
            found[2].said
        );
    }
}
