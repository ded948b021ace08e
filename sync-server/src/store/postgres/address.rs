//! Where the county's PostgreSQL is: the file `server.postgres` beside the key.
//!
//! Parameters of libpq, one on a line or several: `host`, `port`, `dbname`, `user`, `password`,
//! `sslrootcert`, …; a line that begins with `#` is a note. The password stands here and nowhere else: not on a
//! command line, which every user of the machine can read.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Longer than this nobody waits for a machine to answer.
const CONNECT: Duration = Duration::from_secs(5);
/// A machine that says nothing to what we sent is gone.
const SILENCE: Duration = Duration::from_secs(20);

/// Why an address is none that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// No parameters of libpq, or one that is not known.
    #[error(
        "server.postgres 读不懂:每行写一个参数,如 host=/run/postgresql / server.postgres cannot be read: write one parameter on a line, as host=/run/postgresql, dbname=tanfang, user=tanfang"
    )]
    Unreadable,
    /// No host, database or user is named.
    #[error(
        "server.postgres 须写明 host、dbname、user / server.postgres must name host, dbname and user"
    )]
    Incomplete,
    /// Another machine, and no TLS.
    #[error(
        "PostgreSQL 在另一台机器上,只能经 TLS 连接:写 sslmode=require 和 sslrootcert=证书文件,或在本机用 host=/run/postgresql / PostgreSQL on another machine is spoken to by TLS alone: write sslmode=require and sslrootcert=FILE, or use the socket of this machine, host=/run/postgresql"
    )]
    PlainToAnother,
    /// TLS, and no certificate by which the machine is known.
    #[error(
        "sslrootcert 缺失或读不出:写上签发数据库证书的 CA 证书(PEM)文件 / sslrootcert is missing or cannot be read: name the PEM file of the authority that signed the database's certificate"
    )]
    NoRoot,
    /// Others may read the file, which may hold a password.
    #[error(
        "写有 PostgreSQL 地址的文件只许主人读:chmod 600 / the file with PostgreSQL's address may be read by its owner alone: chmod 600"
    )]
    OthersRead,
    /// No such file.
    #[error(
        "没有这个文件:写一个,内容如 host=/run/postgresql dbname=tanfang user=tanfang,权限 0600;密码也写在里面,不写在命令行上 / there is no such file: write one, as host=/run/postgresql dbname=tanfang user=tanfang, mode 0600; a password stands in it too, never on a command line"
    )]
    NoFile,
}

/// Where the database is and how it is reached.
#[derive(Clone)]
pub struct Address {
    pub(super) config: Config,
    pub(super) root: Option<PathBuf>,
    text: String,
}

impl Address {
    /// As the file holds it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// For a report: the host and the database, no more.
    pub fn named(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.display().to_string(),
            None => String::new(),
        };
        format!("{host}/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl FromStr for Address {
    type Err = AddressProblem;

    fn from_str(text: &str) -> Result<Self, AddressProblem> {
        let mut root = None;
        let mut rest = String::new();
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
        {
            match line.trim().split_once('=') {
                Some((name, path)) if name.trim() == "sslrootcert" => {
                    root = Some(PathBuf::from(path.trim().trim_matches('\'')));
                }
                _ => rest.extend([line, "\n"]),
            }
        }
        let mut config = Config::from_str(rest.trim()).map_err(|_| AddressProblem::Unreadable)?;
        let named = [config.get_dbname(), config.get_user()];
        if config.get_hosts().is_empty() || named.contains(&None) {
            return Err(AddressProblem::Incomplete);
        }
        let over_network = config.get_hosts().iter().any(is_network);
        let elsewhere = config.get_hosts().iter().any(is_elsewhere)
            || config
                .get_hostaddrs()
                .iter()
                .any(|address| !address.is_loopback());
        match (elsewhere, config.get_ssl_mode()) {
            (true, SslMode::Disable) => return Err(AddressProblem::PlainToAnother),
            (true, SslMode::Prefer) if !rest.contains("sslmode") && root.is_some() => {
                config.ssl_mode(SslMode::Require);
            }
            (true, SslMode::Prefer) => return Err(AddressProblem::PlainToAnother),
            (false, SslMode::Prefer) => {
                config.ssl_mode(SslMode::Disable);
            }
            _ => {}
        }
        if config.get_ssl_mode() == SslMode::Require && root.is_none() {
            return Err(AddressProblem::NoRoot);
        }
        config.application_name("tanfang").connect_timeout(CONNECT);
        if over_network {
            config.tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        }
        Ok(Self {
            config,
            root,
            text: text.to_owned(),
        })
    }
}

fn is_network(host: &Host) -> bool {
    matches!(host, Host::Tcp(_))
}

/// A host that is not this machine; a name counts as another, whatever it resolves to, but for `localhost`.
fn is_elsewhere(host: &Host) -> bool {
    match host {
        Host::Unix(_) => false,
        Host::Tcp(name) => match name.parse::<IpAddr>() {
            Ok(address) => !address.is_loopback(),
            Err(_) => name != "localhost",
        },
    }
}

/// Reads the file; none where there is none.
///
/// # Errors
/// An address that may not be used, a file that others may read.
pub fn read(path: &Path) -> Result<Option<Address>, AddressProblem> {
    use std::os::unix::fs::PermissionsExt;
    let file = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(AddressProblem::Unreadable),
        Ok(file) => file,
    };
    if file.permissions().mode() & 0o077 != 0 {
        return Err(AddressProblem::OthersRead);
    }
    let text = std::fs::read_to_string(path).map_err(|_| AddressProblem::Unreadable)?;
    text.parse().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Address, AddressProblem> {
        text.parse()
    }

    #[test]
    fn another_machine_is_spoken_to_by_tls_with_a_known_authority_or_not_at_all() {
        let plain = Some(AddressProblem::PlainToAnother);
        for elsewhere in ["db.530999.example", "192.0.2.7", "2001:db8::7"] {
            let at = |more: &str| read(&format!("host={elsewhere}\ndbname=a\nuser=b\n{more}"));
            assert_eq!(at("").err(), plain);
            assert_eq!(at("sslmode=disable").err(), plain);
            assert_eq!(at("sslmode=prefer\nsslrootcert=ca.pem").err(), plain);
            assert_eq!(at("sslmode=require").err(), Some(AddressProblem::NoRoot));
            for more in ["sslrootcert=ca.pem", "sslmode=require\nsslrootcert=ca.pem"] {
                let address = at(more).unwrap();
                assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
            }
        }
        let hidden = read("host=localhost hostaddr=192.0.2.7 dbname=a user=b");
        assert_eq!(hidden.err(), plain);
    }

    #[test]
    fn this_machine_is_reached_by_its_socket() {
        let text =
            "# 县里的库\nhost=/run/postgresql\ndbname=tanfang user=tanfang\npassword='a b'\n";
        let address = read(text).unwrap();
        assert_eq!(address.named(), "/run/postgresql/tanfang");
        assert_eq!(address.config.get_ssl_mode(), SslMode::Disable);
        assert_eq!(address.config.get_password(), Some(b"a b".as_slice()));
        assert!(read("host=127.0.0.1 dbname=a user=b").is_ok());
    }

    #[test]
    fn what_lacks_something_is_told_apart_from_what_cannot_be_read() {
        let told = |text| read(text).err();
        for lacking in [
            "",
            "host=/run/postgresql",
            "dbname=a user=b",
            "host=/a dbname=b",
        ] {
            assert_eq!(told(lacking), Some(AddressProblem::Incomplete), "{lacking}");
        }
        for wrong in [
            "nonsense",
            "host=/a dbname=b user=c colour=red",
            "password='",
        ] {
            assert_eq!(told(wrong), Some(AddressProblem::Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_others_may_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.postgres");
        assert!(super::super::address::read(&path).unwrap().is_none());
        std::fs::write(&path, "host=/run/postgresql dbname=a user=b").unwrap();
        for (mode, used) in [(0o600, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let told = super::super::address::read(&path);
            assert_eq!(told.is_ok(), used, "{mode:o}");
        }
    }
}
