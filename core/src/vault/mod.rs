//! Keys and sealed boxes.
