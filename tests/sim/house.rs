//! A county: the real server in a folder, four phones, and the truth about them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tanfang_core::model::{Clock, Epoch, RecordId};
use tanfang_server::Server;
use tanfang_server::engine::{Turn, epoch};
use tanfang_server::store::StoreError;

use crate::carried::Sealed;
use crate::chance::{Seeded, Time};
use crate::drafts::Forms;
use crate::event::PHONES;
use crate::mallory::Mallory;
use crate::model::{Broken, Model, broken};
use crate::office::Backup;
use crate::phone::Phone;

/// The village of most.
pub const VILLAGE: &str = "530999201202";
/// The other one: its feeds come first.
pub const OTHER: &str = "530999201201";
/// Both lie in it.
pub const TOWNSHIP: &str = "530999201";
/// The township lies in it.
pub const COUNTY: &str = "530999";

/// A county.
pub struct World {
    folder: tempfile::TempDir,
    server: Option<Server>,
    /// The true time.
    pub time: Arc<Time>,
    /// The server's chance.
    pub chance: Arc<Seeded>,
    /// The phones.
    pub phones: Vec<Phone>,
    /// What we know by ourselves.
    pub model: Model,
    /// A phone with an altered app.
    pub mallory: Mallory,
    /// Files that phones sealed for the county.
    pub sealed: Vec<Sealed>,
    /// The published forms.
    pub forms: Forms,
    /// The last copy of the server's folder.
    pub backup: Option<Backup>,
    /// The history in which the server was set back, while no phone has proved it.
    pub set_back: Option<Epoch>,
    /// Whether it ever was.
    pub was_set_back: bool,
    /// How often a phone fetched parts of snapshots.
    pub fetches: u64,
    /// Whether a phone took an old answer for the awaited one: it may compare with what was.
    pub heard_late: bool,
    /// Whether the server's disk is in trouble now: it may say that it cannot.
    pub excused: bool,
    /// What happened, in sentences.
    pub story: Vec<String>,
}

impl World {
    /// A county in its folder.
    pub fn at(
        folder: tempfile::TempDir,
        time: Arc<Time>,
        chance: Arc<Seeded>,
        forms: Forms,
        model: Model,
        mallory: Mallory,
    ) -> World {
        let home = |no: usize| folder.path().join(format!("phone-{no}"));
        World {
            phones: (0..PHONES)
                .map(|no| Phone::new(no, home(no), time.clone()))
                .collect(),
            folder,
            server: None,
            time,
            chance,
            model,
            mallory,
            sealed: Vec::new(),
            forms,
            backup: None,
            set_back: None,
            was_set_back: false,
            fetches: 0,
            heard_late: false,
            excused: false,
            story: Vec::new(),
        }
    }

    /// Everything is closed; what is left is the folder, and what we know of it.
    pub fn at_rest(self) -> (tempfile::TempDir, Model, Mallory) {
        (self.folder, self.model, self.mallory)
    }

    /// Adds a sentence to the story.
    pub fn tell(&mut self, sentence: impl Into<String>) {
        self.story.push(sentence.into());
    }

    /// Time passes.
    pub fn pass(&self, millis: i64) {
        self.time.0.fetch_add(millis, Ordering::Relaxed);
    }

    /// The server's folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// The server, started if it is not.
    pub fn server(&mut self) -> Result<&mut Server, Broken> {
        if self.server.is_none() {
            let home = self.home();
            let opened = Server::open(&home, self.time.clone(), self.chance.clone());
            let mut server = opened.or_else(|e| broken("the server starts", e.to_string()))?;
            // What fails is meant to, or is found.
            server.report_to(|_| {});
            self.server = Some(server);
        }
        match &mut self.server {
            Some(server) => Ok(server),
            None => broken("the server starts", "no server"),
        }
    }

    /// The server dies; the next question starts it again.
    pub fn server_dies(&mut self) {
        self.server = None;
    }

    /// Looks into the server.
    pub fn look<T>(
        &mut self,
        look: impl FnOnce(&mut Turn<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Broken> {
        let looked = self.server()?.read(look);
        looked.or_else(|e| broken("the server reads", e.to_string()))
    }

    /// The history in force.
    pub fn epoch(&mut self) -> Result<Epoch, Broken> {
        self.look(|turn| epoch(turn.tx()))
    }

    /// A new id of the server's.
    pub fn fresh(&self) -> RecordId {
        RecordId::fresh(self.time.now(), &*self.chance)
    }
}
