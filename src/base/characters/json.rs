//! JSON in which hidden characters are seen.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::hidden::hidden_characters;
use crate::base::compact_json::{self, Style};

/// Writes `value` as JSON on one line, hidden characters as escapes.
///
/// # Errors
/// What the writer says.
pub fn to_json<T: Serialize + ?Sized>(out: impl io::Write, value: &T) -> io::Result<()> {
    Ok(compact_json::write::<OneLine>(out, value)?)
}

/// [`to_json`] with a line for each entry.
///
/// # Errors
/// What the writer says.
pub fn to_json_pretty<T: Serialize + ?Sized>(out: impl io::Write, value: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(out, Visible(PrettyFormatter::new()));
    Ok(value.serialize(&mut serializer)?)
}

/// JSON on one line.
struct OneLine;

impl Style for OneLine {
    fn string(out: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
        text.serialize(&mut Serializer::with_formatter(out, Visible(CompactFormatter)))
    }

    fn float(out: &mut Vec<u8>, value: f64) -> serde_json::Result<()> {
        serde_json::to_writer(out, &value)
    }
}

/// A layout of JSON that writes hidden characters as escapes.
#[derive(Clone, Debug)]
pub struct Visible<F>(pub F);

macro_rules! as_before {
    ($($method:ident($($argument:ident: $type:ty),*);)+) => {
        $( fn $method<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$method(writer $(, $argument)*)
        } )+
    };
}

impl<F: Formatter> Formatter for Visible<F> {
    as_before! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in hidden_characters(fragment) {
            writer.write_all(&fragment.as_bytes()[written..at])?;
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_same_value_without_hidden_characters() {
        let value = json!({"a\u{202e}b": ["\u{e0041}", "é\u{7f}\n", 1.5, null, {}], "b": []});
        let (mut compact, mut pretty) = (Vec::new(), Vec::new());
        to_json(&mut compact, &value).unwrap();
        to_json_pretty(&mut pretty, &value).unwrap();
        assert_eq!(
            std::str::from_utf8(&compact).unwrap(),
            r#"{"a\u202eb":["\udb40\udc41","é\u007f\n",1.5,null,{}],"b":[]}"#
        );
        for written in [compact, pretty] {
            assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), value);
            assert_eq!(hidden_characters(std::str::from_utf8(&written).unwrap()).next(), None);
        }
    }
}
