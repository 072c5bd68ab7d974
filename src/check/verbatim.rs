//! Values that are taken as they are, whatever the parameter's type.

use std::borrow::Cow;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::ParamValue;
use crate::resolve::{Constant, ConstantKind, Names};

/// The value as it is written; `None` where an error was reported.
pub fn verbatim<'a>(constant: &Constant<'a>, names: &mut dyn Names<'a>) -> Option<ParamValue<'a>> {
    Some(match &constant.kind {
        ConstantKind::Text(text) => ParamValue::Text(text.clone()),
        ConstantKind::Path(text) | ConstantKind::Word(text) => ParamValue::text(*text),
        ConstantKind::Number(digits) => {
            let Ok(number) = serde_json::from_str(digits) else {
                names.report(
                    Diagnostic::at(Code::WrongType, constant.span, format!("`{digits}` is not a number in JSON"))
                        .help("JSON has no leading zeros and no numbers beyond 1e308; a string in double quotes takes any digits"),
                );
                return None;
            };
            ParamValue::Number(number)
        }
        ConstantKind::Boolean(boolean) => ParamValue::Boolean(*boolean),
        ConstantKind::Null | ConstantKind::Parameter(_) => ParamValue::Null,
        ConstantKind::List(items) => {
            ParamValue::List(items.iter().map(|item| verbatim(item, names)).collect::<Option<_>>()?)
        }
        ConstantKind::Object(entries) => {
            let mut object = Vec::with_capacity(entries.len());
            for (name, value) in entries {
                object.push((Cow::Borrowed(name.text), verbatim(value, names)?));
            }
            ParamValue::Object(object)
        }
        ConstantKind::Unknown => return None,
    })
}
