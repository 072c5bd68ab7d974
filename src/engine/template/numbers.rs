//! Filters on numbers.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Value};

use super::arguments::{Given, bind, integer, truth, wrong};
use super::printing::float as float_text;

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("int", int);
    environment.add_filter("float", |value: Value, args: Given| {
        let [default] = bind(&args, ["default"])?;
        if value.is_undefined() {
            return Err(wrong("the value is undefined"));
        }
        Ok(float(&value).map_or_else(|| default.unwrap_or(Value::from(0.0)), Value::from))
    });
    environment.add_filter("filesizeformat", file_size);
    environment.add_filter("abs", |value: Value| match value.kind() {
        ValueKind::Bool => Ok(Value::from(i64::from(value.is_true()))),
        ValueKind::Number => minijinja::filters::abs(value),
        _ => Err(wrong("a number is wanted")),
    });
}

/// Python's `float`; `None` where it refuses.
fn float(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::String => {
            let text = without_underscores(value.as_str()?.trim())?;
            let named =
                matches!(text.trim_start_matches(['+', '-']).to_ascii_lowercase().as_str(), "inf" | "infinity" | "nan");
            (named || text.bytes().any(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
        }
        _ => None,
    }
}

/// Digits may be grouped with single underscores.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let fits = bytes.iter().enumerate().all(|(index, byte)| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        *byte != b'_' || (digit(index.checked_sub(1)) && digit(Some(index + 1)))
    });
    fits.then(|| text.replace('_', ""))
}

fn int(value: Value, args: Given) -> Result<Value, Error> {
    let [default, base] = bind(&args, ["default", "base"])?;
    if value.is_undefined() {
        return Err(wrong("the value is undefined"));
    }
    let base = u32::try_from(integer(base.as_ref(), 10)?).map_err(|_| wrong("there is no such base"))?;
    let default = default.unwrap_or(Value::from(0));
    let parsed = match value.kind() {
        ValueKind::Number if value.is_integer() => return Ok(value),
        ValueKind::String => value.as_str().and_then(|text| whole(text, base)),
        _ => None,
    };
    if let Some(parsed) = parsed {
        return Ok(small(parsed));
    }
    let Some(number) = float(&value) else { return Ok(default) };
    if number.is_nan() {
        return Ok(default);
    }
    if number.is_infinite() {
        return Err(wrong("infinity is no integer"));
    }
    // As far as 128 bits go.
    #[expect(clippy::cast_possible_truncation, reason = "Python cuts off what is behind the point")]
    let whole = number as i128;
    Ok(small(whole))
}

fn small(number: i128) -> Value {
    i64::try_from(number).map_or_else(|_| Value::from(number), Value::from)
}

/// Python's `int` of a text.
fn whole(text: &str, base: u32) -> Option<i128> {
    let text = without_underscores(text.trim())?;
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text.as_str()),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixed = |prefix: &str, own: u32| lower.strip_prefix(prefix).filter(|_| base == own || base == 0);
    let (digits, base) = if let Some(digits) = prefixed("0x", 16) {
        (digits, 16)
    } else if let Some(digits) = prefixed("0b", 2) {
        (digits, 2)
    } else if let Some(digits) = prefixed("0o", 8) {
        (digits, 8)
    } else {
        (lower.as_str(), if base == 0 { 10 } else { base })
    };
    if !(2..=36).contains(&base) || digits.starts_with(['+', '-']) {
        return None;
    }
    i128::from_str_radix(digits, base).ok().map(|number| if negative { -number } else { number })
}

fn file_size(value: Value, args: Given) -> Result<String, Error> {
    let [binary] = bind(&args, ["binary"])?;
    let binary = truth(binary.as_ref(), false);
    let bytes = float(&value).ok_or_else(|| wrong("a number is wanted"))?;
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    if bytes.to_bits() == 1.0_f64.to_bits() {
        return Ok("1 Byte".into());
    }
    if bytes < base {
        return Ok(format!("{} Bytes", float_text(bytes.trunc()).trim_end_matches(".0")));
    }
    let units = if binary {
        ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
    } else {
        ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    };
    let mut unit = base;
    let mut name = units[0];
    for candidate in units {
        name = candidate;
        if bytes < unit * base {
            break;
        }
        unit *= base;
    }
    // Behind the last unit the loop has gone one too far.
    let unit = if bytes / unit < 1.0 { unit / base } else { unit };
    Ok(format!("{:.1} {name}", bytes / unit))
}
