//! Files at the limits of what can be read.

use crate::base::source::Sources;
use crate::diagnostics::Code;
use crate::syntax::MAX_NESTING;

use super::{format_source, formatted};

#[test]
fn the_deepest_nesting() {
    let steps = MAX_NESTING - 2;
    for text in [
        format!("let a = {}{}\n", "[".repeat(MAX_NESTING), "]".repeat(MAX_NESTING)),
        format!("workflow w on t {{ {} a() {} }}\n", "if published {".repeat(steps), "}".repeat(steps)),
        format!("workflow w on t {{ if {}published{} {{}} }}\n", "not (not ".repeat(steps), ")".repeat(steps)),
    ] {
        let once = formatted(&text);
        assert_eq!(formatted(&once), once);
    }
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let depth = MAX_NESTING - 1;
    let text = format!("let a = {}{}1{}\n", "[".repeat(depth), "1,".repeat(5_000), "]".repeat(depth));
    let sources = Sources::new();
    let id = sources.add("deep.mwf", None, text);
    let problems = format_source(&sources, id).unwrap_err();
    assert_eq!(problems[0].code, Code::FileTooLarge);
}
