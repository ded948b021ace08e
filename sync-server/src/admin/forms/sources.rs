//! A form's source from the disk: a workbook, Markdown, or a folder of CSV, with the lists beside.

use std::fs;
use std::path::Path;

use tanfang_core::form::{MAX_SOURCE_BYTES, Source};

use crate::admin::AdminProblem;

/// What a file beside the form is, and its name in the folder.
type Named = (String, Vec<u8>);

/// Reads a source and the CSV lists that it names, which stand in the same folder.
pub(super) fn read(path: &Path) -> Result<Source, AdminProblem> {
    let (source, home) = match path.is_dir() {
        true => (Source::read_folder(&sheets(path)?), path),
        false => (
            Source::read(&name(path), &bounded(path)?),
            path.parent().unwrap_or(Path::new(".")),
        ),
    };
    let mut source = source.map_err(AdminProblem::FormSource)?;
    for list in source.lists_named() {
        // A list stands beside the form: a name that leads elsewhere is no list's.
        let file = home.join(&list);
        let beside = Path::new(&list)
            .file_name()
            .is_some_and(|f| f == list.as_str());
        if beside && file.is_file() {
            source = source
                .with_list(&list, &bounded(&file)?)
                .map_err(AdminProblem::FormSource)?;
        }
    }
    Ok(source)
}

/// The files of a folder that are sheets; of the others only the lists that the form names are read.
fn sheets(path: &Path) -> Result<Vec<Named>, AdminProblem> {
    let unreadable = |_| AdminProblem::NoFile(path.to_owned());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if Source::is_sheet(&name(&file)) && file.is_file() {
            files.push((name(&file), bounded(&file)?));
        }
    }
    files.sort();
    Ok(files)
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Reads a file whose length is asked first; one byte more than a source may have is enough for
/// the reader to refuse it.
pub(super) fn bounded(path: &Path) -> Result<Vec<u8>, AdminProblem> {
    use std::io::Read;
    let unreadable = |_| AdminProblem::NoFile(path.to_owned());
    // A pipe or a device would be waited for without end.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(AdminProblem::NoFile(path.to_owned()));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    let most = MAX_SOURCE_BYTES as u64 + 1;
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}
