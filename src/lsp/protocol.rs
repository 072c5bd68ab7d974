//! The types of the protocol. They come from here alone, so that others can take their place.

pub use lsp_server::Connection;
pub(super) use lsp_server::{ErrorCode, Message, Notification, ProtocolError, Request, RequestId, Response};
pub(super) use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentFormattingParams, DocumentLink, DocumentLinkParams,
    DocumentSymbol, DocumentSymbolParams, FoldingRange, FoldingRangeKind, FoldingRangeParams, InitializeParams,
    Location, NumberOrString, Position, PositionEncodingKind, PublishDiagnosticsParams, Range, SelectionRange,
    SelectionRangeParams, SemanticTokensParams, SemanticTokensRangeParams, SymbolInformation, SymbolKind,
    TextDocumentContentChangeEvent, TextEdit, Uri, WorkspaceSymbolParams,
};
