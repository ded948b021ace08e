//! The one connection of a store: opened again when it broke, statements prepared once, those that
//! answer nothing sent together.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Error, Row, SimpleQueryMessage, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Address, AddressProblem};
use super::cell::Cell;
use crate::store::{Access, StoreError, Stored};

/// So many statements that answer nothing, or bytes of them, are sent at once.
const TOGETHER: usize = 256;
const TOGETHER_BYTES: usize = 1 << 20;
/// How often, and how long apart, a database that does not answer is asked again: one that is
/// started anew is back within it.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// For every connection: what is acknowledged is on the disk; who waits for the writer says so after
/// a time; no time of day, number format or list of schemas of the machine alters a value.
const SETTINGS: &str = "SET lock_timeout = '20s'; SET statement_timeout = 0; \
    SET idle_in_transaction_session_timeout = '10min'; SET client_min_messages = 'warning'; \
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// A writer's moment is seen after it has the lock: `LOCK` takes none, so that what the writer
/// before it committed is always in it.
const WRITE: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; LOCK TABLE one_writer IN EXCLUSIVE MODE";
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Which database this is: another cluster, or tables that were made anew, are another.
const IDENTITY: &str = "SELECT system_identifier AS cluster, coalesce(to_regclass('meta')::oid, 0) AS tables, \
    pg_snapshot_xmax(pg_current_snapshot())::text AS upto FROM pg_control_system()";
const REPLACED: StoreError = StoreError::Damaged {
    what: "the database: it was replaced while it was open; start the server again",
};

/// A statement on its way.
type Telling<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + 'a>>;

/// A connection that mends itself between transactions.
pub(super) struct Link {
    runtime: Runtime,
    address: Address,
    tls: MakeRustlsConnect,
    client: Option<Client>,
    statements: HashMap<&'static str, Statement>,
    later: Vec<(&'static str, Vec<Cell>)>,
    later_bytes: usize,
    /// The cluster, and the number of the tables in it.
    identity: Option<(i64, u32)>,
    /// The number of the last transaction that wrote, by which a database that was set back shows.
    last_written: u64,
    under_way: bool,
}

impl Link {
    /// Connects.
    pub(super) fn to(address: &Address) -> Stored<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|_| StoreError::LinkLost)?;
        let mut link = Self {
            runtime,
            tls: tls(address)?,
            address: address.clone(),
            client: None,
            statements: HashMap::new(),
            later: Vec::new(),
            later_bytes: 0,
            identity: None,
            last_written: 0,
            under_way: false,
        };
        link.connect().map_err(|error| match error {
            StoreError::LinkLost => StoreError::Unreachable,
            other => other,
        })?;
        Ok(link)
    }

    fn connect(&mut self) -> Stored<()> {
        self.client = None;
        self.statements.clear();
        let (config, tls) = (&self.address.config, self.tls.clone());
        let (client, connection) = self.runtime.block_on(config.connect(tls))?;
        // Its end is told to the statement that meets it.
        self.runtime.spawn(async move { drop(connection.await) });
        self.runtime.block_on(client.batch_execute(SETTINGS))?;
        self.client = Some(client);
        self.same_database()
    }

    /// A database that was replaced or set back while this program ran: what it holds in memory is
    /// not of it, and nothing may be acknowledged on it.
    fn same_database(&mut self) -> Stored<()> {
        let row = self.ask(IDENTITY, Vec::new())?.pop().ok_or(REPLACED)?;
        let wrong = |_| REPLACED;
        let found = (
            row.try_get("cluster").map_err(wrong)?,
            row.try_get("tables").map_err(wrong)?,
        );
        let upto: String = row.try_get("upto").map_err(wrong)?;
        let upto: u64 = upto.parse().map_err(|_| REPLACED)?;
        if self.identity.is_some_and(|known| known != found) || upto <= self.last_written {
            self.client = None;
            return Err(REPLACED);
        }
        self.identity = Some(found);
        Ok(())
    }

    /// The tables were made by this connection: they are the ones to know.
    pub(super) fn know_again(&mut self) -> Stored<()> {
        self.identity = None;
        self.same_database()
    }

    /// Connects, asking again for a while.
    fn connect_patiently(&mut self) -> Stored<()> {
        for _ in 1..ATTEMPTS {
            match self.connect() {
                Err(StoreError::LinkLost) => std::thread::sleep(PAUSE),
                done => return done,
            }
        }
        self.connect()
    }

    /// Begins a transaction. A connection that broke meanwhile is made anew: nothing had begun.
    pub(super) fn begin(&mut self, access: Access) -> Stored<()> {
        let begin = match access {
            Access::Write => WRITE,
            Access::Read => READ,
        };
        self.later.clear();
        if self.client.is_none() {
            self.connect_patiently()?;
        }
        self.under_way = true;
        match self.batch(begin) {
            Err(StoreError::LinkLost) => {
                self.connect_patiently()?;
                self.batch(begin)
            }
            done => done,
        }
    }

    /// Commits. Where the connection breaks meanwhile, the database is asked whether it did.
    pub(super) fn commit(&mut self, access: Access) -> Stored<()> {
        self.flush()?;
        if access == Access::Read {
            return self.batch("COMMIT").map(|()| self.under_way = false);
        }
        // Of a transaction that a statement has ended this fails: it would commit nothing.
        let row = self.ask(WRITTEN, Vec::new())?.pop().ok_or(REPLACED)?;
        let written: Option<String> = row.try_get("written").map_err(StoreError::from)?;
        let tables: u32 = row.try_get("tables").map_err(StoreError::from)?;
        if self.identity.is_some_and(|(_, known)| known != tables) {
            return Err(REPLACED);
        }
        let number = written.as_ref().and_then(|number| number.parse().ok());
        let done = match self.batch("COMMIT") {
            Err(StoreError::LinkLost) => {
                self.under_way = false;
                self.look_whether_committed(written)
            }
            done => done,
        };
        if done.is_ok() {
            self.under_way = false;
            self.last_written = number.unwrap_or(0).max(self.last_written);
        }
        done
    }

    fn look_whether_committed(&mut self, written: Option<String>) -> Stored<()> {
        let Some(written) = written else {
            return Ok(());
        };
        let unknown = |_| StoreError::Unsettled;
        self.connect_patiently().map_err(unknown)?;
        for _ in 0..ATTEMPTS {
            let row = self.ask(OUTCOME, vec![Cell::Text(written.clone())]);
            let row = row.map_err(unknown)?.pop().ok_or(StoreError::Unsettled)?;
            let outcome: Option<String> =
                row.try_get("outcome").map_err(|_| StoreError::Unsettled)?;
            match outcome.as_deref() {
                Some("committed") => return Ok(()),
                Some("aborted") => return Err(StoreError::LinkLost),
                Some(_) => std::thread::sleep(PAUSE),
                None => break,
            }
        }
        Err(StoreError::Unsettled)
    }

    /// Ends a transaction of which nothing is to remain; nothing happens where none is under way.
    pub(super) fn roll_back(&mut self) {
        self.later.clear();
        if std::mem::take(&mut self.under_way) && self.batch("ROLLBACK").is_err() {
            self.client = None;
        }
    }

    fn client(&self) -> Stored<&Client> {
        self.client.as_ref().ok_or(StoreError::LinkLost)
    }

    /// Runs several statements that take no values.
    pub(super) fn batch(&mut self, sql: &str) -> Stored<()> {
        let done = self.runtime.block_on(self.client()?.batch_execute(sql));
        self.heard(done)
    }

    /// Rows as text, of a statement that is said once.
    pub(super) fn rows_of(&mut self, sql: &str) -> Stored<Vec<Vec<Option<String>>>> {
        let told = self.runtime.block_on(self.client()?.simple_query(sql));
        let told = self.heard(told)?;
        let rows = told.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                let cells = (0..row.len()).map(|at| row.get(at).map(str::to_owned));
                Some(cells.collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    /// A link that was lost is not used again.
    fn heard<T>(&mut self, told: Result<T, Error>) -> Stored<T> {
        let told = told.map_err(StoreError::from);
        if matches!(told, Err(StoreError::LinkLost)) {
            self.client = None;
        }
        told
    }

    fn prepared(&mut self, sql: &'static str) -> Stored<Statement> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let made = self.runtime.block_on(self.client()?.prepare(sql));
        let made = self.heard(made)?;
        self.statements.insert(sql, made.clone());
        Ok(made)
    }

    /// Asks once, in words of the moment; what was told before is heard first.
    pub(super) fn ask_once(&mut self, sql: &str) -> Stored<Vec<Row>> {
        self.flush()?;
        let rows = self.runtime.block_on(self.client()?.query(sql, &[]));
        self.heard(rows)
    }

    /// Asks; what was told before is heard first.
    pub(super) fn ask(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<Vec<Row>> {
        let statement = self.prepared(sql)?;
        self.flush()?;
        let values: Vec<_> = cells.iter().map(value).collect();
        let rows = self
            .runtime
            .block_on(self.client()?.query(&statement, &values));
        self.heard(rows)
    }

    /// Tells, and waits until it is done; how many rows it touched.
    pub(super) fn tell(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<u64> {
        let statement = self.prepared(sql)?;
        self.flush()?;
        let values: Vec<_> = cells.iter().map(value).collect();
        let done = self
            .runtime
            .block_on(self.client()?.execute(&statement, &values));
        self.heard(done)
    }

    /// Tells without waiting: in its order, before whatever is asked or told next; what is wrong with
    /// it fails that.
    pub(super) fn tell_later(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<()> {
        self.prepared(sql)?;
        self.later_bytes += cells.iter().map(Cell::len).sum::<usize>();
        self.later.push((sql, cells));
        match self.later.len() == TOGETHER || self.later_bytes > TOGETHER_BYTES {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Sends what was told, all of it before the first answer is waited for.
    pub(super) fn flush(&mut self) -> Stored<()> {
        if self.later.is_empty() {
            return Ok(());
        }
        let later = std::mem::take(&mut self.later);
        self.later_bytes = 0;
        let (client, statements) = (self.client()?, &self.statements);
        let done = self.runtime.block_on(async {
            let mut sent: Vec<Telling<'_>> = Vec::with_capacity(later.len());
            for (sql, cells) in &later {
                let statement = &statements[sql];
                let mut telling = Box::pin(async move {
                    let values = cells.iter().map(value);
                    client
                        .execute_raw(statement, values.collect::<Vec<_>>())
                        .await
                });
                // Asked once, it is on its way; its answer comes in its turn.
                let first = poll_fn(|cx| Poll::Ready(telling.as_mut().poll(cx))).await;
                match first {
                    Poll::Ready(done) => sent.push(Box::pin(std::future::ready(done))),
                    Poll::Pending => sent.push(telling),
                }
            }
            for telling in sent {
                telling.await?;
            }
            Ok(())
        });
        self.heard(done)
    }
}

const WRITTEN: &str = "SELECT pg_current_xact_id_if_assigned()::text AS written, \
    coalesce(to_regclass('meta')::oid, 0) AS tables";
const OUTCOME: &str = "SELECT pg_xact_status($1::text::xid8) AS outcome";

fn value(cell: &Cell) -> &(dyn tokio_postgres::types::ToSql + Sync) {
    cell
}

/// The county's own authority and no other vouches for its database.
fn tls(address: &Address) -> Stored<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = &address.root {
        let unread = |_| StoreError::Address(AddressProblem::NoRoot);
        let certificates = CertificateDer::pem_file_iter(path).map_err(unread)?;
        for certificate in certificates {
            let certificate = certificate.map_err(unread)?;
            roots
                .add(certificate)
                .map_err(|_| StoreError::Address(AddressProblem::NoRoot))?;
        }
        if roots.is_empty() {
            return Err(StoreError::Address(AddressProblem::NoRoot));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| StoreError::Address(AddressProblem::NoRoot))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
