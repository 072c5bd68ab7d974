//! Sorting by PHP's comparison, which is not an order: `"10" < "9a" < "9b"`, and yet `"9" < "10"`.

use std::cmp::Ordering;

use super::{Value, compare};

/// Runs of this length are sorted by insertion, as PHP does.
const RUN: usize = 16;

/// The values in PHP's order. Stable; ends whatever the comparison says (the standard library's sort may panic
/// on one that is not an order).
pub fn sorted<'v, 'a>(values: impl IntoIterator<Item = &'v Value<'a>>) -> Vec<&'v Value<'a>>
where
    'a: 'v,
{
    let mut sorted: Vec<_> = values.into_iter().collect();
    for run in sorted.chunks_mut(RUN) {
        for next in 1..run.len() {
            let place = run[..next].iter().rposition(|value| compare(value, run[next]) != Ordering::Greater);
            run[place.map_or(0, |place| place + 1)..=next].rotate_right(1);
        }
    }
    let mut width = RUN;
    while width < sorted.len() {
        let mut merged = Vec::with_capacity(sorted.len());
        for pair in sorted.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first_left, rest_left @ ..], [first_right, rest_right @ ..]) = (left, right) {
                if compare(first_left, first_right) == Ordering::Greater {
                    merged.push(*first_right);
                    right = rest_right;
                } else {
                    merged.push(*first_left);
                    left = rest_left;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        sorted = merged;
        width *= 2;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::sorted;
    use crate::php::Value;

    #[test]
    fn numbers_among_strings_sort_as_numbers() {
        let values: Vec<Value> = ["b", "10", "9", "a"].map(Value::from).into();
        let sorted: Vec<_> = sorted(&values).into_iter().filter_map(Value::as_str).collect();
        assert_eq!(sorted, ["9", "10", "a", "b"]);
    }

    #[test]
    fn long_lists_are_merged() {
        let values: Vec<Value> = (0..1000).map(|number| Value::Int(number * 7919 % 1000)).collect();
        let expected: Vec<Value> = (0..1000).map(Value::Int).collect();
        assert!(sorted(&values).into_iter().eq(&expected));
    }
}
