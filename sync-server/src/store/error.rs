//! Why a store cannot do what it was asked.

use super::postgres::AddressProblem;

/// A store's failure: what an administrator can do about it. It never repeats data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No database where one was expected.
    #[error("there is no server in this directory: make one with `init`, or correct --data")]
    NotThere,
    /// A database where a new one was to be made.
    #[error("there is a server in this directory already: choose an empty one")]
    AlreadyThere,
    /// The key file is missing or is no key.
    #[error(
        "the server's key cannot be read: put server.key back into the directory, or set TANFANG_SERVER_KEY; nothing was altered"
    )]
    NoKey,
    /// The key does not open the database, or its first page is damaged: SQLite cannot tell which.
    #[error(
        "the database does not open: the key is another's or the file is damaged; nothing was altered: restore the key or a backup"
    )]
    WrongKeyOrDamaged,
    /// Written by a newer version.
    #[error(
        "the database is of version {found}, this program reads up to {known}: update the program"
    )]
    TooNew {
        /// The database's version.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// No room on the disk.
    #[error("the disk is full: make room and try again; nothing of this was written")]
    DiskFull,
    /// The file may not be written.
    #[error("the database is read-only: correct the directory's permissions")]
    ReadOnly,
    /// Another process kept the write lock too long.
    #[error("another process is writing: try again")]
    Busy,
    /// The disk failed.
    #[error("the disk failed ({code}): check it before anything else")]
    Disk {
        /// SQLite's extended code.
        code: i32,
    },
    /// A row is not what this program wrote.
    #[error(
        "the database holds something that this program did not write ({what}): restore a backup"
    )]
    Damaged {
        /// Which kind of row.
        what: &'static str,
    },
    /// A fault of ours.
    #[error("a fault of the program (code {code}): report it")]
    Fault {
        /// SQLite's extended code.
        code: i32,
    },
    /// A file that the county left for PostgreSQL.
    #[error(
        "本县的数据已移到 PostgreSQL,这个文件只作留存:把 server.postgres 放回目录 / this county moved to PostgreSQL, the file is kept as it was: put server.postgres back into the directory"
    )]
    Left,
    /// The address of a PostgreSQL.
    #[error(transparent)]
    Address(#[from] AddressProblem),
    /// No PostgreSQL answers there.
    #[error(
        "连不上 PostgreSQL:看它是否在运行,核对 server.postgres / PostgreSQL does not answer: see that it runs, check server.postgres; nothing was altered"
    )]
    Unreachable,
    /// PostgreSQL does not let this user in.
    #[error(
        "PostgreSQL 拒绝该用户(SQLSTATE {state}):核对 server.postgres 中的 user、password、dbname 和权限 / PostgreSQL does not admit the user (SQLSTATE {state}): check user, password, dbname in server.postgres and what is granted"
    )]
    NotAdmitted {
        /// Its five letters.
        state: String,
    },
    /// The connection broke, and nothing was written.
    #[error(
        "与 PostgreSQL 的连接断了,什么也没有写入:再试一次 / the connection to PostgreSQL was lost, nothing of this was written: try again"
    )]
    LinkLost,
    /// The connection broke while a transaction was ended, and nobody answers since.
    #[error(
        "与 PostgreSQL 的连接断了,不知道是否已写入:先看再重做 / the connection to PostgreSQL was lost, and whether this was written is not known: look before you do it again"
    )]
    Unsettled,
    /// A statement of ours that PostgreSQL refuses.
    #[error("a fault of the program (PostgreSQL's SQLSTATE {state}): report it")]
    Statement {
        /// Its five letters.
        state: String,
    },
    /// The closure failed; its own error tells why.
    #[error("nothing was written")]
    RolledBack,
}
