//! Connections to servers whose certificates are in a file.

use std::io::{Read, Write};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
    StreamOwned,
};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;

/// Connects to servers whose certificate is among those that were given, or is signed by one of them. Leaves the
/// connection alone if none were given, for the next connector to secure.
#[derive(Debug)]
pub(super) struct GivenCertificates {
    config: Option<Arc<ClientConfig>>,
}

impl GivenCertificates {
    /// `own` is the certificate of this side with its key.
    ///
    /// # Errors
    /// If none of the certificates can be used.
    pub(super) fn new(
        certificates: Option<&[CertificateDer<'static>]>,
        own: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    ) -> Result<Self, rustls::Error> {
        let Some(certificates) = certificates else { return Ok(Self { config: None }) };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new(certificates.to_vec(), provider.clone())?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match own {
            Some((chain, key)) => config.with_client_auth_cert(chain, key)?,
            None => config.with_no_client_auth(),
        };
        Ok(Self { config: Some(Arc::new(config)) })
    }
}

impl<In: Transport> Connector<In> for GivenCertificates {
    type Out = Either<In, Secured>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        let Some(config) = self.config.as_ref().filter(|_| details.needs_tls() && !transport.is_tls()) else {
            return Ok(Some(Either::A(transport)));
        };
        let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host).map_err(|_| ureq::Error::HostNotFound)?.to_owned();
        let mut connection = ClientConnection::new(config.clone(), name)?;
        let mut socket = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket)?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Secured { buffers, stream: StreamOwned::new(connection, socket) })))
    }
}

/// A connection that nobody else can read.
pub(super) struct Secured {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl std::fmt::Debug for Secured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secured").finish_non_exhaustive()
    }
}

impl Transport for Secured {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        Ok(self.stream.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Takes a server for the one it says it is if its very certificate was given, or one that signed it. The certificate
/// that `openssl req -x509` makes says that it signs others, and as a server's own no library takes it then; and it may
/// have its name in the subject alone.
#[derive(Debug)]
struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    given: Vec<CertificateDer<'static>>,
}

impl Verifier {
    fn new(
        given: Vec<CertificateDer<'static>>,
        provider: Arc<rustls::crypto::CryptoProvider>,
    ) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(given.iter().cloned());
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let usual = usual.map_err(|error| rustls::Error::General(error.to_string()))?;
        Ok(Self { usual, given })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.given.contains(end_entity) {
            return holds(end_entity, server_name, now).map(|()| ServerCertVerified::assertion());
        }
        self.usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Whether a certificate is for this server and for this time.
fn holds(der: &CertificateDer<'_>, server: &ServerName<'_>, now: UnixTime) -> Result<(), rustls::Error> {
    let certificate = Certificate::from_der(der).map_err(|_| CertificateError::BadEncoding)?;
    let certificate = certificate.tbs_certificate();
    let validity = certificate.validity();
    let now = now.as_secs();
    if now < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    let names = certificate.get_extension::<SubjectAltName>().map_err(|_| CertificateError::BadEncoding)?;
    if names.is_some() {
        return verify_server_name(&ParsedCertificate::try_from(der)?, server);
    }
    let common = certificate.subject().common_name().ok().flatten();
    let is_it = common.is_some_and(|name| is_name(&name.value(), &server.to_str()));
    if is_it { Ok(()) } else { Err(CertificateError::NotValidForName.into()) }
}

/// Whether a name, in which the first label may be `*`, is that of a server.
fn is_name(name: &str, server: &str) -> bool {
    match (name.strip_prefix("*."), server.split_once('.')) {
        (Some(domain), Some((label, rest))) => {
            !label.is_empty() && domain.contains('.') && rest.eq_ignore_ascii_case(domain)
        }
        _ => name.eq_ignore_ascii_case(server),
    }
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_in_the_subject() {
        for (name, server) in
            [("localhost", "LocalHost"), ("127.0.0.1", "127.0.0.1"), ("*.example.org", "soc.example.org")]
        {
            assert!(is_name(name, server), "{name} {server}");
        }
        for (name, server) in [
            ("localhost", "localhost.example"),
            ("*", "localhost"),
            ("*.org", "example.org"),
            ("*.example.org", "a.b.example.org"),
            ("*.example.org", "example.org"),
            ("", "localhost"),
        ] {
            assert!(!is_name(name, server), "{name} {server}");
        }
    }
}
