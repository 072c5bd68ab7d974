//! What JSON output holds whatever the secrets are: its keys, and words that say what something is.

use std::ops::Range;

/// What is looked at before and after a place to tell what it is.
pub(crate) const CONTEXT: usize = 128;

/// Keys of results. They never come from a secret, not even where one has the same letters.
const KEYS: &str = "\
    $schema accept action added added_edges after allow_self_signed analyst_data answer artifactChanges artifactLocation \
    attributes because before blueprint body branches by cancelled change changed changes code column columnKind \
    comment count coverage covered custom data decision defaultConfiguration deletedRegion description diagnostics \
    difference different distribution do driver edits effects end endColumn endLine error errors event events \
    every_event examples executed failed failing failures fields file fix fixes frames freeze from fullDescription \
    header headers health help helpUri id index info input insertedContent items jobs kind label labels lacking \
    level line locality locations markdown meaning message method missing module modules name needed_by node not_set \
    notes object_type object_uuid off options outcome output parameters params passed payload physicalLocation place \
    proposals reason reasons recipients region relatedLocations relationship_type release removed removed_edges \
    replacement replacements replayed response result results row ruleId ruleIndex rules run runs safe same_body_as \
    saves saw scope seen server severity sharing_group_id shortDescription shown skipped source span start \
    startColumn startLine step steps subject summary symptoms tags tests text title to tool total trace trigger type \
    unknown_secrets unusable uri url used_by uuid value values variant verdict version warninglist warnings what why \
    workflow workflows";

/// Keys of MISP's events, of which results hold parts.
const EVENT_KEYS: &str = "\
    Attribute Event EventReport Galaxy GalaxyCluster Object Org Orgc RelatedEvent ShadowAttribute Sighting Tag \
    analysis attribute_count category colour date deleted disable_correlation event_id exportable extends_uuid \
    first_seen last_seen local meta-category numerical_value object_id object_relation org_id orgc_id \
    proposal_email_lock publish_timestamp published tag_id template_uuid template_version threat_level_id timestamp \
    to_ids";

/// Keys after which there may be one of [`OWN_WORDS`].
const WORD_KEYS: &str = "columnKind decision kind level outcome severity verdict";

/// Words that say what something is.
const OWN_WORDS: &str = "\
    add_analyst_data add_tags add_to_warninglist block_event blocked blueprint cancel crash crashed custom done \
    edit_attributes else enqueued enrich error failed failure http_request mail misp_module module none note proceed \
    proposals publish remove_tags run_workflow save_event skipped start success then toast trigger unicodeCodePoints \
    warning workflow zmq";

/// Keys after which there is a number of the output's own.
const OWN_NUMBERS: &str =
    "column count endColumn endLine errors index line node ruleIndex startColumn startLine total warnings";

/// What a place in JSON is.
pub(super) enum Place {
    /// Something that the output says by itself.
    Own,
    /// In a number or another word without quotation marks: the whole of it.
    Bare(Range<usize>),
    /// In a string, or not in JSON at all.
    Other,
}

/// What a place in a text is, as far as it can be told from what is around it.
pub(super) fn place(text: &[u8], range: &Range<usize>) -> Place {
    let bare = around(text, range, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-'));
    if let Some(bare) = bare
        && matches!(before(text, bare.start), None | Some((_, b':' | b'[' | b',')))
        && matches!(after(text, bare.end), Some(b',' | b']' | b'}'))
    {
        let is_own = match &text[bare.clone()] {
            b"true" | b"false" | b"null" => true,
            _ => follows(text, bare.start, OWN_NUMBERS),
        };
        return if is_own { Place::Own } else { Place::Bare(bare) };
    }
    let word = around(text, range, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'));
    let Some(word) = word else { return Place::Other };
    let is_string = text[..word.start].ends_with(b"\"") && text[word.end..].starts_with(b"\"");
    // In a string within a string there is a backslash before the quotation mark.
    if !is_string || text[..word.start - 1].ends_with(b"\\") {
        return Place::Other;
    }
    let is_own = if after(text, word.end + 1) == Some(b':') {
        matches!(before(text, word.start - 1), None | Some((_, b'{' | b',')))
            && [KEYS, EVENT_KEYS].iter().any(|keys| is_one_of(&text[word.clone()], keys))
    } else {
        is_one_of(&text[word.clone()], OWN_WORDS) && follows(text, word.start - 1, WORD_KEYS)
    };
    if is_own { Place::Own } else { Place::Other }
}

/// The word around a place; `None` if the place is not within a word, or the word is long.
fn around(text: &[u8], range: &Range<usize>, is_letter: fn(u8) -> bool) -> Option<Range<usize>> {
    let count =
        |bytes: &mut dyn Iterator<Item = &u8>| bytes.take(CONTEXT / 2).take_while(|byte| is_letter(**byte)).count();
    let word =
        range.start - count(&mut text[..range.start].iter().rev())..range.end + count(&mut text[range.end..].iter());
    (word.len() < CONTEXT && text[range.clone()].iter().all(|byte| is_letter(*byte))).then_some(word)
}

/// The last byte before a place that is not a blank, and where it is.
fn before(text: &[u8], at: usize) -> Option<(usize, u8)> {
    let from = at.saturating_sub(CONTEXT);
    let found = text[from..at].iter().rposition(|byte| !byte.is_ascii_whitespace())?;
    Some((from + found, text[from + found]))
}

/// The first byte from a place on that is not a blank.
fn after(text: &[u8], at: usize) -> Option<u8> {
    text[at..].iter().take(CONTEXT).find(|byte| !byte.is_ascii_whitespace()).copied()
}

/// Whether what begins here is the value of one of these keys.
fn follows(text: &[u8], at: usize, keys: &str) -> bool {
    let Some((colon, b':')) = before(text, at) else { return false };
    let Some((end, b'"')) = before(text, colon) else { return false };
    let Some(start) = text[end.saturating_sub(CONTEXT)..end].iter().rposition(|byte| *byte == b'"') else {
        return false;
    };
    let start = end.saturating_sub(CONTEXT) + start;
    !text[..start].ends_with(b"\\") && is_one_of(&text[start + 1..end], keys)
}

fn is_one_of(word: &[u8], words: &str) -> bool {
    words.split(' ').any(|known| known.as_bytes() == word)
}
