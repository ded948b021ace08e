//! A county that moves here from its file: every row of every table, with its numbers, sealed as it
//! is here. What was written is read again and compared, row for row, before anything is committed.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::cell::{Cell, Columns};
use super::link::Link;
use super::sealed::{Column, Sealer};
use crate::store::sqlite::{Leaving, Plain};
use crate::store::{StoreError, Stored};

/// How a column of the file stands here.
#[derive(Clone, Copy)]
enum How {
    /// As it was.
    Same,
    /// A 0 or 1, as a truth value.
    Flag,
    /// Sealed.
    Sealed(Column),
    /// Sealed, its length beside it.
    Measured(Column),
    /// A feed's name: sealed, and the keyed hash by which it is found in the column named.
    FeedName(Column, &'static str),
    /// An attachment's hash: only the keyed hash of it, in `hash_key`.
    Hash,
}
use How::*;

/// A table, its columns in the file, and those by whose values its sealed cells are bound to their row.
struct Table {
    name: &'static str,
    columns: &'static [(&'static str, How)],
    bound_to: &'static [&'static str],
}

macro_rules! tables {
    ($($name:literal [$($bound:literal)*]: $($column:literal $how:expr),+;)+) => {
        /// In the order in which one refers to another.
        const TABLES: &[Table] = &[$(Table {
            name: $name,
            columns: &[$(($column, $how)),+],
            bound_to: &[$($bound),*],
        }),+];
    };
}
tables!(
    "meta" ["name"]: "name" Same, "value" Sealed(Column::Meta);
    "devices" ["id"]: "device_no" Same, "id" Same, "kind" Same, "worker" Same, "algorithm" Same,
        "public_key" Same, "salt_key" Sealed(Column::SaltKey), "token_hash" Same, "through" Same,
        "chain" Same, "whole_at" Same, "enrolled_at" Same, "revoked_at" Same,
        "app" Sealed(Column::App), "agreement_key" Same;
    "codes" []: "code_hash" Same, "worker" Same, "made_at" Same, "ends_at" Same, "used_at" Same;
    "saves" ["save_no"]: "save_no" Same, "device_no" Same, "seq" Same, "state" Same,
        "received_at" Same, "chain" Same, "envelope" Sealed(Column::Envelope),
        "refusal" Sealed(Column::Refusal);
    "part_keys" []: "key_no" Same, "owner" Same, "wrapped" Same;
    "parts" []: "part_no" Same, "save_no" Same, "place" Same, "key_no" Same, "sealed" Same;
    "waits" []: "record" Same, "save_no" Same;
    "waits_for_county" []: "save_no" Same, "device" Same;
    "feeds" []: "feed_no" Same, "name" FeedName(Column::FeedName, "name_key"), "last" Same,
        "digest" Same;
    "feed_items" []: "feed_no" Same, "position" Same, "part_no" Same, "settled" Same,
        "departed" Same, "device_no" Same, "save_no" Same;
    "held_feeds" []: "device_no" Same, "feed_no" Same, "own_through" Same;
    "feeds_apart" []: "device_no" Same, "feed" FeedName(Column::ApartFeed, "feed_key"),
        "position" Same, "phone" Same, "told_at" Same;
    "records" ["id"]: "record_no" Same, "id" Same, "kind" Sealed(Column::Kind), "begun" Flag,
        "carriers" Sealed(Column::Carriers), "areas_ever" Sealed(Column::AreasEver),
        "author" Same, "title" Sealed(Column::Title), "person_group" Sealed(Column::PersonGroup),
        "household" Same, "area" Sealed(Column::Area), "conflicts" Same, "void" Flag,
        "fact" Sealed(Column::Fact), "settled" Sealed(Column::Settled);
    "links" ["target" "record"]: "target" Same, "record" Same, "kind" Sealed(Column::LinkKind);
    "assignments" ["record"]: "record" Same, "worker" Same, "role" Sealed(Column::Role),
        "area" Sealed(Column::RoleArea), "from_day" Sealed(Column::RoleFrom),
        "to_day" Sealed(Column::RoleTo);
    "pairings" ["record"]: "record" Same, "worker" Same, "person" Same,
        "from_day" Sealed(Column::PairFrom), "to_day" Sealed(Column::PairTo);
    "lookups" []: "key" Same, "record" Same, "source" Same;
    "import_dates" []: "record" Same, "dated" Same;
    "last_syncs" []: "worker" Same, "millis" Same, "changed_at" Same;
    "documents" ["hash"]: "hash" Same, "kind" Same, "id" Same, "version" Same,
        "body" Sealed(Column::DocumentBody), "source" Sealed(Column::DocumentSource);
    "manifests" []: "number" Same, "body" Same, "signature" Same;
    "audit" ["entry_no"]: "entry_no" Same, "at" Same, "verb" Same,
        "detail" Sealed(Column::AuditDetail), "hash" Same;
    "snapshots" []: "snapshot_no" Same, "feed_no" Same, "position" Same, "superseded_at" Same;
    "snapshot_parts" ["hash"]: "snapshot_no" Same, "place" Same, "hash" Same,
        "body" Measured(Column::SnapshotBody);
    "attachments" []: "attachment_no" Same, "hash" Hash, "device_no" Same, "length" Same,
        "media" Same, "received" Same, "wrapped" Same, "touched_at" Same;
    "attachment_pieces" []: "attachment_no" Same, "start" Same, "sealed" Same;
    "attachment_names" []: "hash" Hash, "part_no" Same, "device_no" Same, "record" Same,
        "compartment" Same, "length" Same, "media" Same, "key_no" Same, "attachment_no" Same,
        "sealed" Same;
    "bundles" []: "bundle_no" Same, "id" Same, "device" Same, "carrier" Same, "pieces" Same,
        "state" Same, "reason" Same, "first_seq" Same, "last_seq" Same, "arrived_at" Same,
        "decided_at" Same, "decided_by" Same;
    "bundle_pieces" []: "bundle_no" Same, "number" Same, "body" Same;
    "frozen" ["hash"]: "division" Same, "day" Same, "frozen_at" Same, "hash" Same,
        "body" Sealed(Column::FrozenBody);
    "confirmed_areas" []: "area" Same, "day" Same;
);

/// How many rows are read again at once.
const AT_ONCE: u32 = 50;

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The rows of each table.
    pub rows: Vec<(&'static str, u64)>,
}

impl Moved {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.rows.iter().map(|(_, rows)| rows).sum()
    }
}

/// The rows of a table: how many, and a sum over them in which their order does not count.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    rows: u64,
    sum: u128,
}

impl Sum {
    fn add<'a>(&mut self, row: impl IntoIterator<Item = &'a Plain>) {
        let mut hash = Sha256::new();
        for cell in row {
            // A text is the bytes that it is: sealed, one is like the other.
            let (kind, bytes) = match cell {
                Plain::Null => (0, Vec::new()),
                Plain::Whole(whole) => (1, whole.to_be_bytes().to_vec()),
                Plain::Text(text) => (2, text.as_bytes().to_vec()),
                Plain::Bytes(bytes) => (2, bytes.clone()),
            };
            hash.update([kind]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        let mut low = [0; 16];
        low.copy_from_slice(&hash.finalize()[..16]);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(low));
    }
}

/// How each table is written and read here.
static SENTENCES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let sentences = TABLES.iter().map(|table| {
        let columns = columns_here(table);
        let (names, table) = (columns.join(", "), table.name);
        let values: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
        let values = values.join(", ");
        (
            format!("INSERT INTO {table} ({names}) VALUES ({values})"),
            format!("DECLARE moved NO SCROLL CURSOR FOR SELECT {names} FROM {table}"),
        )
    });
    sentences.collect()
});

fn columns_here(table: &Table) -> Vec<&'static str> {
    let columns = table.columns.iter().flat_map(|(name, how)| match how {
        Same | Flag | Sealed(_) => vec![*name],
        Measured(_) => vec![*name, "length"],
        FeedName(_, key) => vec![*name, *key],
        Hash => vec!["hash_key"],
    });
    columns.collect()
}

/// Copies everything, and compares.
pub(super) fn copy(file: &mut Leaving<'_>, link: &mut Link, sealer: &Sealer) -> Stored<Moved> {
    let mut rows = Vec::new();
    for (table, (insert, select)) in TABLES.iter().zip(SENTENCES.iter()) {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let mut left = Sum::default();
        file.rows(table.name, &names, &mut |mut row| {
            let cells = sealed(table, &row, sealer)?;
            link.tell_later(insert, cells)?;
            for ((_, how), cell) in table.columns.iter().zip(&mut row) {
                if let (Hash, Plain::Bytes(hash)) = (how, &*cell) {
                    *cell = Plain::Bytes(attachment_key(hash, sealer)?);
                }
            }
            left.add(&row);
            Ok(())
        })?;
        if arrived(table, select, link, sealer)? != left {
            return Err(StoreError::Damaged {
                what: "a row that was moved and reads otherwise",
            });
        }
        rows.push((table.name, left.rows));
    }
    Ok(Moved { rows })
}

fn attachment_key(hash: &[u8], sealer: &Sealer) -> Stored<Vec<u8>> {
    let hash = hash.try_into().map_err(|_| WRONG)?;
    Ok(sealer.attachment_key(hash).to_vec())
}

const WRONG: StoreError = StoreError::Damaged { what: "a column" };

/// To what the sealed cells of a row are bound.
fn place(table: &Table, row: &[Plain]) -> Vec<u8> {
    let of = |name: &&str| {
        let at = table.columns.iter().position(|(column, _)| column == name);
        match at.and_then(|at| row.get(at)) {
            Some(Plain::Whole(whole)) => whole.to_be_bytes().to_vec(),
            Some(Plain::Text(text)) => text.clone().into_bytes(),
            Some(Plain::Bytes(bytes)) => bytes.clone(),
            Some(Plain::Null) | None => Vec::new(),
        }
    };
    table.bound_to.iter().flat_map(of).collect()
}

/// A row of the file as it stands here.
fn sealed(table: &Table, row: &[Plain], sealer: &Sealer) -> Stored<Vec<Cell>> {
    let place = place(table, row);
    let seal = |column, cell: &Plain| match cell.bytes() {
        Some(bytes) => sealer.seal(column, &place, bytes).map(Cell::Bytes),
        None => Ok(Cell::Null),
    };
    let mut cells = Vec::with_capacity(row.len() + 1);
    for ((_, how), cell) in table.columns.iter().zip(row) {
        match how {
            Same => cells.push(match cell {
                Plain::Null => Cell::Null,
                Plain::Whole(whole) => Cell::Whole(*whole),
                Plain::Text(text) => Cell::Text(text.clone()),
                Plain::Bytes(bytes) => Cell::Bytes(bytes.clone()),
            }),
            Flag => cells.push(Cell::Flag(*cell == Plain::Whole(1))),
            Sealed(column) => cells.push(seal(*column, cell)?),
            Measured(column) => {
                let length = cell.bytes().map_or(0, <[u8]>::len) as u64;
                cells.extend([seal(*column, cell)?, length.into()]);
            }
            FeedName(column, _) => {
                let name = cell.text().ok_or(WRONG)?;
                let key = sealer.feed_key(name);
                let sealed = sealer.seal(*column, &key, name.as_bytes())?;
                cells.extend([Cell::Bytes(sealed), key.into()]);
            }
            Hash => cells.push(attachment_key(cell.bytes().ok_or(WRONG)?, sealer)?.into()),
        }
    }
    Ok(cells)
}

/// What stands here of a table, opened.
fn arrived(table: &Table, select: &'static str, link: &mut Link, sealer: &Sealer) -> Stored<Sum> {
    let mut sum = Sum::default();
    link.flush()?;
    link.batch(select)?;
    loop {
        let rows = link.ask_once(&format!("FETCH {AT_ONCE} FROM moved"))?;
        for row in &rows {
            sum.add(&opened(table, row, sealer)?);
        }
        if rows.len() < AT_ONCE as usize {
            link.batch("CLOSE moved")?;
            return Ok(sum);
        }
    }
}

fn opened(table: &Table, row: &Row, sealer: &Sealer) -> Stored<Vec<Plain>> {
    let mut plain = Vec::with_capacity(table.columns.len());
    for (name, how) in table.columns {
        plain.push(match how {
            Hash => stands(row, "hash_key")?,
            _ => stands(row, name)?,
        });
    }
    let place = place(table, &plain);
    for ((_, how), cell) in table.columns.iter().zip(&mut plain) {
        let (column, place) = match how {
            Sealed(column) | Measured(column) => (*column, place.clone()),
            FeedName(column, key) => (*column, row.plain(key)?),
            Same | Flag | Hash => continue,
        };
        if let Plain::Bytes(bytes) = &*cell {
            *cell = Plain::Bytes(sealer.open(column, &place, bytes)?);
        }
    }
    Ok(plain)
}

/// A cell as it stands here.
fn stands(row: &Row, name: &str) -> Stored<Plain> {
    let at = row
        .columns()
        .iter()
        .position(|column| column.name() == name);
    let of = row.columns()[at.ok_or(WRONG)?].type_();
    let maybe = |plain: Option<Plain>| plain.unwrap_or(Plain::Null);
    Ok(match *of {
        Type::INT8 => maybe(row.plain::<Option<i64>>(name)?.map(Plain::Whole)),
        Type::BOOL => maybe(
            row.plain::<Option<bool>>(name)?
                .map(|is| Plain::Whole(is.into())),
        ),
        Type::TEXT => maybe(row.plain::<Option<String>>(name)?.map(Plain::Text)),
        Type::BYTEA => maybe(row.plain::<Option<Vec<u8>>>(name)?.map(Plain::Bytes)),
        _ => return Err(WRONG),
    })
}

#[cfg(test)]
mod tests;
