//! Projects and the files in them: reading, finding, writing.

mod config;
mod config_reader;
mod discover;
mod duration;
mod files;
mod gather;
mod load;
mod server;
mod write;

pub use config::{Located, Project};
pub use discover::{PROJECT_FILE, discover};
pub use files::{DiskFiles, Files, MemoryFiles};
pub use gather::{Gathered, gather};
pub use load::{load_source, source_from_bytes};
pub use server::{Key, Server};
pub use write::{Written, write_whole};
