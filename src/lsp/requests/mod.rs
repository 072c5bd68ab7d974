//! The requests, a file for each kind.

mod actions;
mod complete;
mod names;
mod opened;
mod text;
mod tokens;
mod workspace;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::protocol::ErrorCode;
use super::server::{Refused, Server};

pub(super) use actions::{ACTION_KINDS, COMMANDS};
pub(super) use complete::TRIGGERS;
pub(super) use tokens::legend;

/// Answers a request.
pub(super) fn answer(server: &mut Server<'_>, method: &str, params: Value) -> Result<Value, Refused> {
    match method {
        "textDocument/formatting" => with(server, params, text::formatting),
        "textDocument/documentSymbol" => with(server, params, text::symbols),
        "textDocument/foldingRange" => with(server, params, text::folds),
        "textDocument/selectionRange" => with(server, params, text::selections),
        "textDocument/documentLink" => with(server, params, text::links),
        "textDocument/semanticTokens/full" => with(server, params, tokens::full),
        "textDocument/semanticTokens/range" => with(server, params, tokens::range),
        "textDocument/completion" => with(server, params, complete::completion),
        "textDocument/hover" => with(server, params, complete::hover),
        "textDocument/signatureHelp" => with(server, params, complete::signature_help),
        "textDocument/definition" => with(server, params, names::definition),
        "textDocument/references" => with(server, params, names::references),
        "textDocument/documentHighlight" => with(server, params, names::highlights),
        "textDocument/prepareRename" => with(server, params, names::prepare_rename),
        "textDocument/rename" => with(server, params, names::rename),
        "textDocument/codeAction" => with(server, params, actions::actions),
        "textDocument/codeLens" => with(server, params, actions::lenses),
        "textDocument/inlayHint" => with(server, params, actions::hints),
        "workspace/executeCommand" => with(server, params, actions::execute),
        "workspace/symbol" => with(server, params, workspace::symbols),
        #[cfg(test)]
        "test/panic" => panic!("asked for"),
        _ => Err(Refused { code: ErrorCode::MethodNotFound, message: format!("there is no request `{method}`") }),
    }
}

/// Reads the parameters and writes the answer.
fn with<P: DeserializeOwned, R: Serialize>(
    server: &mut Server<'_>,
    params: Value,
    answer: impl FnOnce(&mut Server<'_>, &P) -> Result<R, Refused>,
) -> Result<Value, Refused> {
    let params: P = serde_json::from_value(params).map_err(|error| Refused::invalid(error.to_string()))?;
    let answer = answer(server, &params)?;
    serde_json::to_value(answer).map_err(|error| Refused::failed(error.to_string()))
}
