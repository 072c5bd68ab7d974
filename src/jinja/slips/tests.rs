use super::{ListUse, Quoted, slips};

#[test]
fn generators_that_are_used_like_lists_are_found() {
    for (template, used) in [
        ("{{ Event.Tag|map(attribute='name')|length }}", Some(ListUse::Fails)),
        ("{{ Event.Tag|selectattr('local')|tojson }}", Some(ListUse::Fails)),
        ("{{ (Event.Tag|map(attribute='name'))[0] }}", Some(ListUse::FindsNothing)),
        ("{{ (Event.Tag|map(attribute='name'))[:2] }}", Some(ListUse::Fails)),
        ("{% if Event.Tag|selectattr('local') %}a{% endif %}", Some(ListUse::AlwaysTrue)),
        ("{{ 'a' if not Event.Tag|select }}", Some(ListUse::AlwaysTrue)),
        ("{{ Event.Tag|map(attribute='name') }}", Some(ListUse::Printed)),
        ("{% set g = Event.Tag|map(attribute='name') %}{{ g|join }}{{ g|join }}", Some(ListUse::Reused)),
        ("{% set g = a|map('upper') %}{% for x in a %}{{ x in g }}{% endfor %}", Some(ListUse::Reused)),
        ("{% set g = a|map('upper') %}{{ g|last }}", Some(ListUse::Fails)),
        ("{{ Event.keys()|tojson }}", Some(ListUse::Fails)),
        ("{{ Event.Orgc.values()[:1] }}", Some(ListUse::Fails)),
        ("{{ Event.keys() + ['x'] }}", Some(ListUse::Fails)),
        ("{{ Event.items()|random }}", Some(ListUse::Fails)),
        ("{{ Event.keys()[0] }}", Some(ListUse::FindsNothing)),
        ("{% set k = Event.keys() %}{{ k[0] }}", Some(ListUse::FindsNothing)),
        ("{{ Event|items|length }}", Some(ListUse::Fails)),
        ("{{ (Event|items)[0] }}", Some(ListUse::FindsNothing)),
        ("{{ Event.Tag|reverse|tojson }}", Some(ListUse::Fails)),
        ("{{ (Event.Tag|sort|reverse)[0] }}", Some(ListUse::FindsNothing)),
        ("{% if Event.Tag|reverse %}a{% endif %}", Some(ListUse::AlwaysTrue)),
        ("{{ Event.keys()|length }}{{ Event.keys()|last }}{{ Event.keys()|list|tojson }}", None),
        ("{% set k = Event.keys() %}{{ k }}{{ k|join }}{{ k|sort }}{% if k %}a{% endif %}", None),
        ("{% for k, v in Event.items() %}{{ k }}{% endfor %}{{ Event.info|reverse|length }}", None),
        ("{{ Event.Tag|reverse|list|tojson }}{{ Event.Tag|map('upper')|reverse|length }}", None),
        ("{% set g = a|map('upper') %}{% if a %}{{ g|join }}{% else %}{{ g|first }}{% endif %}", None),
        ("{% set g = a|map('upper') %}{{ g|join }}", None),
        ("{% set g = a|map('upper')|list %}{{ g|join }}{{ g|length }}", None),
        ("{{ a|map('upper')|join(', ') }}{{ a|map('upper')|list|length }}{{ a|map('upper')|first }}", None),
        ("{% for x in a|selectattr('b') %}{{ x }}{% endfor %}{{ a|map('length')|sum }}", None),
        ("{{ 'x' in a|map(attribute='name') }}{{ a|map('upper') is defined }}", None),
    ] {
        assert_eq!(slips(template).generators.first().map(|slip| slip.used), used, "{template}");
    }
}

#[test]
fn values_in_quotes_are_found() {
    let quoted = |template: &str| slips(template).printed.iter().map(|slip| slip.in_quotes).collect::<Vec<_>>();
    assert_eq!(quoted(r#"{"a": "{{ Event.info }}"}"#), [Some(Quoted::Alone)]);
    assert_eq!(quoted(r#"{"a": "x {{ Event.info|upper }}"}"#), [Some(Quoted::AmongText)]);
    assert_eq!(quoted(r#"{"a": {{ Event.info }}, "b": "\"{{ Event.info }}"}"#), [None, Some(Quoted::AmongText)]);
    assert_eq!(quoted(r#"{"a": "{{ Event.id }}{{ Event.info|tojson }}"}"#), []);
    assert_eq!(quoted(r#"see "{{ Event.info }}""#), [None]);
    assert_eq!(quoted(r#"{"a": "{% if x %}{{ Event.info }}{% endif %}"}"#), [Some(Quoted::AmongText)]);
    assert_eq!(quoted(r#"{"a": {% if x %}"{% else %}1{% endif %}{{ Event.info }}"}"#), [None]);
}

#[test]
fn strings_are_looked_for_in_the_data() {
    let found = |template: &str| {
        slips(template).memberships.iter().map(|found| (found.path.clone(), found.negated)).collect::<Vec<_>>()
    };
    assert_eq!(found("{{ 'a' in Event.Tag }}"), [("Event.Tag".to_owned(), false)]);
    assert_eq!(found("{% if 'a' not in Event.Tag %}{% endif %}"), [("Event.Tag".to_owned(), true)]);
    assert_eq!(
        found("{% for a in Event.Attribute %}{{ 'a' in a.Tag }}{% endfor %}"),
        [("Event.Attribute.{n}.Tag".to_owned(), false)]
    );
    assert_eq!(found("{% for t in ['a'] %}{{ t in Event.Tag }}{% endfor %}"), [("Event.Tag".to_owned(), false)]);
    assert_eq!(found("{{ 'a' in Event.Tag|map(attribute='name') }}{{ x in Event.Tag }}"), []);
}
