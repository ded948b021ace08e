//! Names, phones and resident id numbers.
