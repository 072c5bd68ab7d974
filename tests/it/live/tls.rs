//! Connections that are checked.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use mispflow::http::{Client, ClientError, ClientOptions};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use super::peer::{read_from, respond};
use super::{error, local, options, run, with_client};

/// A server with a certificate that nobody but itself has signed: its address, and the certificate as PEM.
fn server() -> (String, String) {
    server_with(&CertificateParams::new(["localhost".to_owned()]).unwrap())
}

/// The parameters of what `openssl req -x509` makes: the certificate says that it signs others, and its name is in the
/// subject alone.
fn of_openssl(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn server_with(params: &CertificateParams) -> (String, String) {
    let signing_key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    serve(&cert, &signing_key)
}

fn serve(cert: &Certificate, signing_key: &KeyPair) -> (String, String) {
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            if read_from(&mut stream).is_some() {
                respond(&mut stream, "200 OK", "", "");
                let _ = stream.flush();
            }
        }
    });
    (format!("https://localhost:{port}/"), cert.pem())
}

#[test]
fn a_self_signed_certificate_is_refused_unless_the_step_allows_it() {
    let (url, _) = server();
    let session = local();
    let refused = error(&run(&session, &format!(r#"webhook(url: "{url}")"#)));
    assert!(
        refused.starts_with(
            "Something went wrong while sending the request. Error returned: the connection is not secure: "
        ),
        "{refused}"
    );
    assert_eq!(run(&session, &format!(r#"webhook(url: "{url}", self_signed: allow)"#))["errors"], json!([]));
    // The step that allows it changes nothing for others.
    error(&run(&session, &format!(r#"webhook(url: "{url}")"#)));
}

#[test]
fn certificates_that_are_given_are_trusted() {
    let (url, certificate) = server();
    let given = ClientOptions { certificates: Some(certificate.into()), allow_private_addresses: true, ..options() };
    assert_eq!(run(&with_client(&given), &format!(r#"webhook(url: "{url}")"#))["errors"], json!([]));
    let other = url.replace("localhost", "127.0.0.1");
    error(&run(&with_client(&given), &format!(r#"webhook(url: "{other}")"#)));
}

/// What comes of a request to `url` that trusts `certificates`.
fn trusting(certificates: &str, url: &str) -> serde_json::Value {
    let options = ClientOptions { certificates: Some(certificates.into()), allow_private_addresses: true, ..options() };
    run(&with_client(&options), &format!(r#"webhook(url: "{url}")"#))
}

#[test]
fn a_certificate_of_openssl_is_trusted_if_it_is_given() {
    let (url, certificate) = server_with(&of_openssl("localhost"));
    assert_eq!(trusting(&certificate, &url)["errors"], json!([]));
    // Beside others.
    let (_, other) = server();
    assert_eq!(trusting(&format!("{other}{certificate}"), &url)["errors"], json!([]));
    // With its names where they belong, of which one is an address.
    let mut params = of_openssl("somebody");
    params.subject_alt_names =
        CertificateParams::new(["soc.example".to_owned(), "127.0.0.1".to_owned()]).unwrap().subject_alt_names;
    let (url, certificate) = server_with(&params);
    assert_eq!(trusting(&certificate, &url.replace("localhost", "127.0.0.1"))["errors"], json!([]));
    assert!(error(&trusting(&certificate, &url)).contains("the connection is not secure: "));
}

#[test]
fn a_certificate_that_is_given_must_hold() {
    let refused = |certificate: &str, url: &str| {
        let error = error(&trusting(certificate, url));
        assert!(error.contains("the connection is not secure: "), "{error}");
    };
    // Of another server with the same name.
    let (url, certificate) = server_with(&of_openssl("localhost"));
    let (_, other) = server_with(&of_openssl("localhost"));
    refused(&other, &url);
    // For another name.
    refused(&certificate, &url.replace("localhost", "127.0.0.1"));
    let (url, certificate) = server_with(&of_openssl("soc.example"));
    refused(&certificate, &url);
    // Not any more, and not yet.
    for (from, to) in [(2001, 2002), (2901, 2902)] {
        let mut params = of_openssl("localhost");
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        let (url, certificate) = server_with(&params);
        refused(&certificate, &url);
    }
}

#[test]
fn what_a_given_certificate_has_signed_is_trusted() {
    let authority = of_openssl("Our authority");
    let authority_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::from_params(&authority, &authority_key);
    let key = KeyPair::generate().unwrap();
    let cert = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let (url, certificate) = serve(&cert, &key);
    assert_eq!(trusting(&root.pem(), &url)["errors"], json!([]));
    // The server's own certificate will do as well.
    assert_eq!(trusting(&certificate, &url)["errors"], json!([]));
}

#[test]
fn a_file_without_certificates_is_an_error() {
    let with = |text: &str| Client::new(&ClientOptions { certificates: Some(text.into()), ..options() }).unwrap_err();
    assert_eq!(with("hello"), ClientError::NoCertificates);
    assert!(matches!(
        with("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
        ClientError::Certificates(_)
    ));
}
