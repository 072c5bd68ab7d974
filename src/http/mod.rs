//! HTTP requests over connections that are checked: to which address they go, and whether it is the server that it
//! says it is.
//!
//! In: an address, headers, a body. Out: the answer, or why there is none. What the requests mean is not known here.

mod address;
mod client;
mod tls;

pub(crate) use client::Message;
pub use client::{Client, ClientError, ClientOptions, SendError};
pub(crate) use ureq::http::Method;
