//! The words of the `type` column.

use crate::form::definition::NodeKind;

/// What a row of the survey is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowType {
    Node(NodeKind),
    /// A select from a list of the choices sheet, and whether it takes an answer of its own
    /// (`or_other`).
    Select(NodeKind, Option<String>, bool),
    /// A select from a file.
    FromFile(NodeKind, String),
    End(NodeKind),
    Instance,
    /// A type of XLSForm's that is not here, and why.
    Absent(&'static str, &'static str),
    Unknown,
}

/// Types without an argument, by XLSForm's words, in small letters with spaces.
const TYPES: [(&str, NodeKind); 50] = [
    ("text", NodeKind::Text),
    ("string", NodeKind::Text),
    ("integer", NodeKind::Integer),
    ("int", NodeKind::Integer),
    ("decimal", NodeKind::Decimal),
    ("range", NodeKind::Range),
    ("date", NodeKind::Date),
    ("time", NodeKind::Time),
    ("datetime", NodeKind::DateTime),
    ("geopoint", NodeKind::Geopoint),
    ("gps", NodeKind::Geopoint),
    ("location", NodeKind::Geopoint),
    ("geotrace", NodeKind::Geotrace),
    ("geoshape", NodeKind::Geoshape),
    ("barcode", NodeKind::Barcode),
    ("image", NodeKind::Image),
    ("photo", NodeKind::Image),
    ("add image prompt", NodeKind::Image),
    ("add photo prompt", NodeKind::Image),
    ("file", NodeKind::File),
    ("add file prompt", NodeKind::File),
    ("calculate", NodeKind::Calculate),
    ("note", NodeKind::Note),
    ("add note prompt", NodeKind::Note),
    ("hidden", NodeKind::Hidden),
    ("acknowledge", NodeKind::Acknowledge),
    ("add acknowledge prompt", NodeKind::Acknowledge),
    ("trigger", NodeKind::Acknowledge),
    ("start", NodeKind::Start),
    ("start time", NodeKind::Start),
    ("end", NodeKind::End),
    ("end time", NodeKind::End),
    ("today", NodeKind::Today),
    ("get today", NodeKind::Today),
    ("username", NodeKind::Username),
    ("deviceid", NodeKind::Deviceid),
    ("imei", NodeKind::Deviceid),
    ("begin group", NodeKind::Group),
    ("begin lgroup", NodeKind::Repeat),
    ("begin repeat", NodeKind::Repeat),
    ("begin looped group", NodeKind::Repeat),
    ("add text prompt", NodeKind::Text),
    ("q string", NodeKind::Text),
    ("add integer prompt", NodeKind::Integer),
    ("q int", NodeKind::Integer),
    ("add decimal prompt", NodeKind::Decimal),
    ("add date prompt", NodeKind::Date),
    ("add date time prompt", NodeKind::DateTime),
    ("add location prompt", NodeKind::Geopoint),
    ("add barcode prompt", NodeKind::Barcode),
];

/// Types that are not here, and what an author does instead, in Chinese and English.
const ABSENT: [(&str, &str, &str); 13] = [
    (
        "audio",
        "附件只收图片和 PDF；请用 image 或 file",
        "attachments are pictures and PDFs; use image or file",
    ),
    (
        "video",
        "附件只收图片和 PDF；请用 image 或 file",
        "attachments are pictures and PDFs; use image or file",
    ),
    (
        "background-audio",
        "不在后台录音；请删去",
        "nothing is recorded in the background; remove it",
    ),
    (
        "background-geopoint",
        "不在后台定位；请用 geopoint",
        "nobody is located in the background; use geopoint",
    ),
    (
        "start-geopoint",
        "不在后台定位；请用 geopoint",
        "nobody is located in the background; use geopoint",
    ),
    (
        "audit",
        "每次保存都已签名留痕；请删去",
        "every save is signed and kept already; remove it",
    ),
    (
        "phonenumber",
        "手机不提供本机号码；请用 text",
        "phones do not tell their number; use text",
    ),
    (
        "email",
        "工作人员没有登记邮箱；请用 text",
        "workers have no mail address here; use text",
    ),
    (
        "subscriberid",
        "不收集 SIM 卡标识；请删去",
        "the card's identity is not collected; remove it",
    ),
    (
        "simserial",
        "不收集 SIM 卡标识；请删去",
        "the card's identity is not collected; remove it",
    ),
    (
        "xml-external",
        "外部数据请用 csv-external",
        "use csv-external for a table beside the form",
    ),
    (
        "osm",
        "不支持 OpenStreetMap 标注；请用 geopoint",
        "OpenStreetMap tags are not kept; use geopoint",
    ),
    ("begin loop", "请用 begin repeat", "use begin repeat"),
];

/// The words of selects; the longest first, because one begins another.
const SELECTS: [(&str, NodeKind); 10] = [
    ("add select multiple prompt using", NodeKind::SelectMultiple),
    ("add select one prompt using", NodeKind::SelectOne),
    ("select all that apply from", NodeKind::SelectMultiple),
    ("select all that apply", NodeKind::SelectMultiple),
    ("select one external", NodeKind::SelectOne),
    ("select one from", NodeKind::SelectOne),
    ("select multiple", NodeKind::SelectMultiple),
    ("select one", NodeKind::SelectOne),
    ("select1", NodeKind::SelectOne),
    ("rank", NodeKind::Rank),
];

/// Reads the cell.
pub(super) fn read(cell: &str) -> RowType {
    let word = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    let (first, rest) = word.split_once(' ').unwrap_or((&word, ""));
    let low = word.to_lowercase();
    let spaced = low.replace('_', " ");
    let file = match first.to_lowercase().replace(' ', "_").as_str() {
        "select_one_from_file" => Some(NodeKind::SelectOne),
        "select_multiple_from_file" => Some(NodeKind::SelectMultiple),
        _ => None,
    };
    if let (Some(kind), false) = (file, rest.is_empty()) {
        return RowType::FromFile(kind, rest.trim().to_owned());
    }
    match spaced.as_str() {
        "end group" => return RowType::End(NodeKind::Group),
        "end repeat" | "end lgroup" | "end looped group" => return RowType::End(NodeKind::Repeat),
        "csv-external" => return RowType::Instance,
        _ => {}
    }
    if let Some((_, kind)) = TYPES.iter().find(|(name, _)| *name == spaced) {
        return RowType::Node(*kind);
    }
    if let Some((_, zh, en)) = ABSENT.iter().find(|(name, _, _)| *name == spaced) {
        return RowType::Absent(zh, en);
    }
    for (first, whole) in [("osm ", "osm"), ("begin loop ", "begin loop")] {
        if spaced.starts_with(first) {
            return read(whole);
        }
    }
    for (name, kind) in SELECTS {
        let ends = spaced.as_bytes().get(name.len()).is_none_or(|b| *b == b' ');
        if spaced.starts_with(name) && ends {
            // Small letters and spaces for underscores keep the length of an ASCII word.
            let list = word.get(name.len()..).unwrap_or_default().trim();
            return select(kind, list);
        }
    }
    RowType::Unknown
}

fn select(kind: NodeKind, list: &str) -> RowType {
    for ending in ["or_other", "or specify other", "or other"] {
        if let Some(list) = list.strip_suffix(ending) {
            return RowType::Select(kind, named(list), true);
        }
    }
    RowType::Select(kind, named(list), false)
}

fn named(list: &str) -> Option<String> {
    Some(list.trim().to_owned()).filter(|list| !list.is_empty())
}

/// Every word that a mistyped one may have been meant for.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    let plain = TYPES.iter().map(|(name, _)| *name);
    plain.filter(|name| !name.starts_with("add ")).chain([
        "select_one",
        "select_multiple",
        "select_one_from_file",
        "rank",
        "begin_group",
        "begin_repeat",
        "end_group",
        "end_repeat",
        "dateTime",
    ])
}

#[cfg(test)]
mod tests {
    use super::{RowType, read};
    use crate::form::definition::NodeKind as K;

    #[test]
    fn types_are_read_as_authors_write_them() {
        let list = |kind, list: &str, other| RowType::Select(kind, Some(list.into()), other);
        for (cell, wanted) in [
            ("select_one  yn", list(K::SelectOne, "yn", false)),
            ("select one yn", list(K::SelectOne, "yn", false)),
            (
                "select_multiple a_b or_other",
                list(K::SelectMultiple, "a_b", true),
            ),
            (
                "select all that apply from L",
                list(K::SelectMultiple, "L", false),
            ),
            ("rank L", list(K::Rank, "L", false)),
            ("select_one_external L", list(K::SelectOne, "L", false)),
            (
                "select_one_from_file a b.csv",
                RowType::FromFile(K::SelectOne, "a b.csv".into()),
            ),
            ("begin_group", RowType::Node(K::Group)),
            ("Begin Repeat", RowType::Node(K::Repeat)),
            ("end_group", RowType::End(K::Group)),
            ("dateTime", RowType::Node(K::DateTime)),
            ("selectone yn", RowType::Unknown),
            ("选择 yn", RowType::Unknown),
        ] {
            assert_eq!(read(cell), wanted, "{cell}");
        }
    }

    #[test]
    fn what_is_not_here_says_what_to_do_instead() {
        for cell in ["audit", "video", "start-geopoint", "osm", "xml-external"] {
            assert!(matches!(read(cell), RowType::Absent(..)), "{cell}");
        }
    }
}
