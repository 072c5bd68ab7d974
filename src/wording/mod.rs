//! The words of findings that are made of a text and of MISP's JSON alike. Each function makes a finding without a
//! place; who calls it knows the place, and the fix if there is one.

mod filter;
mod hash_path;
mod module;
mod other_releases;
mod parameter;
mod row;
mod word;

pub use filter::{
    empty_list, filter_not_supported, no_tag, not_a_count, unknown_filter_operator, unsupported_in_module_filter,
};
pub use hash_path::{field_and_value_swapped, invalid_path, path_finding, single_values_selected};
pub use module::{UnknownModule, described, unknown_module, wrong_kind_of_module};
pub(crate) use other_releases::{elsewhere, option_elsewhere, parameter_elsewhere};
pub use parameter::{
    empty_value_replaced, entry_of_wrong_type, hidden_parameter, missing_parameter, the_options, unknown_option,
    unknown_parameter, written_option, wrong_type,
};
pub use row::{empty_name, invalid_uuid, other_trigger, text_too_long};
pub use word::meant_by_word;
