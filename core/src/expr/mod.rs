//! The expression language of forms and packs.
