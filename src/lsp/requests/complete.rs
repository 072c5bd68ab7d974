//! Completion, hover, signature help.

use crate::diagnostics::Code;
use crate::ide::{self, Offer, OfferKind, analyse};

use super::super::protocol::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionTextEdit, Documentation, Hover,
    HoverContents, HoverParams, InsertTextFormat, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel,
    SignatureHelp, SignatureHelpParams, SignatureInformation, TextEdit,
};
use super::super::server::{Refused, Server};
use super::opened::{is_workflows, opened};

/// More offers than this are not sent: who types on gets others.
const MOST: usize = 300;

pub(super) fn completion(
    server: &mut Server<'_>,
    params: &CompletionParams,
) -> Result<Option<CompletionList>, Refused> {
    let at = &params.text_document_position;
    let opened = opened(server, &at.text_document.uri)?;
    if !is_workflows(&opened.path) {
        return Ok(None);
    }
    let (path, offset) = (opened.path.clone(), opened.offset(at.position));
    let text = opened.source().text.clone();
    let unit = server.unit_of(&path);
    let roots = server.roots(&unit);
    let (facts, texts) = server.facts(&unit);
    let mut offers = analyse(facts, &texts, std::slice::from_ref(&path), |analysis, _| {
        if analysis.is_empty() { Vec::new() } else { ide::complete(analysis, 0, &path, &text, offset, &roots) }
    });
    // What begins as the typed word does comes first, so that it is not among those that are left out.
    let typed = |offer: &Offer| {
        text.get(offer.replaces.start..offset.max(offer.replaces.start)).unwrap_or_default().to_lowercase()
    };
    offers.sort_by_cached_key(|offer| (!offer.label.to_lowercase().starts_with(&typed(offer)), offer.rank));
    let is_incomplete = offers.len() > MOST;
    offers.truncate(MOST);
    let opened = super::opened::opened(server, &at.text_document.uri)?;
    let items = offers.into_iter().enumerate().map(|(number, offer)| {
        let range = opened.range(offer.replaces.clone());
        let snippet = offer.snippet.filter(|_| server.client.snippets);
        let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
        // Within a word the editor filters by what is before the place.
        CompletionItem {
            kind: Some(kind(offer.kind)),
            detail: (!offer.detail.is_empty()).then_some(offer.detail),
            documentation: (!offer.documentation.is_empty()).then(|| markdown(offer.documentation)),
            sort_text: Some(format!("{:02}{number:04}", offer.rank)),
            filter_text: Some(filter(&offer.label, &text[offer.replaces.clone()])),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: snippet.unwrap_or(offer.text) })),
            label: offer.label,
            ..CompletionItem::default()
        }
    });
    Ok(Some(CompletionList { is_incomplete, items: items.collect() }))
}

/// What the editor compares with the typed word: a value that is written between quotes with its quote.
fn filter(label: &str, typed: &str) -> String {
    if typed.starts_with('"') { format!("\"{label}") } else { label.to_owned() }
}

fn markdown(value: String) -> Documentation {
    Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
}

fn kind(kind: OfferKind) -> CompletionItemKind {
    match kind {
        OfferKind::Keyword => CompletionItemKind::KEYWORD,
        OfferKind::Module | OfferKind::Function => CompletionItemKind::FUNCTION,
        OfferKind::Trigger => CompletionItemKind::EVENT,
        OfferKind::Parameter | OfferKind::Field => CompletionItemKind::PROPERTY,
        OfferKind::Value => CompletionItemKind::ENUM_MEMBER,
        OfferKind::Tag | OfferKind::Code => CompletionItemKind::VALUE,
        OfferKind::Key => CompletionItemKind::FIELD,
        OfferKind::Constant => CompletionItemKind::CONSTANT,
        OfferKind::Blueprint => CompletionItemKind::INTERFACE,
        OfferKind::Workflow => CompletionItemKind::CLASS,
        OfferKind::Label => CompletionItemKind::REFERENCE,
        OfferKind::File => CompletionItemKind::FILE,
        OfferKind::Variable => CompletionItemKind::VARIABLE,
    }
}

pub(super) fn hover(server: &mut Server<'_>, params: &HoverParams) -> Result<Option<Hover>, Refused> {
    let at = &params.text_document_position_params;
    let opened = opened(server, &at.text_document.uri)?;
    let (path, offset) = (opened.path.clone(), opened.offset(at.position));
    let unit = server.unit_of(&path);
    let mut texts = Vec::new();
    let mut range = None;
    if is_workflows(&path) {
        let (facts, unsaved) = server.facts(&unit);
        let found = analyse(facts, &unsaved, std::slice::from_ref(&path), |analysis, _| {
            if analysis.is_empty() { None } else { ide::hover(analysis, 0, offset) }
        });
        if let Some(found) = found {
            let opened = super::opened::opened(server, &at.text_document.uri)?;
            range = Some(opened.range(found.span.range()));
            texts.push(found.text);
        }
    }
    // What the codes of the findings at this place mean.
    let mut codes: Vec<Code> = Vec::new();
    for found in server.found_in(&path) {
        let Some(code) = found.code else { continue };
        if found.range.start <= at.position && at.position <= found.range.end && !codes.contains(&code) {
            codes.push(code);
        }
    }
    texts.extend(codes.into_iter().map(ide::code_in_full));
    if texts.is_empty() {
        return Ok(None);
    }
    let contents =
        HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: texts.join("\n\n---\n\n") });
    Ok(Some(Hover { contents, range }))
}

pub(super) fn signature_help(
    server: &mut Server<'_>,
    params: &SignatureHelpParams,
) -> Result<Option<SignatureHelp>, Refused> {
    let at = &params.text_document_position_params;
    let opened = opened(server, &at.text_document.uri)?;
    if !is_workflows(&opened.path) {
        return Ok(None);
    }
    let (path, offset) = (opened.path.clone(), opened.offset(at.position));
    let text = opened.source().text.clone();
    let unit = server.unit_of(&path);
    let (facts, texts) = server.facts(&unit);
    let help = analyse(facts, &texts, std::slice::from_ref(&path), |analysis, _| {
        if analysis.is_empty() { None } else { ide::signature_help(analysis, 0, &text, offset) }
    });
    let Some(help) = help else { return Ok(None) };
    // The protocol counts in UTF-16 here, whatever was agreed on; ids of parameters are plain letters.
    let parameters = help.parameters.into_iter().map(|(place, about)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([
            help.label[..place.start].encode_utf16().count() as u32,
            help.label[..place.end].encode_utf16().count() as u32,
        ]),
        documentation: (!about.is_empty()).then(|| markdown(about)),
    });
    let parameters = parameters.collect();
    let active = help.active.map(|active| active as u32);
    let signature = SignatureInformation {
        label: help.label,
        documentation: (!help.documentation.is_empty()).then(|| markdown(help.documentation)),
        parameters: Some(parameters),
        active_parameter: active,
    };
    Ok(Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active }))
}

/// The characters after which an editor asks for completion by itself.
pub(in crate::lsp) const TRIGGERS: [&str; 9] = [".", "\"", "@", "(", ":", " ", "|", "{", "["];
