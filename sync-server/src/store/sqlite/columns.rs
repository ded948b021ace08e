//! Columns to domain types and back.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use tanfang_core::model::{AreaCode, DeviceId, RecordId, WorkerId};

use crate::store::words::Worded;
use crate::store::{AttachmentNo, DeviceNo, FeedNo, KeyNo, PartNo, SaveNo, SnapshotNo};

macro_rules! numbers {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.into())
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map(Self)
            }
        }
    )*};
}
numbers!(
    AttachmentNo,
    DeviceNo,
    FeedNo,
    KeyNo,
    PartNo,
    SaveNo,
    SnapshotNo
);

/// An id of sixteen bytes as a column.
pub(super) struct Id<T>(pub T);

macro_rules! ids {
    ($($name:ident),*) => {$(
        impl ToSql for Id<$name> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.bytes())))
            }
        }
        impl FromSql for Id<$name> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                $name::from_slice(value.as_blob()?).map(Id).map_err(|e| FromSqlError::Other(Box::new(e)))
            }
        }
    )*};
}
ids!(DeviceId, RecordId, WorkerId);

/// A word of a closed list as a column.
pub(super) struct Word<T>(pub T);

/// A column that holds no such word.
#[derive(Debug, thiserror::Error)]
#[error("a word of another list")]
struct NoSuchWord;

fn no_such_word() -> FromSqlError {
    FromSqlError::Other(Box::new(NoSuchWord))
}

impl<T: Worded> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.word().into())
    }
}
impl<T: Worded> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        T::of(value.as_str()?).map(Word).ok_or_else(no_such_word)
    }
}

/// An area code as a column.
pub(super) struct Area<T>(pub T);

impl ToSql for Area<&AreaCode> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_str().into())
    }
}
impl FromSql for Area<AreaCode> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value
            .as_str()?
            .parse()
            .map(Area)
            .map_err(|_| no_such_word())
    }
}

/// A count that SQLite keeps as a signed whole number; one beyond that is refused, not wrapped.
pub(super) struct Count(pub u64);

impl ToSql for Count {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        i64::try_from(self.0)
            .map(Into::into)
            .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
    }
}
impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let whole = value.as_i64()?;
        u64::try_from(whole)
            .map(Count)
            .map_err(|_| FromSqlError::OutOfRange(whole))
    }
}
