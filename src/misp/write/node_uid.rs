//! `node_uid`: letters and digits that tell a node of a page in the editor. The editor draws them
//! anew whenever it loads a workflow, so any will do; these depend on the document and the node
//! alone.

use crate::model::{Document, NodeId};

/// The document's part of its nodes' uids.
#[derive(Clone, Copy)]
pub(super) struct NodeUids {
    seed: u64,
}

impl NodeUids {
    pub(super) fn new(document: &Document<'_>) -> Self {
        Self {
            seed: match document.uuid {
                Some(uuid) => fnv_1a(uuid.as_bytes()),
                None => fnv_1a(document.name.as_bytes()),
            },
        }
    }

    /// 13 letters and digits.
    pub(super) fn uid(self, node: NodeId) -> String {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut rest = mix(self.seed.wrapping_add(u64::from(node)));
        let mut digits = ['0'; 13];
        for digit in digits.iter_mut().rev() {
            *digit = char::from(DIGITS[(rest % 36) as usize]);
            rest /= 36;
        }
        digits.iter().collect()
    }
}

/// The hash FNV-1a: the same on every machine and in every version.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finishing step of the generator `SplitMix64`: a bijection, so nodes of one document never share
/// a uid.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
