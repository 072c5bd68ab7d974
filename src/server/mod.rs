//! A MISP server: what is there, what a project would change, and the change.
//!
//! In: the workflows and blueprints of a project, and a [`Transport`] that carries requests. Out: a plan, and what came
//! of it. Whose key is sent to which address is decided in [`AddressBook`] alone; what is shown, and whether somebody is
//! asked, is the business of the command line.

mod address_book;
mod backup;
mod call;
mod connection;
mod content;
mod doctor;
mod events;
mod lacking;
mod plan;
mod push;
mod real_run;
mod rest;
mod rollback;
mod row;
mod search;
mod snapshot;
mod state;
mod sync;
mod trouble;
mod wanted;

pub use address_book::{
    AddressBook, AddressError, CA_FILE_VARIABLE, CLIENT_CERTIFICATE_VARIABLE, Entry, Found, KEY_FILE_VARIABLE,
    KEY_VARIABLE, KeySource, TIMEOUT_VARIABLE, URL_VARIABLE,
};
pub use backup::Backup;
pub use call::{Answer, Call, Transport, Verb};
pub use connection::{Connection, Http};
pub use doctor::{Health, Symptom, examine};
pub use events::FoundEvents;
pub use lacking::{Lack, picks_tags};
pub use plan::{Action, Conflict, Item, Local, Off, Plan, Planning};
pub use push::{About, Done, Ended, Failed, Host, Push, PushOptions, Told};
pub use real_run::{Beside, CRASH, LogEntry, RealRun, beside, entries, run_on_server};
pub use rest::{Misp, Patience, Version};
pub use rollback::{Restore, put_back, restores};
pub use row::Row;
pub use search::{Search, SearchError};
pub use snapshot::Snapshot;
pub use state::{HashKey, Known, State};
pub use sync::{catalogue_of, taxonomies_of};
pub use trouble::{CallError, Problem};
pub use wanted::{Environment, Wanted};
