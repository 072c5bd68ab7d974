//! The types of the protocol. They come from here alone, so that others can take their place.

pub use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
pub(super) use lsp_server::{ErrorCode, ProtocolError};
pub(super) use lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeDescription, CodeLens, CodeLensParams, Command, CompletionItem,
    CompletionItemKind, CompletionList, CompletionParams, CompletionTextEdit, Diagnostic, DiagnosticRelatedInformation,
    DiagnosticSeverity, DiagnosticTag, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentFormattingParams, DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, DocumentLink,
    DocumentLinkParams, DocumentSymbol, DocumentSymbolParams, Documentation, ExecuteCommandParams, FoldingRange,
    FoldingRangeKind, FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents,
    HoverParams, InitializeParams, InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InsertTextFormat,
    Location, MarkupContent, MarkupKind, NumberOrString, ParameterInformation, ParameterLabel, Position,
    PositionEncodingKind, PrepareRenameResponse, PublishDiagnosticsParams, Range, ReferenceParams, RenameParams,
    SelectionRange, SelectionRangeParams, SemanticTokensParams, SemanticTokensRangeParams, SignatureHelp,
    SignatureHelpParams, SignatureInformation, SymbolInformation, SymbolKind, TextDocumentContentChangeEvent,
    TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit, WorkspaceSymbolParams,
};
