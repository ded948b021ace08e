//! What a person must correct, or should look at.

use serde::{Deserialize, Serialize};

use super::definition::NodeDef;
use super::linked::pick;

/// One thing about one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The question: `name`, in a repeat `people[2].met` (rows count from 1) or
    /// `people[ROW].met` where the row has an id.
    pub field: String,
    /// What is wrong.
    pub code: ProblemCode,
    /// What to do, in the person's language; it never repeats an answer.
    pub message: String,
    /// Whether it stops a save.
    pub severity: Severity,
}

/// Whether a problem stops a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The answer must be corrected.
    Error,
    /// The answer may stand, with a reason.
    Warning,
}

/// The kinds of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// An answer is missing.
    RequiredMissing,
    /// The form's own rule does not hold.
    Constraint,
    /// A number where text is due, a word where a day is due.
    WrongType,
    /// A code that the question's list does not have; a newer form may have it.
    UnknownCode,
    /// A code of the list that the question does not offer beside the other answers
    /// (`choice_filter`).
    NotOffered,
    /// A name that the form does not have.
    UnknownField,
    /// Longer than an answer may be.
    TooLong,
    /// More rows than a form may have.
    TooMany,
    /// A character that no answer may hold: NUL, control marks, marks that turn the writing
    /// direction.
    ForbiddenCharacter,
    /// The form warns.
    Warned,
    /// A given answer was replaced by the calculated one.
    Calculated,
    /// The form itself is at fault: an expression could not be evaluated.
    FormFault,
}

impl ProblemCode {
    fn default_message(self, chinese: bool) -> &'static str {
        use ProblemCode as C;
        match (self, chinese) {
            (C::RequiredMissing, true) => "必填，请填写",
            (C::RequiredMissing, false) => "an answer is required; please fill it in",
            (C::Constraint, true) => "不符合填写要求，请检查后修改",
            (C::Constraint, false) => "the answer does not fit this question; please check it",
            (C::WrongType, true) => "填写的类型不对，请按本题要求的格式填写",
            (C::WrongType, false) => {
                "the answer has the wrong type; please give it as this question asks"
            }
            (C::UnknownCode, true) => "选项代码不在本表的选项中，请重新选择，或更新表单后再试",
            (C::UnknownCode, false) => {
                "the code is not in this question's list; choose again, or update the form"
            }
            (C::NotOffered, true) => "所选项与其他答案不符，请重新选择",
            (C::NotOffered, false) => {
                "what was chosen does not go with the other answers; please choose again"
            }
            (C::UnknownField, true) => "本表没有这个字段，请核对字段名，或更新表单后再试",
            (C::UnknownField, false) => {
                "this form has no such question; check the name, or update the form"
            }
            (C::TooLong, true) => "内容过长，请缩短",
            (C::TooLong, false) => "the answer is too long; please shorten it",
            (C::TooMany, true) => "行数过多，请分开填写",
            (C::TooMany, false) => "too many rows; please split them",
            (C::ForbiddenCharacter, true) => "含有不可见的控制字符，请删去后重新输入",
            (C::ForbiddenCharacter, false) => {
                "the answer holds an invisible control character; please type it again"
            }
            (C::Warned, true) => "请核对；如属实可注明原因后保存",
            (C::Warned, false) => "please check; it may be saved with a reason",
            (C::Calculated, true) => "此项由系统计算，已按计算结果保存",
            (C::Calculated, false) => "this is calculated; the calculated value was kept",
            (C::FormFault, true) => "表单本身有误，此项无法检查，请告知县级管理员",
            (C::FormFault, false) => {
                "the form itself is at fault and this could not be checked; tell the county's administrator"
            }
        }
    }
}

/// A form's own message for a code, or the default one, led by the question's label.
pub(super) fn message(
    def: Option<&NodeDef>,
    code: ProblemCode,
    lang: &str,
    fallback: &str,
) -> String {
    let own = def.and_then(|def| match code {
        ProblemCode::RequiredMissing => pick(&def.required_message, lang, fallback),
        ProblemCode::Constraint => pick(&def.constraint_message, lang, fallback),
        ProblemCode::Warned => pick(&def.warn_message, lang, fallback),
        _ => None,
    });
    if let Some(own) = own {
        return own.to_owned();
    }
    let chinese = lang.starts_with("zh") || (lang.is_empty() && fallback.starts_with("zh"));
    let text = code.default_message(chinese);
    match def.map(|def| pick(&def.labels, lang, fallback).unwrap_or(&def.name)) {
        Some(label) if chinese => format!("“{label}”{text}"),
        Some(label) => format!("\"{label}\": {text}"),
        None => text.to_owned(),
    }
}
