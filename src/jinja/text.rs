//! Filters on texts.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Value};

use super::arguments::{Given, bind, integer, text, truth, wrong};
use super::bounds::{self, join};
use super::kinds::{PythonKind, kind};
use super::printing::{quote_plus, str};
use super::{split, strings};

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("capitalize", |value: Value| Ok::<_, Error>(strings::capitalize(&soft(&value)?)));
    environment.add_filter("center", |value: Value, args: Given| {
        let [width] = bind(&args, ["width"])?;
        strings::pad(&soft(&value)?, "center", integer(width.as_ref(), 80)?, " ")
    });
    environment.add_filter("lower", |value: Value| Ok::<_, Error>(soft(&value)?.to_lowercase()));
    environment.add_filter("upper", |value: Value| Ok::<_, Error>(soft(&value)?.to_uppercase()));
    environment.add_filter("string", |value: Value| {
        if value.kind() == ValueKind::String { Ok(value) } else { str(&value).map(Value::from) }
    });
    environment.add_filter("trim", |value: Value, args: Given| {
        let [chars] = bind(&args, ["chars"])?;
        let text = soft(&value)?;
        let chars = chars.filter(|chars| !chars.is_none());
        let chars =
            chars.as_ref().map(|chars| chars.as_str().ok_or_else(|| wrong("a string is wanted"))).transpose()?;
        let strips = |char: char| chars.map_or_else(|| split::is_space(char), |chars| chars.contains(char));
        Ok::<_, Error>(text.trim_matches(strips).to_owned())
    });
    environment.add_filter("replace", |value: Value, args: Given| {
        let [old, new, count] = bind(&args, ["old", "new", "count"])?;
        let (Some(old), Some(new)) = (old, new) else { return Err(wrong("replace takes two strings")) };
        let count = count.filter(|count| !count.is_none());
        strings::replace(&soft(&value)?, &soft(&old)?, &soft(&new)?, integer(count.as_ref(), -1)?)
    });
    environment.add_filter("title", |value: Value| Ok::<_, Error>(title(&soft(&value)?)));
    environment.add_filter("indent", indent);
    environment.add_filter("striptags", |value: Value| Ok::<_, Error>(strip_tags(&soft(&value)?)));
    environment.add_filter("truncate", truncate);
    environment.add_filter("wordcount", |value: Value| {
        Ok::<_, Error>(soft(&value)?.split(|char| !is_word(char)).filter(|word| !word.is_empty()).count())
    });
    environment.add_filter("wordwrap", word_wrap);
    environment.add_filter("urlencode", url_encode);
    environment.add_filter("escape", escape);
    environment.add_filter("e", escape);
    environment
        .add_filter("forceescape", |value: Value| Ok::<_, Error>(Value::from_safe_string(escaped(&soft(&value)?))));
    environment.add_filter("safe", |value: Value| Ok::<_, Error>(Value::from_safe_string(str(&value)?)));
    environment.add_filter("xmlattr", xml_attributes);
    environment.add_filter("format", |value: Value, args: Given| super::percent::format(&value, &args));
}

/// The text of a value, as Python's `str` makes it.
fn soft(value: &Value) -> Result<String, Error> {
    let text = str(value)?;
    bounds::made(text.len().saturating_mul(4))?;
    Ok(text)
}

fn is_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

/// Every word with a capital; words begin after white space, `-` and opening brackets.
fn title(text: &str) -> String {
    let mut title = String::with_capacity(text.len());
    let mut first = true;
    for char in text.chars() {
        if char == '-' || split::is_space(char) || "([{<".contains(char) {
            title.push(char);
            first = true;
        } else if first {
            title.extend(char.to_uppercase());
            first = false;
        } else {
            title.extend(char.to_lowercase());
        }
    }
    title
}

fn indent(value: Value, args: Given) -> Result<String, Error> {
    let [width, first, blank] = bind(&args, ["width", "first", "blank"])?;
    let indent = match width {
        Some(width) if width.kind() == ValueKind::String => width.as_str().unwrap_or_default().to_owned(),
        width => {
            let width = usize::try_from(integer(width.as_ref(), 4)?.max(0)).unwrap_or(usize::MAX);
            bounds::made(width)?;
            " ".repeat(width)
        }
    };
    let text = value.as_str().ok_or_else(|| wrong("only strings are indented"))?.to_owned() + "\n";
    let blank = truth(blank.as_ref(), false);
    let lines = split::lines(&text).count();
    bounds::made(text.len().saturating_mul(2).saturating_add(lines.saturating_mul(indent.len())))?;
    let mut indented = String::new();
    for (index, line) in split::lines(&text).enumerate() {
        if index > 0 {
            indented.push('\n');
            if blank || !line.is_empty() {
                indented.push_str(&indent);
            }
        } else if truth(first.as_ref(), false) {
            indented.push_str(&indent);
        }
        indented.push_str(line);
    }
    Ok(indented)
}

fn strip_tags(text: &str) -> String {
    let mut stripped = text.to_owned();
    for (open, close) in [("<!--", "-->"), ("<", ">")] {
        let mut rest = stripped.as_str();
        let mut kept = String::with_capacity(rest.len());
        while let Some(start) = rest.find(open) {
            let Some(length) = rest[start..].find(close) else { break };
            kept.push_str(&rest[..start]);
            rest = &rest[start + length + close.len()..];
        }
        kept.push_str(rest);
        stripped = kept;
    }
    let words: Vec<_> = stripped.split(split::is_space).filter(|word| !word.is_empty()).collect();
    unescaped(&words.join(" "))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest.find(';').map(|end| &rest[1..end]).filter(|entity| entity.len() <= 8);
        let char = entity.and_then(|entity| match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            _ => {
                let number = entity.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(number) => u32::from_str_radix(number, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        if let (Some(char), Some(entity)) = (char, entity) {
            plain.push(char);
            rest = &rest[entity.len() + 2..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain + rest
}

fn truncate(value: Value, args: Given) -> Result<Value, Error> {
    let [length, kill_words, end, leeway] = bind(&args, ["length", "killwords", "end", "leeway"])?;
    let length = integer(length.as_ref(), 255)?;
    let end = text(end.as_ref(), "...")?;
    let leeway = leeway.filter(|leeway| !leeway.is_none());
    let leeway = integer(leeway.as_ref(), 5)?;
    let count = |text: &str| i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if length < count(&end) || leeway < 0 {
        return Err(wrong("the length is too short for the end"));
    }
    // Whatever has a length is measured; only strings are cut.
    let measured = match value.as_str() {
        Some(string) => count(string),
        None => super::generators::length(&value)
            .and_then(|length| i64::try_from(length).ok())
            .ok_or_else(|| wrong("it has no length"))?,
    };
    if measured <= length.saturating_add(leeway) {
        return Ok(value);
    }
    let string = value.as_str().ok_or_else(|| wrong("only strings are cut"))?;
    let kept = usize::try_from(length - count(&end)).unwrap_or_default();
    let mut kept: String = string.chars().take(kept).collect();
    if !truth(kill_words.as_ref(), false)
        && let Some(space) = kept.rfind(' ')
    {
        kept.truncate(space);
    }
    Ok(Value::from(kept + &end))
}

fn word_wrap(value: Value, args: Given) -> Result<String, Error> {
    let names = ["width", "break_long_words", "wrapstring", "break_on_hyphens"];
    let [width, long, newline, hyphens] = bind(&args, names)?;
    let width = usize::try_from(integer(width.as_ref(), 79)?).ok().filter(|width| *width > 0);
    let width = width.ok_or_else(|| wrong("the width is a number above 0"))?;
    let newline = text(newline.filter(|newline| !newline.is_none()).as_ref(), "\n")?;
    let string = value.as_str().ok_or_else(|| wrong("only strings are wrapped"))?;
    // A word of one character is a string of its own.
    bounds::made(string.len().saturating_mul(64))?;
    let wrapped = split::lines(string).map(|line| {
        let lines = wrap(line, width, truth(long.as_ref(), true), truth(hyphens.as_ref(), true))?;
        join(lines.into_iter().map(Ok), &newline)
    });
    join(wrapped, &newline)
}

/// The lines that Python's `textwrap` makes of one.
fn wrap(line: &str, width: usize, break_long: bool, at_hyphens: bool) -> Result<Vec<String>, Error> {
    let mut chunks: Vec<String> = chunks(line, at_hyphens);
    chunks.reverse();
    let length = |text: &str| text.chars().count();
    let mut lines: Vec<String> = Vec::new();
    while !chunks.is_empty() {
        let mut current: Vec<String> = Vec::new();
        let mut used = 0;
        if !lines.is_empty() && chunks.last().is_some_and(|chunk| chunk.trim().is_empty()) {
            chunks.pop();
        }
        while let Some(chunk) = chunks.pop() {
            if used + length(&chunk) > width {
                chunks.push(chunk);
                break;
            }
            used += length(&chunk);
            current.push(chunk);
        }
        if let Some(chunk) = chunks.pop_if(|chunk| length(chunk) > width) {
            bounds::steps(chunk.len())?;
            if break_long {
                let room = width - used;
                let mut end = room;
                // A long word is broken after a hyphen if it has one in the room that is left.
                if at_hyphens {
                    let before: Vec<char> = chunk.chars().take(room).collect();
                    let hyphen = before.iter().rposition(|char| *char == '-');
                    if let Some(hyphen) =
                        hyphen.filter(|hyphen| *hyphen > 0 && before[..*hyphen].iter().any(|char| *char != '-'))
                    {
                        end = hyphen + 1;
                    }
                }
                current.push(chunk.chars().take(end).collect());
                let rest: String = chunk.chars().skip(end).collect();
                chunks.push(rest);
            } else if current.is_empty() {
                current.push(chunk);
            } else {
                chunks.push(chunk);
            }
        }
        if current.last().is_some_and(|chunk| chunk.trim().is_empty()) {
            current.pop();
        }
        if !current.is_empty() {
            lines.push(current.concat());
        }
    }
    Ok(lines)
}

/// Words and the white space between them; words also end after a hyphen between letters.
fn chunks(line: &str, at_hyphens: bool) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    let chars: Vec<char> = line.chars().collect();
    let mut start = 0;
    for index in 0..chars.len() {
        let next = chars.get(index + 1);
        let ends_word = next.is_none_or(|next| next.is_whitespace() != chars[index].is_whitespace());
        let letter = |char: Option<&char>| char.is_some_and(|char| char.is_alphabetic() || *char == '_');
        let ends_at_hyphen = at_hyphens
            && chars[index] == '-'
            && index >= 2
            && letter(chars.get(index - 1))
            && chars.get(index - 2).is_some_and(|char| is_word(*char))
            && letter(next)
            && chars.get(index + 2).is_some_and(|char| is_word(*char) || *char == '-');
        if ends_word || ends_at_hyphen {
            chunks.push(chars[start..=index].iter().collect());
            start = index + 1;
        }
    }
    chunks
}

fn url_encode(value: Value) -> Result<String, Error> {
    if matches!(
        kind(&value),
        PythonKind::String
            | PythonKind::None
            | PythonKind::Bool
            | PythonKind::Int
            | PythonKind::Float
            | PythonKind::Other
    ) {
        return Ok(quote_plus(&soft(&value)?, true));
    }
    let mut pairs = Vec::new();
    for item in super::lists::items(&value)? {
        let (key, value) = if kind(&value) == PythonKind::Dict {
            let found = value.get_item(&item)?;
            (item, found)
        } else {
            match <[Value; 2]>::try_from(super::lists::items(&item)?) {
                Ok([key, value]) => (key, value),
                Err(_) => return Err(wrong("pairs are wanted")),
            }
        };
        pairs.push(format!("{}={}", quote_plus(&soft(&key)?, false), quote_plus(&soft(&value)?, false)));
    }
    Ok(pairs.join("&"))
}

fn escape(value: Value) -> Result<Value, Error> {
    if value.is_safe() { Ok(value) } else { Ok(Value::from_safe_string(escaped(&soft(&value)?))) }
}

pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            char => escaped.push(char),
        }
    }
    escaped
}

fn xml_attributes(value: Value, args: Given) -> Result<String, Error> {
    let [space] = bind(&args, ["autospace"])?;
    if kind(&value) != PythonKind::Dict {
        return Err(wrong("a dict is wanted"));
    }
    let mut attributes = Vec::new();
    for key in value.try_iter()? {
        let item = value.get_item(&key)?;
        if item.is_none() || item.is_undefined() {
            continue;
        }
        let name = str(&key)?;
        if name.contains(|char: char| char.is_whitespace() || matches!(char, '/' | '>' | '=')) {
            return Err(wrong("a character that no attribute's name has"));
        }
        attributes.push(format!("{}=\"{}\"", escaped(&name), escaped(&soft(&item)?)));
    }
    let text = attributes.join(" ");
    Ok(if truth(space.as_ref(), true) && !text.is_empty() { format!(" {text}") } else { text })
}
