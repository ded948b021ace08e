//! What keyboards and spreadsheets put around and into digits.

/// The ASCII form of a full-width character (GB 2312 row 3), other characters unchanged.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c) - 0xFF01 + u32::from('!')).unwrap_or(c)
        }
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Whether it is white space or one of the invisible marks that editors leave behind.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}

/// Half-width, without blanks and without the apostrophe by which spreadsheets mark text.
pub(super) fn compact(text: &str) -> String {
    let kept = text.chars().map(half_width).filter(|c| !is_blank(*c));
    let kept: String = kept.collect();
    kept.trim_start_matches(['\'', '\u{2018}', '\u{2019}', '`'])
        .to_owned()
}
