//! Running a workflow over many events: where they come from, how they are spread over the processor's cores and
//! come back in order, what came of them, and how a run is told to people.

mod ahead;
mod beginnings;
mod change;
mod clock;
mod compressed;
mod data;
mod events;
mod parallel;
mod record;
mod resync;
mod run;
mod strings;
mod structure;
mod tally;
mod told;
mod trace_text;
mod usable;
mod window;

pub use change::{Change, ChangeBy, Changed, Changes, changes};
pub use clock::utc_now;
pub use data::{data_of, needed_data_of, usable_by, value_of};
pub use events::{EventFiles, Events, gather_events};
pub use parallel::in_order;
pub use record::{MAX_EVENT_BYTES, Record, RecordError, Records};
pub use run::Runner;
pub use tally::{Ending, Tally};
pub use told::write_json;
pub use trace_text::{Places, decision_word, effect_text, observed, place_of, write_run};
pub use usable::{EventIdentity, Unusable, usable};
