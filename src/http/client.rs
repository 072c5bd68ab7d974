//! HTTP requests.

use std::borrow::Cow;
use std::io::Read;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use ureq::config::{AutoHeaderValue, Config};
use ureq::http::Uri;
use ureq::tls::{ClientCert, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, NextTimeout, RustlsConnector, TcpConnector};
use ureq::{Agent, AsSendBody, Body, Proxy, Timeout, http};

use crate::secrets::{Masker, percent_decoded, user_info};

use super::address::is_public;
use super::tls::GivenCertificates;

/// So many connections are left open for the next requests.
const IDLE_CONNECTIONS: usize = 10;

/// How requests are sent.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How long one may take, from looking up the name to the last byte of the answer.
    pub timeout: Duration,
    /// Whether they may go to addresses that are not public.
    pub allow_private_addresses: bool,
    /// Certificates that are trusted instead of the usual ones, as PEM.
    pub certificates: Option<Vec<u8>>,
    /// The certificate by which this side says who it is, with its private key, as PEM.
    pub client_certificate: Option<Vec<u8>>,
    /// Whether the proxy is used that the environment names in `HTTPS_PROXY` and the like.
    pub proxy_of_environment: bool,
    /// Whether each request has a connection of its own. One that was left open may have died meanwhile, and then nobody
    /// knows whether the server has seen the request.
    pub fresh_connections: bool,
    /// The most bytes of an answer that are read.
    pub answer_limit: u64,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            allow_private_addresses: false,
            certificates: None,
            client_certificate: None,
            proxy_of_environment: false,
            fresh_connections: false,
            answer_limit: 1 << 16,
        }
    }
}

/// Why a client cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClientError {
    /// The file with the certificates cannot be read as such.
    #[error("the certificates cannot be read: {0}")]
    Certificates(String),
    /// It holds none.
    #[error("there is no certificate in the file; it has to be PEM, with lines `-----BEGIN CERTIFICATE-----`")]
    NoCertificates,
    /// The client certificate has no private key.
    #[error(
        "there is no private key with the client certificate; it has to be PEM, with lines `-----BEGIN PRIVATE KEY-----`"
    )]
    NoPrivateKey,
}

/// Why there is no answer, in words without address and headers: they may hold credentials.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{words}")]
pub struct SendError {
    /// What went wrong.
    pub words: String,
    /// Whether it is certain that the server has seen nothing of the request.
    pub is_unsent: bool,
}

/// Sends HTTP requests. It follows no redirects, as MISP does not, uses no proxy unless told so, and keeps no cookies. A name
/// is looked up once for a connection, and the connection goes to the very address that was checked.
#[derive(Debug)]
pub struct Client {
    strict: Agent,
    /// For requests that ask for no check of certificates.
    lenient: Agent,
    answer_limit: u64,
}

/// A request.
pub(crate) struct Message<'m> {
    pub(crate) method: http::Method,
    pub(crate) url: &'m str,
    pub(crate) headers: &'m [(String, String)],
    pub(crate) body: Option<&'m str>,
    /// Whether the certificate of the server is not checked.
    pub(crate) allow_self_signed: bool,
    /// Another time limit than that of the client.
    pub(crate) timeout: Option<Duration>,
    /// Hides what must not be in the answer.
    pub(crate) masker: &'m Masker,
}

/// An answer.
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: http::HeaderMap,
    /// The body without secrets, as far as the limit lets it be read.
    pub(crate) body: String,
    /// Whether it goes on.
    pub(crate) is_cut: bool,
}

impl Response {
    /// The first header of this name, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Client {
    /// A client.
    ///
    /// # Errors
    /// If the certificates are none.
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        let given = options.certificates.as_deref().map(read_certificates).transpose()?;
        let own = options.client_certificate.as_deref().map(OwnCertificate::read).transpose()?;
        let agent = |disable_verification: bool| {
            let tls = TlsConfig::builder()
                .disable_verification(disable_verification)
                .root_certs(RootCerts::WebPki)
                .client_cert(own.as_ref().map(OwnCertificate::for_usual))
                .build();
            let proxy = if options.proxy_of_environment { Proxy::try_from_env() } else { None };
            let idle = if options.fresh_connections { 0 } else { IDLE_CONNECTIONS };
            let config = Config::builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .proxy(proxy)
                .max_idle_connections(idle)
                .user_agent(AutoHeaderValue::None)
                .accept(AutoHeaderValue::None)
                .accept_encoding(AutoHeaderValue::None)
                .timeout_global(Some(options.timeout))
                .tls_config(tls)
                .build();
            let resolver = CheckedResolver { allow_private: options.allow_private_addresses, ..Default::default() };
            let given = given.as_deref().filter(|_| !disable_verification);
            let secure = GivenCertificates::new(given, own.as_ref().map(OwnCertificate::for_given))
                .map_err(|error| ClientError::Certificates(error.to_string()))?;
            // The first one does nothing without a proxy. What the given certificates do not secure, the usual ones do.
            let connector =
                ().chain(ConnectProxyConnector::default())
                    .chain(TcpConnector::default())
                    .chain(secure)
                    .chain(RustlsConnector::default());
            Ok(Agent::with_parts(config, connector, resolver))
        };
        Ok(Self { strict: agent(false)?, lenient: agent(true)?, answer_limit: options.answer_limit })
    }

    /// Sends a request.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) fn send(&self, message: &Message<'_>) -> Result<Response, SendError> {
        let agent = if message.allow_self_signed { &self.lenient } else { &self.strict };
        let (url, authorization) = without_user_info(message.url);
        let mut request = http::Request::builder().method(message.method.clone()).uri(&*url);
        for (name, value) in message.headers {
            // Bytes, for a header may hold more than ASCII.
            request = request.header(name, value.as_bytes());
        }
        if let Some(authorization) = authorization
            && !message.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        {
            request = request.header("Authorization", authorization);
        }
        let timeout = message.timeout.or(agent.config().timeouts().global);
        let response = if message.body.is_none() && message.method == http::Method::GET {
            run(agent, request.body(()), timeout)
        } else {
            run(agent, request.body(message.body.unwrap_or_default()), timeout)
        };
        let response = response.map_err(|error| failed(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut bytes = Vec::new();
        // A secret that begins before the limit is read to its end, to be found.
        let most = self.answer_limit + message.masker.reach() as u64 + 1;
        let mut reader = response.into_body().into_reader().take(most);
        reader.read_to_end(&mut bytes).map_err(|error| failed(&ureq::Error::from(error)))?;
        let limit = usize::try_from(self.answer_limit).unwrap_or(usize::MAX);
        let body = message.masker.mask_bytes(&bytes, limit);
        Ok(Response { status, headers, body: String::from_utf8_lossy(&body).into_owned(), is_cut: bytes.len() > limit })
    }
}

/// The address without a user name and a password, and the header that says them instead.
fn without_user_info(url: &str) -> (Cow<'_, str>, Option<String>) {
    let place = user_info(url.as_bytes()).into_iter().next();
    let Some(place) =
        place.filter(|place| !url[..place.end].contains(['?', '#']) && url[place.clone()].find('/').is_none())
    else {
        return (Cow::Borrowed(url), None);
    };
    let (user, password) = url[place.clone()].split_once(':').unwrap_or((&url[place.clone()], ""));
    let plain = |text: &str| percent_decoded(text).unwrap_or_else(|| text.to_owned());
    let pair = format!("{}:{}", plain(user), plain(password));
    let address = format!("{}{}", &url[..place.start], &url[place.end + 1..]);
    (Cow::Owned(address), Some(format!("Basic {}", BASE64_STANDARD.encode(pair))))
}

fn run<B: AsSendBody>(
    agent: &Agent,
    request: http::Result<http::Request<B>>,
    timeout: Option<Duration>,
) -> Result<http::Response<Body>, ureq::Error> {
    agent.run(agent.configure_request(request?).timeout_global(timeout).build())
}

fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate.der().to_vec().into()),
            Ok(_) => {}
            Err(error) => return Err(ClientError::Certificates(error.to_string())),
        }
    }
    if certificates.is_empty() { Err(ClientError::NoCertificates) } else { Ok(certificates) }
}

/// A certificate of this side, with its private key.
struct OwnCertificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    usual: ClientCert,
}

impl OwnCertificate {
    fn read(pem: &[u8]) -> Result<Self, ClientError> {
        let (mut chain, mut key) = (Vec::new(), None);
        for item in parse_pem(pem) {
            match item {
                Ok(PemItem::Certificate(certificate)) => chain.push(certificate),
                Ok(PemItem::PrivateKey(private)) => key = Some(private),
                Ok(_) => {}
                Err(error) => return Err(ClientError::Certificates(error.to_string())),
            }
        }
        if chain.is_empty() {
            return Err(ClientError::NoCertificates);
        }
        let key = key.ok_or(ClientError::NoPrivateKey)?;
        let plain =
            PrivateKeyDer::try_from(key.der().to_vec()).map_err(|error| ClientError::Certificates(error.to_owned()))?;
        let ders = chain.iter().map(|certificate| certificate.der().to_vec().into()).collect();
        Ok(Self { chain: ders, key: plain, usual: ClientCert::new_with_certs(&chain, key) })
    }

    fn for_usual(&self) -> ClientCert {
        self.usual.clone()
    }

    fn for_given(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        (self.chain.clone(), self.key.clone_key())
    }
}

fn failed(error: &ureq::Error) -> SendError {
    use std::io::ErrorKind;
    let is_unsent = match error {
        ureq::Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::ConnectionRefused
                | ErrorKind::NetworkUnreachable
                | ErrorKind::HostUnreachable
                | ErrorKind::AddrNotAvailable
                | ErrorKind::PermissionDenied
        ),
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect)
        | ureq::Error::HostNotFound
        | ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::ConnectionFailed
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::ConnectProxyFailed(_) => true,
        _ => false,
    };
    SendError { words: words(error), is_unsent }
}

/// What went wrong, in words.
fn words(error: &ureq::Error) -> String {
    match error {
        // What is wrong with a certificate comes out of the connection like this.
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            format!("the connection is not secure: {error}")
        }
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::HostNotFound => "the name of the server is not known".to_owned(),
        ureq::Error::Timeout(_) => "there was no answer in time".to_owned(),
        ureq::Error::BadUri(_) => "the address is not one of `http://` or `https://`".to_owned(),
        ureq::Error::Http(_) => "the address or a header has characters that are not allowed there".to_owned(),
        ureq::Error::Rustls(error) => format!("the connection is not secure: {error}"),
        ureq::Error::Protocol(_) => "the answer is not one of HTTP".to_owned(),
        ureq::Error::ConnectProxyFailed(_) => "the proxy does not let the request pass".to_owned(),
        error => error.to_string(),
    }
}

/// Looks names up, and lets no address pass to which nothing may be sent.
#[derive(Debug, Default)]
struct CheckedResolver {
    inner: DefaultResolver,
    allow_private: bool,
}

impl Resolver for CheckedResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.inner.resolve(uri, config, timeout)?;
        match addresses.iter().find(|address| !self.allow_private && !is_public(address.ip())) {
            None => Ok(addresses),
            Some(address) => {
                let message = format!(
                    "the server is at {}, which is not a public address; `--allow-private-addresses` allows it",
                    address.ip()
                );
                Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, message)))
            }
        }
    }
}
