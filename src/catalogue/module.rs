//! A module of a catalogue, whose signature is read when it is first asked for.

use std::sync::{Arc, LazyLock};

use crate::model::ModuleType;

use super::Signature;

type Reading = Box<dyn FnOnce() -> Signature + Send>;

/// A module. Copies share the signature.
#[derive(Clone, Debug)]
pub(super) struct Module {
    /// Known before the signature is read.
    pub module_type: ModuleType,
    signature: Arc<LazyLock<Signature, Reading>>,
}

impl Module {
    /// A module whose signature is what `read` gives.
    pub fn read_later(module_type: ModuleType, read: impl FnOnce() -> Signature + Send + 'static) -> Self {
        Self { module_type, signature: Arc::new(LazyLock::new(Box::new(read))) }
    }

    /// Everything about it.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Another module in its place, which keeps what only this one says.
    pub fn replaced_by(&self, other: Self) -> Self {
        let known = self.clone();
        Self::read_later(other.module_type, move || {
            let mut signature = other.signature().clone();
            signature.keep_what_is_known(known.signature());
            signature
        })
    }

    /// The same module with other surprises.
    pub fn with_traps(&self, traps: Vec<String>) -> Self {
        let known = self.clone();
        Self::read_later(self.module_type, move || Signature { traps, ..known.signature().clone() })
    }
}

impl From<Signature> for Module {
    fn from(signature: Signature) -> Self {
        Self::read_later(signature.module_type, || signature)
    }
}
