//! What is wrong at a place of a pack, a calendar or a cases file, in words for the county.

use crate::burden::Burden;

/// What is wrong with a pack, a calendar or a cases file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {wrong}")]
pub struct Misfit {
    /// Where, as `cases[2].expect[0].unit`.
    pub place: String,
    /// What.
    pub wrong: Wrong,
}

impl Misfit {
    /// What is wrong and what to do, in a language (`zh`, `en`), with the place.
    pub fn in_language(&self, lang: &str) -> String {
        let place = match (self.place.as_str(), lang.starts_with("zh")) {
            ("the file", true) => "文件",
            (place, _) => place,
        };
        format!("{place}: {}", self.wrong.message(lang))
    }
}

/// A phrase in Chinese and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// 中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Words {
    pub(crate) const fn new(zh: &'static str, en: &'static str) -> Self {
        Words { zh, en }
    }
}

/// What can be wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// No JSON at all; nothing after this place was read.
    #[error("this is not JSON: {0}")]
    Syntax(String),
    /// A field that this object does not have.
    #[error("there is no field `{name}` here{}", meant(.likely))]
    UnknownField {
        /// What stands there.
        name: String,
        /// The nearest name that would be right.
        likely: Option<String>,
    },
    /// The same field, or the same id, twice.
    #[error("the field `{0}` stands twice")]
    Twice(String),
    /// A field that must be there is not.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// Another type was expected.
    #[error("{} is expected here", .0.en)]
    Expected(Words),
    /// A number that is none, or outside what makes sense.
    #[error("a whole number from {least} to {most} is expected here")]
    NotWhole {
        /// The least that may stand here.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A code that no list has.
    #[error("`{code}` is no {of}{}", meant(.likely))]
    UnknownCode {
        /// What stands there.
        code: String,
        /// What kind of code it should be.
        of: &'static str,
        /// The nearest code that would be right.
        likely: Option<String>,
    },
    /// A reference to something that is not there.
    #[error("there is no {of} `{id}` here")]
    Absent {
        /// What kind of thing.
        of: &'static str,
        /// The id that was named.
        id: String,
    },
    /// It asks what may not be asked of those who work.
    #[error("{0}")]
    Burden(Burden),
    /// Anything else, in a sentence.
    #[error("{en}")]
    Other {
        /// 中文.
        zh: String,
        /// English.
        en: String,
    },
}

impl Wrong {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Wrong::Syntax(_) => "not_json",
            Wrong::UnknownField { .. } => "unknown_field",
            Wrong::Twice(_) => "twice",
            Wrong::Missing(_) => "missing",
            Wrong::Expected(_) => "expected",
            Wrong::NotWhole { .. } => "not_whole",
            Wrong::UnknownCode { .. } => "unknown_code",
            Wrong::Absent { .. } => "absent",
            Wrong::Burden(burden) => burden.code(),
            Wrong::Other { .. } => "other",
        }
    }

    /// What is wrong and what to do, in a language (`zh`, `en`).
    pub fn message(&self, lang: &str) -> String {
        if let Wrong::Burden(burden) = self {
            return burden.message(lang);
        }
        if !lang.starts_with("zh") {
            return self.to_string();
        }
        let likely = |likely: &Option<String>| match likely {
            Some(name) => format!(";是否应为“{name}”?"),
            None => ";请对照说明改正".to_owned(),
        };
        match self {
            Wrong::Syntax(said) => format!("不是 JSON,请从这里改起({said})"),
            Wrong::UnknownField { name, likely: near } => {
                format!("这里没有“{name}”这一项{}", likely(near))
            }
            Wrong::Twice(name) => format!("“{name}”出现了两次,请留一个"),
            Wrong::Missing(name) => format!("缺少“{name}”,请补上"),
            Wrong::Expected(words) => format!("这里应为{}", words.zh),
            Wrong::NotWhole { least, most } => format!("这里应为 {least} 到 {most} 之间的整数"),
            Wrong::UnknownCode {
                code,
                of,
                likely: near,
            } => format!("“{code}”不是{}{}", in_chinese(of), likely(near)),
            Wrong::Absent { of, id } => format!("这里没有{}“{id}”,请核对", in_chinese(of)),
            Wrong::Other { zh, .. } => zh.clone(),
            Wrong::Burden(burden) => burden.message(lang),
        }
    }
}

fn meant(name: &Option<String>) -> String {
    name.as_ref()
        .map_or_else(String::new, |name| format!("; is `{name}` meant?"))
}

/// The kinds of code, as Chinese says them.
const KINDS: &[(&str, &str)] = &[
    ("role", "角色代码"),
    ("mode", "走访方式代码"),
    ("outcome", "走访结果代码"),
    ("category", "类别代码"),
    ("state", "状态代码"),
    ("consent", "知情同意代码"),
    ("document", "文书代码"),
    ("kind of rule", "规则类型"),
    ("kind of window", "假期类型"),
    ("kind of event", "事件类型"),
    ("unit", "对象单位"),
    ("strength", "约束程度"),
    ("trigger", "起算事由"),
    ("built-in pack", "内置规则包"),
    ("pack", "规则包"),
    ("rule", "规则"),
    ("subject", "对象"),
    ("kind of row", "行的类型"),
];

fn in_chinese(of: &str) -> &str {
    let known = KINDS.iter().find(|(english, _)| *english == of);
    known.map_or(of, |(_, chinese)| chinese)
}
