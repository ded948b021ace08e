//! Paths: axes, wildcards, unions, predicates.

use super::*;

#[test]
fn axes_and_wildcards_lead_where_the_specification_says() {
    for (text, wanted) in [
        ("/data/people[1]/name", "甲"),
        ("/data/child::people[1]/child::age", "80"),
        ("/data/people[1]/self::people/name", "甲"),
        ("count(/data/people[1]/self::other)", "0"),
        ("/data/people[2]/parent::node()/n", "3"),
        ("/data/people[2]/parent::data/n", "3"),
        ("/data/people[2]/../n", "3"),
        ("count(/data/people/*)", "6"),
        ("count(*)", "8"),
        ("count(//age)", "3"),
        ("sum(/data//age)", "166"),
        ("count(/)", "1"),
        ("name(/data/people[1]/*[2])", "age"),
        ("local-name(/data/people)", "people"),
        ("namespace-uri(/data/people)", ""),
    ] {
        assert_eq!(ask(text), wanted, "{text}");
    }
}

#[test]
fn a_union_holds_each_node_once_in_the_order_of_the_form() {
    assert_eq!(ask("count(/data/people[2] | /data/people)"), "3");
    assert_eq!(
        ask("join(' ', (//age | //name)[position() < 4])"),
        "甲 80 乙"
    );
    assert_eq!(ask("(/data/people[3] | /data/people[1])/name"), "甲");
    assert_eq!(ask("sum(${n} | ${age})"), "169");
    assert_eq!(ask("-${n} | ${n}"), "-3");
    assert!(ask("1 | ${n}").contains("a path to questions is due here"));
}

#[test]
fn predicates_filter_one_after_the_other() {
    for (text, wanted) in [
        ("/data/people[age > 20][2]/name", "乙"),
        ("/data/people[last()]/name", "丙"),
        ("/data/people[position() = last() - 1]/name", "乙"),
        ("(/data/people/name)[2]", "乙"),
        ("count(/data/people[0])", "0"),
        ("count(/data/people[1.5])", "0"),
        ("count(/data/people[4])", "0"),
        (
            "count(/data/people[age > 20][name = '甲']/age[. = 80])",
            "1",
        ),
        ("/data/people[current()/n = position()]/name", "丙"),
        (
            "count(/data/people[count(/data/people[age > 20]) = 2])",
            "3",
        ),
    ] {
        assert_eq!(ask(text), wanted, "{text}");
    }
}

#[test]
fn a_path_names_what_it_begins_with_before_itself() {
    let expr = Expr::parse("(a | b[c = 1])/d[e]").unwrap();
    let paths = expr.paths();
    let shape = |i: usize| {
        let step = paths[i].path.steps.first().unwrap();
        (
            step.name.clone().unwrap(),
            paths[i].within,
            paths[i].begins.clone(),
        )
    };
    let names: Vec<String> = (0..paths.len()).map(|i| shape(i).0).collect();
    let place = |name: &str| names.iter().position(|n| n == name).unwrap();
    let mut begins = shape(place("d")).2;
    begins.sort_unstable();
    let mut wanted = vec![place("a"), place("b")];
    wanted.sort_unstable();
    assert_eq!(begins, wanted);
    assert_eq!(shape(place("c")).1, Some(place("b")));
    assert_eq!(shape(place("e")).1, Some(place("d")));
}

#[test]
fn a_row_is_looked_up_by_its_number() {
    assert_eq!(ask("indexed-repeat(${person}, ${people}, 3)"), "丙");
    assert_eq!(
        ask("indexed-repeat(/data/people/age, /data/people, ${n} - 1)"),
        "76"
    );
    assert_eq!(ask("indexed-repeat(${person}, ${people}, 4)"), "");
    assert_eq!(ask("indexed-repeat(${person}, ${people}, 0)"), "");
    assert!(ask("indexed-repeat(${person}, ${people}, 1, 2)").contains("3, 5, 7, 9, 11"));
}
