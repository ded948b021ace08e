//! A form as a page for people: what it asks, when, by which rule, and from which document.

use std::fmt::Write;

use super::Form;
use super::definition::{Definition, Labels, NodeDef, NodeKind};

/// A page in Markdown, Chinese first, made of the compiled form alone, so that what the page says
/// is what the form does: a table of questions in the form's order, then the code lists.
///
/// Writing to a text cannot fail, so what `write!` answers is let go.
pub fn page(form: &Form) -> String {
    let form = form.definition();
    let mut page = String::new();
    heading(&mut page, form);
    questions(&mut page, form);
    lists(&mut page, form);
    page
}

fn heading(page: &mut String, form: &Definition) {
    let _ = write!(page, "# {}\n\n", both(&form.titles));
    let _ = write!(
        page,
        "`{}` {} · {}. Generated from the form itself; what is asked is changed there.\n\n",
        form.id, form.version, form.kind
    );
}

fn questions(page: &mut String, form: &Definition) {
    page.push_str("| 问题 Question | 名 Name | 类型 Type | 必填 Required | 何时问 Asked when | 规则 Rule | 记录·分区 Record, compartment | 来源 Source |\n");
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    for node in &form.nodes {
        let depth = depth(form, node);
        let cells = [
            question(node, depth),
            code(Some(&node.name)),
            kind(node),
            required(node),
            code(node.relevant.as_deref()),
            rules(node),
            format!("{}·{}", node.of, node.compartment.as_str()),
            node.source.clone().unwrap_or_default(),
        ];
        let _ = writeln!(page, "| {} |", cells.map(|cell| escaped(&cell)).join(" | "));
    }
}

fn lists(page: &mut String, form: &Definition) {
    if form.lists.is_empty() {
        return;
    }
    page.push_str("\n## 代码 Codes\n\n| 代码表 List | 代码 Codes |\n|---|---|\n");
    for (name, choices) in &form.lists {
        let choices = choices
            .iter()
            .map(|choice| format!("`{}` {}", choice.name, both(&choice.labels)));
        let choices: Vec<String> = choices.collect();
        let _ = writeln!(page, "| `{name}` | {} |", escaped(&choices.join("; ")));
    }
}

/// How many groups and repeats a node stands in.
fn depth(form: &Definition, node: &NodeDef) -> usize {
    let mut above = node.parent;
    let mut depth = 0;
    while let Some(parent) = above.and_then(|at| form.nodes.get(at as usize)) {
        depth += 1;
        above = parent.parent;
    }
    depth
}

fn question(node: &NodeDef, depth: usize) -> String {
    let words = both(&node.labels);
    let words = match node.kind {
        NodeKind::Group => format!("**{words}**"),
        NodeKind::Repeat => format!("**↻ {words}**"),
        _ => words,
    };
    let hint = both(&node.hints);
    let hint = match hint.is_empty() {
        true => hint,
        false => format!("<br>*{hint}*"),
    };
    format!("{}{words}{hint}", "· ".repeat(depth))
}

fn kind(node: &NodeDef) -> String {
    let word = serde_json::to_value(node.kind).ok();
    let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or("");
    let of = node.list.as_ref().or(node.refers.as_ref());
    match of {
        Some(of) => format!("{word} `{of}`"),
        None => word.to_owned(),
    }
}

fn required(node: &NodeDef) -> String {
    match node.required.as_deref() {
        None => String::new(),
        Some("true()" | "yes") => "是 yes".to_owned(),
        Some(when) => code(Some(when)),
    }
}

fn rules(node: &NodeDef) -> String {
    let rule = |word: &str, rule: &Option<String>, said: &Labels| {
        let rule = rule.as_ref()?;
        let said = both(said);
        let said = match said.is_empty() {
            true => code(Some(rule)),
            false => said,
        };
        Some(format!("{word} {said}"))
    };
    let none = Labels::new();
    let rules = [
        rule("须 must:", &node.constraint, &node.constraint_message),
        rule("提示 warns:", &node.warn, &node.warn_message),
        rule("计算 calculated:", &node.calculation, &none),
        rule("默认 default:", &node.default, &none),
    ];
    let rules: Vec<String> = rules.into_iter().flatten().collect();
    rules.join("<br>")
}

fn code(text: Option<&str>) -> String {
    text.map(|text| format!("`{text}`")).unwrap_or_default()
}

/// Chinese, then English.
fn both(labels: &Labels) -> String {
    let mut words: Vec<&str> = Vec::new();
    for lang in ["zh", "en"] {
        let word = labels.get(lang).map(|text| text.trim());
        words.extend(word.filter(|word| !word.is_empty()));
    }
    words.dedup();
    words.join(" ")
}

/// A cell is one line, and a bar within it is no border.
fn escaped(cell: &str) -> String {
    cell.replace(['\r', '\n'], " ").replace('|', "\\|")
}
