//! From syntax trees to names that are known: which item a name stands for in each file, what constants are worth, and
//! which modules the text declares.

mod budget;
mod constant;
mod constant_table;
mod declaration;
mod duplicates;
mod evaluate;
mod literals;
mod scope;

pub(crate) use budget::Budget;
pub use constant::{Constant, ConstantKind, ValueType};
pub(crate) use constant_table::{ConstantTable, copy, list_entries};
pub use declaration::Declarations;
pub(crate) use declaration::duplicate;
pub(crate) use duplicates::Seen;
pub(crate) use evaluate::{Names, evaluate};
pub(crate) use literals::Literals;
pub(crate) use scope::{BlueprintEntry, ItemPlace, Scope, scopes};
