//! `module` items for modules that the catalogue lacks.

use crate::catalogue::{Parameter, ParameterKind, Shape, Signature};
use crate::model::ModuleType;

use super::print::Printer;
use super::written::{Written, name};

/// Writes the declaration of a module.
pub(super) fn declaration(printer: &mut Printer<'_>, signature: &Signature) {
    printer.line(&format!("module {} : {} {{", name(&signature.id), signature.module_type.as_str()));
    let text = |text: &str| Written::Text(text.to_owned());
    let yes = || Written::Bare("true".to_owned());
    let mut fields = vec![("name", text(&signature.name)), ("version", text(&signature.version))];
    if signature.outputs != 1 {
        fields.push(("outputs", Written::Bare(signature.outputs.to_string())));
    }
    if signature.supports_filters {
        fields.push(("filters", yes()));
    }
    if signature.expects_core_format || signature.gives_core_format {
        fields.push(("core-format", yes()));
    }
    let usual = if signature.is_condition() { Shape::If } else { Shape::Default };
    if signature.shape != usual && signature.module_type != ModuleType::Trigger {
        fields.push(("shape", Written::Bare(signature.shape.as_str().to_owned())));
    }
    for (name, value) in fields {
        printer.field(&(name.to_owned(), value));
    }
    for parameter in &signature.parameters {
        printer.line(&format!("param {}: {}", name(&parameter.id), type_of(parameter)));
    }
    printer.line("}");
    printer.line("");
}

fn type_of(parameter: &Parameter) -> String {
    match parameter.kind {
        ParameterKind::Picker => "picker(multiple: true)".to_owned(),
        kind => kind.as_str().to_owned(),
    }
}
