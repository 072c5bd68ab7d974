//! Semantic tokens.

use serde_json::{Value, json};

use crate::ide::{self, WordKind};

use super::super::protocol::{Range, SemanticTokensParams, SemanticTokensRangeParams, Uri};
use super::super::server::{Refused, Server};
use super::opened::{is_workflows, opened};

/// The kinds of tokens in the order of the legend.
const KINDS: [(WordKind, &str); 16] = [
    (WordKind::Keyword, "keyword"),
    (WordKind::Comment, "comment"),
    (WordKind::String, "string"),
    (WordKind::Number, "number"),
    (WordKind::Operator, "operator"),
    (WordKind::Function, "function"),
    (WordKind::Class, "class"),
    (WordKind::Macro, "macro"),
    (WordKind::Variable, "variable"),
    (WordKind::Parameter, "parameter"),
    (WordKind::Property, "property"),
    (WordKind::Path, "property"),
    (WordKind::EnumMember, "enumMember"),
    (WordKind::Label, "label"),
    (WordKind::Event, "event"),
    (WordKind::Type, "type"),
];

/// The names of kinds and of what may be added to them.
pub(in crate::lsp) fn legend() -> Value {
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in KINDS {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    json!({"tokenTypes": names, "tokenModifiers": ["definition"]})
}

fn number(kind: WordKind) -> u32 {
    let name = KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name);
    let mut names: Vec<&str> = Vec::new();
    for (_, other) in KINDS {
        if other == name {
            break;
        }
        if !names.contains(&other) {
            names.push(other);
        }
    }
    names.len() as u32
}

pub(super) fn full(server: &mut Server<'_>, params: &SemanticTokensParams) -> Result<Value, Refused> {
    tokens(server, &params.text_document.uri, None)
}

pub(super) fn range(server: &mut Server<'_>, params: &SemanticTokensRangeParams) -> Result<Value, Refused> {
    tokens(server, &params.text_document.uri, Some(params.range))
}

fn tokens(server: &Server<'_>, uri: &Uri, wanted: Option<Range>) -> Result<Value, Refused> {
    let opened = opened(server, uri)?;
    if !is_workflows(&opened.path) {
        return Ok(json!({"data": []}));
    }
    let mut data: Vec<u32> = Vec::new();
    let (mut last_line, mut last_character) = (0, 0);
    for word in ide::words(&opened.tree(), opened.source()) {
        let text = &opened.source().text[word.bytes.clone()];
        let mut start = word.bytes.start;
        // Not every editor takes tokens of several lines.
        for line in text.split_inclusive('\n') {
            let range = opened.range(start..start + line.trim_end_matches(['\n', '\r']).len());
            start += line.len();
            let is_wanted = wanted.is_none_or(|wanted| range.end >= wanted.start && range.start <= wanted.end);
            if range.start == range.end || !is_wanted {
                continue;
            }
            let place = range.start;
            let from = if place.line == last_line { last_character } else { 0 };
            data.extend([
                place.line - last_line,
                place.character - from,
                range.end.character - place.character,
                number(word.kind),
                u32::from(word.is_definition),
            ]);
            (last_line, last_character) = (place.line, place.character);
        }
    }
    Ok(json!({"data": data}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name_in_the_legend() {
        let legend = legend();
        for (kind, name) in KINDS {
            assert_eq!(legend["tokenTypes"][number(kind) as usize], name);
        }
    }
}
