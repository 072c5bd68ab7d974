//! Effects that are performed instead of simulated.
//!
//! A [`Session`] holds what is switched on, each kind by its own name. Its [`answers`](Session::answers) perform these
//! when a run asks for them and give the answer that came; for everything else they pass on what a simulation says.
//! Nothing here is used unless somebody builds a session.
//!
//! See `docs/live.md` for what is sent and what is refused, and `docs/misp-semantics.md`, section "What actions send".

mod answers;
mod publisher;
mod secrets;
mod service;
mod session;

pub use answers::LiveAnswers;
pub use publisher::{Publisher, PublisherError, TOPIC};
pub use secrets::Secrets;
pub use service::Service;
pub use session::Session;
