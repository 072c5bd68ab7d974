//! Values that are where the other side names a secret.

use std::collections::BTreeMap;

use crate::format::quote;
use crate::jinja::of_verbatim;
use crate::model::{Document, Node, ParamText, ParamValue, TextPart};
use crate::secrets::{Secret, is_credential_header};

/// What is in the place of a value that must not be seen.
pub(crate) const NOT_SHOWN: &str = "(not shown)";

/// The values of secrets that one side names, as the other side has them: a file that was built with its secrets holds
/// them where the text says `"Bearer " + secret("TOKEN")`.
pub fn filled_secrets(before: &[Document<'_>], after: &[Document<'_>]) -> Vec<(String, Secret)> {
    let mut found = Vec::new();
    for (named, plain) in [(before, after), (after, before)] {
        let mut patterns: BTreeMap<(&str, &str), Vec<&[TextPart<'_>]>> = BTreeMap::new();
        each_text(named, &mut |node, name, text| {
            // A secret that is all of a text would be anything that is there.
            let ParamText::Parts(parts) = text else { return };
            if has_secret(text) && parts.iter().any(|part| matches!(part, TextPart::Plain(plain) if !plain.is_empty()))
            {
                patterns.entry((node, name)).or_default().push(parts);
            }
        });
        each_text(plain, &mut |node, name, text| {
            let (Some(patterns), ParamText::Plain(text)) = (patterns.get(&(node, name)), text) else { return };
            for (part, value) in patterns.iter().filter_map(|parts| fit(parts, text)).flatten() {
                if let TextPart::Secret { name, .. } = part
                    && !value.is_empty()
                {
                    found.push((name.to_string(), Secret::new(value)));
                    if let Some(value) = of_verbatim(value) {
                        found.push((name.to_string(), Secret::new(value)));
                    }
                }
            }
        });
    }
    found
}

/// Calls `see` with the module, the parameter and the text of all texts.
fn each_text<'d>(documents: &'d [Document<'_>], see: &mut dyn FnMut(&'d str, &'d str, &'d ParamText<'d>)) {
    for node in documents.iter().flat_map(|document| &document.graph.nodes) {
        for (name, value) in &node.params {
            if let ParamValue::Text(text) = value {
                see(&node.module, name, text);
            }
        }
        see(&node.module, FILTER, &node.filter.value);
    }
}

/// How the value of a module filter is called among the contents of a node.
pub(super) const FILTER: &str = "filter value";

/// A value, unless the other side has a secret there.
pub(super) fn shown_beside(node: &Node<'_>, other: &Node<'_>, name: &str, shown: &str) -> String {
    let own = text_of(node, name);
    match (own, text_of(other, name)) {
        (Some(ParamText::Plain(text)), Some(named @ ParamText::Parts(parts))) if has_secret(named) => {
            beside(parts, text)
        }
        (None, Some(named)) if has_secret(named) => NOT_SHOWN.to_owned(),
        _ => shown.to_owned(),
    }
}

/// The headers of a call without those that hold credentials; `None` if there are none of these.
pub(crate) fn without_credentials(name: &str, text: &str) -> Option<String> {
    let mut is_changed = false;
    let lines = text.split('\n').map(|line| match line.split_once(':') {
        Some((header, value)) if is_credential_header(header.trim()) && !value.trim().is_empty() => {
            is_changed = true;
            format!("{header}: {NOT_SHOWN}")
        }
        _ => line.to_owned(),
    });
    let lines: Vec<String> = lines.collect();
    (is_changed && name == "headers").then(|| quote(&lines.join("\n")))
}

/// The text of a parameter or of the module filter.
pub(super) fn text_of<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n ParamText<'n>> {
    if name == FILTER {
        return Some(&node.filter.value);
    }
    match node.params.iter().find(|(known, _)| known == name)? {
        (_, ParamValue::Text(text)) => Some(text),
        _ => None,
    }
}

fn has_secret(text: &ParamText<'_>) -> bool {
    matches!(text, ParamText::Parts(parts) if parts.iter().any(|part| matches!(part, TextPart::Secret { .. })))
}

/// A text beside one that names a secret: what it has in the place of the secret does not show.
fn beside(parts: &[TextPart<'_>], text: &str) -> String {
    let Some(values) = fit(parts, text) else { return NOT_SHOWN.to_owned() };
    let mut values = values.into_iter();
    let shown = parts.iter().map(|part| match part {
        TextPart::Plain(plain) => quote(plain),
        _ => match values.next() {
            Some((TextPart::Env { .. }, value)) => quote(value),
            _ => NOT_SHOWN.to_owned(),
        },
    });
    shown.collect::<Vec<_>>().join(" + ")
}

/// What a text has in the place of each variable; `None` if the text is not made like this.
pub(crate) fn fit<'p, 'a, 't>(parts: &'p [TextPart<'a>], text: &'t str) -> Option<Vec<(&'p TextPart<'a>, &'t str)>> {
    let mut values = Vec::new();
    let mut rest = text;
    let mut open: Option<&TextPart<'a>> = None;
    for (index, part) in parts.iter().enumerate() {
        match part {
            TextPart::Plain(plain) => match open.take() {
                None => rest = rest.strip_prefix(&**plain)?,
                Some(variable) => {
                    let is_last = index + 1 == parts.len();
                    let at = if is_last {
                        rest.ends_with(&**plain).then(|| rest.len() - plain.len())?
                    } else {
                        rest.find(&**plain)?
                    };
                    values.push((variable, &rest[..at]));
                    rest = &rest[at + plain.len()..];
                }
            },
            // Of two that touch nobody knows where one ends.
            _ if open.replace(part).is_some() => return None,
            _ => {}
        }
    }
    match open {
        Some(variable) => values.push((variable, rest)),
        None if !rest.is_empty() => return None,
        None => {}
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn plain(text: &str) -> TextPart<'_> {
        TextPart::Plain(Cow::Borrowed(text))
    }

    fn secret(name: &str) -> TextPart<'_> {
        TextPart::Secret { name: Cow::Borrowed(name), origin: None }
    }

    fn env(name: &str) -> TextPart<'_> {
        TextPart::Env { name: Cow::Borrowed(name), default: None, origin: None }
    }

    #[test]
    fn what_stands_in_the_place_of_a_secret() {
        let parts = [plain("X-A: "), secret("A"), plain("\nX-B: "), env("B"), plain(".")];
        assert_eq!(fit(&parts, "X-A: one\nX-B: two."), Some(vec![(&parts[1], "one"), (&parts[3], "two")]));
        for other in ["X-A: one", "Y-A: one\nX-B: two.", "X-A: one\nX-B: two", ""] {
            assert_eq!(fit(&parts, other), None, "{other}");
        }
        assert_eq!(fit(&[secret("A"), secret("B")], "onetwo"), None);
        assert_eq!(fit(&[plain("a"), secret("A")], "aaa"), Some(vec![(&secret("A"), "aa")]));
    }

    #[test]
    fn it_does_not_show() {
        let parts = [plain("X-A: "), secret("A"), plain("/"), env("B")];
        assert_eq!(beside(&parts, "X-A: one/two"), r#""X-A: " + (not shown) + "/" + "two""#);
        assert_eq!(beside(&parts, "X-B: one"), "(not shown)");
    }

    #[test]
    fn headers_with_credentials() {
        assert_eq!(
            without_credentials("headers", "X-A: b\nauthorization: Bearer abc").as_deref(),
            Some(r#""X-A: b\nauthorization: (not shown)""#)
        );
        assert_eq!(without_credentials("headers", "X-A: b\nCookie:"), None);
        assert_eq!(without_credentials("payload", "Authorization: b"), None);
    }
}
