//! Why a store cannot do what it was asked.

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
    /// The closure failed; its own error tells why.
    #[error("nothing was written")]
    RolledBack,
}
