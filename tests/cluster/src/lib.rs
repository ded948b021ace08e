//! A PostgreSQL for tests: a cluster of its own in a temporary folder, reached by a socket there and
//! by no network, gone when the tests are. No cluster of the machine is looked at or touched.
//!
//! PostgreSQL does not run as root: where the tests do, the user `postgres` that its package brings
//! runs it. What is missing fails the test that needs it, by name.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Who owns the databases: nobody of rights over the cluster.
const USER: &str = "tanfang";
/// Who made the cluster.
const ADMINISTRATOR: &str = "administrator";
/// Nothing needs to outlive the tests, so no write waits for the disk.
const SETTINGS: &str = "listen_addresses=''\nfsync=off\nfull_page_writes=off\nmax_connections=200\n\
    shared_buffers=32MB\nautovacuum=on\nlog_min_messages=fatal\n";
/// As PostgreSQL is shipped, but for the network: every commit is on the disk.
const AS_SHIPPED: &str = "listen_addresses=''\nlog_min_messages=fatal\n";

/// Ends the postmaster when the tests' end of the pipe closes, however they end, and takes the
/// folder away; a line `again` starts it anew, as an operator does.
const KEEPER: &str = r#"
start() { "$@" & pid=$!; }
start "$@"
while read -r word; do
    kill -INT "$pid"; wait "$pid"
    [ "$word" = pause ] && read -r word
    start "$@"
done
kill -QUIT "$pid"; wait "$pid"; rm -rf "$FOLDER"
"#;

/// A running cluster.
pub struct Cluster {
    folder: PathBuf,
    keeper: Mutex<Child>,
    next: AtomicU32,
}

/// A database of a cluster's, dropped with this.
pub struct Database {
    cluster: &'static Cluster,
    name: String,
}

/// A cluster of one's own, for who ends it in the middle.
pub fn own_cluster() -> &'static Cluster {
    Box::leak(Box::new(Cluster::start(SETTINGS)))
}

/// A cluster of one's own with the settings that PostgreSQL is shipped with, for who measures it.
pub fn cluster_as_shipped() -> &'static Cluster {
    Box::leak(Box::new(Cluster::start(AS_SHIPPED)))
}

/// The cluster of this process, started by whoever asks first; nobody ends it.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(SETTINGS))
}

fn programs() -> PathBuf {
    let by_version = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut found: Vec<(u32, PathBuf)> = by_version
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .collect();
    found.sort();
    let newest = found.pop().map(|(_, programs)| programs);
    newest.expect("PostgreSQL's server programs are not in /usr/lib/postgresql: `cargo xtask test` installs them, or apt-get install postgresql")
}

fn is_root() -> bool {
    let me = Command::new("id").arg("-u").output().expect("`id` runs");
    me.stdout.trim_ascii() == b"0"
}

/// A program of PostgreSQL's, as a user who may run it.
fn program(name: &str) -> Command {
    let path = programs().join(name);
    if !is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    let as_user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
    command.args(as_user).arg("--").arg(path).current_dir("/");
    command
}

#[track_caller]
fn done(command: &mut Command) -> Output {
    let out = command.output().expect("a program of PostgreSQL starts");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{command:?}: {said}");
    out
}

impl Cluster {
    fn start(settings: &str) -> Self {
        // A socket's path is short.
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp");
        let folder = folder.expect("a folder in /tmp").keep();
        let data = folder.join("data");
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status();
            assert!(owned.is_ok_and(|status| status.success()), "chown postgres");
        }
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&folder, open).expect("the folder is ours");
        done(
            program("initdb")
                .args([
                    "--no-sync",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                    "-U",
                ])
                .arg(ADMINISTRATOR)
                .arg("-D")
                .arg(&data),
        );
        let postgres = program("postgres");
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(postgres.get_program());
        keeper
            .args(postgres.get_args())
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder);
        for setting in settings.lines() {
            keeper.arg("-c").arg(setting.replace('\'', ""));
        }
        keeper.env("FOLDER", &folder).stdin(Stdio::piped());
        let keeper = keeper.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let cluster = Self {
            folder,
            keeper: Mutex::new(keeper.expect("a shell starts")),
            next: AtomicU32::new(0),
        };
        cluster.wait();
        cluster.sql("postgres", &format!("CREATE ROLE {USER} LOGIN"));
        cluster
    }

    fn wait(&self) {
        for _ in 0..300 {
            let ready = program("pg_isready").arg("-h").arg(&self.folder).output();
            if ready.is_ok_and(|out| out.status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the cluster in {} does not answer", self.folder.display());
    }

    /// The folder of its socket.
    pub fn socket(&self) -> &Path {
        &self.folder
    }

    /// Starts it anew, as an operator does: every connection is ended.
    pub fn restart(&self) {
        let started = || {
            let asked = "SELECT pg_postmaster_start_time()";
            let mut psql = self.client("psql");
            let out = psql
                .args(["-X", "-A", "-t", "-d", "postgres", "-c", asked])
                .output();
            out.ok()
                .filter(|out| out.status.success())
                .map(|out| out.stdout)
        };
        let before = started();
        self.tell("again\n");
        for _ in 0..300 {
            let now = started();
            if now.is_some() && now != before {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!(
            "the cluster in {} did not start anew",
            self.folder.display()
        );
    }

    /// Ends it until [`Cluster::resume`].
    pub fn pause(&self) {
        self.tell("pause\n");
        let socket = self.folder.join(".s.PGSQL.5432");
        while socket.exists() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it after a [`Cluster::pause`]; returns before it answers.
    pub fn resume(&self) {
        self.tell("on\n");
    }

    fn tell(&self, word: &str) {
        use std::io::Write;
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let pipe = keeper.stdin.as_mut().expect("a pipe was asked for");
        pipe.write_all(word.as_bytes()).expect("the keeper listens");
    }

    /// Runs SQL as the administrator of the machine.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).expect("PostgreSQL does it")
    }

    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut psql = self.client("psql");
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            sql,
        ]);
        let out = psql.output().expect("psql starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match out.status.success() {
            true => Ok(text(&out.stdout)),
            false => Err(text(&out.stderr)),
        }
    }

    fn client(&self, name: &str) -> Command {
        let mut command = program(name);
        command
            .arg("-h")
            .arg(&self.folder)
            .args(["-U", ADMINISTRATOR]);
        command
    }

    /// A new empty database.
    pub fn database(&'static self) -> Database {
        let name = format!("t{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} OWNER {USER}"));
        Database {
            cluster: self,
            name,
        }
    }
}

impl Database {
    /// Its address, in libpq's parameters.
    pub fn address(&self) -> String {
        let folder = self.cluster.folder.display();
        format!("host={folder}\ndbname={}\nuser={USER}\n", self.name)
    }

    /// The cluster that it is in.
    pub fn cluster(&self) -> &'static Cluster {
        self.cluster
    }

    /// Runs SQL in it, as the administrator of the machine.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.cluster.sql(&self.name, sql)
    }

    /// The same; what PostgreSQL says where it does not do it.
    ///
    /// # Errors
    /// Its words.
    pub fn try_sql(&self, sql: &str) -> Result<String, String> {
        self.cluster.try_sql(&self.name, sql)
    }

    /// A copy of it as `pg_dump` makes one.
    pub fn dump(&self) -> Vec<u8> {
        let mut pg_dump = self.cluster.client("pg_dump");
        done(pg_dump.args(["--no-owner", "--no-privileges", "-d", &self.name])).stdout
    }

    /// Another database with what a dump holds.
    #[track_caller]
    pub fn restored(&self, dump: &[u8]) -> Database {
        let copy = self.cluster.database();
        copy.restore(dump);
        copy
    }

    /// Runs a dump in it, as its owner.
    #[track_caller]
    pub fn restore(&self, dump: &[u8]) {
        use std::io::Write;
        let mut psql = program("psql");
        psql.arg("-h").arg(&self.cluster.folder);
        psql.args([
            "-U",
            USER,
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &self.name,
        ]);
        let mut psql = psql
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("psql starts");
        let mut pipe = psql.stdin.take().expect("a pipe was asked for");
        pipe.write_all(dump).expect("psql reads");
        drop(pipe);
        assert!(psql.wait().is_ok_and(|status| status.success()), "psql");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A cluster that is ended takes its databases along.
        let mut psql = self.cluster.client("psql");
        let _ = psql
            .args(["-X", "-q", "-d", "postgres", "-c", &dropped])
            .output();
    }
}
