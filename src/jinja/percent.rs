//! Python's `%` on strings.

use minijinja::value::{Kwargs, ValueKind, from_args};
use minijinja::{Error, Value};

use super::arguments::{Given, wrong};
use super::printing::{float, repr, str};

/// The filter `format`: the arguments by place, or all by name.
pub(super) fn format(value: &Value, given: &Given) -> Result<String, Error> {
    let args = super::arguments::values(given);
    let (places, names): (&[Value], Kwargs) = from_args(&args)?;
    let names: Vec<(String, Value)> =
        names.args().map(|name| Ok((name.to_owned(), names.get::<Value>(name)?))).collect::<Result<_, Error>>()?;
    if !places.is_empty() && !names.is_empty() {
        return Err(wrong("arguments are given by place or by name, not both"));
    }
    apply(&str(value)?, places, &|wanted| names.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()))
}

/// The longest field.
const MAX_WIDTH: usize = 100_000;

fn apply(text: &str, places: &[Value], named: &dyn Fn(&str) -> Option<Value>) -> Result<String, Error> {
    let mut out = String::with_capacity(text.len());
    let mut places = places.iter();
    let mut uses_names = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '%' {
            out.push(char);
            continue;
        }
        let mut name = None;
        if chars.next_if_eq(&'(').is_some() {
            let mut depth = 1;
            let mut found = String::new();
            for char in chars.by_ref() {
                depth += i32::from(char == '(') - i32::from(char == ')');
                if depth == 0 {
                    break;
                }
                found.push(char);
            }
            if depth > 0 {
                return Err(wrong("incomplete format key"));
            }
            name = Some(found);
        }
        let mut field = Field::default();
        while let Some(flag) = chars.next_if(|char| "-+ 0#".contains(*char)) {
            match flag {
                '-' => field.left = true,
                '+' => field.plus = true,
                ' ' => field.space = true,
                '0' => field.zero = true,
                _ => field.alternate = true,
            }
        }
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
                      places: &mut std::slice::Iter<'_, Value>| {
            if chars.next_if_eq(&'*').is_some() {
                let value = places.next().ok_or_else(|| wrong("not enough arguments for format string"))?;
                let width = super::kinds::integer(value).and_then(|width| i64::try_from(width).ok());
                return width.map(Some).ok_or_else(|| wrong("* wants int"));
            }
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            Ok(digits.parse().ok())
        };
        if let Some(width) = number(&mut chars, &mut places)? {
            field.left |= width < 0;
            field.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
        }
        if chars.next_if_eq(&'.').is_some() {
            field.precision = Some(usize::try_from(number(&mut chars, &mut places)?.unwrap_or(0)).unwrap_or(0));
        }
        super::bounds::made(field.width.saturating_add(field.precision.unwrap_or(0)))?;
        if field.width > MAX_WIDTH || field.precision.is_some_and(|precision| precision > MAX_WIDTH) {
            return Err(wrong("the field is too wide"));
        }
        while chars.next_if(|char| "hlL".contains(*char)).is_some() {}
        let kind = chars.next().ok_or_else(|| wrong("incomplete format"))?;
        if kind == '%' {
            out.push('%');
            continue;
        }
        let value = match name {
            Some(name) => {
                uses_names = true;
                named(&name).ok_or_else(|| wrong("there is no such key"))?
            }
            None => places.next().cloned().ok_or_else(|| wrong("not enough arguments for format string"))?,
        };
        let formatted = field.format(kind, &value)?;
        super::bounds::made(formatted.len())?;
        out.push_str(&formatted);
    }
    if places.next().is_some() && !uses_names {
        return Err(wrong("not all arguments converted during string formatting"));
    }
    Ok(out)
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "the five flags of the format")]
struct Field {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

impl Field {
    fn format(&self, kind: char, value: &Value) -> Result<String, Error> {
        let cut = |text: String| match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text,
        };
        match kind {
            's' => Ok(self.pad("", &cut(str(value)?), false)),
            'r' | 'a' => Ok(self.pad("", &cut(repr(value)?), false)),
            'c' => {
                let text = match value.as_str() {
                    Some(text) if text.chars().count() == 1 => text.to_owned(),
                    Some(_) => return Err(wrong("%c requires int or char")),
                    None => u32::try_from(integer(value)?)
                        .ok()
                        .and_then(char::from_u32)
                        .map(String::from)
                        .ok_or_else(|| wrong("no such character"))?,
                };
                Ok(self.pad("", &text, false))
            }
            'd' | 'i' | 'u' => {
                let number = match value.kind() {
                    ValueKind::Number if !value.is_integer() => whole(f64::try_from(value.clone())?)?,
                    _ => integer(value)?,
                };
                Ok(self.integer(number, &number.unsigned_abs().to_string(), ""))
            }
            'x' | 'X' | 'o' => {
                if value.kind() == ValueKind::Number && !value.is_integer() {
                    return Err(wrong("an integer is required, not float"));
                }
                let number = integer(value)?;
                let size = number.unsigned_abs();
                let (digits, prefix) = match kind {
                    'x' => (format!("{size:x}"), "0x"),
                    'X' => (format!("{size:X}"), "0X"),
                    _ => (format!("{size:o}"), "0o"),
                };
                Ok(self.integer(number, &digits, if self.alternate { prefix } else { "" }))
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let number = match value.kind() {
                    ValueKind::Number => f64::try_from(value.clone())?,
                    ValueKind::Bool => f64::from(u8::from(value.is_true())),
                    _ => return Err(wrong("must be real number")),
                };
                let text = floating(number.abs(), kind, self.precision.unwrap_or(6), self.alternate);
                Ok(self.pad(self.sign(number.is_sign_negative() && !number.is_nan()), &text, number.is_finite()))
            }
            _ => Err(wrong("unsupported format character")),
        }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    fn integer(&self, number: i128, digits: &str, prefix: &str) -> String {
        let zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let digits = format!("{}{digits}", "0".repeat(zeros));
        self.pad(&format!("{}{prefix}", self.sign(number < 0)), &digits, true)
    }

    fn pad(&self, sign: &str, text: &str, is_number: bool) -> String {
        let missing = self.width.saturating_sub(sign.len() + text.chars().count());
        if self.left {
            format!("{sign}{text}{}", " ".repeat(missing))
        } else if self.zero && is_number {
            format!("{sign}{}{text}", "0".repeat(missing))
        } else {
            format!("{}{sign}{text}", " ".repeat(missing))
        }
    }
}

fn integer(value: &Value) -> Result<i128, Error> {
    match value.kind() {
        ValueKind::Bool => Ok(i128::from(value.is_true())),
        ValueKind::Number if value.is_integer() => i128::try_from(value.clone()),
        _ => Err(wrong("a real number is required")),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "Python cuts off what comes after the point")]
fn whole(number: f64) -> Result<i128, Error> {
    if number.is_finite() { Ok(number as i128) } else { Err(wrong("no integer")) }
}

pub(super) fn floating(number: f64, kind: char, precision: usize, alternate: bool) -> String {
    if !number.is_finite() {
        let text = float(number);
        return if kind.is_ascii_uppercase() { text.to_uppercase() } else { text };
    }
    let with_exponent = |text: &str| {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        (mantissa.to_owned(), exponent)
    };
    let exponent_text = |exponent: i32| format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    let text = match kind.to_ascii_lowercase() {
        'f' => format!("{number:.precision$}"),
        'e' => {
            let (mantissa, exponent) = with_exponent(&format!("{number:.precision$e}"));
            mantissa + &exponent_text(exponent)
        }
        _ => {
            let precision = precision.max(1);
            let (mantissa, exponent) = with_exponent(&format!("{number:.*e}", precision - 1));
            let limit = i32::try_from(precision).unwrap_or(i32::MAX);
            let (digits, tail) = if exponent < -4 || exponent >= limit {
                (mantissa, exponent_text(exponent))
            } else {
                let places = usize::try_from(limit - 1 - exponent).unwrap_or(0);
                (format!("{number:.places$}"), String::new())
            };
            let digits = if digits.contains('.') && !alternate {
                digits.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                digits
            };
            digits + &tail
        }
    };
    if kind.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

/// What is on the right of `%`: a tuple of values, a dict of named ones, or one value.
pub(super) fn operator(value: &Value, operand: &Value) -> Result<String, Error> {
    let text = value.as_str().unwrap_or_default();
    super::bounds::steps(text.len())?;
    if super::kinds::kind(operand) == super::kinds::PythonKind::Tuple {
        let places: Vec<_> = operand.try_iter()?.collect();
        return apply(text, &places, &|_| None);
    }
    // What could be asked for a key may be left over.
    let is_mapping = matches!(
        super::kinds::kind(operand),
        super::kinds::PythonKind::Dict
            | super::kinds::PythonKind::List
            | super::kinds::PythonKind::Range
            | super::kinds::PythonKind::Undefined
    );
    let has_fields = text.replace("%%", "").contains('%');
    if is_mapping && !has_fields {
        return apply(text, &[], &|_| None);
    }
    if super::kinds::kind(operand) == super::kinds::PythonKind::Dict {
        let named = |name: &str| super::kinds::entry(operand, &Value::from(name));
        // One field without a name takes the whole dict.
        return apply(text, if text.contains("%(") { &[] } else { std::slice::from_ref(operand) }, &named);
    }
    apply(text, std::slice::from_ref(operand), &|_| None)
}
