//! Whose phone this is, and what it holds.

use serde::Serialize;

use super::labels::Lang;
use super::{App, AppError};

/// Whose phone this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The worker's id.
    pub worker: String,
    /// The worker's name.
    pub name: String,
    /// The county's code.
    pub county: String,
    /// The county's name, where its list of areas is here.
    pub county_name: Option<String>,
    /// This phone's id.
    pub device: String,
    /// The roles held today.
    pub roles: Vec<RoleLine>,
    /// Whether one of them supervises: it opens who has not been seen.
    pub supervises: bool,
    /// How many people this phone holds.
    pub people: u32,
}

/// A role that the worker holds today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleLine {
    /// The role's code.
    pub role: String,
    /// What it is called.
    pub label: String,
    /// The area's code.
    pub area: String,
    /// The area's name, where the county's list has it.
    pub area_name: Option<String>,
}

impl App {
    /// Whose phone this is, in a language (`zh`, `en`).
    ///
    /// # Errors
    /// [`AppError::NotEnrolled`] before it is anybody's.
    pub fn account(&self, lang: &str) -> Result<Account, AppError> {
        self.read(|tx| {
            let (me, labels) = (self.me(tx)?, self.labels(tx)?);
            let mut roles = Vec::with_capacity(me.held.len());
            for held in &me.held {
                let code = held.area.to_string();
                roles.push(RoleLine {
                    role: held.role.clone(),
                    label: me.role_label(&held.role, Lang::named(lang)),
                    area_name: labels.area_name(&code)?,
                    area: code,
                });
            }
            let county = me.enrolment.county.to_string();
            Ok(Account {
                worker: me.enrolment.worker.to_string(),
                name: me.enrolment.name.clone(),
                county_name: labels.area_name(&county)?,
                county,
                device: me.enrolment.device.to_string(),
                supervises: me.is_supervisor(),
                roles,
                people: tx.count_of("person")?,
            })
        })
    }
}
