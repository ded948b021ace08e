//! One writing of letters that have two: é is one character (NFC) or an e and a mark (NFD).
//!
//! What a person typed is kept as it was written. What is compared with it (a search, a key) is
//! compared composed, and what names something (a field, a kind, a code) has the composed writing only.

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc, is_nfc_quick};

/// The text with every letter that has one composed. Of other characters only those that Unicode
/// counts as one with another are replaced (CJK compatibility ideographs, U+F900 and on): for comparing,
/// what is stored and shown stays as it was written.
pub fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

/// Whether a text is written so already.
pub fn is_composed(text: &str) -> bool {
    is_nfc(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_writings_of_a_letter_are_one_and_other_letters_stay_as_they_are() {
        assert_eq!(composed("Jose\u{301}"), "Jos\u{e9}");
        assert_eq!(composed("\u{1100}\u{1161}"), "\u{ac00}");
        for text in ["", "测试", "测𠮷", "测Ａ", "Jos\u{e9}", "葛\u{E0100}测"] {
            assert!(matches!(composed(text), Cow::Borrowed(same) if same == text));
            assert!(is_composed(text), "{text}");
        }
        for text in ["Jose\u{301}", "\u{f900}"] {
            assert!(!is_composed(text), "{text}");
        }
    }
}
