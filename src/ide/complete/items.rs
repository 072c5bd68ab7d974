//! Items, and what their heads name.

use crate::catalogue::{Signature, module_ids, quoted_unless_name};
use crate::model::ModuleType;
use crate::syntax::tree::Item;

use super::super::hover::module_in_short;
use super::snippet::{call_snippet, escaped};
use super::{OfferKind, Offers};

impl Offers<'_, '_, '_> {
    pub(super) fn items(&mut self) {
        for (word, snippet) in [
            ("workflow", "workflow ${1:name} on ${2:event-publish} {\n    $0\n}"),
            ("blueprint", "blueprint ${1:name}($2) {\n    $0\n}"),
            (
                "test",
                "test \"${1:what it shows}\" of ${2:workflow} {\n    given { Event: { info: \"${3:An event}\" } }\n    expect ${4:success}\n}",
            ),
            ("let", "let ${1:name} = ${0:[]}"),
            ("import", "import \"$0\""),
            ("module", "module ${1:id} : ${2|action,logic,trigger|} {\n    name: \"$3\"\n    $0\n}"),
        ] {
            self.word(word, snippet, 10);
        }
    }

    pub(super) fn triggers(&mut self) {
        let modules = self.analysis.modules(self.file);
        for module in modules.into_iter().filter(|module| module.module_type == ModuleType::Trigger) {
            self.module(module, OfferKind::Trigger, 10);
        }
        if let Some(adhoc) = self.analysis.signature(self.file, module_ids::ADHOC) {
            let mut offer = self.offer(module_ids::ADHOC, OfferKind::Trigger, 11);
            offer.detail.clone_from(&adhoc.name);
            offer.snippet = Some("adhoc(scope: ${1|events,passed_event_ids|})".to_owned());
            self.add(offer);
        }
    }

    pub(super) fn module(&mut self, module: &Signature, kind: OfferKind, rank: u8) {
        let mut offer = self.offer(&quoted_unless_name(&module.id), kind, rank);
        offer.detail.clone_from(&module.name);
        offer.documentation = module_in_short(module);
        let follows = self.text[self.cursor.typed.end..].trim_start().starts_with('(');
        let arguments = module.example_arguments();
        let call = match arguments.as_slice() {
            _ if follows => None,
            [] if kind == OfferKind::Trigger => None,
            [] => Some(format!("{}()$0", escaped(&offer.text))),
            several => Some(call_snippet(&offer.text, several)),
        };
        if !follows && kind != OfferKind::Trigger {
            offer.text.push_str("()");
        }
        offer.snippet = call;
        self.add(offer);
    }

    pub(super) fn workflows(&mut self) {
        for file in self.analysis.in_reach(self.file) {
            for item in &self.analysis.tree(file).items {
                if let Item::Workflow(workflow) = item {
                    let mut offer = self.offer(workflow.id.text, OfferKind::Workflow, 10);
                    offer.detail = format!("on {}", workflow.trigger.name.text);
                    self.add(offer);
                }
            }
        }
    }
}
