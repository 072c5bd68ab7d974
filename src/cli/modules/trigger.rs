//! What a trigger gives.

use std::io;

use crate::catalogue::Signature;
use crate::cli::Console;
use crate::schema::TriggerData;

use super::show::write_code;

/// Where keys begin.
const KEYS: usize = 14;

pub(super) fn write(trigger: &Signature, data: TriggerData, width: usize, console: &mut Console) -> io::Result<()> {
    console.line("")?;
    console.heading("What it gives")?;
    let source = match data.like {
        Some(like) => format!("It was not recorded, and is taken to give what `{like}` gives. "),
        None => "As recorded on MISP 2.5.1 and 2.5.19. ".to_owned(),
    };
    let about = format!("{source}A `?` after a key means that the key was not always there.");
    console.wrapped("  ", 2, &about, width)?;
    for note in data.notes() {
        console.wrapped("  - ", 4, &note, width)?;
    }
    for object in data.objects(trigger) {
        console.line("")?;
        console.strong(if object.path.is_empty() { "  at the root" } else { "  " })?;
        console.strong(object.path)?;
        console.line("")?;
        for (kind, keys) in object.keys {
            let keys: Vec<_> =
                keys.iter().map(|(key, always)| format!("{key}{}", if *always { "" } else { "?" })).collect();
            console.wrapped(&format!("    {kind:<10}"), KEYS, &keys.join(", "), width)?;
        }
    }
    console.line("")?;
    console.heading("For example")?;
    write_code(data.example, console)
}
