//! The conflict rule.
