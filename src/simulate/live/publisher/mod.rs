//! `ZeroMQ`.

#[cfg(not(feature = "zeromq"))]
mod absent;
#[cfg(feature = "zeromq")]
mod socket;

use std::io;

#[cfg(not(feature = "zeromq"))]
pub use absent::Publisher;
#[cfg(feature = "zeromq")]
pub use socket::Publisher;

/// The topic under which MISP publishes what workflows push.
pub const TOPIC: &str = "misp_json_workflow";

/// Why nothing can be published.
#[derive(Debug, thiserror::Error)]
pub enum PublisherError {
    /// Not an address.
    #[error("`{0}` is not an address to publish on: it is written `tcp://127.0.0.1:50000`")]
    Address(String),
    /// The address cannot be had.
    #[error("`{address}` cannot be published on: {reason}; is a MISP or another run publishing there?")]
    Bind {
        /// The address.
        address: String,
        /// Why not.
        reason: String,
    },
    /// This program was built without the feature `zeromq`.
    #[error(
        "this mispflow was built without ZeroMQ; `cargo install --path . --features zeromq` builds one that has it"
    )]
    NotBuilt,
    /// The machine is out of threads or files.
    #[error("nothing can be published: {0}")]
    Start(#[from] io::Error),
}

/// An address in full, such as `tcp://127.0.0.1:50000`.
fn endpoint(address: &str) -> Result<String, PublisherError> {
    let (scheme, host) = address.split_once("://").unwrap_or(("tcp", address));
    let has_port = host.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if scheme == "tcp" && has_port {
        Ok(format!("tcp://{host}"))
    } else {
        Err(PublisherError::Address(address.to_owned()))
    }
}
