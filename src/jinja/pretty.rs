//! Python's `pprint`.

use minijinja::{Error, Value};

use super::arguments::wrong;
use super::bounds;
use super::kinds::{PythonKind, kind};
use super::printing::repr;

/// The widest line.
const WIDTH: usize = 80;
const MAX_DEPTH: usize = 100;

/// The value as `pprint` writes it: keys sorted, long values on several lines.
pub(super) fn print(value: &Value) -> Result<String, Error> {
    let mut text = String::new();
    write(&mut text, value, 0, 0, 0)?;
    Ok(text)
}

/// One line, with the keys sorted.
fn line(value: &Value, depth: usize) -> Result<String, Error> {
    bounds::values(1)?;
    if depth > MAX_DEPTH {
        return Err(wrong("nested too deep to be printed"));
    }
    let line = match kind(value) {
        PythonKind::Dict => {
            let entries = sorted(value)?
                .into_iter()
                .map(|(key, item)| Ok(format!("{}: {}", line(&key, depth + 1)?, line(&item, depth + 1)?)));
            format!("{{{}}}", bounds::join(entries, ", ")?)
        }
        PythonKind::List | PythonKind::Tuple => {
            let items = value.try_iter()?.map(|item| line(&item, depth + 1)).collect::<Result<Vec<_>, _>>()?;
            let is_tuple = kind(value) == PythonKind::Tuple;
            match (is_tuple, items.len()) {
                (true, 1) => format!("({},)", items[0]),
                (true, _) => format!("({})", items.join(", ")),
                (false, _) => format!("[{}]", items.join(", ")),
            }
        }
        _ => repr(value)?,
    };
    bounds::made(line.len())?;
    Ok(line)
}

fn sorted(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    let mut entries =
        value.try_iter()?.map(|key| value.get_item(&key).map(|item| (key, item))).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(entries)
}

/// `column` is where the value begins, `allowance` what is after it on its last line.
fn write(text: &mut String, value: &Value, column: usize, allowance: usize, depth: usize) -> Result<(), Error> {
    let one_line = line(value, depth)?;
    let room = WIDTH.saturating_sub(column + allowance);
    if one_line.chars().count() <= room || depth > MAX_DEPTH {
        text.push_str(&one_line);
        return Ok(());
    }
    match kind(value) {
        PythonKind::Dict => {
            let entries = sorted(value)?;
            text.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                let key = line(key, depth + 1)?;
                if index > 0 {
                    new_line(text, column + 1);
                }
                text.push_str(&key);
                text.push_str(": ");
                let is_last = index + 1 == entries.len();
                let at = column + 1 + key.chars().count() + 2;
                write(text, item, at, if is_last { allowance + 1 } else { 1 }, depth + 1)?;
                if !is_last {
                    text.push(',');
                }
            }
            text.push('}');
        }
        PythonKind::List | PythonKind::Tuple => {
            let items: Vec<_> = value.try_iter()?.collect();
            let is_tuple = kind(value) == PythonKind::Tuple;
            text.push(if is_tuple { '(' } else { '[' });
            let end = match (is_tuple, items.len()) {
                (true, 1) => ",)",
                (true, _) => ")",
                (false, _) => "]",
            };
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                    new_line(text, column + 1);
                }
                let is_last = index + 1 == items.len();
                write(text, item, column + 1, if is_last { allowance + end.len() } else { 1 }, depth + 1)?;
            }
            text.push_str(end);
        }
        PythonKind::String => write_string(text, value.as_str().unwrap_or_default(), column, allowance, depth)?,
        _ => text.push_str(&one_line),
    }
    Ok(())
}

fn new_line(text: &mut String, column: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', column));
}

/// A long string, as several in brackets.
fn write_string(text: &mut String, string: &str, column: usize, allowance: usize, depth: usize) -> Result<(), Error> {
    let quoted = |part: &str| repr(&Value::from(part));
    // At the top the brackets take a place of their own.
    let (column, allowance) = if depth == 0 { (column + 1, allowance + 1) } else { (column, allowance) };
    let room = WIDTH.saturating_sub(column);
    let mut chunks: Vec<String> = Vec::new();
    let lines: Vec<&str> = string.split_inclusive('\n').collect();
    for (index, line) in lines.iter().enumerate() {
        let is_last_line = index + 1 == lines.len();
        let whole = quoted(line)?;
        if whole.chars().count() <= if is_last_line { room.saturating_sub(allowance) } else { room } {
            chunks.push(whole);
            continue;
        }
        let words = words(line);
        let mut current = String::new();
        for (place, word) in words.iter().enumerate() {
            bounds::made(current.len() + word.len())?;
            let candidate = format!("{current}{word}");
            let limit = if is_last_line && place + 1 == words.len() { room.saturating_sub(allowance) } else { room };
            if quoted(&candidate)?.chars().count() > limit {
                if !current.is_empty() {
                    chunks.push(quoted(&current)?);
                }
                (*word).clone_into(&mut current);
            } else {
                current = candidate;
            }
        }
        if !current.is_empty() {
            chunks.push(quoted(&current)?);
        }
    }
    if let [chunk] = chunks.as_slice() {
        text.push_str(chunk);
        return Ok(());
    }
    if depth == 0 {
        text.push('(');
    }
    for (index, chunk) in chunks.iter().enumerate() {
        if index > 0 {
            new_line(text, column);
        }
        text.push_str(chunk);
    }
    if depth == 0 {
        text.push(')');
    }
    Ok(())
}

/// Words with the white space after them.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut in_space = false;
    for (at, char) in line.char_indices() {
        if in_space && !char.is_whitespace() {
            words.push(&line[start..at]);
            start = at;
        }
        in_space = char.is_whitespace();
    }
    words.push(&line[start..]);
    words.retain(|word| !word.is_empty());
    words
}
