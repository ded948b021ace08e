//! Which format a compiled form is written in: the oldest whose readers read it as it is meant.

use super::definition::{Choice, Definition, NodeDef, NodeKind};
use super::linked::parse;

/// The largest form and the most nodes that readers of the formats 1 and 2 take.
const FIRST_BYTES: usize = 4 * 1024 * 1024;
const FIRST_NODES: usize = 5_000;

impl Definition {
    /// The oldest format that can say what this form says. An app that reads up to an older one
    /// answers "update the app" instead of refusing the form as broken or misreading it.
    pub(crate) fn format_needed(&self) -> u32 {
        let second = self.nodes.iter().any(|node| node.together.is_some());
        match self.needs_third() {
            true => 3,
            false if second => 2,
            false => 1,
        }
    }

    fn needs_third(&self) -> bool {
        let has_columns = |list: &Vec<Choice>| {
            let mut choices = list.iter();
            choices.any(|choice| !(choice.columns.is_empty() && choice.media.is_empty()))
        };
        !(self.tables.is_empty() && self.settings.is_empty())
            || self.nodes.len() > FIRST_NODES
            || self.lists.values().any(has_columns)
            || self
                .nodes
                .iter()
                .any(|node| node.needs_third() || !self.is_of_first_language(node))
            || super::canonical(self).len() > FIRST_BYTES
    }

    /// What cannot be parsed is not published at all.
    fn is_of_first_language(&self, node: &NodeDef) -> bool {
        let above = |node: &NodeDef| self.nodes.get(node.parent? as usize);
        let in_row = std::iter::successors(Some(node), |node| above(node))
            .any(|node| node.kind == NodeKind::Repeat);
        let mut rules = node.expressions();
        rules.all(|(_, text)| {
            let parsed = parse(text);
            parsed.is_ok_and(|expr| expr.is_of_first_language(&self.instances, in_row))
        })
    }
}

impl NodeDef {
    fn needs_third(&self) -> bool {
        use NodeKind::{Barcode, Geoshape, Geotrace, Range, Rank};
        matches!(self.kind, Barcode | Geoshape | Geotrace | Range | Rank)
            || self.choice_filter.is_some()
            || self.save_to.is_some()
            || !(self.guidance.is_empty() && self.media.is_empty())
            || !self.parameters.is_empty()
            || self
                .trigger
                .as_ref()
                .is_some_and(|names| names.contains(','))
    }

    /// Every expression with its column but the filter, which is of the third format anyway.
    pub(super) fn expressions(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let default = self.default.as_ref();
        let rules = [
            ("required", self.required.as_ref()),
            ("relevant", self.relevant.as_ref()),
            ("constraint", self.constraint.as_ref()),
            ("calculation", self.calculation.as_ref()),
            ("read_only", self.read_only.as_ref()),
            ("bind::tanfang:warn", self.warn.as_ref()),
            ("repeat_count", self.repeat_count.as_ref()),
            ("default", default.filter(|_| self.begins_by_rule())),
        ];
        rules
            .into_iter()
            .filter_map(|(column, text)| Some((column, text?)))
    }
}

#[cfg(test)]
mod tests {
    use super::FIRST_BYTES;
    use crate::form::Form;

    fn format(survey: &str) -> u32 {
        let source = format!(
            "| survey |\n| | type | name | label | calculation | trigger | relevant |\n{survey}\n\
             | choices |\n| | list_name | name | label |\n| | l | a | A |\n\
             | settings |\n| | form_id | version |\n| | t | 1 |\n"
        );
        let form = Form::compile(&source).unwrap_or_else(|p| panic!("{p:#?}"));
        form.definition().format
    }

    /// The format of a form whose one calculation is a text.
    fn of_calculation(text: &str) -> u32 {
        format(&format!(
            "| | integer | n | N | | | |\n| | select_one l | s | S | | | |\n| | calculate | c | | {text} | | |"
        ))
    }

    #[test]
    fn what_older_apps_read_is_written_for_them() {
        for text in [
            "${n} + 1",
            "if(${n} > 1, 'a', concat('b', string(${n})))",
            "(((${n})))",
            "jr:choice-name(${s}, '${s}')",
            "../n",
            "round(${n} * 2, 1)",
            "/data/n",
        ] {
            assert_eq!(of_calculation(text), 1, "{text}");
        }
    }

    #[test]
    fn what_came_with_the_whole_language_asks_for_a_newer_app() {
        let deep = format!("{}1{}", "(".repeat(30), ")".repeat(30));
        let long = format!("'{}'", "x".repeat(65_000));
        for text in [
            "sin(${n})",
            "name(${n})",
            "string()",
            "checklist(1, ${n})",
            "(${n})[1]",
            "count(${n}/*)",
            "count(//n)",
            "../child::n",
            "count(${n} \\| ${s})",
            "instance('l')/root/item[name = 'a']/label",
            "last()",
            &deep,
            &format!("concat({long}, {long})"),
        ] {
            let shown: String = text.chars().take(60).collect();
            assert_eq!(of_calculation(text), 3, "{shown}");
        }
    }

    #[test]
    fn what_older_apps_look_up_otherwise_in_a_row_asks_for_a_newer_app_there() {
        let in_row = |text: &str| {
            format(&format!(
                "| | begin repeat | r | R | | | |\n| | integer | n | N | | | |\n\
                 | | calculate | c | | {text} | | |\n| | end repeat |"
            ))
        };
        assert_eq!(in_row("${n} + 1"), 1);
        assert_eq!(in_row("/data/r/n"), 3);
        assert_eq!(in_row("count(${r}[n = 1])"), 3);
        assert_eq!(in_row("indexed-repeat(${n}, ${r}, 1)"), 3);
    }

    #[test]
    fn several_triggers_ask_for_a_newer_app_and_one_does_not() {
        let with = |trigger: &str| {
            format(&format!(
                "| | integer | a | A | | | |\n| | integer | b | B | | | |\n| | integer | c | C | 1 | {trigger} | |"
            ))
        };
        assert_eq!(with("${a}"), 1);
        assert_eq!(with("${a}, ${b}"), 3);
    }

    #[test]
    fn a_form_of_more_than_four_mebibytes_asks_for_a_newer_app() {
        let survey = "| survey |\n| | type | name | label |\n| | note | n | N |\n\
                      | settings |\n| | form_id | version |\n| | t | 1 |\n";
        let form = Form::compile(survey).unwrap_or_else(|p| panic!("{p:#?}"));
        let mut definition = form.definition().clone();
        assert_eq!(definition.format_needed(), 1);
        let long = "x".repeat(FIRST_BYTES);
        definition.nodes[0].labels.insert("zh".to_owned(), long);
        assert_eq!(definition.format_needed(), 3);
    }
}
