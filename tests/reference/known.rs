//! The differences that are known: each one narrow, each with its reason. `docs/form-format.md`
//! lists them for authors.

/// Whether two values are one, written differently. `is_truth` where the question holds a yes or no.
pub fn same_value(ours: &str, theirs: &str, is_truth: bool) -> bool {
    (is_truth && truth(ours, theirs)) || number(ours, theirs)
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
