//! The fuzz targets take their seeds. That they find nothing anew there is; `fuzz/README.md` says how to let them look
//! for more.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::Path;

/// The seeds of a target with their names.
fn seeds(target: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.display().to_string(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    seeds.sort();
    seeds
}

#[test]
fn every_target_takes_its_seeds() {
    for (name, target) in targets::TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() > 2, "{name} has hardly any seeds");
        for (path, input) in seeds {
            println!("{path}");
            target(&input);
        }
    }
}

/// Cut short anywhere, and with one byte more, they are inputs too.
#[test]
fn what_is_near_the_seeds_is_taken_as_well() {
    for (name, target) in targets::TARGETS {
        for (path, input) in seeds(name) {
            println!("{path}");
            let step = 1 + input.len() / 12;
            for at in (0..input.len()).step_by(step).filter(|&at| input.is_char_boundary(at)) {
                target(&input[..at]);
                target(&format!("{}\"{}", &input[..at], &input[at..]));
            }
        }
    }
}

#[test]
fn the_crate_has_a_program_for_each_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let program = fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("call(\"{name}\", input)")), "{name}");
        targets::call(name, "");
    }
}
