//! What goes into a statement and what comes out of a row.

use std::error::Error;

use tanfang_core::model::{DeviceId, RecordId, WorkerId};
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::words::Worded;
use crate::store::{
    AttachmentNo, DeviceNo, FeedNo, KeyNo, PartNo, SaveNo, SnapshotNo, StoreError, Stored,
};

/// A value of a statement, owned: statements are sent later than they are told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Flag(bool),
    Whole(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// A count beyond what PostgreSQL keeps: refused, not wrapped.
    Beyond,
}

impl Cell {
    /// About how many bytes it is on the way.
    pub(super) fn len(&self) -> usize {
        match self {
            Cell::Text(text) => text.len(),
            Cell::Bytes(bytes) => bytes.len(),
            _ => 8,
        }
    }
}

impl ToSql for Cell {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Cell::Null => Ok(IsNull::Yes),
            Cell::Flag(flag) => flag.to_sql_checked(of, out),
            Cell::Whole(whole) => whole.to_sql_checked(of, out),
            Cell::Text(text) => text.to_sql_checked(of, out),
            Cell::Bytes(bytes) => bytes.to_sql_checked(of, out),
            Cell::Beyond => Err("a count beyond 63 bits".into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

macro_rules! cells {
    ($($from:ty => |$value:ident| $cell:expr),* $(,)?) => {$(
        impl From<$from> for Cell {
            fn from($value: $from) -> Self {
                $cell
            }
        }
    )*};
}
cells!(
    bool => |flag| Cell::Flag(flag),
    i64 => |whole| Cell::Whole(whole),
    u16 => |whole| Cell::Whole(whole.into()),
    u32 => |whole| Cell::Whole(whole.into()),
    u64 => |whole| i64::try_from(whole).map_or(Cell::Beyond, Cell::Whole),
    &str => |text| Cell::Text(text.to_owned()),
    String => |text| Cell::Text(text),
    &[u8] => |bytes| Cell::Bytes(bytes.to_vec()),
    Vec<u8> => |bytes| Cell::Bytes(bytes),
    [u8; 16] => |bytes| Cell::Bytes(bytes.to_vec()),
    [u8; 32] => |bytes| Cell::Bytes(bytes.to_vec()),
    DeviceId => |id| Cell::Bytes(id.bytes().to_vec()),
    RecordId => |id| Cell::Bytes(id.bytes().to_vec()),
    WorkerId => |id| Cell::Bytes(id.bytes().to_vec()),
    AttachmentNo => |no| Cell::Whole(no.0),
    DeviceNo => |no| Cell::Whole(no.0),
    FeedNo => |no| Cell::Whole(no.0),
    KeyNo => |no| Cell::Whole(no.0),
    PartNo => |no| Cell::Whole(no.0),
    SaveNo => |no| Cell::Whole(no.0),
    SnapshotNo => |no| Cell::Whole(no.0),
);

/// The word of a closed list.
pub(super) fn word<T: Worded>(of: T) -> Cell {
    Cell::Text(of.word().to_owned())
}

/// The values of a statement.
macro_rules! cells_of {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::store::postgres::cell::Cell::from($value)),*]
    };
}
pub(super) use cells_of;

const WRONG: StoreError = StoreError::Damaged { what: "a column" };

/// Reads a row's columns by their names.
pub(super) trait Columns {
    /// A column as it is.
    fn plain<'a, T: FromSql<'a>>(&'a self, name: &str) -> Stored<T>;

    /// A number of this store.
    fn no(&self, name: &str) -> Stored<i64> {
        self.plain(name)
    }

    /// A count.
    fn count(&self, name: &str) -> Stored<u64> {
        u64::try_from(self.no(name)?).map_err(|_| WRONG)
    }

    /// A count that may be none.
    fn maybe_count(&self, name: &str) -> Stored<Option<u64>> {
        let found: Option<i64> = self.plain(name)?;
        found.map(u64::try_from).transpose().map_err(|_| WRONG)
    }

    /// So many bytes.
    fn exactly<const N: usize>(&self, name: &str) -> Stored<[u8; N]> {
        let bytes: &[u8] = self.plain(name)?;
        bytes.try_into().map_err(|_| WRONG)
    }

    /// An id.
    fn id<T: Sixteen>(&self, name: &str) -> Stored<T> {
        T::of(self.plain(name)?).ok_or(WRONG)
    }

    /// An id that may be none.
    fn maybe_id<T: Sixteen>(&self, name: &str) -> Stored<Option<T>> {
        let bytes: Option<&[u8]> = self.plain(name)?;
        bytes.map(|bytes| T::of(bytes).ok_or(WRONG)).transpose()
    }

    /// A word of a closed list.
    fn word<T: Worded>(&self, name: &str) -> Stored<T> {
        T::of(self.plain(name)?).ok_or(WRONG)
    }
}

impl Columns for Row {
    fn plain<'a, T: FromSql<'a>>(&'a self, name: &str) -> Stored<T> {
        self.try_get(name).map_err(|_| WRONG)
    }
}

/// An id of sixteen bytes.
pub(super) trait Sixteen: Sized {
    fn of(bytes: &[u8]) -> Option<Self>;
}

macro_rules! sixteen {
    ($($name:ident),*) => {$(
        impl Sixteen for $name {
            fn of(bytes: &[u8]) -> Option<Self> {
                $name::from_slice(bytes).ok()
            }
        }
    )*};
}
sixteen!(DeviceId, RecordId, WorkerId);
