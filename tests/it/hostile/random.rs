//! Inputs that look random and are always the same, and ways of giving them to the program.

use std::fs;

use super::noise;
use crate::program::{Done, folder, mispflow};

/// A number below another one.
pub type Below<'b> = &'b mut dyn FnMut(u32) -> u32;

/// How many inputs of a kind are tried.
const INPUTS: usize = 1_000;
/// How many of them a process gets.
const BATCH: usize = 50;

/// Calls this a thousand times, on a thread with the stack that a program begins with.
pub fn thousand(each: impl Fn(Below<'_>) + Send + 'static) {
    times(INPUTS, each);
}

/// As [`thousand`], for what takes long: a build without optimisation tries a part.
pub fn thousand_costly(each: impl Fn(Below<'_>) + Send + 'static) {
    times(if cfg!(debug_assertions) { INPUTS / 100 } else { INPUTS }, each);
}

fn times(count: usize, each: impl Fn(Below<'_>) + Send + 'static) {
    let run = move || {
        let mut numbers = noise();
        let mut below = |limit: u32| numbers.next().unwrap_or_default() % limit.max(1);
        for _ in 0..count {
            each(&mut below);
        }
    };
    std::thread::Builder::new().stack_size(8 * 1024 * 1024).spawn(run).unwrap().join().unwrap();
}

/// Writes a thousand inputs as files of this name's ending into folders with these files, and calls the program once in
/// each folder. What it said has to name every input for which `is_told` says so, and must not be long.
pub fn thousand_files(
    ending: &str,
    beside: &[(&str, &str)],
    commands: &[&[&str]],
    make: impl Fn(Below<'_>) -> String,
    holds: impl Fn(&[&str], &[(String, String)], &Done),
) {
    let mut numbers = noise();
    let mut below = |limit: u32| numbers.next().unwrap_or_default() % limit.max(1);
    for batch in 0..INPUTS / BATCH {
        let here = folder(beside);
        let inputs: Vec<(String, String)> =
            (0..BATCH).map(|number| (format!("in/i{}.{ending}", batch * BATCH + number), make(&mut below))).collect();
        fs::create_dir_all(here.path().join("in")).unwrap();
        for (name, text) in &inputs {
            fs::write(here.path().join(name), text).unwrap();
        }
        for arguments in commands {
            let done = Done(mispflow(here.path(), arguments));
            assert!(matches!(done.0.status.code(), Some(0 | 1)), "{arguments:?}, batch {batch}: {:?}", done.0.status);
            assert!(!done.messages().contains("has a defect"), "{arguments:?}: {}", done.messages());
            holds(arguments, &inputs, &done);
        }
    }
}

pub fn one_of<'p>(pieces: &[&'p str], below: Below<'_>) -> &'p str {
    pieces[below(pieces.len() as u32) as usize]
}

/// A size that is usually small and sometimes large.
pub fn size(below: Below<'_>) -> usize {
    let bits = below(10);
    below(1 << bits) as usize + 1
}
