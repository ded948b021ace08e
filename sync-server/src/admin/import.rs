//! `ledger import`
use super::{AdminProblem, Said};
use crate::server::Server;
pub(super) fn ledger(_: &mut Server, _: &str, _: &[u8]) -> Result<Said, AdminProblem> {
    Err(AdminProblem::NoForm(String::new()))
}
