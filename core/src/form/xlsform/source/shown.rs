//! Numbers, dates and truths of a workbook as text, as a person at the workbook reads them.

use calamine::{Data, DataRef, ExcelDateTime};

/// A cell's text; none where the cell holds one of Excel's errors (`#REF!`).
pub(super) fn text(cell: &DataRef<'_>) -> Option<String> {
    Some(match cell {
        DataRef::Empty => String::new(),
        DataRef::String(text) => plain(text),
        DataRef::SharedString(text) => plain(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => self::number(*number),
        DataRef::Bool(truth) => (if *truth { "TRUE" } else { "FALSE" }).to_owned(),
        DataRef::DateTime(moment) => date(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) => return None,
    })
}

/// The same of an old workbook's cell.
pub(super) fn old_text(cell: &Data) -> Option<String> {
    Some(match cell {
        Data::Empty => String::new(),
        Data::String(text) => plain(text),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => self::number(*number),
        Data::Bool(truth) => (if *truth { "TRUE" } else { "FALSE" }).to_owned(),
        Data::DateTime(moment) => date(moment),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(_) => return None,
    })
}

/// No-break spaces are typing aids of Excel's.
fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
        .replace("\r\n", "\n")
        .replace('\r', "\n")
}

/// Fifteen digits, which is what Excel keeps; never in powers of ten, because a code of twelve
/// digits is meant digit by digit.
pub(super) fn number(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded == 0.0 {
        "0".to_owned()
    } else {
        rounded.to_string()
    }
}

/// A day, a day with its time, or a time alone.
fn date(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let second = second + u8::from(milli >= 500);
    let time = format!("{hour:02}:{minute:02}:{:02}", second.min(59));
    let serial = moment.as_f64();
    if serial < 1.0 || moment.is_duration() {
        time
    } else if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{time}")
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_read_digit_by_digit() {
        let read = [
            1.0,
            0.1 + 0.2,
            530999201201.0,
            2024010100.0,
            -1.5,
            0.0,
            -0.0,
        ]
        .map(number);
        let shown = ["1", "0.3", "530999201201", "2024010100", "-1.5", "0", "0"];
        assert_eq!(read, shown);
    }
}
