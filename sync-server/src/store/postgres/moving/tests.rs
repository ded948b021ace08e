use super::*;
use crate::store::sqlite::SqliteStore;
use tanfang_core::vault::Secret;

/// Columns that SQLite keeps and that are moved otherwise, or not kept here at all: none.
#[test]
fn every_table_and_column_of_the_file_is_moved() {
    let dir = tempfile::tempdir().unwrap();
    let key = Secret::from_slice(&[1; 32]).unwrap();
    let mut file = SqliteStore::create(&dir.path().join("server.db"), &key).unwrap();
    let there = file.leave().unwrap().tables().unwrap();
    let mut moved: Vec<(String, Vec<String>)> = TABLES
        .iter()
        .map(|table| {
            let mut columns: Vec<String> = table
                .columns
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect();
            columns.sort();
            (table.name.to_owned(), columns)
        })
        .collect();
    moved.sort();
    let there: Vec<(String, Vec<String>)> = there
        .into_iter()
        .map(|(name, mut columns)| {
            columns.sort();
            (name, columns)
        })
        .collect();
    assert_eq!(there, moved);
}

#[test]
fn every_sealed_column_is_one_of_a_table_and_is_sealed_when_it_is_moved() {
    let mut sealed = Vec::new();
    for table in TABLES {
        for (column, how) in table.columns {
            if let Sealed(of) | Measured(of) | FeedName(of, _) = how {
                let named = Column::ALL.iter().find(|(known, _)| known == of).unwrap().1;
                assert_eq!(named, format!("{}.{column}", table.name));
                sealed.push(*of);
            }
        }
    }
    let all = Column::ALL.iter().map(|(column, _)| *column);
    assert!(
        all.filter(|column| *column != Column::KeyCheck)
            .all(|column| sealed.contains(&column))
    );
}

#[test]
fn a_row_that_differs_shows_and_the_order_does_not() {
    let row = |whole, text: &str| [Plain::Whole(whole), Plain::Text(text.to_owned())];
    let sum = |rows: &[[Plain; 2]]| {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row));
        sum
    };
    let (a, b) = (row(1, "甲"), row(2, "乙"));
    assert_eq!(sum(&[a.clone(), b.clone()]), sum(&[b.clone(), a.clone()]));
    assert_ne!(sum(&[a.clone(), b.clone()]), sum(&[a.clone(), a.clone()]));
    assert_ne!(sum(&[a.clone(), b]), sum(&[a.clone(), row(2, "丙")]));
    assert_ne!(
        sum(std::slice::from_ref(&a)),
        sum(&[[Plain::Whole(1), Plain::Null]])
    );
}
