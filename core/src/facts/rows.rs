//! The rows that compliance, lists and search read.
