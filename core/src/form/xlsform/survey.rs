//! The survey sheet: rows to nodes.

use super::columns::{self, is_open, texts, unclosed};
use super::entities::Entities;
use super::headers::TRANSLATED;
use super::problem::SourceProblem;
use super::settings::{Settings, is_yes};
use super::sheets::{Row, Sheet};
use super::types::{self, RowType};
use super::{parameters, policy};
use crate::expr::likely;
use crate::form::definition::{Labels, NodeDef, NodeKind, RECORD_KINDS};
use crate::form::linked::is_name;
use crate::form::told::{Told, told};
use crate::model::{Compartment, Kind, is_composed};

/// What the survey says.
pub(super) struct Survey {
    pub(super) kind: Kind,
    pub(super) languages: Vec<String>,
    /// The tables that `csv-external` declares, with their lines.
    pub(super) instances: Vec<(usize, String)>,
    pub(super) nodes: Vec<NodeDef>,
    /// The source line of each node.
    pub(super) lines: Vec<usize>,
    /// The files that selects name, with their lines.
    pub(super) files: Vec<(usize, String)>,
    /// The lists that take an answer of one's own.
    pub(super) open_lists: Vec<String>,
}

/// What a row's type says beside its kind.
#[derive(Default)]
struct Select {
    list: Option<String>,
    from_file: bool,
    or_other: bool,
}

struct Reader<'a> {
    settings: &'a Settings,
    entities: &'a Entities,
    problems: &'a mut Vec<SourceProblem>,
    survey: Survey,
    /// Groups and repeats that are open: node and line.
    open: Vec<(usize, usize)>,
}

pub(super) fn read(
    sheet: Option<&Sheet>,
    settings: &Settings,
    entities: &Entities,
    problems: &mut Vec<SourceProblem>,
) -> Survey {
    let empty = Sheet::default();
    let sheet = sheet.unwrap_or(&empty);
    columns::check(sheet, problems);
    uses_namespace(sheet, settings, problems);
    let declared = entities.first.as_deref().map(Kind::named);
    let survey = Survey {
        kind: settings
            .kind
            .clone()
            .or(declared)
            .unwrap_or_else(|| first_kind(sheet)),
        languages: columns::languages(sheet),
        instances: Vec::new(),
        nodes: Vec::new(),
        lines: Vec::new(),
        files: Vec::new(),
        open_lists: Vec::new(),
    };
    let mut reader = Reader {
        settings,
        entities,
        problems,
        survey,
        open: Vec::new(),
    };
    for row in &sheet.rows {
        reader.row(row);
    }
    for (node, line) in std::mem::take(&mut reader.open) {
        let name = reader.survey.nodes[node].name.clone();
        let said = told!(
            "“{name}”开始了却没有结束；请加上 end 行",
            "\"{name}\" is begun and never ended; add its end row"
        );
        reader.problem(line, "type", said);
    }
    reader.survey
}

fn uses_namespace(sheet: &Sheet, settings: &Settings, problems: &mut Vec<SourceProblem>) {
    let mut headers = sheet.columns.iter().map(|column| &column.header);
    let own = headers.find(|header| header.starts_with("bind::tanfang:"));
    if let (Some(header), false) = (own, settings.tanfang) {
        let said = told!(
            "列 {header} 需要在 settings 的 namespaces 写 tanfang=\"…\"",
            "column {header} needs the setting namespaces with tanfang=\"…\""
        );
        problems.push(SourceProblem::new("settings", 0, "namespaces", said));
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
    fn problem(&mut self, line: usize, column: &str, said: Told) {
        self.problems
            .push(SourceProblem::new("survey", line, column, said));
    }

    fn row(&mut self, row: &Row) {
        if row.get("disabled").is_some_and(is_yes) {
            return;
        }
        let Some(word) = row.get("type") else {
            let said = told!(
                "这一行没有题型；请填写，或删去这一行",
                "the row has no type; give one or remove the row"
            );
            self.problem(row.line, "type", said);
            return self.unread(row);
        };
        match types::read(word) {
            RowType::Node(kind) => self.node(row, kind, Select::default()),
            RowType::Select(kind, list, or_other) => {
                let select = Select {
                    list,
                    or_other,
                    from_file: false,
                };
                self.node(row, kind, select);
            }
            RowType::FromFile(kind, file) => self.of_file(row, kind, &file),
            RowType::End(kind) => self.end(row.line, kind),
            RowType::Instance => match row.get("name") {
                Some(name) => {
                    let table = (row.line, name.to_owned());
                    self.survey.instances.push(table);
                }
                None => self.problem(
                    row.line,
                    "name",
                    told!("csv-external 要有名称", "a csv-external needs a name"),
                ),
            },
            RowType::Absent(zh, en) => {
                let said = told!(
                    "不支持题型“{word}”：{zh}",
                    "there is no type \"{word}\" here: {en}"
                );
                self.problem(row.line, "type", said);
                self.unread(row);
            }
            RowType::Unknown => {
                let said = told!("没有题型“{word}”", "there is no type \"{word}\" here");
                let first = word.split_whitespace().next().unwrap_or_default();
                let problem = SourceProblem::new("survey", row.line, "type", said);
                self.problems.push(problem.meaning(first, types::words()));
                self.unread(row);
            }
        }
    }

    /// A row of no known type holds its name, so that who names it is not told of it too.
    fn unread(&mut self, row: &Row) {
        let Some(name) = row.get("name").filter(|name| is_name(name)) else {
            return;
        };
        let parent = self.open.last().map(|(node, _)| *node);
        let def = NodeDef {
            name: name.to_owned(),
            parent: parent.and_then(|p| u32::try_from(p).ok()),
            ..NodeDef::of(self.survey.kind.clone(), Compartment::Care)
        };
        self.push(def, row.line);
    }

    fn of_file(&mut self, row: &Row, kind: NodeKind, file: &str) {
        let stem = match file.rsplit_once('.') {
            Some((stem, ending)) if ending.eq_ignore_ascii_case("csv") => stem.to_owned(),
            _ => {
                let said = told!(
                    "选项文件只支持 .csv：{file}",
                    "lists are read from .csv files, {file} is none; save it as .csv"
                );
                return self.problem(row.line, "type", said);
            }
        };
        self.survey.files.push((row.line, file.to_owned()));
        let select = Select {
            list: Some(stem),
            from_file: true,
            or_other: false,
        };
        self.node(row, kind, select);
    }

    fn end(&mut self, line: usize, kind: NodeKind) {
        let open = self.open.last().map(|(node, _)| &self.survey.nodes[*node]);
        match open {
            Some(open) if open.kind == kind => {
                self.open.pop();
            }
            Some(open) => {
                let name = open.name.clone();
                let said = told!(
                    "这一行不能结束最近开始的“{name}”",
                    "this does not end \"{name}\", which was begun last"
                );
                self.problem(line, "type", said);
            }
            None => {
                let said = told!(
                    "这里没有未结束的组；请删去这一行",
                    "nothing is open here; remove this end row"
                );
                self.problem(line, "type", said);
            }
        }
    }

    fn node(&mut self, row: &Row, kind: NodeKind, select: Select) {
        let name = match row.get("name") {
            None if kind == NodeKind::Note => format!("generated_note_name_{}", row.line),
            name => name.unwrap_or_default().to_owned(),
        };
        if !is_name(&name) {
            let said = told!(
                "名称以字母或 _ 开头，只含字母、数字、_ 和 -",
                "a name begins with a letter or _ and holds letters, digits, _ and -"
            );
            self.problem(row.line, "name", said);
        }
        if !is_composed(&name) {
            self.problem(row.line, "name", columns::in_pieces());
        }
        if name == "meta" {
            let said = told!(
                "meta 是表单自己的信息所用的名称；请改名",
                "meta is the name of what a form says of itself; rename it"
            );
            self.problem(row.line, "name", said);
        }
        let parent = self.open.last().map(|(node, _)| *node);
        let policy = policy::read(row, kind, self.problems);
        let (saved_in, property) = self.entities.property(row, kind, self.problems);
        let mut def = NodeDef {
            of: match saved_in {
                Some(list) => Kind::named(&list),
                None => self.of(row, parent),
            },
            compartment: self.compartment(row, parent),
            merge: policy.merge,
            together: policy.together,
            kind,
            parent: parent.and_then(|p| u32::try_from(p).ok()),
            labels: texts(row, "label"),
            hints: texts(row, "hint"),
            guidance: texts(row, "guidance_hint"),
            media: columns::media(row),
            parameters: parameters::read(row, kind, select.from_file, self.problems),
            choice_filter: cell(row, "choice_filter"),
            save_to: property.filter(|property| *property != name),
            list: select.list,
            sensitivity: cell(row, "bind::tanfang:sensitivity"),
            refers: cell(row, "bind::tanfang:ref"),
            source: cell(row, "bind::tanfang:source"),
            required: cell(row, "required")
                .filter(|text| !matches!(text.to_lowercase().as_str(), "no" | "false" | "false()")),
            required_message: texts(row, "required_message"),
            relevant: cell(row, "relevant"),
            constraint: cell(row, "constraint"),
            constraint_message: texts(row, "constraint_message"),
            calculation: cell(row, "calculation"),
            trigger: cell(row, "trigger"),
            default: cell(row, "default"),
            read_only: cell(row, "read_only"),
            warn: cell(row, "bind::tanfang:warn"),
            warn_message: self.warn_messages(row),
            repeat_count: cell(row, "repeat_count"),
            appearance: cell(row, "appearance"),
            name,
        };
        if kind == NodeKind::Range {
            parameters::range(row, &mut def, self.problems);
        }
        self.complete(row, &def);
        let other = select.or_other.then(|| self.other(row, &def)).flatten();
        self.push(def, row.line);
        if let Some(other) = other {
            self.push(other, row.line);
        }
    }

    fn push(&mut self, def: NodeDef, line: usize) {
        if matches!(def.kind, NodeKind::Group | NodeKind::Repeat) {
            self.open.push((self.survey.nodes.len(), line));
        }
        self.survey.nodes.push(def);
        self.survey.lines.push(line);
    }

    /// The question that `or_other` adds: what else, where "other" is chosen.
    fn other(&mut self, row: &Row, select: &NodeDef) -> Option<NodeDef> {
        if select.choice_filter.is_some() {
            let said = told!(
                "or_other 不能与 choice_filter 同用；请把“其他”写进选项列表",
                "or_other does not go with choice_filter; put \"other\" into the list"
            );
            self.problem(row.line, "type", said);
            return None;
        }
        self.survey.open_lists.extend(select.list.clone());
        let name = &select.name;
        let texts = [("zh", "请说明"), ("en", "Specify other.")];
        Some(NodeDef {
            name: format!("{name}_other"),
            kind: NodeKind::Text,
            labels: self.spoken(texts),
            relevant: Some(format!("selected(${{{name}}}, 'other')")),
            parent: select.parent,
            of: select.of.clone(),
            compartment: select.compartment,
            sensitivity: select.sensitivity.clone(),
            ..NodeDef::of(select.of.clone(), select.compartment)
        })
    }

    /// Texts in those languages that the form speaks; in English where it names none.
    fn spoken<const N: usize>(&self, texts: [(&str, &str); N]) -> Labels {
        let speaks = |code: &str| self.survey.languages.iter().any(|known| known == code);
        let spoken = texts.iter().filter(|(code, _)| speaks(code));
        let mut labels: Labels = spoken.map(|(c, t)| ((*c).into(), (*t).into())).collect();
        if labels.is_empty() {
            let last = texts.last().map(|(_, text)| (*text).to_owned());
            labels.extend(last.map(|text| (String::new(), text)));
        }
        labels
    }

    /// What a row of this type cannot do without, and what it must not have.
    fn complete(&mut self, row: &Row, def: &NodeDef) {
        let mut refuse = |column: &str, said: Told| {
            self.problems
                .push(SourceProblem::new("survey", row.line, column, said));
        };
        if def.kind == NodeKind::Calculate && def.calculation.is_none() && def.default.is_none() {
            refuse(
                "calculation",
                told!(
                    "calculate 题型要填 calculation",
                    "a calculate needs a calculation"
                ),
            );
        }
        let silent = matches!(
            def.kind,
            NodeKind::Calculate | NodeKind::Hidden | NodeKind::Group | NodeKind::Repeat
        ) || def.kind.is_metadata();
        // What is worked out and not labelled is a calculate of another type.
        let worked_out = def.calculation.is_some();
        let shown = !(def.labels.is_empty() && def.hints.is_empty() && def.media.is_empty());
        if !silent && !worked_out && !shown {
            refuse("label", told!("题目要有 label", "a question needs a label"));
        }
        let searches = def.appearance.as_deref();
        if searches.is_some_and(|text| text.trim_start().starts_with("search(")) {
            let said = told!(
                "这里没有 search()；请用题型 select_one_from_file 文件名.csv，筛选条件写在 choice_filter",
                "there is no search() here; use the type select_one_from_file FILE.csv, with a choice_filter"
            );
            refuse("appearance", said);
        }
        for (header, text) in &row.cells {
            if TRANSLATED
                .iter()
                .any(|c| columns::language(header, c).is_some())
                && is_open(text)
            {
                refuse(header, unclosed());
            }
        }
        if def.choice_filter.is_some() && !def.kind.has_list() {
            let said = told!(
                "choice_filter 只用于选择题；请清空",
                "a choice_filter is of a select; clear the cell"
            );
            refuse("choice_filter", said);
        }
        if def.kind.is_attachment() && def.required.is_some() && !self.is_offered(def) {
            let said = told!(
                "照片、签名、扫描件不得设为必填（国办函〔2026〕12号：不得强制基层上传照片）；请删去，或放进可以不加行的重复组",
                "a photo, signature or scan is never required (国办函〔2026〕12号: lower levels are not forced to upload photos); remove it, or ask in a repeat whose rows nobody must add"
            );
            self.problem(row.line, "required", said);
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
                    let said = told!(
                        "没有这种记录“{kind}”",
                        "there is no kind of record \"{kind}\""
                    );
                    let problem = SourceProblem::new("survey", row.line, "bind::tanfang:of", said);
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
        const COLUMN: &str = "bind::tanfang:compartment";
        let inherited = parent.map_or(Compartment::Care, |p| self.survey.nodes[p].compartment);
        let Some(word) = row.get(COLUMN) else {
            return inherited;
        };
        match Compartment::parse(word).filter(|c| *c != Compartment::Roster) {
            Some(compartment) => compartment,
            None => {
                let known = Compartment::ALL.map(Compartment::as_str);
                let said = told!(
                    "“{word}”不是 contact、care、identity、protection 之一",
                    "\"{word}\" is none of contact, care, identity, protection"
                );
                let problem = SourceProblem::new("survey", row.line, COLUMN, said);
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
pub(super) fn is_kind_name(kind: &str) -> bool {
    kind.len() <= 40
        && kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
