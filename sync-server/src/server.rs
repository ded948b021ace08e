//! A server in its directory: `server.key`, and beside it `server.db`, or `server.postgres` which says
//! where the county's PostgreSQL is.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use tanfang_core::model::{Clock, Rng, WallTime};
use tanfang_core::vault::Secret;

use crate::engine::{
    AuditFault, Cut, GroundsError, House, Request, Response, Turn, is_demo, verify_audit,
};
use crate::keys::ServerKeys;
use crate::store::postgres::{Address, Moved, PostgresStore, address};
use crate::store::sqlite::SqliteStore;
use crate::store::{ServerStore, StoreError};

/// The variable that holds the key where it must not stand in a file.
pub const KEY_VARIABLE: &str = "TANFANG_SERVER_KEY";
const DATABASE: &str = "server.db";
const KEY_FILE: &str = "server.key";
const ADDRESS_FILE: &str = "server.postgres";

/// A server: its store, its mind, its clock.
pub struct Server {
    store: Kept,
    house: House,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    demo: bool,
    kept_in: String,
}

/// Why a county did not move; it is where it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// The file or PostgreSQL.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log of what administrators did does not hold together.
    #[error(transparent)]
    Audit(#[from] AuditFault),
}

/// Where the county's history is.
enum Kept {
    File(Box<SqliteStore>),
    Postgres(Box<PostgresStore>),
}

impl Kept {
    fn store(&mut self) -> &mut dyn ServerStore {
        match self {
            Kept::File(store) => &mut **store,
            Kept::Postgres(store) => &mut **store,
        }
    }
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
        Self::init_in(dir, None, demo, clock, rng)
    }

    /// The same with its history in a PostgreSQL that has none yet: key and address stay in the
    /// directory, and are backed up there.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where the directory or the database holds one; those of the
    /// connection.
    pub fn init_postgres(
        dir: &Path,
        address: &Address,
        demo: bool,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        Self::init_in(dir, Some(address), demo, clock, rng)
    }

    fn init_in(
        dir: &Path,
        address: Option<&Address>,
        demo: bool,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        if dir.join(DATABASE).exists() || dir.join(ADDRESS_FILE).exists() {
            return Err(StoreError::AlreadyThere);
        }
        std::fs::create_dir_all(dir).map_err(|_| StoreError::ReadOnly)?;
        let secret = match key_of(dir)? {
            Some(known) => known,
            None => new_key(dir, &*rng)?,
        };
        let keys = ServerKeys::from_secret(&secret);
        let mut store = match address {
            None => {
                let file = SqliteStore::create(&dir.join(DATABASE), keys.database())?;
                Kept::File(Box::new(file))
            }
            Some(address) => {
                let store = PostgresStore::create(address, keys.database(), rng.clone())?;
                Kept::Postgres(Box::new(store))
            }
        };
        let mut house = House::new(keys);
        house.found(store.store(), clock.now(), &*rng, demo)?;
        if let Some(address) = address {
            only_ours(&dir.join(ADDRESS_FILE), address.text())?;
        }
        Ok(Self {
            store,
            house,
            clock,
            rng,
            demo,
            kept_in: place_of(address),
        })
    }

    /// Opens the server of a directory.
    ///
    /// # Errors
    /// [`StoreError::NotThere`], [`StoreError::NoKey`], [`StoreError::WrongKeyOrDamaged`],
    /// [`StoreError::TooNew`]; nothing is altered by any of them.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Result<Self, StoreError> {
        let address = address::read(&dir.join(ADDRESS_FILE))?;
        if address.is_none() && !dir.join(DATABASE).exists() {
            return Err(StoreError::NotThere);
        }
        let keys = ServerKeys::from_secret(&key_of(dir)?.ok_or(StoreError::NoKey)?);
        let mut store = match &address {
            None => {
                let file = SqliteStore::open(&dir.join(DATABASE), keys.database())?;
                Kept::File(Box::new(file))
            }
            Some(address) => {
                let store = PostgresStore::open(address, keys.database(), rng.clone())?;
                Kept::Postgres(Box::new(store))
            }
        };
        let demo = store.store().read(|tx| is_demo(tx))?;
        let mut server = Self {
            store,
            house: House::new(keys),
            clock,
            rng,
            demo,
            kept_in: place_of(address.as_ref()),
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

    /// Moves a county from its file into a PostgreSQL that has none: all of it in one transaction,
    /// compared row by row; only the directory's address file says from then on where it is. The file stays as it
    /// was, and no program of ours serves it any more.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where the directory names a PostgreSQL, or the database has a
    /// county; those of both stores. The county is in its file still then.
    pub fn move_to_postgres(
        dir: &Path,
        address: &Address,
        rng: Arc<dyn Rng>,
    ) -> Result<Moved, MoveError> {
        if dir.join(ADDRESS_FILE).exists() {
            return Err(StoreError::AlreadyThere.into());
        }
        if !dir.join(DATABASE).exists() {
            return Err(StoreError::NotThere.into());
        }
        let keys = ServerKeys::from_secret(&key_of(dir)?.ok_or(StoreError::NoKey)?);
        let mut file = SqliteStore::open(&dir.join(DATABASE), keys.database())?;
        let mut leaving = file.leave()?;
        leaving.look(|tx| Ok(verify_audit(tx)))??;
        let (mut store, moved) =
            PostgresStore::create_from(&mut leaving, address, keys.database(), rng)?;
        let there: &mut dyn ServerStore = &mut store;
        there.read(|tx| verify_audit(tx).map(drop))?;
        // From here on the county is in PostgreSQL, whatever becomes of this program.
        only_ours(&dir.join(ADDRESS_FILE), address.text())?;
        leaving.mark()?;
        file.checkpoint()?;
        Ok(moved)
    }

    /// Where its history is: a file's name, or a host and a database.
    pub fn kept_in(&self) -> &str {
        &self.kept_in
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
            .handle(self.store.store(), &*self.clock, &*self.rng, request)
    }

    /// Builds the snapshot of one feed that is due, if any is; whether it built one.
    ///
    /// # Errors
    /// Those of the store; nothing was altered then.
    pub fn build_snapshot(&mut self, cut: Cut) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.house
            .build_snapshot(self.store.store(), now, &*self.rng, cut)
    }

    /// Works in one writing transaction: committed when this returns, or nothing happened.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        act: impl FnOnce(&mut Turn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (now, rng) = (self.clock.now(), self.rng.clone());
        let store = self.store.store();
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
        let store = self.store.store();
        let house = &mut self.house;
        store.read(|tx| act(&mut house.turn(tx, now, &*rng)))
    }

    /// Its file, to bring faults about in it.
    ///
    /// # Panics
    /// Where its history is not in a file.
    #[cfg(any(test, feature = "faults"))]
    pub fn disk(&mut self) -> &mut SqliteStore {
        match &mut self.store {
            Kept::File(store) => store,
            Kept::Postgres(_) => panic!("no file of ours"),
        }
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
        self.house.sweep_attachments(self.store.store(), now)
    }

    /// Makes a copy of the database file whole: what waits beside it goes in.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        match &self.store {
            Kept::File(store) => store.checkpoint(),
            Kept::Postgres(store) => store.checkpoint(),
        }
    }

    /// The server's public key, in hex.
    pub fn public_key(&self) -> String {
        hex::encode(self.house.keys().signing().public())
    }
}

fn place_of(address: Option<&Address>) -> String {
    address.map_or_else(|| DATABASE.to_owned(), Address::named)
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

/// Makes the key file, on disk before the database that it opens.
fn new_key(dir: &Path, rng: &dyn Rng) -> Result<Secret, StoreError> {
    let secret = Secret::fresh(rng);
    only_ours(&dir.join(KEY_FILE), &hex::encode(secret.expose()))?;
    Ok(secret)
}

/// Writes a new file, readable by its owner only.
fn only_ours(path: &Path, text: &str) -> Result<(), StoreError> {
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            writeln!(file, "{}", text.trim_end())?;
            file.sync_all()
        });
    written.map_err(|_| StoreError::ReadOnly)
}
