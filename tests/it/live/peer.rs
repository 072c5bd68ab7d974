//! An HTTP server that answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A server on a port of its own.
pub struct Peer {
    address: SocketAddr,
    requests: Receiver<Request>,
}

/// A request it got.
#[derive(Debug, PartialEq)]
pub struct Request {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Peer {
    /// A server that lets `answer` write to each connection once it has read the request.
    pub fn new(answer: impl Fn(&Request, &mut dyn Write) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else { continue };
                answer(&request, &mut stream);
                if sender.send(request).is_err() {
                    break;
                }
            }
        });
        Self { address, requests }
    }

    /// A server that always gives the same answer.
    pub fn answering(status: &'static str, body: &'static str) -> Self {
        Self::new(move |_, stream| respond(stream, status, "", body))
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The next request.
    pub fn request(&self) -> Request {
        self.requests.recv_timeout(Duration::from_secs(20)).expect("a request")
    }

    /// Whether nothing has come so far. Answers are sent before a request is handed over, so wait for them first.
    pub fn is_untouched(&self) -> bool {
        self.requests.recv_timeout(Duration::from_millis(100)).is_err()
    }
}

pub fn respond(stream: &mut dyn Write, status: &str, headers: &str, body: &str) {
    // Whoever asked may be gone.
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    );
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    read_from(stream)
}

/// Reads a request; `None` if the connection ends before it does.
pub fn read_from(stream: &mut dyn Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = Vec::new();
    loop {
        let header = line()?;
        let Some((name, value)) = header.split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { line: first, headers, body: String::new() };
    let length = request.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}
