//! Later versions of a built-in form, derived from its table by a rule: in each step a question is
//! retired, a code renamed, a required question added and a question moved into a group, wherever the
//! form has one that nothing else refers to; and besides, one in which a question changes its type,
//! which no server takes.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tanfang_core::form::{BUILT_IN, Context, Session};
use tanfang_core::model::WallTime;

/// What became of a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Retired,
    /// The code that was answered is called `to`; `label` is what both are called.
    CodeRenamed {
        to: String,
        label: String,
    },
    Added,
    Grouped,
}

impl Change {
    pub fn name(&self) -> &'static str {
        match self {
            Change::Retired => "retired",
            Change::CodeRenamed { .. } => "code renamed",
            Change::Added => "added",
            Change::Grouped => "grouped",
        }
    }
}

/// A question and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Altered {
    pub field: String,
    pub change: Change,
}

/// Three versions of a form.
pub struct Derived {
    pub names: [String; 3],
    pub sources: [String; 3],
    /// What the second and the third do otherwise.
    pub altered: [Vec<Altered>; 2],
    /// The second and the third with a question of another type, and its name.
    pub retyped: [Option<(String, String)>; 2],
    /// What the answered questions are called.
    pub labels: BTreeMap<String, String>,
}

/// Questions that the house itself reads: what a report counts, who is meant.
const OF_THE_HOUSE: [&str; 14] = [
    "name",
    "group",
    "household",
    "person",
    "about",
    "mode",
    "started_at",
    "state",
    "level",
    "type",
    "category",
    "sex",
    "birth_date",
    "found_at",
];

impl Derived {
    /// Versions of a built-in form whose answers are these; `spared` questions stay as they are.
    pub fn of(form: &str, answers: &Json, spared: &[&str]) -> Derived {
        let built_in = BUILT_IN.iter().find(|built_in| built_in.id == form);
        let built_in = built_in.expect("a built-in form");
        let mut table = Table::read(built_in.source);
        let names = ["v3", "v4", "v5"].map(str::to_owned);
        let mut used: BTreeSet<String> = spared.iter().map(|name| (*name).to_owned()).collect();
        used.extend(OF_THE_HOUSE.map(str::to_owned));
        // What a form writes into other records has its history there.
        let form = built_in.form().expect("a built-in form");
        let others = form.leaves().filter(|leaf| leaf.of != *form.kind());
        used.extend(others.map(|leaf| leaf.name.clone()));
        let required = spared.first().and_then(|name| form.field(None, name));
        let asked_in = required.map_or("care", |field| field.compartment.as_str());
        // What is not asked beside the other answers is not saved.
        let now = WallTime::beijing(1_719_187_200_000);
        let given = answers.as_object().expect("answers");
        let asked = Session::open(Arc::new(form.clone()), given, Context::creating(now)).answers();
        let left = given
            .iter()
            .filter(|(name, value)| asked.get(*name) != Some(value));
        used.extend(left.map(|(name, _)| name.clone()));
        let labels = table.labels();
        table.set_version(&names[0]);
        let first = table.written();
        let mut step = |no: usize| {
            let retyped = table.clone().retyped(&names[no], answers, &used);
            let altered = table.altered(no, answers, &mut used, asked_in);
            table.set_version(&names[no]);
            (altered, table.written(), retyped)
        };
        let (to_second, second, retyped_second) = step(1);
        let (to_third, third, retyped_third) = step(2);
        Derived {
            names: names.clone(),
            sources: [first, second, third],
            altered: [to_second, to_third],
            retyped: [retyped_second, retyped_third],
            labels,
        }
    }
}

/// The lines of a source; those of tables as cells.
#[derive(Clone)]
struct Table {
    lines: Vec<Line>,
}

#[derive(Clone)]
enum Line {
    Text(String),
    Cells { sheet: String, cells: Vec<String> },
}

impl Table {
    fn read(source: &str) -> Table {
        let mut sheet = String::new();
        let line = |text: &str| {
            let trimmed = text.trim();
            if !trimmed.starts_with('|') {
                return Line::Text(text.to_owned());
            }
            let cells = cells(trimmed);
            if cells.first().is_some_and(|cell| !cell.is_empty()) {
                sheet.clone_from(&cells[0]);
            }
            Line::Cells {
                sheet: sheet.clone(),
                cells,
            }
        };
        Table {
            lines: source.lines().map(line).collect(),
        }
    }

    fn written(&self) -> String {
        let line = |line: &Line| match line {
            Line::Text(text) => format!("{text}\n"),
            Line::Cells { cells, .. } => format!("| {} |\n", cells.join(" | ")),
        };
        self.lines.iter().map(line).collect()
    }

    /// The rows of a sheet after its header, by line.
    fn rows(&self, of: &str) -> Vec<(usize, &Vec<String>)> {
        let lines = self.lines.iter().enumerate();
        let own = lines.filter_map(|(at, line)| match line {
            Line::Cells { sheet, cells } if sheet == of && cells[0].is_empty() => Some((at, cells)),
            _ => None,
        });
        own.skip(1).collect()
    }

    fn column(&self, of: &str, name: &str) -> Option<usize> {
        let mut lines = self.lines.iter();
        let header = lines.find_map(|line| match line {
            Line::Cells { sheet, cells } if sheet == of && cells[0].is_empty() => Some(cells),
            _ => None,
        })?;
        header.iter().position(|cell| cell == name)
    }

    fn cell(&self, of: &str, at: usize, name: &str) -> String {
        let column = self.column(of, name);
        let Line::Cells { cells, .. } = &self.lines[at] else {
            return String::new();
        };
        column
            .and_then(|column| cells.get(column))
            .cloned()
            .unwrap_or_default()
    }

    fn set(&mut self, of: &str, at: usize, name: &str, value: &str) {
        let column = self.column(of, name).expect("the column is there");
        if let Line::Cells { cells, .. } = &mut self.lines[at] {
            while cells.len() <= column {
                cells.push(String::new());
            }
            cells[column] = value.to_owned();
        }
    }

    fn set_version(&mut self, version: &str) {
        let at = self.rows("settings")[0].0;
        self.set("settings", at, "version", version);
    }

    /// Chinese labels by question.
    fn labels(&self) -> BTreeMap<String, String> {
        let rows = self.rows("survey").into_iter();
        rows.map(|(at, _)| {
            let of = |column: &str| self.cell("survey", at, column);
            (of("name"), of("label::中文(zh)"))
        })
        .collect()
    }

    /// Questions outside of repeats that are answered, that nothing refers to, and that are not used
    /// yet: by line.
    fn candidates(&self, answers: &Json, used: &BTreeSet<String>) -> Vec<(usize, String)> {
        let whole = self.written();
        let mut repeats = 0;
        let mut found = Vec::new();
        for (at, _) in self.rows("survey") {
            let of = |column: &str| self.cell("survey", at, column);
            match of("type").as_str() {
                "begin repeat" => repeats += 1,
                "end repeat" => repeats -= 1,
                _ => {}
            }
            let name = of("name");
            let free = repeats == 0
                && !answers[&name].is_null()
                && !used.contains(&name)
                && !whole.contains(&format!("${{{name}}}"))
                && of("calculation").is_empty()
                && of("default").is_empty()
                && of("bind::tanfang:ref").is_empty()
                && !of("bind::tanfang:merge").contains(':');
            if free {
                found.push((at, name));
            }
        }
        found
    }

    /// Does all of it once; `no` tells the names of one step from those of another.
    fn altered(
        &mut self,
        no: usize,
        answers: &Json,
        used: &mut BTreeSet<String>,
        asked_in: &str,
    ) -> Vec<Altered> {
        let mut all = Vec::new();
        let changes = [Self::rename_code, Self::retire, Self::group];
        for change in changes {
            for (at, field) in self.candidates(answers, used) {
                if let Some(change) = change(self, no, at, &answers[&field]) {
                    used.insert(field.clone());
                    all.push(Altered { field, change });
                    break;
                }
            }
        }
        all.push(self.add(no, asked_in));
        all
    }

    fn retire(&mut self, _: usize, at: usize, _: &Json) -> Option<Change> {
        self.lines.remove(at);
        Some(Change::Retired)
    }

    /// The code that is answered gets another name, where only this question has the list and no
    /// rule names the code.
    fn rename_code(&mut self, no: usize, at: usize, answer: &Json) -> Option<Change> {
        let kind = self.cell("survey", at, "type");
        let list = kind
            .strip_prefix("select_one ")
            .or(kind.strip_prefix("select_multiple "));
        let list = list?.split_whitespace().next()?.to_owned();
        let codes = answer
            .as_array()
            .map_or(std::slice::from_ref(answer), Vec::as_slice);
        let [Json::String(code)] = codes else {
            return None;
        };
        let of_list = |(at, _): &(usize, &Vec<String>)| {
            let kind = self.cell("survey", *at, "type");
            kind.split_whitespace().nth(1) == Some(&list)
        };
        let alone = self
            .rows("survey")
            .iter()
            .filter(|row| of_list(row))
            .count()
            == 1;
        let named = self.written().contains(&format!("'{code}'"));
        if !alone || named {
            return None;
        }
        let mut rows = self.rows("choices").into_iter();
        let (row, _) = rows.find(|(at, _)| {
            self.cell("choices", *at, "list_name") == list
                && self.cell("choices", *at, "name") == *code
        })?;
        let (to, label) = (
            format!("{code}_{no}"),
            self.cell("choices", row, "label::中文(zh)"),
        );
        self.set("choices", row, "name", &to);
        Some(Change::CodeRenamed { to, label })
    }

    /// A text becomes a number, a number a day, a day a number: the source, and which question.
    fn retyped(
        mut self,
        version: &str,
        answers: &Json,
        used: &BTreeSet<String>,
    ) -> Option<(String, String)> {
        let to = |kind: &str| match kind {
            "text" | "date" => Some("integer"),
            "integer" | "decimal" => Some("date"),
            _ => None,
        };
        let candidates = self.candidates(answers, used).into_iter();
        let mut found = candidates.filter_map(|(at, field)| {
            let to = to(&self.cell("survey", at, "type"))?;
            Some((at, field, to))
        });
        let (at, field, to) = found.next()?;
        drop(found);
        self.set("survey", at, "type", to);
        self.set_version(version);
        Some((self.written(), field))
    }

    fn group(&mut self, no: usize, at: usize, _: &Json) -> Option<Change> {
        self.insert(at + 1, "end group", "");
        self.insert(at, "begin group", &format!("moved_{no}"));
        Some(Change::Grouped)
    }

    /// The question that is added is read by whoever reads the form's own.
    fn add(&mut self, no: usize, asked_in: &str) -> Altered {
        let last = self.rows("survey").last().map(|(at, _)| *at);
        let at = last.expect("a survey has rows") + 1;
        let field = format!("added_{no}");
        self.insert(at, "text", &field);
        self.set("survey", at, "required", "yes");
        self.set("survey", at, "bind::tanfang:compartment", asked_in);
        Altered {
            field,
            change: Change::Added,
        }
    }

    fn insert(&mut self, at: usize, kind: &str, name: &str) {
        let row = Line::Cells {
            sheet: "survey".to_owned(),
            cells: vec![String::new()],
        };
        self.lines.insert(at, row);
        self.set("survey", at, "type", kind);
        self.set("survey", at, "name", name);
        if !name.is_empty() {
            // Each of its own words: what is asked twice may not be published.
            self.set("survey", at, "label::中文(zh)", &format!("新题 {name}"));
        }
    }
}

/// The cells of a row; `\|` stays as it is.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut letters = row.trim_start_matches('|').chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' if letters.peek() == Some(&'|') => {
                letters.next();
                cells.last_mut().expect("a cell").push_str("\\|");
            }
            '|' => cells.push(String::new()),
            c => cells.last_mut().expect("a cell").push(c),
        }
    }
    if row.ends_with('|') {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}
