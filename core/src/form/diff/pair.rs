//! One question in two versions of a form.

use std::collections::{BTreeMap, BTreeSet};

use super::{Alteration, Difference, of};
use crate::form::FormField;
use crate::form::codes::Codes;
use crate::form::definition::{Definition, NodeDef, NodeKind};
use crate::form::told::{Told, told};

/// A question in both forms.
pub(super) struct Pair<'f> {
    pub(super) name: String,
    pub(super) old: (&'f FormField, &'f NodeDef),
    pub(super) new: (&'f FormField, &'f NodeDef),
}

impl Pair<'_> {
    pub(super) fn differences(
        &self,
        forms: (&Definition, &Definition),
        found: &mut Vec<Difference>,
    ) {
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
        self.settings(&mut push);
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
        if old.default != new.default {
            push(
                Alteration::Default,
                told!(
                    "开头的值变了：只用于新记录和新增的行，已有的不变",
                    "begins with something else: new records and new rows only"
                ),
            );
        }
        if old.read_only != new.read_only {
            push(
                Alteration::ReadOnly,
                told!(
                    "能否修改的条件变了：已有答案照留",
                    "may be changed by a person under another condition: answers stay"
                ),
            );
        }
        if (&old.warn, &old.warn_message) != (&new.warn, &new.warn_message) {
            push(
                Alteration::Warning,
                told!(
                    "提醒的条件或文字变了：提醒不妨碍保存",
                    "warned of under another condition or in other words: a warning never stops a save"
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

    fn settings(&self, push: &mut impl FnMut(Alteration, Told)) {
        let ((_, old), (_, new)) = (self.old, self.new);
        if old.repeat_count != new.repeat_count {
            push(
                Alteration::Count,
                told!(
                    "行数的规定变了：打开草稿或修改记录时按新规定增减行，多出的行去掉，历史仍在",
                    "another number of rows: a draft or record that is opened gets the rows that the new rule says; surplus ones go, history keeps them"
                ),
            );
        }
        if old.parameters != new.parameters {
            push(
                Alteration::Parameters,
                told!(
                    "题型参数变了：已有答案照留，不符合的在下次修改时提示",
                    "other parameters: answers stay; one that does not fit is told at the next change"
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
        if let (Some(was), Some(is)) = (&old.list, &new.list)
            && was != is
        {
            push(
                Alteration::List,
                told!(
                    "选项列表由 {was} 换成 {is}：两个列表都有的选项照留",
                    "the list {was} became {is}: codes that both have stay"
                ),
            );
        }
        let renamed = listed(renamed((before, old), (after, new)).iter());
        if !renamed.is_empty() {
            push(
                Alteration::ChoiceLabels,
                told!(
                    "选项 {renamed} 的文字变了：已有记录里的同一选项会显示新文字，请确认意思不变",
                    "choices {renamed} are called something else: records that hold them show the new words; make sure that they mean the same"
                ),
            );
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
    let words = words(form, def, &[]).into_iter();
    words.map(|(code, _)| code).collect()
}

/// The codes of both lists that another word stands for, in the new list's order.
fn renamed<'d>(
    (before, old): (&'d Definition, &'d NodeDef),
    (after, new): (&'d Definition, &'d NodeDef),
) -> Vec<&'d str> {
    let languages: Vec<&str> = before.languages.iter().map(String::as_str).collect();
    let shared = |lang: &&str| after.languages.iter().any(|other| other == lang);
    let mut languages: Vec<&str> = languages.into_iter().filter(shared).collect();
    languages.push("");
    let was: BTreeMap<&str, Vec<&str>> = words(before, old, &languages).into_iter().collect();
    let is = words(after, new, &languages).into_iter();
    let other = is.filter(|(code, said)| was.get(code).is_some_and(|words| words != said));
    other.map(|(code, _)| code).collect()
}

/// Each code of a question's list and what it is called in some languages.
fn words<'d>(
    form: &'d Definition,
    def: &'d NodeDef,
    languages: &[&str],
) -> Vec<(&'d str, Vec<&'d str>)> {
    let codes = Codes::unsorted(form, def);
    let of = |row: u32| {
        let label = |lang: &&str| codes.label(row, lang, &form.default_language);
        let said = languages.iter().filter_map(label);
        Some((codes.code(row)?, said.collect()))
    };
    (0..codes.len()).filter_map(of).collect()
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
        (K::Integer, K::Decimal)
            | (K::Range, K::Decimal)
            | (
                K::Date | K::Time | K::DateTime | K::Barcode | K::SelectOne,
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
