//! A server in a thread of the same process, for tests and stories.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::api;
use crate::server::Server;

/// A server that listens; dropping it stops it as SIGTERM does.
pub struct Serving {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it after what it accepted; returns when its store is closed.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
    }
}

/// Serves on a free port of this machine, in a thread.
///
/// # Errors
/// When no port can be listened on.
pub fn serve_in_thread(server: Server) -> std::io::Result<Serving> {
    let (stop, stopped) = oneshot::channel::<()>();
    let (ready, address) = std::sync::mpsc::channel();
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let thread = std::thread::spawn(move || {
        let told = move |address| {
            let _ = ready.send(address);
        };
        api::serve(server, listen, told, async {
            let _ = stopped.await;
        })
    });
    match address.recv() {
        Ok(address) => Ok(Serving {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }),
        Err(_) => Err(thread.join().ok().and_then(Result::err).unwrap_or_else(|| {
            std::io::Error::other("the server's thread ended before it listened")
        })),
    }
}
