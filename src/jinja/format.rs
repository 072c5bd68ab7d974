//! Python's `str.format`.

use minijinja::value::{Kwargs, from_args};
use minijinja::{Error, Value};

use super::arguments::wrong;
use super::bounds;
use super::kinds::{PythonKind, float, integer, kind};
use super::percent::floating;
use super::printing::{repr, str};
use super::rewrite::is_internal;
use super::values::item;

/// What the fields take their values from.
struct Fields<'a> {
    places: &'a [Value],
    named: &'a dyn Fn(&str) -> Option<Value>,
    /// The place that the next field without a name takes; `None` once a place was named.
    next: Option<usize>,
    has_numbers: bool,
}

/// `string.format(…)`.
pub(super) fn format(string: &str, args: &[Value]) -> Result<String, Error> {
    let (places, by_name): (&[Value], Kwargs) = from_args(args)?;
    let named = |name: &str| by_name.get::<Value>(name).ok();
    Fields { places, named: &named, next: Some(0), has_numbers: false }.format(string, 2)
}

/// `string.format_map(values)`.
pub(super) fn format_map(string: &str, values: &Value) -> Result<String, Error> {
    let named = |name: &str| item(values, &Value::from(name)).ok().filter(|found| !found.is_undefined());
    Fields { places: &[], named: &named, next: Some(0), has_numbers: false }.format(string, 2)
}

impl Fields<'_> {
    fn format(&mut self, string: &str, depth: usize) -> Result<String, Error> {
        let Some(depth) = depth.checked_sub(1) else { return Err(wrong("fields are nested too deep")) };
        let mut out = String::new();
        let mut rest = string;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            bounds::made(at + 1)?;
            let sign = &rest[at..=at];
            rest = &rest[at + 1..];
            if rest.starts_with(sign) {
                out.push_str(sign);
                rest = &rest[1..];
                continue;
            }
            if sign == "}" {
                return Err(wrong("a single `}` in a format"));
            }
            let end = field_end(rest).ok_or_else(|| wrong("a field of a format does not end"))?;
            out.push_str(&self.field(&rest[..end], depth)?);
            rest = &rest[end + 1..];
        }
        bounds::made(rest.len())?;
        out.push_str(rest);
        Ok(out)
    }

    /// What is between the braces: a name, a conversion, a specification.
    fn field(&mut self, field: &str, depth: usize) -> Result<String, Error> {
        let name_end = name_end(field);
        let (name, rest) = field.split_at(name_end);
        let (conversion, spec) = match rest.strip_prefix('!') {
            Some(rest) => {
                let conversion = rest.chars().next().ok_or_else(|| wrong("a conversion is missing"))?;
                let rest = &rest[conversion.len_utf8()..];
                match rest.strip_prefix(':') {
                    Some(spec) => (Some(conversion), spec),
                    None if rest.is_empty() => (Some(conversion), ""),
                    None => return Err(wrong("a `:` is wanted after the conversion")),
                }
            }
            None => (None, rest.strip_prefix(':').unwrap_or("")),
        };
        let value = self.value(name)?;
        let spec = if spec.contains(['{', '}']) { self.format(spec, depth)? } else { spec.to_owned() };
        let value = match conversion {
            None => value,
            Some('s') => Value::from(str(&value)?),
            Some('r') => Value::from(repr(&value)?),
            Some('a') => Value::from(ascii(&repr(&value)?)),
            Some(_) => return Err(wrong("there is no such conversion")),
        };
        formatted(&value, &spec)
    }

    fn value(&mut self, name: &str) -> Result<Value, Error> {
        let first_end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut rest) = name.split_at(first_end);
        let mut value = if first.is_empty() {
            let place = self.next.filter(|_| !self.has_numbers);
            let place = place.ok_or_else(|| wrong("fields are numbered all or not at all"))?;
            self.next = Some(place + 1);
            self.places.get(place).cloned().ok_or_else(|| wrong("a field has no value"))?
        } else if first.bytes().all(|byte| byte.is_ascii_digit()) {
            if self.next != Some(0) {
                return Err(wrong("fields are numbered all or not at all"));
            }
            self.has_numbers = true;
            let place: usize = first.parse().map_err(|_| wrong("a field has no value"))?;
            self.places.get(place).cloned().ok_or_else(|| wrong("a field has no value"))?
        } else {
            (self.named)(first).ok_or_else(|| wrong("a field has no value"))?
        };
        while !rest.is_empty() {
            bounds::values(1)?;
            if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let name = &after[..end];
                if name.is_empty() {
                    return Err(wrong("an attribute without a name"));
                }
                value = if is_internal(name) { Value::UNDEFINED } else { value.get_attr(name)? };
                rest = &after[end..];
            } else if let Some(after) = rest.strip_prefix('[') {
                let end = after.find(']').ok_or_else(|| wrong("a `]` is missing"))?;
                let key = &after[..end];
                if key.is_empty() {
                    return Err(wrong("an item without a name"));
                }
                let key = key.parse::<u32>().map_or_else(|_| Value::from(key), Value::from);
                value = item(&value, &key)?;
                rest = &after[end + 1..];
                if !(rest.is_empty() || rest.starts_with(['.', '['])) {
                    return Err(wrong("only `.` or `[` follows a `]`"));
                }
            } else {
                return Err(wrong("only `.` or `[` follows a name"));
            }
        }
        Ok(value)
    }
}

/// Where a name ends: at `!` or `:` outside of square brackets.
fn name_end(field: &str) -> usize {
    let mut inside = false;
    for (at, char) in field.char_indices() {
        match char {
            '[' => inside = true,
            ']' => inside = false,
            '!' | ':' if !inside => return at,
            _ => {}
        }
    }
    field.len()
}

/// Where the brace of a field closes.
fn field_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

pub(super) fn ascii(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match u32::from(char) {
            0..=0x7f => out.push(char),
            code @ ..=0xff => out.push_str(&format!("\\x{code:02x}")),
            code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}

/// A format specification: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn read(spec: &str) -> Result<Self, Error> {
        let chars: Vec<char> = spec.chars().collect();
        let is_align = |at: usize| chars.get(at).is_some_and(|char| "<>=^".contains(*char));
        let mut read = Self::default();
        let mut at = 0;
        if is_align(1) {
            (read.fill, read.align) = (Some(chars[0]), Some(chars[1]));
            at = 2;
        } else if is_align(0) {
            read.align = Some(chars[0]);
            at = 1;
        }
        if let Some(sign) = chars.get(at).filter(|char| "+- ".contains(**char)) {
            read.sign = Some(*sign);
            at += 1;
        }
        if chars.get(at) == Some(&'#') {
            read.alternate = true;
            at += 1;
        }
        if chars.get(at) == Some(&'0') {
            read.fill = read.fill.or(Some('0'));
            read.align = read.align.or(Some('='));
            at += 1;
        }
        let number = |at: &mut usize| {
            let start = *at;
            while chars.get(*at).is_some_and(char::is_ascii_digit) {
                *at += 1;
            }
            let digits: String = chars[start..*at].iter().collect();
            if digits.is_empty() {
                return Ok(None);
            }
            digits.parse::<usize>().map(Some).map_err(|_| wrong("too many digits in a format"))
        };
        read.width = number(&mut at)?.unwrap_or(0);
        if let Some(grouping) = chars.get(at).filter(|char| ",_".contains(**char)) {
            read.grouping = Some(*grouping);
            at += 1;
        }
        if chars.get(at) == Some(&'.') {
            at += 1;
            read.precision = Some(number(&mut at)?.ok_or_else(|| wrong("a format without its precision"))?);
        }
        read.kind = chars.get(at).copied();
        if chars.len() > at + 1 {
            return Err(wrong("this is not a format"));
        }
        bounds::made(read.width.saturating_mul(4).saturating_add(read.precision.unwrap_or(0)))?;
        Ok(read)
    }

    fn pad(&self, sign: &str, text: &str, default: char) -> String {
        let length = sign.chars().count() + text.chars().count();
        let missing = self.width.saturating_sub(length);
        let fill = |count: usize| std::iter::repeat_n(self.fill.unwrap_or(' '), count).collect::<String>();
        match self.align.unwrap_or(default) {
            '<' => format!("{sign}{text}{}", fill(missing)),
            '^' => format!("{}{sign}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{sign}{}{text}", fill(missing)),
            _ => format!("{}{sign}{text}", fill(missing)),
        }
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    /// Digits in groups; padded with zeros the zeros are grouped too.
    fn grouped(&self, digits: &str, each: usize, room: usize) -> String {
        let Some(separator) = self.grouping else { return digits.to_owned() };
        let group = |digits: &str| {
            let mut out = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(each) {
                    out.push(separator);
                }
                out.push(digit);
            }
            out
        };
        let mut digits = digits.to_owned();
        let mut out = group(&digits);
        if self.fill == Some('0') && self.align == Some('=') {
            while out.len() < room {
                digits.insert(0, '0');
                let longer = group(&digits);
                if longer.len() > room + 1 {
                    break;
                }
                out = longer;
            }
        }
        out
    }
}

fn formatted(value: &Value, spec: &str) -> Result<String, Error> {
    if spec.is_empty() {
        return str(value);
    }
    match kind(value) {
        PythonKind::String => of_string(value.as_str().unwrap_or_default(), &Spec::read(spec)?),
        PythonKind::Bool | PythonKind::Int => of_integer(value, &Spec::read(spec)?),
        PythonKind::Float => of_float(f64::try_from(value.clone())?, &Spec::read(spec)?),
        _ => Err(wrong("the value takes no format")),
    }
}

fn of_string(text: &str, spec: &Spec) -> Result<String, Error> {
    let takes = matches!(spec.kind, None | Some('s')) && spec.sign.is_none() && !spec.alternate;
    // A `0` before the width fills on the left of a number, and on the right of a string.
    let is_zero = spec.fill == Some('0') && spec.align == Some('=');
    if !takes || spec.grouping.is_some() || (spec.align == Some('=') && !is_zero) {
        return Err(wrong("a string takes no such format"));
    }
    bounds::made(text.len())?;
    let cut: String = match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    if is_zero {
        return Ok(Spec { align: Some('<'), fill: spec.fill, width: spec.width, ..Spec::default() }.pad("", &cut, '<'));
    }
    Ok(spec.pad("", &cut, '<'))
}

fn of_integer(value: &Value, spec: &Spec) -> Result<String, Error> {
    let number = integer(value).ok_or_else(|| wrong("the number is too large"))?;
    let size = number.unsigned_abs();
    let (digits, prefix, each) = match spec.kind {
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => return of_float(float(value).unwrap_or(0.0), spec),
        _ if spec.precision.is_some() => return Err(wrong("an integer has no precision")),
        Some('c') => {
            let char = u32::try_from(number).ok().and_then(char::from_u32).ok_or_else(|| wrong("no such character"))?;
            if spec.sign.is_some() {
                return Err(wrong("a character has no sign"));
            }
            return Ok(spec.pad("", &char.to_string(), '<'));
        }
        None | Some('d' | 'n') => (size.to_string(), "", 3),
        Some('x') => (format!("{size:x}"), "0x", 4),
        Some('X') => (format!("{size:X}"), "0X", 4),
        Some('o') => (format!("{size:o}"), "0o", 4),
        Some('b') => (format!("{size:b}"), "0b", 4),
        Some(_) => return Err(wrong("an integer takes no such format")),
    };
    if spec.grouping == Some(',') && each == 4 {
        return Err(wrong("`,` is for decimal numbers"));
    }
    let sign = format!("{}{}", spec.sign_of(number < 0), if spec.alternate { prefix } else { "" });
    let digits = spec.grouped(&digits, each, spec.width.saturating_sub(sign.len()));
    Ok(spec.pad(&sign, &digits, '>'))
}

fn of_float(number: f64, spec: &Spec) -> Result<String, Error> {
    let size = number.abs();
    if spec.precision.is_some_and(|precision| precision > 100_000) {
        return Err(wrong("the precision is too large"));
    }
    let text = match (spec.kind, spec.precision) {
        (Some(kind @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G')), precision) => {
            floating(size, kind, precision.unwrap_or(6), spec.alternate)
        }
        (Some('n'), precision) => floating(size, 'g', precision.unwrap_or(6), spec.alternate),
        (Some('%'), precision) => floating(size * 100.0, 'f', precision.unwrap_or(6), spec.alternate) + "%",
        (None, None) => super::printing::float(size),
        (None, Some(precision)) => {
            // As `g`, with a digit after the point, and with an exponent one earlier.
            let precision = precision.max(1);
            let text = floating(size, 'g', precision, spec.alternate);
            let digits = text.split('e').next().unwrap_or_default();
            let whole = digits.split('.').next().unwrap_or_default().len();
            if text.contains(['e', 'n', 'i']) || size == 0.0 {
                if text.contains(['e', 'n', 'i']) { text } else { text + ".0" }
            } else if whole >= precision && size >= 1.0 {
                floating(size, 'e', precision - 1, spec.alternate)
                    .split_once('e')
                    .map(|(mantissa, exponent)| {
                        let mantissa = if mantissa.contains('.') {
                            mantissa.trim_end_matches('0').trim_end_matches('.')
                        } else {
                            mantissa
                        };
                        format!("{mantissa}e{exponent}")
                    })
                    .unwrap_or_default()
            } else if text.contains('.') {
                text
            } else {
                text + ".0"
            }
        }
        _ => return Err(wrong("a float takes no such format")),
    };
    let sign = spec.sign_of(number.is_sign_negative() && !number.is_nan());
    let split = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at(split);
    let whole = spec.grouped(whole, 3, spec.width.saturating_sub(sign.len() + rest.len()));
    Ok(spec.pad(sign, &format!("{whole}{rest}"), '>'))
}
