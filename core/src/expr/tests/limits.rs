//! Nesting, length and work: nothing overflows a phone's stack, nothing takes long.

use super::*;

/// A phone's worker threads have small stacks; a form must not end the process.
fn on_a_small_stack(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(512 * 1024)
            .spawn_scoped(scope, run)
            .unwrap()
            .join()
            .unwrap();
    });
}

const DEEP: [(&str, &str, &str); 6] = [
    ("(", "1", ")"),
    ("not(", "true()", ")"),
    ("if(1, ", "1", ", 0)"),
    (".[1 + ", "0", "]"),
    ("1 - (2 * ", "1", ")"),
    ("1 or 1 and 1 = 1 < 1 + 1 * (", "1", ")"),
];

fn nested((open, middle, close): (&str, &str, &str), levels: usize) -> String {
    format!("{}{middle}{}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn ten_thousand_levels_are_evaluated_on_a_small_stack() {
    on_a_small_stack(|| {
        let page = page();
        for kind in DEEP {
            let expr = Expr::parse(&nested(kind, 10_000)).unwrap();
            assert!(expr.eval(&page, Place::Node(0)).is_ok(), "{}", kind.0);
            assert!(expr.paths().len() <= 10_000);
            assert!(!expr.draws());
        }
        assert_eq!(ask(&nested(DEEP[1], 10_000)), "true");
        assert_eq!(ask(&format!("{}3", "-".repeat(10_001))), "-3");
    });
}

#[test]
fn deeper_than_that_is_a_fault_with_its_place() {
    on_a_small_stack(|| {
        for kind in DEEP.into_iter().take(3) {
            let fault = Expr::parse(&nested(kind, MAX_DEPTH + 1)).unwrap_err();
            assert_eq!(fault.fault, ExprFault::TooDeep(MAX_DEPTH), "{}", kind.0);
            assert!(fault.at > MAX_DEPTH);
        }
        assert_eq!(
            Expr::parse(&"1+".repeat(300_000)).unwrap_err().fault,
            ExprFault::TooLong(MAX_SOURCE)
        );
    });
}

#[test]
fn a_sum_of_ten_thousand_terms_is_computed() {
    on_a_small_stack(|| {
        assert_eq!(ask(&format!("0{}", " + ${n}".repeat(10_000))), "30000");
        assert_eq!(ask(&format!("0{}", " or 0".repeat(10_000))), "false");
    });
}

#[test]
fn a_pattern_that_would_go_back_for_ever_elsewhere_answers_at_once() {
    let text = format!("{}!", "a".repeat(4_000));
    assert_eq!(ask(&format!("regex('{text}', '(a+)+')")), "false");
    assert_eq!(ask(&format!("regex('{text}', '(a|aa)*b?!')")), "true");
    assert!(ask("regex('a', concat('(a{1000}){1000}', '{1000}'))").contains("pattern"));
}

#[test]
fn patterns_put_together_row_by_row_run_out_of_fuel() {
    let page = Page {
        people: vec![("x", 1.0); 1000],
        ..page()
    };
    let expr = Expr::parse("count(${people}[regex(name, concat('a', position()))])").unwrap();
    assert_eq!(
        expr.eval(&page, Place::Node(0)).unwrap_err().fault,
        ExprFault::OutOfFuel
    );
}
