#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| mispflow_fuzz::call("template", input));
