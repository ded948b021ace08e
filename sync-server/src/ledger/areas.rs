//! The list of areas as a CSV file: `code,name,level,parent[,valid_from,valid_to,successors]`.

use tanfang_core::model::area::{AreaColumn, AreaRow, AreaRowError, AreaTree};

use super::LedgerError;
use super::table::decode;

/// Why a list of areas cannot be imported; nothing of it is taken then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaFileError {
    /// The file is no CSV in a known encoding.
    #[error(transparent)]
    File(#[from] LedgerError),
    /// The first line lacks columns.
    #[error("line 1: the columns {} are missing: begin the file with code,name,level,parent", .0.join(", "))]
    MissingColumns(Vec<&'static str>),
    /// Rows that are wrong, all of them.
    #[error("{} of the list's cells are wrong, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Rows(Vec<AreaRowError>),
}

/// Reads a list of areas and joins it to `known`; a code that was known is replaced.
pub fn read_areas(bytes: &[u8], known: &AreaTree) -> Result<AreaTree, AreaFileError> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let headings = reader.headers().cloned().unwrap_or_default();
    let at = |column: AreaColumn| headings.iter().position(|h| h.trim() == column.heading());
    let needed = [
        AreaColumn::Code,
        AreaColumn::Name,
        AreaColumn::Level,
        AreaColumn::Parent,
    ];
    let missing = needed.into_iter().filter(|column| at(*column).is_none());
    let missing: Vec<_> = missing.map(AreaColumn::heading).collect();
    if !missing.is_empty() {
        return Err(AreaFileError::MissingColumns(missing));
    }
    let mut rows = Vec::new();
    // The text is UTF-8 and in memory, so that reading it cannot fail.
    for record in reader.records().map_while(Result::ok) {
        let cell = |column: AreaColumn| {
            at(column)
                .and_then(|at| record.get(at))
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        rows.push(AreaRow {
            line: record.position().map_or(0, csv::Position::line),
            code: cell(AreaColumn::Code),
            name: cell(AreaColumn::Name),
            level: cell(AreaColumn::Level),
            parent: cell(AreaColumn::Parent),
            valid_from: cell(AreaColumn::ValidFrom),
            valid_to: cell(AreaColumn::ValidTo),
            successors: cell(AreaColumn::Successors),
        });
    }
    known.with(&rows).map_err(AreaFileError::Rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tanfang_core::model::area::{AreaLevel, AreaProblem};

    #[test]
    fn the_areas_of_lincang_are_1048_and_hang_together() {
        let tree = read_areas(
            include_bytes!("../../../data/lincang_areas.csv"),
            &AreaTree::default(),
        );
        let tree = tree.unwrap();
        assert_eq!(tree.len(), 1048);
        let of = |level| tree.areas().filter(|area| area.level() == level).count();
        assert_eq!(
            (
                of(AreaLevel::County),
                of(AreaLevel::Township),
                of(AreaLevel::Village)
            ),
            (8, 84, 955)
        );
        let today = chrono::NaiveDate::from_ymd_opt(2024, 7, 1).unwrap();
        let found = tree.village_by_name(("临翔", "凤翔街道", "章嘎社区"), today);
        assert_eq!(
            found.map(|code| code.to_string()).as_deref(),
            Ok("530902001001")
        );
    }

    #[test]
    fn a_second_county_stands_beside_the_first() {
        let lincang = include_bytes!("../../../data/lincang_areas.csv");
        let county = include_bytes!("../../../data/530999/areas.csv");
        let first = read_areas(lincang, &AreaTree::default()).unwrap();
        let both = read_areas(county, &first).unwrap();
        assert!(both.len() > first.len());
        assert_eq!(read_areas(county, &both), Ok(both));
    }

    #[test]
    fn a_list_with_a_wrong_row_says_where() {
        let file =
            "code,name,level,parent\n530999,测试县,county,\n530999201,示例乡,village,530999\n";
        let Err(AreaFileError::Rows(errors)) = read_areas(file.as_bytes(), &AreaTree::default())
        else {
            panic!("it was taken")
        };
        let told: Vec<_> = errors.iter().map(|e| (e.line, e.column, &e.why)).collect();
        assert_eq!(told, [(3, AreaColumn::Code, &AreaProblem::LevelAndCode)]);
        let missing = read_areas("code,name\n".as_bytes(), &AreaTree::default());
        assert_eq!(
            missing,
            Err(AreaFileError::MissingColumns(vec!["level", "parent"]))
        );
    }
}
