//! The language server: the protocol of editors in, answers of [`crate::ide`] out.
//!
//! Messages are answered in their order, on one thread. A second thread checks whole projects. No request writes a file.
//!
//! After a change the server checks the file that changed, and the open files that import it, at once; see
//! [`crate::ide::Facts::check`]. When there was no change for a moment, the whole project is checked, and what comes of it
//! is what `check` says of the same texts.

mod capabilities;
mod changes;
mod documents;
mod findings;
mod options;
mod positions;
mod protocol;
mod publish;
mod requests;
mod server;
mod uris;
mod worker;

pub use protocol::{Connection, Message, Notification, Request, RequestId, Response};
pub use server::{Ended, serve, serve_stdio};
