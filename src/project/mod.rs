//! Projects and the files in them: reading, finding, writing.

mod catalogue;
mod config;
mod config_reader;
mod discover;
mod duration;
mod files;
mod gather;
mod load;
mod server;
mod taxonomies;
mod write;

pub use catalogue::{catalogue, catalogues};
pub use config::{Located, Project};
pub use discover::{PROJECT_FILE, discover};
pub(crate) use duration::parse_duration;
pub(crate) use files::read_limited;
pub use files::{DiskFiles, Files, MemoryFiles};
pub use gather::{Gathered, gather};
pub(crate) use load::unreadable;
pub use load::{load_source, source_from_bytes};
pub use server::{Key, Server};
pub(crate) use server::{has_credentials, url_problem};
pub use write::{Readers, Written, write_whole};
