//! The survey sheet: rows to nodes.

use super::SourceProblem;
use super::columns::{self, texts};
use super::markdown::{Row, Sheet};
use super::policy;
use super::settings::Settings;
use crate::expr::likely;
use crate::form::definition::{Labels, NodeDef, NodeKind, RECORD_KINDS};
use crate::form::linked::is_name;
use crate::model::{Compartment, Kind};

/// What the survey says.
pub(super) struct Survey {
    pub(super) kind: Kind,
    pub(super) languages: Vec<String>,
    pub(super) instances: Vec<String>,
    pub(super) nodes: Vec<NodeDef>,
    /// The source line of each node.
    pub(super) lines: Vec<usize>,
}

/// Types without an argument, by XLSForm's word.
const TYPES: [(&str, NodeKind); 26] = [
    ("text", NodeKind::Text),
    ("string", NodeKind::Text),
    ("integer", NodeKind::Integer),
    ("int", NodeKind::Integer),
    ("decimal", NodeKind::Decimal),
    ("date", NodeKind::Date),
    ("time", NodeKind::Time),
    ("dateTime", NodeKind::DateTime),
    ("datetime", NodeKind::DateTime),
    ("geopoint", NodeKind::Geopoint),
    ("image", NodeKind::Image),
    ("photo", NodeKind::Image),
    ("file", NodeKind::File),
    ("calculate", NodeKind::Calculate),
    ("note", NodeKind::Note),
    ("hidden", NodeKind::Hidden),
    ("acknowledge", NodeKind::Acknowledge),
    ("start", NodeKind::Start),
    ("end", NodeKind::End),
    ("today", NodeKind::Today),
    ("username", NodeKind::Username),
    ("deviceid", NodeKind::Deviceid),
    ("begin group", NodeKind::Group),
    ("begin_group", NodeKind::Group),
    ("begin repeat", NodeKind::Repeat),
    ("begin_repeat", NodeKind::Repeat),
];

/// Why an attachment is never required.
const NEVER_FORCED: &str = "a photo, signature or scan is never required (国办函〔2026〕12号: lower levels are not forced to upload photos); remove it, or ask in a repeat whose rows nobody must add";

struct Reader<'a> {
    settings: &'a Settings,
    problems: &'a mut Vec<SourceProblem>,
    survey: Survey,
    /// Groups and repeats that are open: node and line.
    open: Vec<(usize, usize)>,
}

pub(super) fn read(
    sheet: Option<&Sheet>,
    settings: &Settings,
    problems: &mut Vec<SourceProblem>,
) -> Survey {
    let empty = Sheet::default();
    let sheet = sheet.unwrap_or(&empty);
    columns::check(sheet, problems);
    uses_namespace(sheet, settings, problems);
    let survey = Survey {
        kind: settings.kind.clone().unwrap_or_else(|| first_kind(sheet)),
        languages: columns::languages(sheet),
        instances: Vec::new(),
        nodes: Vec::new(),
        lines: Vec::new(),
    };
    let mut reader = Reader {
        settings,
        problems,
        survey,
        open: Vec::new(),
    };
    for row in &sheet.rows {
        reader.row(row);
    }
    for (node, line) in std::mem::take(&mut reader.open) {
        let name = reader.survey.nodes[node].name.clone();
        reader.problem(
            line,
            "type",
            format!("\"{name}\" is begun and never ended; add its end row"),
        );
    }
    reader.survey
}

fn uses_namespace(sheet: &Sheet, settings: &Settings, problems: &mut Vec<SourceProblem>) {
    let own = sheet
        .columns
        .iter()
        .find(|(header, _)| header.starts_with("bind::tanfang:"));
    if let (Some((header, _)), false) = (own, settings.tanfang) {
        problems.push(SourceProblem::new(
            "settings",
            0,
            "namespaces",
            format!("column {header} needs the setting namespaces with tanfang=\"…\""),
        ));
    }
}

fn first_kind(sheet: &Sheet) -> Kind {
    sheet
        .rows
        .iter()
        .find_map(|row| row.get("bind::tanfang:of"))
        .map_or(Kind::PERSON, Kind::named)
}

impl Reader<'_> {
    fn problem(&mut self, line: usize, column: &str, message: impl Into<String>) {
        self.problems
            .push(SourceProblem::new("survey", line, column, message));
    }

    fn row(&mut self, row: &Row) {
        if row
            .get("disabled")
            .is_some_and(|d| matches!(d, "yes" | "true" | "true()"))
        {
            return;
        }
        let Some(kind) = row.get("type") else {
            return self.problem(
                row.line,
                "type",
                "the row has no type; give one or remove the row",
            );
        };
        let kind = kind.split_whitespace().collect::<Vec<_>>().join(" ");
        match kind.as_str() {
            "end group" | "end_group" => self.end(row.line, NodeKind::Group),
            "end repeat" | "end_repeat" => self.end(row.line, NodeKind::Repeat),
            "csv-external" => match row.get("name") {
                Some(name) => self.survey.instances.push(name.to_owned()),
                None => self.problem(row.line, "name", "a csv-external needs a name"),
            },
            _ => {
                if let Some((kind, list)) = self.kind(row.line, &kind) {
                    self.node(row, kind, list);
                }
            }
        }
    }

    fn kind(&mut self, line: usize, word: &str) -> Option<(NodeKind, Option<String>)> {
        if let Some((_, kind)) = TYPES.iter().find(|(name, _)| *name == word) {
            return Some((*kind, None));
        }
        let (first, rest) = word.split_once(' ').unwrap_or((word, ""));
        let kind = match first {
            "select_one" => NodeKind::SelectOne,
            "select_multiple" => NodeKind::SelectMultiple,
            _ => {
                let known = TYPES
                    .iter()
                    .map(|(name, _)| *name)
                    .chain(["select_one", "select_multiple"]);
                let message = format!("there is no type \"{word}\" here");
                self.problems.push(
                    SourceProblem::new("survey", line, "type", message).meaning(first, known),
                );
                return None;
            }
        };
        Some((kind, Some(rest.to_owned()).filter(|list| !list.is_empty())))
    }

    fn end(&mut self, line: usize, kind: NodeKind) {
        match self
            .open
            .last()
            .map(|(node, _)| self.survey.nodes[*node].kind)
        {
            Some(open) if open == kind => {
                self.open.pop();
            }
            Some(_) => {
                let name = self
                    .open
                    .last()
                    .map(|(node, _)| self.survey.nodes[*node].name.clone());
                let name = name.unwrap_or_default();
                self.problem(
                    line,
                    "type",
                    format!("this does not end \"{name}\", which was begun last"),
                );
            }
            None => self.problem(line, "type", "nothing is open here; remove this end row"),
        }
    }

    fn node(&mut self, row: &Row, kind: NodeKind, list: Option<String>) {
        let name = row.get("name").unwrap_or_default().to_owned();
        if !is_name(&name) {
            let message = "a name begins with a letter or _ and holds letters, digits, _ and -";
            self.problem(row.line, "name", message);
        }
        let parent = self.open.last().map(|(node, _)| *node);
        let policy = policy::read(row, kind, self.problems);
        let def = NodeDef {
            of: self.of(row, parent),
            compartment: self.compartment(row, parent),
            merge: policy.merge,
            together: policy.together,
            name,
            kind,
            parent: parent.and_then(|p| u32::try_from(p).ok()),
            labels: texts(row, "label"),
            hints: texts(row, "hint"),
            list,
            sensitivity: cell(row, "bind::tanfang:sensitivity"),
            refers: cell(row, "bind::tanfang:ref"),
            source: cell(row, "bind::tanfang:source"),
            required: cell(row, "required")
                .filter(|text| !matches!(text.as_str(), "no" | "false()")),
            required_message: texts(row, "required_message"),
            relevant: cell(row, "relevant"),
            constraint: cell(row, "constraint"),
            constraint_message: texts(row, "constraint_message"),
            calculation: cell(row, "calculation"),
            trigger: cell(row, "trigger"),
            default: cell(row, "default"),
            read_only: cell(row, "read_only").or_else(|| cell(row, "readonly")),
            warn: cell(row, "bind::tanfang:warn"),
            warn_message: self.warn_messages(row),
            repeat_count: cell(row, "repeat_count"),
            appearance: cell(row, "appearance"),
        };
        self.complete(row, &def);
        if matches!(kind, NodeKind::Group | NodeKind::Repeat) {
            self.open.push((self.survey.nodes.len(), row.line));
        }
        self.survey.nodes.push(def);
        self.survey.lines.push(row.line);
    }

    /// What a row of this type cannot do without.
    fn complete(&mut self, row: &Row, def: &NodeDef) {
        if def.kind == NodeKind::Calculate && def.calculation.is_none() && def.default.is_none() {
            self.problem(row.line, "calculation", "a calculate needs a calculation");
        }
        let silent = matches!(
            def.kind,
            NodeKind::Calculate | NodeKind::Hidden | NodeKind::Group | NodeKind::Repeat
        ) || def.kind.is_metadata();
        if !silent && def.labels.is_empty() && def.hints.is_empty() {
            self.problem(row.line, "label", "a question needs a label");
        }
        if def.kind.is_attachment() && def.required.is_some() && !self.is_offered(def) {
            self.problem(row.line, "required", NEVER_FORCED);
        }
    }

    /// Whether a question stands in rows that nobody must add: a row of photos holds a photo.
    fn is_offered(&self, def: &NodeDef) -> bool {
        let above = |at: &usize| {
            let parent = self.survey.nodes[*at].parent;
            parent.and_then(|p| usize::try_from(p).ok())
        };
        let parent = def.parent.and_then(|p| usize::try_from(p).ok());
        std::iter::successors(parent, above).any(|at| {
            let around = &self.survey.nodes[at];
            let free = around.repeat_count.is_none() && around.required.is_none();
            around.kind == NodeKind::Repeat && free
        })
    }

    fn of(&mut self, row: &Row, parent: Option<usize>) -> Kind {
        match row.get("bind::tanfang:of") {
            Some(kind) => {
                // A county may have kinds of its own; one that looks like ours is a slip.
                let slip = likely(kind, RECORD_KINDS).is_some() || !is_kind_name(kind);
                if !RECORD_KINDS.contains(&kind) && slip {
                    let message = format!("there is no kind of record \"{kind}\"");
                    let problem =
                        SourceProblem::new("survey", row.line, "bind::tanfang:of", message);
                    self.problems.push(problem.meaning(kind, RECORD_KINDS));
                }
                Kind::named(kind)
            }
            None => parent.map_or(self.survey.kind.clone(), |p| {
                self.survey.nodes[p].of.clone()
            }),
        }
    }

    fn compartment(&mut self, row: &Row, parent: Option<usize>) -> Compartment {
        let inherited = parent.map_or(Compartment::Care, |p| self.survey.nodes[p].compartment);
        let Some(word) = row.get("bind::tanfang:compartment") else {
            return inherited;
        };
        match Compartment::parse(word).filter(|c| *c != Compartment::Roster) {
            Some(compartment) => compartment,
            None => {
                let known = Compartment::ALL.map(Compartment::as_str);
                let message = format!("\"{word}\" is none of contact, care, identity, protection");
                let problem =
                    SourceProblem::new("survey", row.line, "bind::tanfang:compartment", message);
                self.problems.push(problem.meaning(word, known));
                inherited
            }
        }
    }

    fn warn_messages(&self, row: &Row) -> Labels {
        let mut texts = Labels::new();
        for (header, text) in &row.cells {
            if header == "bind::tanfang:warn_message" {
                texts.insert(self.settings.default_language.clone(), text.clone());
            } else if let Some(language) = header.strip_prefix("bind::tanfang:warn_message_") {
                texts.insert(language.to_owned(), text.clone());
            }
        }
        texts
    }
}

fn cell(row: &Row, header: &str) -> Option<String> {
    row.get(header).map(str::to_owned)
}

/// A county's own kind of record: small letters, digits and underscores, at most forty.
fn is_kind_name(kind: &str) -> bool {
    kind.len() <= 40
        && kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
