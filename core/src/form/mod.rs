//! XLSForm: compile, fill in, check.
