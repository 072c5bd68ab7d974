//! Ugly files under `cases/`, and their canonical form in `snapshots/`.

use super::{comments, formatted};

fn case(name: &str, text: &str) {
    let once = formatted(text);
    assert_eq!(formatted(&once), once, "formatting twice changes nothing");
    assert_eq!(comments(&once), comments(text), "no comment is lost");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, once);
    });
}

macro_rules! cases {
    ($($name:ident),+ $(,)?) => {$(
        #[test]
        fn $name() {
            case(stringify!($name), include_str!(concat!("cases/", stringify!($name), ".mwf")));
        }
    )+};
}

cases!(tour, items, calls, conditions, comments_everywhere, strings, steps, tests);
