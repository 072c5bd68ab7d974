//! Connections that are checked.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use mispflow::live::{Client, ClientError, ClientOptions};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use super::peer::{read_from, respond};
use super::{error, local, options, run, with_client};

/// A server with a certificate that nobody but itself has signed: its address, and the certificate as PEM.
fn server() -> (String, String) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
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
    (format!("https://localhost:{port}/"), certified.cert.pem())
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

#[test]
fn a_file_without_certificates_is_an_error() {
    let with = |text: &str| Client::new(&ClientOptions { certificates: Some(text.into()), ..options() }).unwrap_err();
    assert_eq!(with("hello"), ClientError::NoCertificates);
    assert!(matches!(
        with("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
        ClientError::Certificates(_)
    ));
}
