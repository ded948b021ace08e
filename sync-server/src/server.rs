//! A server in its directory: `server.db`, `server.key`.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tanfang_core::model::{Clock, Rng, WallTime};
use tanfang_core::vault::Secret;

use crate::engine::{Cut, GroundsError, House, Request, Response, Turn, is_demo};
use crate::keys::ServerKeys;
use crate::store::sqlite::SqliteStore;
use crate::store::{ServerStore, StoreError};

/// The variable that holds the key where it must not stand in a file.
pub const KEY_VARIABLE: &str = "TANFANG_SERVER_KEY";
const DATABASE: &str = "server.db";
const KEY_FILE: &str = "server.key";

/// A server: its store, its mind, its clock.
pub struct Server {
    store: SqliteStore,
    house: House,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    demo: bool,
}

impl Server {
    /// Makes a server in an empty or new directory: key, database, first epoch. Nothing is
    /// published yet.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where the directory holds one.
    pub fn init(
        dir: &Path,
        demo: bool,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        if dir.join(DATABASE).exists() {
            return Err(StoreError::AlreadyThere);
        }
        std::fs::create_dir_all(dir).map_err(|_| StoreError::ReadOnly)?;
        let secret = match key_of(dir)? {
            Some(known) => known,
            None => new_key(dir, &*rng)?,
        };
        let keys = ServerKeys::from_secret(&secret);
        let mut store = SqliteStore::create(&dir.join(DATABASE), keys.database())?;
        let mut house = House::new(keys);
        house.found(&mut store, clock.now(), &*rng, demo)?;
        Ok(Self {
            store,
            house,
            clock,
            rng,
            demo,
        })
    }

    /// Opens the server of a directory.
    ///
    /// # Errors
    /// [`StoreError::NotThere`], [`StoreError::NoKey`], [`StoreError::WrongKeyOrDamaged`],
    /// [`StoreError::TooNew`]; nothing is altered by any of them.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Result<Self, StoreError> {
        if !dir.join(DATABASE).exists() {
            return Err(StoreError::NotThere);
        }
        let keys = ServerKeys::from_secret(&key_of(dir)?.ok_or(StoreError::NoKey)?);
        let mut store = SqliteStore::open(&dir.join(DATABASE), keys.database())?;
        let opened: &mut dyn ServerStore = &mut store;
        let demo = opened.read(|tx| is_demo(tx))?;
        let mut server = Self {
            store,
            house: House::new(keys),
            clock,
            rng,
            demo,
        };
        let reckoned: Result<bool, StoreError> = server.read(|turn| {
            let feeds = turn.tx().feeds()?;
            Ok(feeds.iter().all(|feed| feed.digest.is_some()))
        });
        if !reckoned? {
            server.write(|turn| turn.reckon_digests())?;
        }
        Ok(server)
    }

    /// Whether it was made with `init --demo`, which every report names.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// Its clock's time.
    pub fn now(&self) -> WallTime {
        self.clock.now()
    }

    /// Milliseconds of its clock that nobody sets, since some moment.
    pub(crate) fn monotonic_millis(&self) -> u64 {
        self.clock.monotonic_millis()
    }

    /// Gives it another clock.
    pub fn set_clock(&mut self, clock: Arc<dyn Clock>) {
        self.clock = clock;
    }

    /// Failures of the store are told to `report`, without data, in the place of standard error.
    pub fn report_to(&mut self, report: fn(&str)) {
        self.house.report_to(report);
    }

    /// Answers a phone.
    pub fn handle(&mut self, request: Request) -> Response {
        self.house
            .handle(&mut self.store, &*self.clock, &*self.rng, request)
    }

    /// Builds the snapshot of one feed that is due, if any is; whether it built one.
    ///
    /// # Errors
    /// Those of the store; nothing was altered then.
    pub fn build_snapshot(&mut self, cut: Cut) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.house
            .build_snapshot(&mut self.store, now, &*self.rng, cut)
    }

    /// Works in one writing transaction: committed when this returns, or nothing happened.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        act: impl FnOnce(&mut Turn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (now, rng) = (self.clock.now(), self.rng.clone());
        let store: &mut dyn ServerStore = &mut self.store;
        let house = &mut self.house;
        store.write(|tx| {
            let mut turn = house.turn(tx, now, &*rng);
            let done = act(&mut turn)?;
            turn.finish()?;
            Ok(done)
        })
    }

    /// Looks at one moment of the store.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        act: impl FnOnce(&mut Turn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (now, rng) = (self.clock.now(), self.rng.clone());
        let store: &mut dyn ServerStore = &mut self.store;
        let house = &mut self.house;
        store.read(|tx| act(&mut house.turn(tx, now, &*rng)))
    }

    /// Its store, to bring faults about in it.
    #[cfg(any(test, feature = "faults"))]
    pub fn disk(&mut self) -> &mut SqliteStore {
        &mut self.store
    }

    /// Freezes the figures of one county and report day that is over and was not frozen; whether it
    /// did.
    ///
    /// # Errors
    /// A published pack or calendar that cannot be read, or the store; nothing was altered then.
    pub fn freeze_due(&mut self) -> Result<bool, GroundsError> {
        let found = self.read(|turn| {
            let Some((area, day)) = turn.freezing_due()?.into_iter().next() else {
                return Ok(None);
            };
            let grounds = turn.grounds()?;
            let figures = turn.figures_of(&grounds, &area, day)?;
            Ok::<_, GroundsError>(Some((area, figures)))
        })?;
        match found {
            // Found in a reading transaction: other writers do not wait while a county is judged.
            Some((area, figures)) => Ok(self.write(|turn| turn.keep_frozen(&area, &figures))?.1),
            None => Ok(false),
        }
    }

    /// Throws away what phones sent and no save has named for a time; how many.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sweep_attachments(&mut self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        self.house.sweep_attachments(&mut self.store, now)
    }

    /// Makes a copy of the database file whole: what waits beside it goes in.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.store.checkpoint()
    }

    /// The server's public key, in hex.
    pub fn public_key(&self) -> String {
        hex::encode(self.house.keys().signing().public())
    }
}

/// The key of the variable, else of the file; none where there is neither.
fn key_of(dir: &Path) -> Result<Option<Secret>, StoreError> {
    let text = match std::env::var(KEY_VARIABLE) {
        Ok(text) => text,
        Err(std::env::VarError::NotUnicode(_)) => return Err(StoreError::NoKey),
        Err(std::env::VarError::NotPresent) => match std::fs::read_to_string(dir.join(KEY_FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(StoreError::NoKey),
        },
    };
    let bytes = hex::decode(text.trim()).map_err(|_| StoreError::NoKey)?;
    Secret::from_slice(&bytes)
        .map(Some)
        .ok_or(StoreError::NoKey)
}

/// Makes the key file, readable by its owner only, on disk before the database that it opens.
fn new_key(dir: &Path, rng: &dyn Rng) -> Result<Secret, StoreError> {
    let secret = Secret::fresh(rng);
    let path: PathBuf = dir.join(KEY_FILE);
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            writeln!(file, "{}", hex::encode(secret.expose()))?;
            file.sync_all()
        });
    written.map_err(|_| StoreError::ReadOnly)?;
    Ok(secret)
}
