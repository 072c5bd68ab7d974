//! What the server can do.

use serde_json::{Value, json};

use super::positions::Encoding;
use super::requests::{ACTION_KINDS, COMMANDS, TRIGGERS, legend};

/// What the server tells the editor of itself.
pub(super) fn capabilities(encoding: Encoding) -> Value {
    json!({
        "positionEncoding": encoding.kind(),
        // Changes are sent as such, not as whole texts.
        "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
        "documentFormattingProvider": true,
        "documentSymbolProvider": true,
        "foldingRangeProvider": true,
        "selectionRangeProvider": true,
        "documentLinkProvider": {"resolveProvider": false},
        "semanticTokensProvider": {"legend": legend(), "full": true, "range": true},
        "workspaceSymbolProvider": true,
        "completionProvider": {"triggerCharacters": TRIGGERS, "resolveProvider": false},
        "hoverProvider": true,
        "codeActionProvider": {"codeActionKinds": ACTION_KINDS},
        "codeLensProvider": {"resolveProvider": false},
        "executeCommandProvider": {"commands": COMMANDS},
        "inlayHintProvider": true,
        "signatureHelpProvider": {"triggerCharacters": ["(", ","], "retriggerCharacters": [":"]},
        "definitionProvider": true,
        "referencesProvider": true,
        "documentHighlightProvider": true,
        "renameProvider": {"prepareProvider": true},
    })
}

/// What the editor is asked to watch: the files that a project is made of.
pub(super) fn registrations() -> Value {
    json!({"registrations": [{
        "id": "files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": {"watchers": [
            {"globPattern": "**/*.mwf"},
            {"globPattern": "**/*.{json,txt}"},
            {"globPattern": "**/mispflow.toml"},
            {"globPattern": "**/.{gitignore,ignore}"},
        ]},
    }]})
}
