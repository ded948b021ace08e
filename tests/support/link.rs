//! A link between a phone and the server that can be cut, lose an answer after the commit, or cut
//! one in the middle. It is a proxy on loopback and knows nothing of what it carries.
//!
//! Only the standard library: the demo compiles this file too.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the link does to the next bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Fine,
    /// Nobody answers.
    Down,
    /// The next answer is thrown away whole, after the server has given it; then all passes.
    LoseOneAnswer,
    /// Of the next answer only so many bytes pass; then all passes.
    CutOneAnswer {
        /// How many bytes pass.
        after: usize,
    },
    /// Of the next question only so many bytes pass; then all passes.
    CutOneQuestion {
        /// How many bytes pass.
        after: usize,
    },
    /// So many bytes more pass upward, then the connection breaks; then all passes.
    CutUpwardAfter {
        /// How many bytes pass.
        bytes: usize,
    },
    /// So many bytes more pass downward, then the connection breaks; then all passes.
    CutDownwardAfter {
        /// How many bytes pass.
        bytes: usize,
    },
    /// The next answer is a captive portal's page with status 200; then all passes.
    OnePortalPage,
    /// The next question is answered with what was said to [`Link::answers_once`]; then all passes.
    OneOtherAnswer,
}

/// What a sign-in page of a town's Wi-Fi answers to everything.
const PORTAL: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 46\r\nConnection: close\r\n\r\n<html><title>Wi-Fi: please sign in</title>\r\n\r\n";

/// A running link.
pub struct Link {
    here: SocketAddr,
    state: Arc<State>,
}

struct State {
    there: Mutex<SocketAddr>,
    weather: Mutex<Weather>,
    /// What is answered in the server's place.
    other: Mutex<Vec<u8>>,
    up: AtomicU64,
    down: AtomicU64,
}

impl Link {
    /// Starts a link to a server.
    pub fn to(there: SocketAddr) -> std::io::Result<Link> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let here = listener.local_addr()?;
        let state = Arc::new(State {
            there: Mutex::new(there),
            weather: Mutex::new(Weather::Fine),
            other: Mutex::default(),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || state.carry(phone));
            }
        });
        Ok(Link { here, state })
    }

    /// Where a phone reaches the server through this link.
    pub fn url(&self) -> String {
        format!("http://{}", self.here)
    }

    /// Leads to another address from now on: the server was started again.
    pub fn lead_to(&self, there: SocketAddr) {
        *self.state.there.lock().unwrap_or_else(|e| e.into_inner()) = there;
    }

    /// Changes what the link does from now on.
    pub fn set(&self, weather: Weather) {
        *self.state.weather.lock().unwrap_or_else(|e| e.into_inner()) = weather;
    }

    /// The next question is answered with these bytes, whatever the server says.
    pub fn answers_once(&self, answer: Vec<u8>) {
        *self.state.other.lock().unwrap_or_else(|e| e.into_inner()) = answer;
        self.set(Weather::OneOtherAnswer);
    }

    /// What the link would do next: a trouble that has happened once is [`Weather::Fine`] again.
    pub fn weather(&self) -> Weather {
        *self.state.weather.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Bytes carried so far, up and down.
    pub fn bytes(&self) -> (u64, u64) {
        (
            self.state.up.load(Ordering::Relaxed),
            self.state.down.load(Ordering::Relaxed),
        )
    }
}

impl State {
    fn carry(self: Arc<Self>, phone: TcpStream) {
        let weather = *self.weather.lock().unwrap_or_else(|e| e.into_inner());
        if weather == Weather::Down {
            let _ = phone.shutdown(Shutdown::Both);
            return;
        }
        let Ok(server) = TcpStream::connect(*self.there.lock().unwrap_or_else(|e| e.into_inner()))
        else {
            return;
        };
        let (Ok(phone_in), Ok(server_out)) = (phone.try_clone(), server.try_clone()) else {
            return;
        };
        let up = Arc::clone(&self);
        let upward = thread::spawn(move || up.upward(phone_in, server_out));
        self.downward(server, phone);
        let _ = upward.join();
    }

    fn upward(&self, mut phone: TcpStream, mut server: TcpStream) {
        let mut buffer = [0u8; 16 << 10];
        let mut left = self.cut_question();
        while let Ok(n) = phone.read(&mut buffer) {
            let pass = self.passes_upward(n).min(left.unwrap_or(n));
            if n == 0 || server.write_all(&buffer[..pass]).is_err() {
                break;
            }
            self.up.fetch_add(pass as u64, Ordering::Relaxed);
            left = left.map(|left| left - pass);
            if left == Some(0) || pass < n {
                let _ = (
                    server.shutdown(Shutdown::Both),
                    phone.shutdown(Shutdown::Both),
                );
                return;
            }
        }
        let _ = server.shutdown(Shutdown::Write);
    }

    fn downward(&self, mut server: TcpStream, mut phone: TcpStream) {
        let mut buffer = [0u8; 16 << 10];
        while let Ok(n) = server.read(&mut buffer) {
            if n == 0 {
                break;
            }
            // An answer without content (a phone at rest was told to ask in full) is no answer that
            // weather is about.
            let weather = match buffer.starts_with(b"HTTP/1.1 204 ") {
                true => Weather::Fine,
                false => self.trouble(n),
            };
            let other = match weather {
                Weather::OneOtherAnswer => {
                    std::mem::take(&mut *self.other.lock().unwrap_or_else(|e| e.into_inner()))
                }
                _ => Vec::new(),
            };
            let (pass, stop): (&[u8], bool) = match weather {
                Weather::OneOtherAnswer => (&other, true),
                Weather::Fine | Weather::CutOneQuestion { .. } | Weather::CutUpwardAfter { .. } => {
                    (&buffer[..n], false)
                }
                Weather::CutDownwardAfter { bytes } => (&buffer[..n.min(bytes)], bytes < n),
                Weather::CutOneAnswer { after } => (&buffer[..n.min(after)], true),
                Weather::OnePortalPage => (PORTAL, true),
                Weather::Down | Weather::LoseOneAnswer => (&[], true),
            };
            self.down.fetch_add(pass.len() as u64, Ordering::Relaxed);
            if phone.write_all(pass).is_err() || stop {
                break;
            }
        }
        let _ = phone.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    }

    /// How many bytes of the question that begins now pass, if it is to be cut; that is over then.
    fn cut_question(&self) -> Option<usize> {
        let mut weather = self.weather.lock().unwrap_or_else(|e| e.into_inner());
        let Weather::CutOneQuestion { after } = *weather else {
            return None;
        };
        *weather = Weather::Fine;
        Some(after)
    }

    /// How many of the bytes that come upward pass before the connection breaks.
    fn passes_upward(&self, coming: usize) -> usize {
        let mut weather = self.weather.lock().unwrap_or_else(|e| e.into_inner());
        let Weather::CutUpwardAfter { bytes } = *weather else {
            return coming;
        };
        *weather = match bytes.checked_sub(coming) {
            Some(bytes) => Weather::CutUpwardAfter { bytes },
            None => Weather::Fine,
        };
        bytes.min(coming)
    }

    /// The trouble for the answer that has begun to come; one that happens once is over then.
    fn trouble(&self, coming: usize) -> Weather {
        let mut weather = self.weather.lock().unwrap_or_else(|e| e.into_inner());
        match *weather {
            Weather::Fine
            | Weather::Down
            | Weather::CutOneQuestion { .. }
            | Weather::CutUpwardAfter { .. } => *weather,
            Weather::CutDownwardAfter { bytes } => {
                let told = *weather;
                *weather = match bytes.checked_sub(coming) {
                    Some(bytes) => Weather::CutDownwardAfter { bytes },
                    None => Weather::Fine,
                };
                told
            }
            once => {
                *weather = Weather::Fine;
                once
            }
        }
    }
}
