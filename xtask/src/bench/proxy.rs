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

#[derive(Default)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    turns: AtomicU64,
    server_spoke: AtomicBool,
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
            up.up.fetch_add(bytes, Ordering::Relaxed);
            if up.server_spoke.swap(false, Ordering::Relaxed) {
                up.turns.fetch_add(1, Ordering::Relaxed);
            }
        });
    });
    pass(server_too, phone_too, |bytes| {
        counters.down.fetch_add(bytes, Ordering::Relaxed);
        counters.server_spoke.store(true, Ordering::Relaxed);
    });
    let _ = upward.join();
}

/// Passes bytes on until one side closes, telling `count` before they leave.
fn pass(mut from: TcpStream, mut to: TcpStream, count: impl Fn(u64)) {
    let mut buffer = vec![0u8; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        count(read as u64);
        if to.write_all(&buffer[..read]).is_err() {
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
