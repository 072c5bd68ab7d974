//! Files of `--ca-file` that are damaged.

use mispflow::http::{Client, ClientOptions};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

use super::random::thousand;

#[test]
fn certificates_that_are_damaged_are_refused_or_taken() {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let whole = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
    let with = |pem: &str| Client::new(&ClientOptions { certificates: Some(pem.into()), ..ClientOptions::default() });
    assert!(with(&whole).is_ok());
    thousand(move |below| {
        let mut pem: Vec<char> = whole.chars().collect();
        for _ in 0..=below(4) {
            let at = below(pem.len() as u32) as usize;
            match below(6) {
                0 => drop(pem.remove(at)),
                1 => pem.truncate(at),
                2 => pem.insert(at, ['-', '\n', '=', 'A', '\u{0}', 'é'][below(6) as usize]),
                3 => pem.extend(whole.chars()),
                4 => drop(pem.drain(..at)),
                _ => pem[at] = char::from(b'A' + below(26) as u8),
            }
            if pem.is_empty() {
                pem.push('-');
            }
        }
        let pem: String = pem.into_iter().collect();
        if let Err(error) = Client::new(&ClientOptions { certificates: Some(pem.into()), ..ClientOptions::default() }) {
            let told = error.to_string();
            assert!(
                told.starts_with("the certificates cannot be read: ") || told.starts_with("there is no certificate"),
                "{told}"
            );
            assert!(told.len() < 500, "{told}");
        }
    });
}
