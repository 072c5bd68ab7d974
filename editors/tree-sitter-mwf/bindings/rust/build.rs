//! Compiles the generated parser.

fn main() {
    let source = "src/parser.c";
    cc::Build::new()
        .std("c11")
        .include("src")
        .flag_if_supported("-Wno-unused-value")
        .file(source)
        .compile("tree-sitter-mwf");
    println!("cargo:rerun-if-changed={source}");
}
