//! Sentences in both of the house's languages: an author at a county reads Chinese, a program's
//! log English.

use std::fmt;

/// One sentence, said in Chinese and in English. It holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Told {
    /// The sentence in a language: Chinese for `zh…`, else English.
    pub fn in_language(&self, lang: &str) -> &str {
        match lang.starts_with("zh") {
            true => &self.zh,
            false => &self.en,
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.en)
    }
}

/// A [`Told`] of two format strings; names in braces are taken from where it stands.
macro_rules! told {
    ($zh:literal, $en:literal) => {{
        #[allow(clippy::useless_format)]
        let told = $crate::form::Told {
            zh: format!($zh),
            en: format!($en),
        };
        told
    }};
}
pub(in crate::form) use told;
