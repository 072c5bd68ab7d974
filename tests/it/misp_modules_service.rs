//! A misp-modules service for tests that can use one.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

/// A real service, while it lives.
pub struct Real {
    child: Child,
    port: u16,
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Real {
    /// Starts misp-modules with more arguments: the program that `MISPFLOW_TEST_MISP_MODULES` names, or the one in the
    /// path. It is ready when it lists the module `awaited`.
    pub fn start(arguments: &[&str], awaited: &str) -> Option<Self> {
        let program =
            env::var("MISPFLOW_TEST_MISP_MODULES").ok().filter(|program| !program.is_empty() && program != "1");
        let is_wanted = env::var_os("MISPFLOW_TEST_MISP_MODULES").is_some();
        let program = program.unwrap_or_else(|| "misp-modules".to_owned());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let started = Command::new(&program)
            .args(["-l", "127.0.0.1", "-p", &port.to_string()])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let service = match started {
            Ok(child) => Self { child, port },
            Err(error) => {
                assert!(!is_wanted, "`{program}` cannot be started: {error}");
                eprintln!("skipped: there is no `misp-modules`; `pip install misp-modules` brings it");
                return None;
            }
        };
        let end = Instant::now() + Duration::from_mins(2);
        // It listens before it has loaded its modules, so a whole answer is waited for.
        while !service.request("GET /modules HTTP/1.0\r\n\r\n").contains(awaited) {
            assert!(Instant::now() < end, "misp-modules does not start");
            thread::sleep(Duration::from_millis(100));
        }
        Some(service)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it answers, headers and body; nothing if it does not answer.
    pub fn request(&self, request: &str) -> String {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return String::new() };
        let mut answer = String::new();
        let asked = stream.write_all(request.as_bytes());
        asked.and_then(|()| stream.read_to_string(&mut answer)).map(|_| answer).unwrap_or_default()
    }

    /// The body of what it answers at `/query`.
    pub fn query(&self, body: &str) -> String {
        let length = body.len();
        let answer = self.request(&format!(
            "POST /query HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }
}
