//! The link over HTTP.

use std::io::Read;
use std::time::Duration;

use super::Cancel;
use super::attachments::{self, AttachmentAnswer, AttachmentCall};
use super::transport::{Answer, Call, LinkError, Transport};
use crate::wire::{CONTENT_TYPE, REPLY_LIMIT_BYTES};

/// How long a connection may take to come about.
const CONNECT_SECS: u64 = 10;
/// How long one exchange may take, on the slowest link of a village: 256 KB at 20 kbit/s.
const EXCHANGE_SECS: u64 = 120;

/// HTTP to one server. It follows no redirect: a sign-in page's would carry the token away.
pub struct Http {
    pub(super) base: String,
    pub(super) client: reqwest::blocking::Client,
    cancel: Cancel,
}

/// An address that no link can be made to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a server's address: it begins with https:// (or http:// on a test machine)")]
pub struct NotAnAddress;

impl Http {
    /// A link to the server at this address.
    pub fn new(server: &str) -> Result<Self, NotAnAddress> {
        let base = server.trim().trim_end_matches('/');
        let url = reqwest::Url::parse(base).map_err(|_| NotAnAddress)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(NotAnAddress);
        }
        // A second call finds it installed already; either is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::blocking::Client::builder()
            .connect_timeout(Duration::from_secs(CONNECT_SECS))
            .timeout(Duration::from_secs(EXCHANGE_SECS))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|_| NotAnAddress)?;
        Ok(Self {
            base: base.to_owned(),
            client,
            cancel: Cancel::new(),
        })
    }

    /// The same link, which breaks off its transfers when this switch is turned: at the next bytes
    /// that pass, and at the latest when the exchange's time is over.
    pub fn stopped_by(self, cancel: Cancel) -> Self {
        Self { cancel, ..self }
    }

    pub(super) fn failed(&self, otherwise: LinkError) -> LinkError {
        if self.cancel.is_cancelled() {
            LinkError::Stopped
        } else {
            otherwise
        }
    }
}

/// What is read until somebody stops it.
struct Stoppable<R> {
    from: R,
    cancel: Cancel,
}

/// So many bytes pass before it is asked again whether somebody stopped.
const STEP_BYTES: usize = 16 << 10;

impl<R: Read> Read for Stoppable<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(std::io::ErrorKind::ConnectionAborted.into());
        }
        let step = into.len().min(STEP_BYTES);
        self.from.read(&mut into[..step])
    }
}

impl Transport for Http {
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError> {
        let url = format!("{}{}", self.base, call.path);
        let mut request = match &call.body {
            Some(body) => self
                .client
                .post(url)
                .header("content-type", CONTENT_TYPE)
                .body(self.body(body)),
            None => self.client.get(url),
        };
        if let Some(token) = &call.token {
            request = request.bearer_auth(token);
        }
        let sent = request.send();
        let response = sent.map_err(|_| self.failed(LinkError::Unreachable))?;
        let status = response.status().as_u16();
        let named = |name: &str| response.headers().get(name)?.to_str().ok();
        let content_type = named("content-type").map(str::to_owned);
        let retry_after_secs = named("retry-after").and_then(|secs| secs.trim().parse().ok());
        let mut body = Vec::new();
        let mut from = Stoppable {
            from: response.take(REPLY_LIMIT_BYTES + 1),
            cancel: self.cancel.clone(),
        };
        match from.read_to_end(&mut body) {
            Ok(_) if body.len() as u64 > REPLY_LIMIT_BYTES => Err(LinkError::TooLong),
            Ok(_) => Ok(Answer {
                status,
                content_type,
                body,
                retry_after_secs,
            }),
            Err(_) => Err(self.failed(LinkError::Cut)),
        }
    }

    fn attachment(
        &self,
        token: &str,
        call: &AttachmentCall,
    ) -> Result<AttachmentAnswer, LinkError> {
        attachments::exchange(self, token, call)
    }
}

impl Http {
    pub(super) fn body(&self, bytes: &[u8]) -> reqwest::blocking::Body {
        let length = bytes.len() as u64;
        let from = Stoppable {
            from: std::io::Cursor::new(bytes.to_vec()),
            cancel: self.cancel.clone(),
        };
        reqwest::blocking::Body::sized(from, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    /// Gives as much as is asked for, and turns the switch with one of its reads.
    struct Endless {
        switch: Cancel,
        turned_at: usize,
        asked: Vec<usize>,
    }

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.asked.push(into.len());
            if self.asked.len() == self.turned_at {
                self.switch.cancel();
            }
            into.fill(7);
            Ok(into.len())
        }
    }

    #[test]
    fn a_transfer_that_is_stopped_takes_no_step_more_and_none_is_longer_than_16_kib() {
        let switch = Cancel::new();
        let mut from = Stoppable {
            from: Endless {
                switch: switch.clone(),
                turned_at: 3,
                asked: Vec::new(),
            },
            cancel: switch,
        };
        let mut into = vec![0; 1 << 20];
        let stopped = from.read_exact(&mut into).unwrap_err();
        assert_eq!(stopped.kind(), ErrorKind::ConnectionAborted);
        assert_eq!(from.from.asked, [STEP_BYTES; 3]);
        assert!(from.read(&mut into).is_err(), "it is stopped for good");
        assert_eq!(from.from.asked.len(), 3);
        assert!(into[..3 * STEP_BYTES].iter().all(|byte| *byte == 7));
    }

    #[test]
    fn a_transfer_that_nobody_stops_gives_every_byte() {
        let sent: Vec<u8> = (0..100_000_u32).map(|at| at as u8).collect();
        let mut from = Stoppable {
            from: sent.as_slice(),
            cancel: Cancel::new(),
        };
        let mut came = Vec::new();
        from.read_to_end(&mut came).unwrap();
        assert_eq!(came, sent);
    }

    #[test]
    fn what_fails_because_it_was_stopped_says_so_and_nothing_else_does() {
        let switch = Cancel::new();
        let link = Http::new("http://127.0.0.1:1").unwrap();
        let link = link.stopped_by(switch.clone());
        for failed in [LinkError::Unreachable, LinkError::Cut, LinkError::TooLong] {
            assert_eq!(link.failed(failed), failed);
        }
        switch.cancel();
        assert_eq!(link.failed(LinkError::Cut), LinkError::Stopped);
    }
}
