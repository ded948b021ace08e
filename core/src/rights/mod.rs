//! Roles, compartments, feeds.
