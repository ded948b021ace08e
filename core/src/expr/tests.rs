//! Expressions over a small tree: a form with text fields and a repeat.

mod functions;
mod limits;
mod paths;
mod where_engines_differ;

use super::*;

/// A flat form: `/data/NAME`, and rows of `/data/people/{name,age}`.
struct Page {
    fields: Vec<(&'static str, Value)>,
    people: Vec<(&'static str, f64)>,
    now: Now,
}

impl Tree for Page {
    fn root(&self) -> Place {
        Place::Node(0)
    }
    fn parent(&self, at: Place) -> Option<Place> {
        match at {
            Place::Node(0) => None,
            Place::Node(n) if n < 100 || (n - 100) % 3 == 0 => Some(Place::Node(0)),
            Place::Node(n) => Some(Place::Node(100 + (n - 100) / 3 * 3)),
            _ => None,
        }
    }
    fn children(&self, at: Place, name: &str, found: &mut Vec<Place>) {
        match at {
            Place::Node(0) if name == "people" => {
                found.extend((0..self.people.len() as u32).map(|i| Place::Node(100 + 3 * i)));
            }
            Place::Node(0) => {
                let place = self.fields.iter().position(|(n, _)| *n == name);
                found.extend(place.map(|i| Place::Node(1 + i as u32)));
            }
            Place::Node(n) if n >= 100 && (n - 100) % 3 != 0 => {}
            Place::Node(row) if row >= 100 && name == "name" => found.push(Place::Node(row + 1)),
            Place::Node(row) if row >= 100 && name == "age" => found.push(Place::Node(row + 2)),
            _ => {}
        }
    }
    fn named(&self, _: Place, name: &str, _: bool, found: &mut Vec<Place>) {
        if matches!(name, "age" | "person") {
            let offset = if name == "age" { 2 } else { 1 };
            found.extend((0..self.people.len() as u32).map(|i| Place::Node(100 + 3 * i + offset)));
        } else {
            self.children(Place::Node(0), name, found);
        }
    }
    fn value(&self, at: Place) -> Value {
        match at {
            Place::Node(n) if n >= 100 => {
                let (name, age) = self.people[(n as usize - 100) / 3];
                if (n - 100) % 3 == 1 {
                    Value::Text(name.into())
                } else {
                    Value::Number(age)
                }
            }
            Place::Node(n) if n > 0 => self.fields[n as usize - 1].1.clone(),
            _ => Value::empty(),
        }
    }
    fn every_child(&self, at: Place, found: &mut Vec<Place>) {
        let names: Vec<&str> = match at {
            Place::Node(0) => self
                .fields
                .iter()
                .map(|(name, _)| *name)
                .chain(["people"])
                .collect(),
            Place::Node(n) if n >= 100 && (n - 100) % 3 == 0 => vec!["name", "age"],
            _ => Vec::new(),
        };
        names
            .into_iter()
            .for_each(|name| self.children(at, name, found));
    }
    fn name(&self, at: Place) -> &str {
        match at {
            Place::Node(0) => "data",
            Place::Node(n) if n >= 100 => ["people", "name", "age"][(n as usize - 100) % 3],
            Place::Node(n) => self.fields[n as usize - 1].0,
            _ => "",
        }
    }
    fn is_leaf(&self, at: Place) -> bool {
        !matches!(at, Place::Node(0)) && self.name(at) != "people"
    }
    fn is_relevant(&self, _: Place) -> bool {
        true
    }
    fn order(&self, at: Place) -> Vec<u32> {
        match at {
            Place::Node(n) => vec![n],
            _ => Vec::new(),
        }
    }
    fn instance(&self, _: &str) -> Option<Place> {
        None
    }
    fn text(&self, _: &str) -> Option<String> {
        None
    }
    fn language(&self) -> &str {
        "en"
    }
    fn chance(&self) -> Option<[u8; 16]> {
        Some([7; 16])
    }
    fn position(&self, at: Place) -> usize {
        match at {
            Place::Node(n) if n >= 100 => (n as usize - 100) / 3 + 1,
            _ => 1,
        }
    }
    fn choice_label(&self, _: Place, code: &str) -> Option<String> {
        (code == "1").then(|| "男".to_owned())
    }
    fn now(&self) -> Now {
        self.now
    }
}

fn page() -> Page {
    let day = |text| Value::Date(parse_date(text).unwrap());
    Page {
        fields: vec![
            ("birth", day("1944-02-29")),
            ("id", Value::Text("530999194402290016".into())),
            ("flags", Value::Text("left_behind empty_nest".into())),
            ("none", Value::empty()),
            ("n", Value::Number(3.0)),
        ],
        people: vec![("甲", 80.0), ("乙", 76.0), ("丙", 10.0)],
        // 2024-06-30T16:10:00Z, ten past midnight of the first of July in China.
        now: Now {
            ms: 1_719_763_800_000,
            offset_minutes: 480,
        },
    }
}

fn ask(text: &str) -> String {
    let page = page();
    match Expr::parse(text).and_then(|expr| expr.eval(&page, Place::Node(0))) {
        Ok(value) => value.single(&page).text(),
        Err(error) => format!("error {error}"),
    }
}

#[test]
fn operators_bind_as_xpath_says() {
    assert_eq!(ask("1 + 2 * 3"), "7");
    assert_eq!(ask("(1 + 2) * 3"), "9");
    assert_eq!(ask("10 - 2 - 3"), "5");
    assert_eq!(ask("7 mod 3 + 7 div 2"), "4.5");
    assert_eq!(ask("- - 2 - -1"), "3");
    assert_eq!(ask("1 < 2 and 2 < 1 or true()"), "true");
    assert_eq!(ask("1 = 1 != 0"), "true");
}

#[test]
fn functions_say_what_odk_says() {
    for (text, wanted) in [
        ("if(${n} > 2, 'many', 'few')", "many"),
        ("coalesce(${none}, 'b')", "b"),
        ("selected(${flags}, 'empty_nest')", "true"),
        ("selected(${flags}, 'empty')", "false"),
        ("count-selected(${flags})", "2"),
        ("selected-at(${flags}, 1)", "empty_nest"),
        ("string-length('测试·甲')", "4"),
        ("substr(${id}, 6, 14)", "19440229"),
        ("substr('abc', -2)", "bc"),
        ("regex(${id}, '[0-9]{17}[0-9X]')", "true"),
        ("regex('abc', 'b')", "false"),
        ("concat('a', 1, true())", "a1true"),
        ("join(' ', ${person})", "甲 乙 丙"),
        ("round(2.567, 2)", "2.57"),
        ("int(-2.5)", "-2"),
        ("number('x') = number('x')", "false"),
        (
            "contains('abc', 'bc') and starts-with('abc', 'a') and ends-with('abc', 'c')",
            "true",
        ),
        ("translate('a-b-c', '-', '')", "abc"),
        ("substring-before('a=b', '=')", "a"),
        ("boolean-from-string('1')", "true"),
        ("checklist(2, -1, true(), false(), true())", "true"),
        ("jr:choice-name('1', '${n}')", "男"),
        ("pow(2, 10)", "1024"),
        ("once('x')", "x"),
        ("if(${none}, 1, 2)", "2"),
    ] {
        assert_eq!(ask(text), wanted, "{text}");
    }
}

#[test]
fn rows_are_counted_summed_and_filtered() {
    assert_eq!(ask("count(${people})"), "3");
    assert_eq!(ask("sum(${age})"), "166");
    assert_eq!(ask("max(${age}) - min(${age})"), "70");
    assert_eq!(ask("count(${people}[age > 60])"), "2");
    assert_eq!(ask("join(',', /data/people[./age < ${n} * 10]/name)"), "丙");
    assert_eq!(ask("/data/people[2]/name"), "乙");
    assert_eq!(ask("/data/people[position() = 3]/name"), "丙");
    assert_eq!(ask("indexed-repeat(${person}, ${people}, 2)"), "乙");
    assert_eq!(ask("count-non-empty(${person})"), "3");
    assert_eq!(ask("${age} = 10"), "true");
    assert_eq!(ask("sum(${none})"), "0");
}

#[test]
fn days_are_compared_as_days() {
    assert_eq!(ask("today()"), "2024-07-01");
    assert_eq!(ask("now()"), "2024-07-01T00:10:00+08:00");
    assert_eq!(ask("${birth} <= today()"), "true");
    assert_eq!(ask("date('2024-07-02') <= today()"), "false");
    assert_eq!(ask("'2024-06-30' < today()"), "true");
    assert_eq!(ask("today() - date('2024-06-01')"), "30");
    assert_eq!(ask("date(today() + 1)"), "2024-07-02");
    assert_eq!(ask("format-date(${birth}, '%Y%m%d')"), "19440229");
    assert_eq!(ask("format-date(${none}, '%Y')"), "");
    assert_eq!(ask("date('2023-02-29')"), "");
    assert_eq!(
        ask("decimal-date-time(now()) - decimal-date-time('2024-06-29T00:10:00+08:00')"),
        "2"
    );
    assert_eq!(ask("${none} <= today()"), "false");
}

#[test]
fn an_age_in_years_turns_on_the_birthday_and_on_the_first_of_march() {
    let age = |birth: &str, day: &str| {
        ask(&format!(
            "int((number(format-date(date('{day}'), '%Y%m%d')) - number(format-date(date('{birth}'), '%Y%m%d'))) div 10000)"
        ))
    };
    assert_eq!(age("2008-06-30", "2024-06-29"), "15");
    assert_eq!(age("2008-06-30", "2024-06-30"), "16");
    assert_eq!(age("2008-02-29", "2023-02-28"), "14");
    assert_eq!(age("2008-02-29", "2023-03-01"), "15");
}

#[test]
fn a_fault_names_its_place_and_a_likely_name() {
    let fault = |text: &str| Expr::parse(text).unwrap_err().to_string();
    assert_eq!(
        fault("1 + "),
        "at character 5: found the end, expected a value"
    );
    assert_eq!(
        fault("selectd(${n}, 'a')"),
        "at character 1: there is no function selectd(); did you mean selected?"
    );
    assert_eq!(
        fault("'测' = qwerty()"),
        "at character 7: there is no function qwerty()"
    );
    assert_eq!(
        fault("if(1, 2)"),
        "at character 1: if() takes 3 arguments, not 2"
    );
    assert_eq!(fault("'abc"), "at character 1: this quote is not closed");
    assert_eq!(
        fault("a | @b"),
        "at character 5: an attribute \"@\" is not supported in forms"
    );
    assert_eq!(
        fault("a/text()"),
        "at character 3: a call within a path is not supported in forms"
    );
    assert_eq!(
        fault("a/ancestor::b"),
        "at character 3: an axis other than child, parent and self is not supported in forms"
    );
    assert_eq!(fault("(1"), "at character 3: found the end, expected )");
    assert_eq!(
        fault("1 2"),
        "at character 3: found 2, expected an operator or the end"
    );
    assert_eq!(
        fault("a # b"),
        "at character 3: \"#\" has no meaning here; remove it, or put text into quotes"
    );
    assert!(fault("regex(., '(')").starts_with("at character 1: the pattern cannot be read"));
}

#[test]
fn work_without_end_runs_out_of_fuel() {
    let page = Page {
        people: vec![("x", 1.0); 1000],
        ..page()
    };
    let expr = Expr::parse("count(${people}[count(/data/people[age = 2]) > 0])").unwrap();
    assert_eq!(
        expr.eval(&page, Place::Node(0)).unwrap_err().fault,
        ExprFault::OutOfFuel
    );
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[-a-z0-9()$.{}'/=<>,+*\\[\\] 甲]{0,80}") {
        let page = page();
        if let Ok(expr) = Expr::parse(&text) {
            let _ = expr.eval(&page, Place::Node(0));
            let _ = expr.paths();
        }
    }
}
