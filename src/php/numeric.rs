//! Numeric strings: which strings PHP compares as numbers.

/// The number in a numeric string.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Numeric {
    /// An integer of 64 bits.
    Int(i64),
    /// Any other number.
    Float {
        /// Its value, infinite if it is too large.
        value: f64,
        /// 1 or -1 if the string is an integer too large or too small for 64 bits, else 0.
        overflow: i8,
    },
}

/// The number that a string holds: decimal, with white space around it, a sign, a fraction and an exponent
/// where there are any. Neither hexadecimal nor `INF`, `NAN` or `1_000` are numeric.
pub fn numeric(text: &str) -> Option<Numeric> {
    // Most strings that are compared are names: they leave here.
    if !matches!(text.as_bytes().first()?, b'0'..=b'9' | b'+' | b'-' | b'.' | b' ' | b'\t'..=b'\r') {
        return None;
    }
    let trimmed = text.trim_matches(|c| matches!(c, ' ' | '\t'..='\r')).as_bytes();
    let unsigned = trimmed.strip_prefix(b"-").or_else(|| trimmed.strip_prefix(b"+")).unwrap_or(trimmed);
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    let mut is_integer = true;
    if let [b'.', behind @ ..] = rest {
        let fraction = digits(behind);
        if whole == 0 && fraction == 0 {
            return None;
        }
        is_integer = false;
        rest = &behind[fraction..];
    } else if whole == 0 {
        return None;
    }
    if let [b'e' | b'E', behind @ ..] = rest {
        let behind = behind.strip_prefix(b"-").or_else(|| behind.strip_prefix(b"+")).unwrap_or(behind);
        let exponent = digits(behind);
        if exponent == 0 {
            return None;
        }
        is_integer = false;
        rest = &behind[exponent..];
    }
    if !rest.is_empty() {
        return None;
    }
    let number = std::str::from_utf8(trimmed).ok()?;
    if is_integer && let Ok(value) = number.parse() {
        return Some(Numeric::Int(value));
    }
    let overflow = if !is_integer {
        0
    } else if trimmed.starts_with(b"-") {
        -1
    } else {
        1
    };
    Some(Numeric::Float { value: number.parse().ok()?, overflow })
}

/// PHP's `is_numeric` of a string.
pub fn is_numeric(text: &str) -> bool {
    numeric(text).is_some()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::{Numeric, is_numeric, numeric};

    #[test]
    fn strings_that_are_numbers() {
        for text in ["0", "-1", "+1", "01", " 1", "1 ", "\n1\u{b}", ".5", "5.", "-.5", "1e1", "1.e-3", "1E+5", "-0"] {
            assert!(is_numeric(text), "{text:?}");
        }
        for text in
            ["", " ", ".", "-", "+.", "e1", "1e", "1e+", "1_000", "0x1A", "INF", "NAN", "1 2", "- 1", "1a", "\u{a0}1"]
        {
            assert!(!is_numeric(text), "{text:?}");
        }
    }

    #[test]
    fn integers_become_floats_where_64_bits_end() {
        assert_eq!(numeric("9223372036854775807"), Some(Numeric::Int(i64::MAX)));
        assert_eq!(numeric("-9223372036854775808"), Some(Numeric::Int(i64::MIN)));
        assert_eq!(
            numeric("9223372036854775808"),
            Some(Numeric::Float { value: 9_223_372_036_854_775_808.0, overflow: 1 })
        );
        assert_eq!(
            numeric("-9223372036854775809"),
            Some(Numeric::Float { value: -9_223_372_036_854_775_808.0, overflow: -1 })
        );
        assert_eq!(numeric("1e1000"), Some(Numeric::Float { value: f64::INFINITY, overflow: 0 }));
        assert_eq!(numeric("000000000000000000000000012"), Some(Numeric::Int(12)));
    }
}
