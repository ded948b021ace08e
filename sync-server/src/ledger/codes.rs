//! The words of ledgers and the codes of the forms' lists (`forms.md`).

mod child;
mod elder;
mod person;

pub(super) use child::*;
pub(super) use elder::*;
pub(super) use person::*;

/// One list of a form, with the words by which ledgers name its codes.
#[derive(Debug)]
pub(super) struct CodeList {
    /// Code and words; a code itself is taken too.
    pub entries: &'static [(&'static str, &'static [&'static str])],
    /// The code for words that the list does not hold; without one such a word is a problem.
    pub other: Option<&'static str>,
}

impl CodeList {
    /// The code that this word names.
    pub fn code(&self, word: &str) -> Option<&'static str> {
        let word: String = word
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(half_bracket)
            .collect();
        let named = |(code, words): &&(&'static str, &'static [&'static str])| {
            *code == word || words.contains(&word.as_str())
        };
        self.entries.iter().find(named).map(|(code, _)| *code)
    }
}

fn half_bracket(c: char) -> char {
    match c {
        '（' => '(',
        '）' => ')',
        c => c,
    }
}

type Entries = &'static [(&'static str, &'static [&'static str])];

const fn closed(entries: Entries) -> CodeList {
    CodeList {
        entries,
        other: None,
    }
}

const fn with_other(entries: Entries) -> CodeList {
    CodeList {
        entries,
        other: Some("other"),
    }
}
