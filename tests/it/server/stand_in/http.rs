//! The stand-in on a port, and within the process.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Request, Response, StandIn};
use crate::live::peer::read_from;

/// A stand-in that listens on a port of its own.
pub struct Served {
    address: SocketAddr,
    pub server: Arc<Mutex<StandIn>>,
    /// What came, `METHOD /path`.
    pub calls: Arc<Mutex<Vec<String>>>,
}

impl Served {
    /// Puts a server on a port. Its site admin has the key `KEY`.
    pub fn new(server: StandIn) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Arc::new(Mutex::new(server));
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (held, seen) = (server.clone(), calls.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else { continue };
                seen.lock().unwrap().push(format!("{} {}", request.method, request.path));
                let response = held.lock().unwrap().answer(&request);
                write(&mut stream, &response);
            }
        });
        Self { address, server, calls }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether nothing was asked to change so far.
    pub fn is_untouched(&self) -> bool {
        self.calls.lock().unwrap().iter().all(|call| call.starts_with("GET ") && !call.contains("/editor/"))
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let request = read_from(stream)?;
    let header = |name: &str| request.header(name).map(str::to_owned);
    let (key, accept, content_type) = (header("Authorization"), header("Accept"), header("Content-Type"));
    let mut words = request.line.split(' ').map(str::to_owned);
    Some(Request { method: words.next()?, path: words.next()?, key, accept, content_type, body: request.body })
}

fn write(stream: &mut TcpStream, response: &Response) {
    let location = response.location.as_ref().map(|location| format!("Location: {location}\r\n")).unwrap_or_default();
    let count = response.result_count.map(|count| format!("X-Result-Count: {count}\r\n")).unwrap_or_default();
    // Whoever asked may be gone.
    let _ = write!(
        stream,
        "HTTP/1.1 {} Answer\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n{location}{count}\r\n{}",
        response.status,
        response.content_type,
        response.body.len(),
        response.body
    );
}
