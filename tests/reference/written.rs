//! A form written twice: as XLSForm in Markdown for us, as XForm for JavaRosa.

use crate::form::{CODES, Expression, First, Kind, Part, Question, SORTED, Sheet};

impl Sheet {
    /// XLSForm, as a county would write it.
    pub fn xlsform(&self) -> String {
        let mut text = "| survey |\n| | type | name | label | relevant | required | read_only | constraint | calculation | repeat_count | choice_filter | default | trigger |\n".to_owned();
        let mut open: Vec<usize> = Vec::new();
        for (at, question) in self.questions.iter().enumerate() {
            while open.last().copied() != question.parent {
                text.push_str(&self.end(open.pop()));
            }
            let kind = match question.kind {
                Kind::Text => "text",
                Kind::Integer => "integer",
                Kind::Decimal => "decimal",
                Kind::Date => "date",
                Kind::Time => "time",
                Kind::DateTime => "dateTime",
                Kind::Place => "geopoint",
                Kind::One => "select_one codes",
                Kind::Many => "select_multiple codes",
                Kind::OneOffered => "select_one sorted",
                Kind::ManyOffered => "select_multiple sorted",
                Kind::Calculate(_) => "calculate",
                Kind::Group => "begin group",
                Kind::Repeat => "begin repeat",
            };
            let own = |expression: &Option<Expression>| {
                expression.as_ref().map_or(String::new(), |e| self.named(e))
            };
            let count = question.count.map(|count| vec![Part::Ref(count)]);
            let default = match &question.default {
                Some(First::Text(text)) => (*text).to_owned(),
                Some(First::Worked(expression)) => self.named(expression),
                None => String::new(),
            };
            let triggers = question.triggers.iter();
            let triggers: Vec<String> = triggers
                .map(|at| format!("${{{}}}", self.questions[*at].name))
                .collect();
            text.push_str(&format!(
                "| | {kind} | {} | x | {} | {} | {} | {} | {} | {} | {} | {default} | {} |\n",
                question.name,
                own(&question.relevant),
                own(&question.required),
                own(&question.read_only),
                own(&question.constraint),
                own(&question.calculation),
                own(&count),
                own(&question.filter),
                triggers.join(", "),
            ));
            if matches!(question.kind, Kind::Group | Kind::Repeat) {
                open.push(at);
            }
        }
        while let Some(last) = open.pop() {
            text.push_str(&self.end(Some(last)));
        }
        text.push_str("| choices |\n| | list_name | name | label | sort |\n");
        for (code, label) in CODES {
            text.push_str(&format!("| | codes | {code} | {label} | |\n"));
        }
        for (code, label, sort) in SORTED {
            text.push_str(&format!("| | sorted | {code} | {label} | {sort} |\n"));
        }
        text.push_str("| settings |\n| | form_id | version |\n| | random | 1 |\n");
        text
    }

    fn end(&self, at: Option<usize>) -> String {
        match at.map(|at| self.questions[at].kind) {
            Some(Kind::Repeat) => "| | end repeat | | |\n".to_owned(),
            _ => "| | end group | | |\n".to_owned(),
        }
    }

    fn named(&self, expression: &Expression) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.replace('|', "\\|"),
            Part::Ref(at) => format!("${{{}}}", self.questions[*at].name),
        };
        expression.iter().map(part).collect()
    }

    /// XForm: the paths are those that pyxform writes for `${name}`.
    pub fn xform(&self) -> String {
        let mut binds = String::new();
        for at in 0..self.questions.len() {
            binds.push_str(&self.bind(at));
            if self.rows_of(at).is_empty() {
                binds.push_str(&self.begin(at, "odk-instance-first-load"));
            }
        }
        format!(
            "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" xmlns:jr=\"http://openrosa.org/javarosa\"><h:head><h:title>random</h:title><model><instance><data id=\"random\" version=\"1\">{}<meta><rows/></meta></data></instance>{}{binds}{COUNTED}</model></h:head><h:body>{}</h:body></h:html>",
            self.instance(None),
            lists(),
            self.body(None)
        )
    }

    fn children(&self, of: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        (0..self.questions.len()).filter(move |at| self.questions[*at].parent == of)
    }

    fn instance(&self, of: Option<usize>) -> String {
        self.children(of)
            .map(|at| {
                let name = &self.questions[at].name;
                let template = match self.questions[at].kind {
                    Kind::Repeat => " jr:template=\"\"",
                    _ => "",
                };
                let default = match self.questions[at].default {
                    Some(First::Text(text)) => text,
                    _ => "",
                };
                let below = self.instance(Some(at));
                format!("<{name}{template}>{default}{below}</{name}>")
            })
            .collect()
    }

    pub fn path(&self, at: usize) -> String {
        let above = self.questions[at]
            .parent
            .map_or("/data".to_owned(), |p| self.path(p));
        format!("{above}/{}", self.questions[at].name)
    }

    fn bind(&self, at: usize) -> String {
        let question = &self.questions[at];
        let kind = match question.kind {
            Kind::Integer => " type=\"int\"",
            Kind::Decimal => " type=\"decimal\"",
            Kind::Date => " type=\"date\"",
            Kind::Time => " type=\"time\"",
            Kind::DateTime => " type=\"dateTime\"",
            Kind::Place => " type=\"geopoint\"",
            Kind::Group | Kind::Repeat => "",
            _ => " type=\"string\"",
        };
        let mut bind = format!("<bind nodeset=\"{}\"{kind}", self.path(at));
        for (name, expression) in [
            ("relevant", &question.relevant),
            ("required", &question.required),
            ("readonly", &question.read_only),
            ("constraint", &question.constraint),
            (
                "calculate",
                match question.triggers.is_empty() {
                    true => &question.calculation,
                    false => &None,
                },
            ),
        ] {
            if let Some(expression) = expression {
                bind.push_str(&format!(
                    " {name}=\"{}\"",
                    escaped(&self.by_path(at, expression))
                ));
            }
        }
        bind.push_str("/>");
        bind
    }

    /// What fills a question in when the form or its row begins. What triggers fill in, ours offers from
    /// the start where one of them begins with an answer.
    fn begin(&self, at: usize, event: &str) -> String {
        let question = &self.questions[at];
        let expression = match &question.default {
            Some(First::Worked(expression)) => Some(expression),
            _ if self.begins_with_its_trigger(question) => question.calculation.as_ref(),
            _ => None,
        };
        expression.map_or(String::new(), |e| self.setvalue(at, event, e))
    }

    fn begins_with_its_trigger(&self, question: &Question) -> bool {
        let mut triggers = question.triggers.iter();
        triggers.any(|at| self.questions[*at].default.is_some())
    }

    fn setvalue(&self, at: usize, event: &str, expression: &Expression) -> String {
        format!(
            "<setvalue event=\"{event}\" ref=\"{}\" value=\"{}\"/>",
            self.path(at),
            escaped(&self.by_path(at, expression))
        )
    }

    /// What a change of a question fills in.
    fn triggered(&self, by: usize) -> String {
        let of = (0..self.questions.len()).filter(|at| self.questions[*at].triggers.contains(&by));
        let set = |at: usize| {
            let calculation = self.questions[at].calculation.as_ref();
            calculation.map_or(String::new(), |e| {
                self.setvalue(at, "xforms-value-changed", e)
            })
        };
        of.map(set).collect()
    }

    /// The codes that a filtered select offers, as an expression.
    pub fn offers(&self, at: usize) -> Option<String> {
        let filter = self.questions[at].filter.as_ref()?;
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Ref(to) => {
                let path = self.reference(at, *to);
                match path.trim().starts_with("..") {
                    true => format!(" current()/{} ", path.trim()),
                    false => path,
                }
            }
        };
        let filter: String = filter.iter().map(part).collect();
        Some(format!(
            "join(' ', instance('sorted')/root/item[{filter}]/name)"
        ))
    }

    /// With absolute paths, as it stands in no question.
    pub fn absolute(&self, expression: &Expression) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Ref(to) => format!(" {} ", self.path(*to)),
        };
        expression.iter().map(part).collect()
    }

    /// The path of a question from the row of a repeat around it.
    pub fn below(&self, repeat: usize, at: usize) -> String {
        let (row, own) = (self.path(repeat), self.path(at));
        let below = own.strip_prefix(&row).unwrap_or(&own);
        below.trim_start_matches('/').to_owned()
    }

    fn by_path(&self, from: usize, expression: &Expression) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Ref(to) => self.reference(from, *to),
        };
        expression.iter().map(part).collect()
    }

    /// Relative where both stand in a row of one repeat, else absolute.
    pub fn reference(&self, from: usize, to: usize) -> String {
        let (own, other) = (self.rows_of(from), self.rows_of(to));
        let shared = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
        let Some(common) = shared.checked_sub(1).map(|last| own[last]) else {
            return format!(" {} ", self.path(to));
        };
        let above = |mut at: usize| {
            let mut names = Vec::new();
            while at != common {
                names.insert(0, self.questions[at].name.clone());
                at = self.questions[at].parent.unwrap_or(common);
            }
            names
        };
        let up = above(from)
            .iter()
            .map(|_| "..")
            .collect::<Vec<_>>()
            .join("/");
        format!(" {up}/{} ", above(to).join("/"))
    }

    /// What the questions of a new row begin with.
    fn new_row(&self, repeat: usize) -> String {
        let own = (0..self.questions.len()).filter(|at| self.rows_of(*at).last() == Some(&repeat));
        own.map(|at| self.begin(at, "odk-new-repeat")).collect()
    }

    fn body(&self, of: Option<usize>) -> String {
        let mut body = String::new();
        for at in self.children(of) {
            let path = self.path(at);
            let label = "<label>x</label>";
            let item = |code: &str, label: &str| {
                format!("<item><label>{label}</label><value>{code}</value></item>")
            };
            let items = || CODES.iter().map(|(c, l)| item(c, l)).collect::<String>();
            let sorted = || {
                SORTED
                    .iter()
                    .map(|(c, l, _)| item(c, l))
                    .collect::<String>()
            };
            let set = self.triggered(at);
            body.push_str(&match self.questions[at].kind {
                Kind::Calculate(_) => String::new(),
                Kind::Group => {
                    format!("<group ref=\"{path}\">{label}{}</group>", self.body(Some(at)))
                }
                Kind::Repeat => {
                    let count = self.questions[at].count.map_or(String::new(), |count| {
                        format!(" jr:count=\"{}\"", self.reference(at, count))
                    });
                    format!(
                        "<group ref=\"{path}\">{label}<repeat nodeset=\"{path}\"{count}>{}{}</repeat></group>",
                        self.body(Some(at)),
                        self.new_row(at)
                    )
                }
                Kind::One => format!("<select1 ref=\"{path}\">{label}{}{set}</select1>", items()),
                Kind::Many => format!("<select ref=\"{path}\">{label}{}{set}</select>", items()),
                // The filter is asked beside: JavaRosa clears what it does not offer.
                Kind::OneOffered => {
                    format!("<select1 ref=\"{path}\">{label}{}{set}</select1>", sorted())
                }
                Kind::ManyOffered => {
                    format!("<select ref=\"{path}\">{label}{}{set}</select>", sorted())
                }
                _ => format!("<input ref=\"{path}\">{label}{set}</input>"),
            });
        }
        body
    }
}

/// JavaRosa lets go of a list that the form does not read: this reads them.
const COUNTED: &str = "<bind nodeset=\"/data/meta/rows\" type=\"string\" calculate=\"count(instance('sorted')/root/item) + count(instance('codes')/root/item)\"/>";

fn lists() -> String {
    let item = |(code, label, sort): &(&str, &str, &str)| {
        format!("<item><name>{code}</name><label>{label}</label><sort>{sort}</sort></item>")
    };
    let items: String = SORTED.iter().map(item).collect();
    let code = |(code, label): &(&str, &str)| {
        format!("<item><name>{code}</name><label>{label}</label></item>")
    };
    let codes: String = CODES.iter().map(code).collect();
    format!(
        "<instance id=\"codes\"><root>{codes}</root></instance><instance id=\"sorted\"><root>{items}</root></instance>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
