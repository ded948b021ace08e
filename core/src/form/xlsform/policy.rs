//! `bind::tanfang:merge`: how answers given apart are brought together.

use std::collections::BTreeMap;

use super::problem::SourceProblem;
use super::sheets::Row;
use crate::form::definition::{Definition, Merge, NodeDef, NodeKind};
use crate::form::linked::is_name;
use crate::form::told::{Told, told};

const COLUMN: &str = "bind::tanfang:merge";

/// What a row says of its answers given apart.
#[derive(Default)]
pub(super) struct Policy {
    pub(super) merge: Merge,
    pub(super) together: Option<String>,
}

/// Reads the cell: `latest`, `union`, `ask`, or `ask:NAME` of fields that are settled together.
pub(super) fn read(row: &Row, kind: NodeKind, problems: &mut Vec<SourceProblem>) -> Policy {
    let Some(word) = row.get(COLUMN) else {
        return Policy::default();
    };
    let mut refuse = |message: Told| {
        let problem = SourceProblem::new("survey", row.line, COLUMN, message);
        problems.push(problem.meaning(word, ["latest", "union", "ask"]));
        Policy::default()
    };
    let (policy, group) = match word.split_once(':') {
        Some((policy, group)) => (policy.trim(), Some(group.trim())),
        None => (word, None),
    };
    let Some(merge) = Merge::parse(policy) else {
        return refuse(told!(
            "“{word}”不是 latest、union、ask、ask:名称 之一",
            "\"{word}\" is none of latest, union, ask, ask:NAME"
        ));
    };
    if !kind.is_leaf() || kind.is_metadata() || kind == NodeKind::Calculate {
        return refuse(told!(
            "只有由人回答的题目才需要合并方式；请清空这一格",
            "only a question that a person answers is brought together; clear the cell"
        ));
    }
    if merge == Merge::Union && kind != NodeKind::SelectMultiple {
        return refuse(told!(
            "union 只用于 select_multiple；请写 latest 或 ask",
            "union is of a select_multiple; write latest or ask"
        ));
    }
    match group {
        Some(name) if merge != Merge::Ask || !is_name(name) => refuse(told!(
            "“{word}”：一起决定的字段写 ask:名称，名称用字母、数字、_ 和 -",
            "\"{word}\": fields that are settled together are named as ask:NAME, with a name of letters, digits, _ and -"
        )),
        group => Policy {
            merge,
            together: group.map(str::to_owned),
        },
    }
}

/// Fields that are settled together are of one record and in one place: the form, or one repeat.
pub(super) fn check_groups(
    definition: &Definition,
    lines: &[usize],
    problems: &mut Vec<SourceProblem>,
) {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, node) in definition.nodes.iter().enumerate() {
        if let Some(group) = &node.together {
            groups.entry(group).or_default().push(place);
        }
    }
    for (group, members) in groups {
        let Some((first, rest)) = members.split_first() else {
            continue;
        };
        let mut refuse = |place: usize, message: Told| {
            let line = lines.get(place).copied().unwrap_or(0);
            problems.push(SourceProblem::new("survey", line, COLUMN, message));
        };
        if rest.is_empty() {
            let message = told!(
                "只有这个字段写了“{group}”；请给一起决定的字段都写上，或写 ask",
                "\"{group}\" is named by this field only; name the fields that it is settled together with, or write ask"
            );
            refuse(*first, message);
        }
        for place in rest {
            if home(definition, *place) != home(definition, *first) {
                let message = told!(
                    "“{group}”属于另一种记录或另一个重复组；一起决定的字段要在一处",
                    "\"{group}\" is of another kind of record or another repeat above; what is settled together stands together"
                );
                refuse(*place, message);
            }
        }
    }
}

/// Which record a field belongs to, and in which repeat it stands.
fn home(definition: &Definition, place: usize) -> Option<(&str, Option<usize>)> {
    let node: &NodeDef = definition.nodes.get(place)?;
    let mut above = node.parent.map(|parent| parent as usize);
    while let Some(place) = above {
        let parent = definition.nodes.get(place)?;
        if parent.kind == NodeKind::Repeat {
            break;
        }
        above = parent.parent.map(|parent| parent as usize);
    }
    Some((node.of.as_str(), above))
}

#[cfg(test)]
mod tests {
    use crate::form::{Form, Merge};

    fn card(rows: &str) -> Result<Form, String> {
        let source = format!(
            r#"
| survey | | | | |
| | type | name | label | bind::tanfang:merge | bind::tanfang:of |
{rows}
| choices | | |
| | list_name | name | label |
| | need | meal | m |
| settings | | | | |
| | form_title | form_id | version | namespaces |
| | card | card | 1 | tanfang="https://tanfang.example/xlsform" |
"#
        );
        Form::compile(&source).map_err(|problems| {
            let each = problems.iter().map(ToString::to_string);
            each.collect::<Vec<_>>().join("\n")
        })
    }

    #[test]
    fn a_policy_is_read_and_a_person_is_asked_where_none_stands() {
        let form = card(
            "| | text | phone | p | latest | |\n| | select_multiple need | needs | n | union | |\n\
             | | text | a | a | ask | |\n| | text | b | b | | |",
        );
        let form = form.unwrap();
        let policies: Vec<Merge> = form.leaves().map(|leaf| leaf.merge).collect();
        assert_eq!(
            policies,
            [Merge::Latest, Merge::Union, Merge::Ask, Merge::Ask]
        );
        assert_eq!(form.definition().format, 1, "old apps read it");
    }

    #[test]
    fn fields_that_are_settled_together_are_named_alike() {
        let form = card("| | text | a | a | ask:who | |\n| | date | b | b | ask: who | |").unwrap();
        let groups = form.leaves().map(|leaf| leaf.together.as_deref());
        assert_eq!(groups.collect::<Vec<_>>(), [Some("who"), Some("who")]);
        assert_eq!(form.definition().format, 2);
        assert_eq!(
            Form::from_json(&form.to_json()).unwrap().hash(),
            form.hash()
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_line() {
        for (rows, line, says) in [
            (
                "| | text | a | a | newest | |",
                4,
                "none of latest, union, ask",
            ),
            (
                "| | text | a | a | union | |",
                4,
                "union is of a select_multiple",
            ),
            (
                "| | begin group | g | g | ask | |\n| | text | a | a | | |\n| | end group | | | | |",
                4,
                "only a question",
            ),
            ("| | text | a | a | latest:who | |", 4, "ask:NAME"),
            ("| | text | a | a | ask:1 2 | |", 4, "ask:NAME"),
            ("| | text | a | a | ask:who | |", 4, "by this field only"),
            (
                "| | text | a | a | ask:who | person |\n| | text | b | b | ask:who | household |",
                5,
                "another kind of record",
            ),
        ] {
            let told = card(rows).unwrap_err();
            assert!(told.contains(says), "{rows}: {told}");
            assert!(
                told.contains(&format!("line {line}, bind::tanfang:merge")),
                "{told}"
            );
        }
    }
}
