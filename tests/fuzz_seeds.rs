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

/// libFuzzer stops at a line that it cannot read: a comment, or a text in quotes on one line of ASCII with `\xAB`, `\\` and `\"`.
#[test]
fn dictionaries_can_be_read() {
    let mut entries = 0;
    for file in ["hashpath", "json", "template", "text"] {
        let path = format!("{}/fuzz/{file}.dict", env!("CARGO_MANIFEST_DIR"));
        for (index, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = line.strip_prefix('"').and_then(|line| line.strip_suffix('"'));
            let entry = entry.unwrap_or_else(|| panic!("{path}:{}: {line}", index + 1));
            let mut rest = entry;
            while let Some(at) = rest.find(['\\', '"']) {
                let escape = &rest[at..];
                let is_hex = |digits: &str| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let length = match escape.as_bytes() {
                    [b'\\', b'x', ..] if escape.get(2..4).is_some_and(is_hex) => 4,
                    [b'\\', b'\\' | b'"', ..] => 2,
                    _ => panic!("{path}:{}: {line}", index + 1),
                };
                rest = &rest[at + length..];
            }
            assert!(!entry.is_empty() && entry.is_ascii(), "{path}:{}: {line}", index + 1);
            entries += 1;
        }
    }
    assert!(entries > 100, "{entries} entries");
}
