//! Faults of expressions in Chinese; in English they say it themselves.

use crate::expr::{ExprError, ExprFault};

/// The fault with its place. A fault that this list does not know yet is said in English.
pub(super) fn chinese(error: &ExprError) -> String {
    use ExprFault as F;
    let at = error.at;
    let meant = |likely: &Option<String>| {
        let likely = likely.as_ref();
        likely
            .map(|l| format!("；是否为 {l}？"))
            .unwrap_or_default()
    };
    let said = match &error.fault {
        F::Character(c) => format!("“{c}”在这里没有意义；请删去，或把文字放进引号"),
        F::Unclosed(what) => format!("{what} 没有结束"),
        F::Unexpected { found, expected } => format!("这里是 {found}，应为 {expected}"),
        F::Unsupported(what) => format!("表单不支持：{what}"),
        F::UnknownFunction { name, likely } => format!("没有函数 {name}(){}", meant(likely)),
        F::Arity { name, takes, given } => {
            format!("{name}() 需要 {takes} 个参数，这里有 {given} 个")
        }
        F::AboveForm => "这条路径超出了表单；.. 多了一个".to_owned(),
        F::Pattern(why) => format!("正则表达式无法读取：{why}"),
        F::TooDeep(most) => format!("嵌套超过 {most} 层，请拆成多个计算题"),
        F::TooLong(most) => format!("长度超过 {most} 字节，请拆成多个计算题"),
        F::OutOfFuel => "一个表达式的计算量过大；请拆开，或减少读取的行数".to_owned(),
        F::UnknownInstance(name) => {
            format!("没有 instance('{name}')；请用 csv-external 题型声明")
        }
        F::UnknownName { name, likely } => format!("没有名为 {name} 的题目或列{}", meant(likely)),
        F::AmbiguousName(name) => format!("有多道题名为 {name}；请写路径，如 ../{name}"),
        // The list of faults grows.
        #[allow(unreachable_patterns)]
        other => other.to_string(),
    };
    format!("第 {at} 个字符：{said}")
}
