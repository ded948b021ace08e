//! The link over HTTP.

use std::io::Read;
use std::time::Duration;

use super::transport::{Answer, Call, LinkError, Transport};
use crate::wire::{CONTENT_TYPE, REPLY_LIMIT_BYTES};

/// How long a connection may take to come about.
const CONNECT_SECS: u64 = 10;
/// How long one exchange may take, on the slowest link of a village: 256 KB at 20 kbit/s.
const EXCHANGE_SECS: u64 = 120;

/// HTTP to one server. It follows no redirect: a sign-in page's would carry the token away.
pub struct Http {
    base: String,
    client: reqwest::blocking::Client,
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
        })
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
                .body(body.clone()),
            None => self.client.get(url),
        };
        if let Some(token) = &call.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().map_err(|_| LinkError::Unreachable)?;
        let status = response.status().as_u16();
        let content_type = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let mut body = Vec::new();
        match response.take(REPLY_LIMIT_BYTES + 1).read_to_end(&mut body) {
            Ok(_) if body.len() as u64 > REPLY_LIMIT_BYTES => Err(LinkError::TooLong),
            Ok(_) => Ok(Answer {
                status,
                content_type,
                body,
            }),
            Err(_) => Err(LinkError::Cut),
        }
    }
}
