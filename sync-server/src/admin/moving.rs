//! `move-to-postgres`

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tanfang_core::model::Rng;

use super::verbs::MoveArgs;
use super::{AdminProblem, Said};
use crate::server::{MoveError, Server};
use crate::store::StoreError;
use crate::store::postgres::{Address, AddressProblem, address as file};

/// The address that a file holds.
pub(super) fn address(path: &Path) -> Result<Address, AdminProblem> {
    let address = file::read(path).map_err(StoreError::from)?;
    Ok(address.ok_or(StoreError::Address(AddressProblem::NoFile))?)
}

/// Moves a county.
pub(super) fn to_postgres(
    dir: &Path,
    asked: &MoveArgs,
    rng: Arc<dyn Rng>,
) -> Result<Said, AdminProblem> {
    let address = address(&asked.to)?;
    let moved = Server::move_to_postgres(dir, &address, rng).map_err(|error| match error {
        MoveError::Store(error) => AdminProblem::Store(error),
        MoveError::Audit(fault) => AdminProblem::Audit(fault),
    })?;
    let (rows, place) = (moved.total(), address.named());
    let tables: serde_json::Map<_, _> = moved
        .rows
        .into_iter()
        .map(|(table, rows)| (table.to_owned(), rows.into()))
        .collect();
    Ok(Said::new(
        json!({"rows": rows, "tables": tables, "kept_in": place}),
        vec![
            format!("已移到 {place},共 {rows} 行,逐行核对无误 / moved to {place}: {rows} rows, each compared"),
            "正在运行的 serve 要重新启动;server.db 原样留存,不再使用 / start `serve` again; server.db is kept as it was and used no more".to_owned(),
            "server.key 和 server.postgres 与数据库的备份分开保存 / keep server.key and server.postgres apart from the database's backups".to_owned(),
        ],
    ))
}
