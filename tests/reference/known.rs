//! The differences that are known: each one narrow, each with its reason. `docs/form-format.md`
//! lists them for authors.

/// Whether two values are one, written differently. `is_truth` where the question holds a yes or no.
pub fn same_value(ours: &str, theirs: &str, is_truth: bool) -> bool {
    (is_truth && truth(ours, theirs))
        || numbers(ours, theirs)
        || time(ours, theirs)
        || moment(ours, theirs)
}

/// A place's numbers, or one.
fn numbers(ours: &str, theirs: &str) -> bool {
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.split(' ').collect(), theirs.split(' ').collect());
    let mut pairs = ours.iter().zip(&theirs);
    ours.len() == theirs.len() && pairs.all(|(a, b)| a == b || number(a, b))
}

/// A time of day is stored without a zone: it is the one of where the form is filled in. JavaRosa
/// stores the zone beside.
fn time(ours: &str, theirs: &str) -> bool {
    ours.len() == 8 && theirs.strip_suffix(".000+08:00") == Some(ours)
}

/// A yes or no is stored as `true` and `false`, as the specification says; JavaRosa stores 1 and 0.
fn truth(ours: &str, theirs: &str) -> bool {
    matches!((ours, theirs), ("true", "1") | ("false", "0"))
}

/// XPath 1.0 writes no exponent and no needless zero; Java does: `2.0`, `1.0E7`.
fn number(ours: &str, theirs: &str) -> bool {
    let both = (ours.parse::<f64>(), theirs.parse::<f64>());
    let javas = theirs.contains('E') || theirs.ends_with(".0");
    javas && matches!(both, (Ok(a), Ok(b)) if a.to_bits() == b.to_bits())
}

/// A moment is written without the milliseconds that it does not have.
fn moment(ours: &str, theirs: &str) -> bool {
    ours.contains('T') && theirs.replacen(".000", "", 1) == ours
}
