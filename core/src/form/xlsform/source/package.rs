//! What a file is by its content, asked before anything of it is parsed: what a workbook must not
//! hold, and how far it unpacks.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::super::problem::SourceProblem;
use crate::form::told::{Told, told};

/// The most files that a workbook packs.
const MAX_ENTRIES: usize = 2_000;
/// How far a workbook may unpack, in bytes.
const MAX_UNPACKED: u64 = 256 << 20;
/// How far it may unpack whatever its ratio, in bytes.
const SMALL: u64 = 16 << 20;
/// How many bytes one packed byte may become where it is not small; plain sheets have 10 to 50.
const MAX_RATIO: u64 = 200;

const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// A workbook that may be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Workbook {
    /// Office Open XML.
    Xlsx,
    /// Excel 97.
    Xls,
}

/// Whether a file is packed or compound, whatever its name says.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(COMPOUND)
}

/// A workbook whose name ends like a text's.
pub(super) fn misnamed(name: &str, bytes: &[u8]) -> SourceProblem {
    let ending = if bytes.starts_with(ZIP) {
        "xlsx"
    } else {
        "xls"
    };
    SourceProblem::of_file(name, of_another_kind(ending))
}

fn of_another_kind(ending: &str) -> Told {
    told!(
        "文件内容与扩展名不符，内容像 .{ending}；请用表格软件打开后另存为 .xlsx",
        "the file is of another kind than its name says, it looks like .{ending}; open it in a spreadsheet program and save it as .xlsx"
    )
}

/// What the file is, or why it is not parsed.
pub(super) fn workbook(name: &str, bytes: &[u8]) -> Result<Workbook, Vec<SourceProblem>> {
    let refuse = |said: Told| vec![SourceProblem::of_file(name, said)];
    let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    let found = if bytes.starts_with(ZIP) {
        packed(bytes).map_err(refuse)?;
        Workbook::Xlsx
    } else if bytes.starts_with(COMPOUND) {
        super::old_workbook::look(bytes).map_err(refuse)?;
        Workbook::Xls
    } else {
        return Err(refuse(told!(
            "这不是工作簿，或文件已损坏；请用表格软件打开后另存为 .xlsx",
            "this is no workbook, or it is damaged; open it in a spreadsheet program and save it as .xlsx"
        )));
    };
    match (found, ending.as_deref()) {
        (Workbook::Xlsx, Some(ending)) if ending != "xlsx" => Err(refuse(of_another_kind("xlsx"))),
        (Workbook::Xls, Some(ending)) if ending != "xls" => Err(refuse(of_another_kind("xls"))),
        _ => Ok(found),
    }
}

pub(super) fn encrypted() -> Told {
    told!(
        "工作簿设有打开密码；请取消密码后另存",
        "the workbook is encrypted; save it without a password"
    )
}

pub(super) fn macros() -> Told {
    told!(
        "工作簿含有宏；请另存为不含宏的 .xlsx",
        "the workbook holds macros; save it as .xlsx without macros"
    )
}

pub(super) fn links() -> Told {
    told!(
        "工作簿链接了其他文件；请在“数据 - 编辑链接”中断开链接后另存",
        "the workbook has links to other files; break them (Data, Edit Links) and save it"
    )
}

pub(super) fn damaged() -> Told {
    told!(
        "工作簿已损坏，无法读取；请用表格软件打开后另存为 .xlsx",
        "the workbook is damaged and cannot be read; open it in a spreadsheet program and save it as .xlsx"
    )
}

fn bomb() -> Told {
    told!(
        "压缩包解开后过大，可能是恶意文件；请勿使用，重新制作工作簿",
        "the file unpacks to far more than a form can be, as hostile files do; make the workbook anew"
    )
}

/// Where a workbook says what its parts are, whatever they are called.
const CONTENT_TYPES: &str = "[content_types].xml";

/// Refuses macros and links by the types that the workbook declares (ECMA-376, part 2).
fn declared(entry: impl Read) -> Result<(), Told> {
    let mut text = Vec::new();
    let mut entry = entry.take(1 << 20);
    entry.read_to_end(&mut text).map_err(|_| damaged())?;
    let text = String::from_utf8_lossy(&text).to_lowercase();
    if text.contains("vbaproject") || text.contains("macroenabled") {
        return Err(macros());
    }
    match text.contains("externallink") {
        true => Err(links()),
        false => Ok(()),
    }
}

/// Unpacks every entry into nothing, counting: what the directory says of sizes may be a lie.
fn packed(bytes: &[u8]) -> Result<(), Told> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MAX_ENTRIES {
        return Err(bomb());
    }
    let mut total = 0u64;
    let (mut is_workbook, mut kind) = (false, None);
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|_| damaged())?;
        if entry.encrypted() {
            return Err(encrypted());
        }
        let name = entry.name().replace('\\', "/").to_lowercase();
        drop(entry);
        match name.as_str() {
            "xl/workbook.xml" => is_workbook = true,
            "xl/workbook.bin" => kind = Some("xlsb"),
            "word/document.xml" => kind = Some("docx"),
            "content.xml" => kind = kind.or(Some("ods")),
            _ if name.ends_with("vbaproject.bin") || name.starts_with("xl/macrosheets/") => {
                return Err(macros());
            }
            _ if name.starts_with("xl/externallinks/") => return Err(links()),
            _ => {}
        }
        if name == CONTENT_TYPES {
            declared(archive.by_index(at).map_err(|_| damaged())?)?;
        }
        let entry = archive.by_index(at).map_err(|_| damaged())?;
        let left = MAX_UNPACKED.saturating_sub(total);
        let mut limited = entry.take(left + 1);
        let unpacked = std::io::copy(&mut limited, &mut std::io::sink()).map_err(|_| damaged())?;
        total += unpacked;
        let ratio = total / (bytes.len().max(1) as u64);
        if unpacked > left || (total > SMALL && ratio > MAX_RATIO) {
            return Err(bomb());
        }
    }
    match (is_workbook, kind) {
        (true, _) => Ok(()),
        (false, Some(kind)) => Err(told!(
            "这是 .{kind} 文件；请另存为 .xlsx",
            "this is a .{kind} file; save it as .xlsx"
        )),
        (false, None) => Err(damaged()),
    }
}
