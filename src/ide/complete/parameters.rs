//! The names of parameters.

use crate::catalogue::{Parameter, Signature, quoted_unless_name};

use super::super::hover::parameter_in_words;
use super::super::walk::CallKind;
use super::snippet::{blank, escaped, placeholder};
use super::{Offer, OfferKind, Offers};

impl Offers<'_, '_, '_> {
    pub(super) fn parameters(&mut self) {
        let Some(call) = self.cursor.calls.last().cloned() else { return };
        let is_given = |name: &str| call.given.iter().any(|(given, _)| given == name);
        if call.kind == CallKind::Use {
            let Some((_, blueprint)) = self.analysis.blueprint(self.file, &call.name) else { return };
            for parameter in blueprint.parameters.iter().filter(|parameter| !is_given(parameter.name.text)) {
                let mut offer = self.offer(parameter.name.text, OfferKind::Parameter, 10);
                parameter.kind.text.clone_into(&mut offer.detail);
                if parameter.default.is_some() {
                    offer.detail.push_str(", may be left out");
                    offer.rank = 20;
                }
                self.name_of_argument(&mut offer, &blank(parameter));
                self.add(offer);
            }
            return;
        }
        let Some(module) = self.analysis.signature(self.file, &call.name) else { return };
        let given = call.given.clone();
        for parameter in module.parameters.iter().filter(|parameter| !is_given(&parameter.id)) {
            let mut offer = self.offer(&quoted_unless_name(&parameter.id), OfferKind::Parameter, 20);
            if parameter.required.is_some() {
                offer.rank = 10;
            }
            // What the editor hides with the values that are there comes last.
            if !is_shown(module, parameter, &given) {
                offer.rank = 40;
            }
            offer.detail = parameter.takes();
            offer.documentation = parameter_in_words(parameter);
            self.name_of_argument(&mut offer, &parameter.example_value());
            self.add(offer);
        }
    }

    pub(super) fn name_of_argument(&self, offer: &mut Offer, value: &str) {
        let follows = self.text[self.cursor.typed.end..].trim_start().starts_with(':');
        if !follows {
            offer.snippet = Some(format!("{}: {}", escaped(&offer.text), placeholder(1, value)));
            offer.text.push_str(": ");
        }
    }
}

/// Whether the editor shows a parameter with these values of the others.
fn is_shown(module: &Signature, parameter: &Parameter, given: &[(String, String)]) -> bool {
    parameter.display_on.iter().all(|(other, values)| {
        let written = given.iter().find(|(name, _)| name == other).map(|(_, value)| value.trim_matches('"'));
        if let Some(value) = written {
            return values.iter().any(|known| known == value);
        }
        let default = module.parameter(other).and_then(|other| other.default.as_ref());
        let default = default.map(|default| default.as_str().map_or_else(|| default.to_string(), str::to_owned));
        default.is_some_and(|default| values.contains(&default))
    })
}
