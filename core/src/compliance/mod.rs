//! Who has not been seen, by which article.
