//! What PostgreSQL and the way to it do wrong, as the store tells it: a state's five letters, never
//! a value of a statement.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::store::StoreError;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let Some(state) = error.code() else {
            let of_value = error
                .source()
                .is_some_and(|source| !source.is::<std::io::Error>());
            return match error.is_closed() || !of_value {
                true => StoreError::LinkLost,
                false => StoreError::Statement {
                    state: "client".to_owned(),
                },
            };
        };
        of_state(state)
    }
}

fn of_state(state: &SqlState) -> StoreError {
    let class = state.code().get(..2).unwrap_or_default();
    match (state, class) {
        (&SqlState::DISK_FULL, _) => StoreError::DiskFull,
        (&SqlState::READ_ONLY_SQL_TRANSACTION, _) => StoreError::ReadOnly,
        // One who waited for the lock, and one who wrote past it.
        (
            &SqlState::LOCK_NOT_AVAILABLE
            | &SqlState::T_R_SERIALIZATION_FAILURE
            | &SqlState::T_R_DEADLOCK_DETECTED
            | &SqlState::QUERY_CANCELED,
            _,
        ) => StoreError::Busy,
        (&SqlState::TOO_MANY_CONNECTIONS, _) | (_, "08") => StoreError::LinkLost,
        (
            &SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN | &SqlState::CANNOT_CONNECT_NOW,
            _,
        ) => StoreError::LinkLost,
        (&SqlState::IO_ERROR | &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED, _) => {
            StoreError::Damaged {
                what: "PostgreSQL's own files",
            }
        }
        (&SqlState::INSUFFICIENT_PRIVILEGE | &SqlState::INVALID_CATALOG_NAME, _) | (_, "28") => {
            StoreError::NotAdmitted {
                state: state.code().to_owned(),
            }
        }
        _ => StoreError::Statement {
            state: state.code().to_owned(),
        },
    }
}
