//! A proxy that counts what crosses it.

use anyhow::Context;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What crossed since the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossed {
    /// Bytes from the phone to the server, HTTP headers included.
    pub up: u64,
    /// Bytes from the server to the phone.
    pub down: u64,
    /// How often the phone began to speak after the server had spoken.
    pub turns: u64,
}

/// More bytes than any run carries.
const NEVER: u64 = u64::MAX / 2;

#[derive(Default)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    turns: AtomicU64,
    server_spoke: AtomicBool,
    /// How many bytes may still go up before the link is cut.
    left: AtomicU64,
}

/// A proxy before a server on this machine. It ends with the process.
pub struct Proxy {
    /// Where a phone finds it.
    pub address: SocketAddr,
    counters: Arc<Counters>,
}

impl Proxy {
    /// Opens a port and passes every connection on to `server`.
    pub fn before(server: SocketAddr) -> anyhow::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the proxy")?;
        let address = listener.local_addr()?;
        let counters = Arc::new(Counters::default());
        counters.server_spoke.store(true, Ordering::Relaxed);
        counters.left.store(NEVER, Ordering::Relaxed);
        let shared = Arc::clone(&counters);
        std::thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let counters = Arc::clone(&shared);
                std::thread::spawn(move || {
                    if let Ok(server) = TcpStream::connect(server) {
                        carry(phone, server, &counters);
                    }
                });
            }
        });
        Ok(Proxy { address, counters })
    }

    /// Cuts the link for good once so many more bytes have gone up; what was half said is lost.
    pub fn cut_after(&self, bytes: u64) {
        self.counters.left.store(bytes, Ordering::Relaxed);
    }

    /// The link is whole again.
    pub fn mend(&self) {
        self.cut_after(NEVER);
    }

    /// What crossed since the last call, and begins to count anew.
    pub fn take(&self) -> Crossed {
        self.counters.server_spoke.store(true, Ordering::Relaxed);
        Crossed {
            up: self.counters.up.swap(0, Ordering::Relaxed),
            down: self.counters.down.swap(0, Ordering::Relaxed),
            turns: self.counters.turns.swap(0, Ordering::Relaxed),
        }
    }
}

fn carry(phone: TcpStream, server: TcpStream, counters: &Arc<Counters>) {
    let (Ok(phone_too), Ok(server_too)) = (phone.try_clone(), server.try_clone()) else {
        return;
    };
    let _ = (phone.set_nodelay(true), server.set_nodelay(true));
    let up = Arc::clone(counters);
    let upward = std::thread::spawn(move || {
        pass(phone, server, |bytes| {
            let may = bytes.min(up.left.load(Ordering::Relaxed));
            up.left.fetch_sub(may, Ordering::Relaxed);
            up.up.fetch_add(may, Ordering::Relaxed);
            if may > 0 && up.server_spoke.swap(false, Ordering::Relaxed) {
                up.turns.fetch_add(1, Ordering::Relaxed);
            }
            may
        });
    });
    pass(server_too, phone_too, |bytes| {
        counters.down.fetch_add(bytes, Ordering::Relaxed);
        counters.server_spoke.store(true, Ordering::Relaxed);
        bytes
    });
    let _ = upward.join();
}

/// Passes bytes on until one side closes or `may` lets fewer pass than there are; it is told before
/// they leave.
fn pass(mut from: TcpStream, mut to: TcpStream, may: impl Fn(u64) -> u64) {
    let mut buffer = vec![0u8; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let passed = may(read as u64) as usize;
        if to.write_all(&buffer[..passed]).is_err() {
            break;
        }
        if passed < read {
            let _ = to.shutdown(Shutdown::Both);
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_counts_each_direction_and_each_turn() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy::before(server.local_addr().unwrap()).unwrap();
        let mut phone = TcpStream::connect(proxy.address).unwrap();
        let (mut far_end, _) = server.accept().unwrap();
        let mut heard = [0u8; 5];
        for _ in 0..2 {
            phone.write_all(b"visit").unwrap();
            far_end.read_exact(&mut heard).unwrap();
            far_end.write_all(b"ok!").unwrap();
            phone.read_exact(&mut heard[..3]).unwrap();
        }
        assert_eq!(
            proxy.take(),
            Crossed {
                up: 10,
                down: 6,
                turns: 2
            }
        );
        assert_eq!(
            proxy.take(),
            Crossed {
                up: 0,
                down: 0,
                turns: 0
            }
        );
    }
}
