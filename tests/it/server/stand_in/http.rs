//! The stand-in on a port of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::fault::Fault;
use super::{Request, Response, StandIn};
use crate::live::peer::read_from;

/// A stand-in that listens on a port of its own.
pub struct Served {
    address: SocketAddr,
    is_secure: bool,
    pub server: Arc<Mutex<StandIn>>,
    /// What came, `METHOD /path`.
    pub calls: Arc<Mutex<Vec<String>>>,
    /// What came, with the bodies.
    pub bodies: Arc<Mutex<Vec<(String, String)>>>,
    /// What goes wrong, and after how many calls.
    fault: Arc<Mutex<Option<(usize, Fault)>>>,
    /// Is told of each call before it is answered.
    hook: Arc<Mutex<Option<Hook>>>,
}

type Hook = Box<dyn FnMut(&Request) + Send>;

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

impl Served {
    /// Puts a server on a port.
    pub fn new(server: StandIn) -> Self {
        Self::with(server, None)
    }

    /// Puts a server on a port whose connections are secure. Its name is `localhost`.
    pub fn over_tls(server: StandIn, config: ServerConfig) -> Self {
        Self::with(server, Some(Arc::new(config)))
    }

    fn with(stand_in: StandIn, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let served = Self {
            address: listener.local_addr().unwrap(),
            is_secure: tls.is_some(),
            server: Arc::new(Mutex::new(stand_in)),
            calls: Arc::default(),
            bodies: Arc::default(),
            fault: Arc::default(),
            hook: Arc::default(),
        };
        let line = Line {
            server: served.server.clone(),
            calls: served.calls.clone(),
            bodies: served.bodies.clone(),
            fault: served.fault.clone(),
            hook: served.hook.clone(),
        };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                match &tls {
                    None => line.answer(&mut { stream }),
                    Some(config) => {
                        let connection = ServerConnection::new(config.clone()).unwrap();
                        line.answer(&mut StreamOwned::new(connection, stream));
                    }
                }
            }
        });
        served
    }

    pub fn url(&self) -> String {
        if self.is_secure {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// Lets something go wrong after so many further calls.
    pub fn fail(&self, after: usize, fault: Fault) {
        *self.fault.lock().unwrap() = Some((after, fault));
    }

    /// Whether what was to go wrong has not gone wrong yet; from now on it does not.
    pub fn is_spared(&self) -> bool {
        self.fault.lock().unwrap().take().is_some()
    }

    /// Tells of each call before it is answered.
    pub fn tell(&self, hook: impl FnMut(&Request) + Send + 'static) {
        *self.hook.lock().unwrap() = Some(Box::new(hook));
    }

    /// Whether nothing was asked to change so far.
    pub fn is_untouched(&self) -> bool {
        self.calls.lock().unwrap().iter().all(|call| {
            let questions = ["/restSearch", "/logs/", "/moduleStatelessExecution/stop-execution"];
            let is_question = questions.iter().any(|place| call.contains(place));
            (call.starts_with("GET ") || is_question) && !call.contains("/editor/")
        })
    }
}

/// What a connection is answered from.
struct Line {
    server: Arc<Mutex<StandIn>>,
    calls: Arc<Mutex<Vec<String>>>,
    bodies: Arc<Mutex<Vec<(String, String)>>>,
    fault: Arc<Mutex<Option<(usize, Fault)>>>,
    hook: Arc<Mutex<Option<Hook>>>,
}

impl Line {
    fn answer(&self, stream: &mut dyn Stream) {
        let Some(request) = read(stream) else { return };
        let call = format!("{} {}", request.method, request.path);
        self.calls.lock().unwrap().push(call.clone());
        self.bodies.lock().unwrap().push((call, request.body.clone()));
        if let Some(hook) = self.hook.lock().unwrap().as_mut() {
            hook(&request);
        }
        let fault = self.fault();
        let act = || self.server.lock().unwrap().answer(&request);
        match fault {
            None => write(stream, &act(), usize::MAX),
            Some(Fault::Refused | Fault::CutBefore) => {}
            Some(Fault::CutAfter) => drop(act()),
            Some(Fault::Slow) => {
                act();
                // Until whoever asked waits no longer.
                let _ = stream.read(&mut [0]);
            }
            Some(Fault::HalfBody) => {
                let response = act();
                write(stream, &response, response.body.len() / 2);
            }
            Some(Fault::ErrorBefore) => write(stream, &super::internal(&request.path), usize::MAX),
            Some(Fault::ErrorAfter) => {
                act();
                write(stream, &super::internal(&request.path), usize::MAX);
            }
            Some(Fault::Page) => {
                let body = "<html>maintenance</html>".to_owned();
                write(stream, &Response { body, ..super::ok(&serde_json::Value::Null) }, usize::MAX);
            }
            Some(Fault::Edit) => {
                self.server.lock().unwrap().edit_by_hand("Event.Tag.{n}[name=meanwhile].name");
                write(stream, &act(), usize::MAX);
            }
            Some(Fault::Save) => {
                self.server.lock().unwrap().save_all_in_editor();
                write(stream, &act(), usize::MAX);
            }
            Some(Fault::Flush) => {
                self.server.lock().unwrap().flush_redis();
                write(stream, &act(), usize::MAX);
            }
        }
        let _ = stream.flush();
    }

    /// What goes wrong now.
    fn fault(&self) -> Option<Fault> {
        let mut fault = self.fault.lock().unwrap();
        match &mut *fault {
            Some((0, _)) => fault.take().map(|(_, fault)| fault),
            Some((after, _)) => {
                *after -= 1;
                None
            }
            None => None,
        }
    }
}

fn read(mut stream: &mut dyn Stream) -> Option<Request> {
    let request = read_from(&mut stream)?;
    let header = |name: &str| request.header(name).map(str::to_owned);
    let (key, accept, content_type) = (header("Authorization"), header("Accept"), header("Content-Type"));
    let mut words = request.line.split(' ').map(str::to_owned);
    Some(Request { method: words.next()?, path: words.next()?, key, accept, content_type, body: request.body })
}

/// Writes an answer, and no more of its body than so many bytes.
fn write(stream: &mut dyn Stream, response: &Response, most: usize) {
    let location = response.location.as_ref().map(|location| format!("Location: {location}\r\n")).unwrap_or_default();
    let count = response.result_count.map(|count| format!("X-Result-Count: {count}\r\n")).unwrap_or_default();
    let start = format!(
        "HTTP/1.1 {} Answer\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n{location}{count}\r\n",
        response.status,
        response.content_type,
        response.body.len(),
    );
    let body = &response.body.as_bytes()[..most.min(response.body.len())];
    // Whoever asked may be gone.
    let _ = stream.write_all(start.as_bytes()).and_then(|()| stream.write_all(body));
}
