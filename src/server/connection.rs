//! A server that is reached by HTTP.

use std::time::Duration;

use crate::http::{Client, ClientError, ClientOptions, Message, Method, SendError};
use crate::secrets::{Masker, Secret};

use super::call::{Answer, Call, Transport, Verb};

/// The most bytes of an answer: the largest workflow that MISP takes, several times.
const ANSWER_LIMIT: u64 = 1 << 30;

/// How to reach a server. The address and the key come from one place that its user controls; see
/// [`AddressBook`](super::AddressBook).
#[derive(Clone, Debug)]
pub struct Connection {
    /// The name by which messages speak of the server.
    pub name: String,
    /// The address of MISP, without a slash at its end.
    pub url: String,
    /// The authentication key.
    pub key: Secret,
    /// How long a request may take.
    pub timeout: Duration,
    /// Certificates to trust instead of the usual ones, as PEM.
    pub certificates: Option<Vec<u8>>,
    /// The certificate of this side with its private key, as PEM.
    pub client_certificate: Option<Vec<u8>>,
    /// Whether the certificate of the server is checked.
    pub verify_tls: bool,
}

impl Connection {
    /// Makes ready to send. Nothing is sent yet.
    ///
    /// # Errors
    /// A certificate cannot be used.
    pub fn open(&self) -> Result<Http, ClientError> {
        let client = Client::new(&ClientOptions {
            timeout: self.timeout,
            // Whoever uses the server wrote its address down.
            allow_private_addresses: true,
            certificates: self.certificates.clone(),
            client_certificate: self.client_certificate.clone(),
            proxy_of_environment: true,
            fresh_connections: true,
            answer_limit: ANSWER_LIMIT,
        })?;
        Ok(Http { client, url: self.url.clone(), key: self.key.clone(), verify_tls: self.verify_tls })
    }
}

/// Sends requests by HTTP.
#[derive(Debug)]
pub struct Http {
    client: Client,
    url: String,
    key: Secret,
    verify_tls: bool,
}

impl Transport for Http {
    fn send(&self, call: &Call) -> Result<Answer, SendError> {
        let mut headers = vec![
            ("Authorization".to_owned(), self.key.expose().to_owned()),
            ("Accept".to_owned(), "application/json".to_owned()),
            ("User-Agent".to_owned(), concat!("mispflow/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        if call.body.is_some() {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        let response = self.client.send(&Message {
            method: match call.verb {
                Verb::Get => Method::GET,
                Verb::Post => Method::POST,
            },
            url: &format!("{}{}", self.url, call.path),
            headers: &headers,
            body: call.body.as_deref(),
            allow_self_signed: !self.verify_tls,
            timeout: None,
            // What comes is compared and kept as it is; what is shown of it is masked where it is shown.
            masker: &Masker::default(),
        })?;
        Ok(Answer {
            status: response.status,
            content_type: response.header("Content-Type").unwrap_or_default().to_owned(),
            location: response.header("Location").map(str::to_owned),
            result_count: response.header("X-Result-Count").and_then(|count| count.parse().ok()),
            is_cut: response.is_cut,
            body: response.body,
        })
    }
}
