//! Filters on numbers.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Value};

use super::arguments::{Given, bind, integer, truth, wrong};

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
    environment.add_filter("round", round);
    environment.add_filter("abs", |value: Value| match value.kind() {
        ValueKind::Bool => Ok(Value::from(i64::from(value.is_true()))),
        ValueKind::Number => match super::kinds::integer(&value) {
            Some(number) => Ok(small(number.abs())),
            None => f64::try_from(value).map(|number| Value::from(number.abs())),
        },
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
        return Err(wrong("infinity is not an integer"));
    }
    // As far as 128 bits go.
    #[expect(clippy::cast_possible_truncation, reason = "Python cuts off what comes after the point")]
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

/// Jinja2's `round`: a float, however it rounds.
fn round(value: Value, args: Given) -> Result<Value, Error> {
    let [precision, method] = bind(&args, ["precision", "method"])?;
    let precision = integer(precision.filter(|precision| !precision.is_none()).as_ref(), 0)?;
    let method = super::arguments::text(method.as_ref(), "common")?;
    let number = super::kinds::float(&value).ok_or_else(|| wrong("a number is wanted"))?;
    let precision = i32::try_from(precision).map_err(|_| wrong("there are not that many digits"))?;
    match method.as_str() {
        "common" => match super::kinds::integer(&value) {
            Some(number) => Ok(small(rounded_whole(number, precision))),
            None => Ok(Value::from(rounded(number, precision))),
        },
        "ceil" | "floor" => {
            let factor = 10_f64.powi(precision);
            let scaled = number * factor;
            if !scaled.is_finite() {
                return Err(wrong("infinity is not an integer"));
            }
            // The whole number that Python makes has no -0.
            let whole = if method == "ceil" { scaled.ceil() } else { scaled.floor() } + 0.0;
            if factor == 0.0 { Err(wrong("nothing is divided by 0")) } else { Ok(Value::from(whole / factor)) }
        }
        _ => Err(wrong("rounding is `common`, `ceil` or `floor`")),
    }
}

/// An integer rounded to tens, hundreds and so on; halves to the even one.
fn rounded_whole(number: i128, precision: i32) -> i128 {
    let Some(unit) = precision.checked_neg().and_then(|digits| u32::try_from(digits).ok()) else { return number };
    let Some(unit) = 10_i128.checked_pow(unit) else { return 0 };
    let (lower, rest) = (number.div_euclid(unit), number.rem_euclid(unit));
    let is_up = rest * 2 > unit || (rest * 2 == unit && lower % 2 != 0);
    (lower + i128::from(is_up)) * unit
}

/// A float rounded as Python does: exactly, halves to the even one.
fn rounded(number: f64, precision: i32) -> f64 {
    if !number.is_finite() || precision > 330 {
        return number;
    }
    if let Ok(precision) = usize::try_from(precision) {
        return format!("{number:.precision$}").parse().unwrap_or(number);
    }
    let unit = 10_f64.powi(precision.saturating_neg());
    let lower = (number / unit).floor();
    let (below, above) = (number - lower * unit, (lower + 1.0) * unit - number);
    let is_up = above < below || (above.to_bits() == below.to_bits() && lower % 2.0 != 0.0);
    let whole = if unit.is_finite() { (lower + f64::from(u8::from(is_up))) * unit } else { 0.0 };
    // What is left of a negative number is -0.
    whole.abs().copysign(number)
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
        // Python writes the integer that it is, with all digits.
        return if bytes.is_finite() {
            Ok(format!("{:.0} Bytes", bytes.trunc() + 0.0))
        } else {
            Err(wrong("an infinite size is not an integer"))
        };
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
    // After the last unit the loop has gone one too far.
    let unit = if bytes / unit < 1.0 { unit / base } else { unit };
    Ok(format!("{:.1} {name}", bytes / unit))
}
