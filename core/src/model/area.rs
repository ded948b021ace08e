//! The area tree.
