//! Projects and the files in them: reading, finding, writing.

mod baseline;
mod catalogue;
mod config;
mod config_reader;
mod discover;
mod duration;
mod file_names;
mod files;
mod gather;
mod load;
mod readable;
mod refusal;
mod server;
mod taxonomies;
mod write;

pub use baseline::{Baseline, Remaining};
pub(crate) use catalogue::at_setting;
pub use catalogue::{catalogue, catalogues, load_catalogue};
pub use config::{Located, Project};
pub(crate) use discover::tidy;
pub use discover::{PROJECT_FILE, discover};
pub(crate) use duration::parse_duration;
pub(crate) use file_names::{difference, fold, is_device_on_windows};
pub(crate) use files::read_limited;
pub use files::{DiskFiles, Files, MemoryFiles};
pub(crate) use gather::APART;
pub use gather::{Gathered, gather};
pub(crate) use load::unreadable;
pub use load::{load_source, source_from_bytes};
pub use readable::{NamedFiles, ProjectFiles};
pub(crate) use readable::{normal, real};
pub(crate) use refusal::Refusal;
pub use server::{Key, Server};
pub(crate) use server::{has_credentials, url_problem};
pub use write::{Readers, WriteError, Written, below, holds, write_all, write_whole};
