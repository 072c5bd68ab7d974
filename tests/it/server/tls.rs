//! Secure connections, certificates of both sides, and proxies.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::stand_in::{KEY, Served, StandIn};
use super::{GUARD, empty, run_with};
use crate::program::{Done, add, folder};

/// An authority of our own.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    /// A certificate and its private key.
    fn signs(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages.push(usage);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key)).unwrap();
        (certificate, key)
    }

    /// A stand-in whose certificate this authority signed; if it `knows` one, only with certificates that that one signed.
    fn serves(&self, knows: Option<&Self>) -> Served {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = self.signs("localhost", ExtendedKeyUsagePurpose::ServerAuth);
        let config =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let config = match knows {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.params.self_signed(&authority.key).unwrap().der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
                config.with_client_cert_verifier(verifier)
            }
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        Served::over_tls(StandIn::new("2.5.19"), config)
    }
}

/// What `plan` says with these variables beside address and key.
fn plan(project: &Path, misp: &Served, more: &[(&str, &str)], arguments: &[&str]) -> Done {
    let url = misp.url();
    let own = [("MISPFLOW_URL", url.as_str()), ("MISPFLOW_KEY", KEY), ("MISPFLOW_TIMEOUT", "5s")];
    run_with(project, &[&own, more].concat(), &[&["plan"], arguments].concat())
}

fn assert_refused(done: &Done, misp: &Served, words: &str) {
    assert_eq!(done.code(), 2, "{}", done.messages());
    assert!(done.messages().contains(words), "{words}: {}", done.messages());
    assert!(!done.messages().contains(KEY));
    assert_eq!(*misp.calls.lock().unwrap(), Vec::<String>::new(), "nobody has seen the key");
}

#[test]
fn an_authority_of_our_own_is_trusted_where_it_is_named() {
    let (authority, other) = (Authority::new("Ours"), Authority::new("Another"));
    let misp = authority.serves(None);
    let project =
        folder(&[("guard.mwf", GUARD), ("ca.pem", &authority.pem), ("other.pem", &other.pem), ("no.pem", "x")]);
    assert_refused(&plan(project.path(), &misp, &[], &[]), &misp, "the connection is not secure");
    let wrong = plan(project.path(), &misp, &[("MISPFLOW_CA_FILE", "other.pem")], &[]);
    assert_refused(&wrong, &misp, "the connection is not secure");
    assert_refused(
        &plan(project.path(), &misp, &[], &["--ca-file", "other.pem"]),
        &misp,
        "the connection is not secure",
    );
    assert_refused(
        &plan(project.path(), &misp, &[], &["--ca-file", "no.pem"]),
        &misp,
        "there is no certificate in the file",
    );
    assert_refused(
        &plan(project.path(), &misp, &[], &["--ca-file", "missing.pem"]),
        &misp,
        "`missing.pem` cannot be read",
    );
    for (variables, arguments) in [(&[("MISPFLOW_CA_FILE", "ca.pem")][..], &[][..]), (&[], &["--ca-file", "ca.pem"])] {
        let done = plan(project.path(), &misp, variables, arguments);
        assert_eq!(done.code(), 0, "{}", done.messages());
    }
}

/// Calls `plan` with a file of servers.
fn with_file(project: &Path, servers: &str, files: &[(&str, &str)]) -> Done {
    let home = folder(&[("mispflow/servers.toml", servers), ("mispflow/key", KEY)]);
    for (name, text) in files {
        add(home.path(), &format!("mispflow/{name}"), text);
    }
    run_with(project, &[("XDG_CONFIG_HOME", home.path().to_str().unwrap())], &["plan", "--server", "prod"])
}

#[test]
fn the_file_of_servers_names_certificates_of_both_sides() {
    let (authority, people) = (Authority::new("Ours"), Authority::new("People"));
    let misp = authority.serves(Some(&people));
    let (certificate, key) = people.signs("me", ExtendedKeyUsagePurpose::ClientAuth);
    let (stranger, stranger_key) = Authority::new("Strangers").signs("me", ExtendedKeyUsagePurpose::ClientAuth);
    let project = folder(&[("guard.mwf", GUARD)]);
    let server =
        format!("[prod]\nurl = \"{}\"\nkey-file = \"key\"\ntimeout = \"5s\"\nca-file = \"ca.pem\"\n", misp.url());
    let both = format!("{}{}", certificate.pem(), key.serialize_pem());
    let files = [
        ("ca.pem", authority.pem.as_str()),
        ("both.pem", &both),
        ("me.pem", &certificate.pem()),
        ("me.key", &key.serialize_pem()),
        ("stranger.pem", &format!("{}{}", stranger.pem(), stranger_key.serialize_pem())),
    ];
    assert_refused(&with_file(project.path(), &server, &files), &misp, "there is no answer");
    for (more, words) in [
        ("client-certificate = \"stranger.pem\"", "there is no answer"),
        ("client-certificate = \"me.pem\"", "there is no private key with the client certificate"),
        ("client-certificate = \"none.pem\"", "none.pem` cannot be read"),
    ] {
        assert_refused(&with_file(project.path(), &format!("{server}{more}\n"), &files), &misp, words);
    }
    for more in ["client-certificate = \"both.pem\"", "client-certificate = \"me.pem\"\nclient-key = \"me.key\""] {
        let done = with_file(project.path(), &format!("{server}{more}\n"), &files);
        assert_eq!(done.code(), 0, "{more}: {}", done.messages());
    }
    // The same from the environment.
    add(project.path(), "ca.pem", &authority.pem);
    add(project.path(), "both.pem", &both);
    let variables = [("MISPFLOW_CA_FILE", "ca.pem"), ("MISPFLOW_CLIENT_CERTIFICATE", "both.pem")];
    let done = plan(project.path(), &misp, &variables, &[]);
    assert_eq!(done.code(), 0, "{}", done.messages());
}

#[test]
fn a_certificate_goes_unchecked_only_by_name_and_that_is_told() {
    let misp = Authority::new("Ours").serves(None);
    let project = folder(&[("guard.mwf", GUARD)]);
    let server = format!("[prod]\nurl = \"{}\"\nkey-file = \"key\"\n", misp.url());
    assert_refused(&with_file(project.path(), &server, &[]), &misp, "the connection is not secure");
    let done = with_file(project.path(), &format!("{server}verify-tls = false\n"), &[]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(done.messages().contains("the certificate of the server is not checked"), "{}", done.messages());
}

#[test]
fn what_a_project_says_of_keys_and_certificates_is_not_used_and_that_is_told() {
    let authority = Authority::new("Ours");
    let misp = authority.serves(None);
    let settings = format!("[server.prod]\nurl = \"{}\"\nkey-file = \"key\"\nca-file = \"ca.pem\"\n", misp.url());
    let project =
        folder(&[("guard.mwf", GUARD), ("mispflow.toml", &settings), ("ca.pem", &authority.pem), ("key", KEY)]);
    let done = run_with(project.path(), &[], &["plan"]);
    assert_refused(&done, &misp, "the `key-file` of the project file is not used");
    let done = plan(project.path(), &misp, &[], &["--server", "prod"]);
    assert_refused(&done, &misp, "the `ca-file` of the project file is not used");
    // How long to wait is for a project to say.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    add(project.path(), "mispflow.toml", &format!("[server.prod]\nurl = \"{url}\"\ntimeout = \"40ms\"\n"));
    for arguments in [&["plan"][..], &["plan", "--server", "prod"]] {
        let done = run_with(project.path(), &[("MISPFLOW_URL", &url), ("MISPFLOW_KEY", KEY)], arguments);
        assert!(done.messages().contains("there was no answer in time"), "{}", done.messages());
    }
    let wrong = [("MISPFLOW_URL", url.as_str()), ("MISPFLOW_KEY", KEY), ("MISPFLOW_TIMEOUT", "soon")];
    let done = run_with(project.path(), &wrong, &["plan"]);
    assert!(done.messages().contains("`MISPFLOW_TIMEOUT` is not a length of time"), "{}", done.messages());
}

/// A proxy that lets connections through, and what it was asked.
fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
            seen.lock().unwrap().push(head);
            let Ok(mut server) = TcpStream::connect(&target) else { continue };
            let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut to));
            thread::spawn(move || std::io::copy(&mut server, &mut client));
        }
    });
    (url, asked)
}

#[test]
fn the_usual_variables_name_a_proxy_which_never_sees_the_key() {
    let authority = Authority::new("Ours");
    let project = folder(&[("guard.mwf", GUARD), ("ca.pem", &authority.pem)]);
    for misp in [authority.serves(None), empty()] {
        let (url, asked) = proxy();
        let ca = ("MISPFLOW_CA_FILE", "ca.pem");
        let done = plan(project.path(), &misp, &[ca, ("HTTPS_PROXY", &url), ("HTTP_PROXY", &url)], &[]);
        assert_eq!(done.code(), 0, "{}", done.messages());
        let heads = std::mem::take(&mut *asked.lock().unwrap());
        assert!(
            !heads.is_empty() && heads.iter().all(|head| head.starts_with("CONNECT ") && !head.contains(KEY)),
            "{heads:?}"
        );
        let around = [ca, ("HTTPS_PROXY", &url), ("HTTP_PROXY", &url), ("NO_PROXY", "localhost,127.0.0.1")];
        let done = plan(project.path(), &misp, &around, &[]);
        assert_eq!(done.code(), 0, "{}", done.messages());
        assert_eq!(*asked.lock().unwrap(), Vec::<String>::new());
    }
}
