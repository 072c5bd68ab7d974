//! Tokens with anything between them that the grammar allows.

use std::fmt::Write as _;

/// Puts random blanks and comments between the tokens.
pub fn scatter(tokens: &[String], layout: &[u8]) -> String {
    let mut choices = layout.iter().copied().cycle();
    let mut text = String::new();
    let mut number = 0;
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", |before| &tokens[before]);
        match choices.next().unwrap_or(0) % 16 {
            0..=3 if may_touch(before, token) => {}
            4 | 5 => text.push('\n'),
            6 => text.push_str("\r\n \r\n"),
            7 => text.push_str("\n\n\n\t"),
            8 => text.push_str(" \t "),
            choice @ 9..=11 => {
                for _ in 9..=choice {
                    number += 1;
                    text.push_str([" ", "\n", "\n\n  "][choices.next().unwrap_or(0) as usize % 3]);
                    let _ = writeln!(text, "# {number} \"é {{ ) \t");
                }
            }
            12 => {
                number += 1;
                let _ = write!(text, "#{number}\n\n");
            }
            _ => text.push(' '),
        }
        text.push_str(token);
    }
    if choices.next().unwrap_or(0) % 2 == 1 {
        text.push_str(" # the end");
    }
    text
}

/// Whether two tokens stay two tokens without a blank between them.
fn may_touch(before: &str, after: &str) -> bool {
    const LOOSE: [&str; 5] = ["(", ")", ",", ":", "}"];
    LOOSE.contains(&before) && after != "[" || [")", ",", ":", "(", "]", "}", "+"].contains(&after)
}
