//! What the rules of the grammar are called in messages.

use super::grammar::expecting::Rule;

/// The user's words for a rule, and where it comes in a list of them; `None` for rules that say
/// nothing to a user.
pub fn word(rule: Rule) -> Option<(u8, &'static str)> {
    let known = match rule {
        Rule::import
        | Rule::let_item
        | Rule::workflow
        | Rule::blueprint
        | Rule::module
        | Rule::test
        | Rule::kw_import
        | Rule::kw_let
        | Rule::kw_workflow
        | Rule::kw_blueprint
        | Rule::kw_module
        | Rule::kw_test => (0, "an item (`import`, `let`, `workflow`, `blueprint`, `module` or `test`)"),
        Rule::step
        | Rule::if_step
        | Rule::filter_step
        | Rule::concurrent_step
        | Rule::use_step
        | Rule::goto_step
        | Rule::detached_step
        | Rule::call_step
        | Rule::kw_if
        | Rule::kw_filter
        | Rule::kw_concurrent
        | Rule::kw_use
        | Rule::kw_goto
        | Rule::kw_detached => (1, "a step"),
        Rule::field => (2, "a field (`name: value`)"),
        Rule::branch | Rule::kw_branch => (1, "`branch`"),
        Rule::module_parameter | Rule::kw_param => (1, "`param`"),
        Rule::given | Rule::kw_given => (1, "`given`"),
        Rule::when | Rule::kw_when => (2, "`when`"),
        Rule::expect_ran | Rule::expect_effect | Rule::expect_log | Rule::expect_outcome | Rule::kw_expect => {
            (3, "`expect`")
        }
        Rule::condition
        | Rule::and_condition
        | Rule::not_condition
        | Rule::predicate
        | Rule::tagged
        | Rule::any
        | Rule::count
        | Rule::published
        | Rule::published_word
        | Rule::comparison
        | Rule::subject => (3, "a condition"),
        Rule::value | Rule::number | Rule::function | Rule::function_name | Rule::list | Rule::object | Rule::word => {
            (4, "a value")
        }
        Rule::text | Rule::string | Rule::block_string => (4, "a string in double quotes"),
        Rule::call => (5, "a module call"),
        Rule::argument => (5, "a parameter (`name: value`)"),
        Rule::filter_label => (6, "a label (`A:`)"),
        Rule::pin => (6, "a pin (`@[id: 1]`)"),
        Rule::label => (6, "a label (`@name`)"),
        Rule::target => (5, "a module's name or a label"),
        Rule::outcome => (5, "`success`, `failure` or `blocked`"),
        Rule::trigger => (5, "a trigger"),
        Rule::name | Rule::any_name => (5, "a name"),
        Rule::type_name => (5, "a type"),
        Rule::blueprint_parameter => (5, "a parameter (`name: type`)"),
        Rule::operator | Rule::symbol => (7, "a comparison (`in`, `not in`, `==`, `!=`, `>`, `>=`, `<`, `<=`)"),
        Rule::module_filter | Rule::kw_for => (8, "`for`"),
        Rule::block | Rule::body | Rule::open_brace => (9, "`{`"),
        Rule::close_brace | Rule::end_of_block => (10, "`}`"),
        Rule::arguments | Rule::attributes | Rule::blueprint_parameters | Rule::open_parenthesis => (9, "`(`"),
        Rule::close_parenthesis => (10, "`)`"),
        Rule::open_bracket => (9, "`[`"),
        Rule::close_bracket => (10, "`]`"),
        Rule::open_pin => (9, "`@[`"),
        Rule::comma => (8, "`,`"),
        Rule::colon => (8, "`:`"),
        Rule::equals => (8, "`=`"),
        Rule::plus => (11, "`+`"),
        Rule::kw_as => (8, "`as`"),
        Rule::kw_on => (8, "`on`"),
        Rule::kw_of => (8, "`of`"),
        Rule::kw_fails => (8, "`fails`"),
        Rule::kw_returns => (8, "`returns`"),
        Rule::kw_ran => (8, "`ran`"),
        Rule::kw_effect => (8, "`effect`"),
        Rule::kw_log => (8, "`log`"),
        Rule::kw_no => (8, "`no`"),
        Rule::kw_else | Rule::else_if => (8, "`else`"),
        Rule::kw_where => (8, "`where`"),
        Rule::kw_reset => (8, "`reset`"),
        Rule::kw_or => (8, "`or`"),
        Rule::kw_and => (8, "`and`"),
        Rule::kw_not => (8, "`not`"),
        Rule::kw_any => (8, "`any`"),
        Rule::kw_all => (8, "`all`"),
        Rule::kw_in => (8, "`in`"),
        Rule::kw_tagged => (8, "`tagged`"),
        _ => return None,
    };
    Some(known)
}

/// The rules as a phrase: `` `,` or `)` ``.
pub fn phrase(rules: &[Rule]) -> Option<String> {
    let mut words: Vec<_> = rules.iter().filter_map(|rule| word(*rule)).collect();
    words.sort_unstable();
    words.dedup();
    // Where a value may be, its kinds and a join say nothing more.
    if words.len() > 1 {
        words.retain(|(_, word)| *word != "`+`");
    }
    // Some things are the beginning of others.
    let has = |wanted: &str| words.iter().any(|(_, word)| *word == wanted);
    let (value, step) = (has("a value"), has("a step"));
    let named = has("`)`") && (has("a name") || has("a parameter (`name: value`)"));
    words.retain(|(_, word)| match *word {
        // In a call a value comes after a name.
        "a value" => !named,
        "a string in double quotes" => !value,
        "a name" | "`@[`" => !step,
        _ => true,
    });
    let (_, last) = words.pop()?;
    if words.is_empty() {
        return Some(last.to_owned());
    }
    let others: Vec<_> = words.iter().map(|(_, word)| *word).collect();
    Some(format!("{} or {last}", others.join(", ")))
}
