//! What expressions of a template stand for: hash paths of the data, strings, and strings looked for in the data.

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr};

use super::Membership;
use super::printed::SAME_ITEMS;
use super::walker::{Bound, Walker};

impl<'t> Walker<'t> {
    pub(super) fn membership(&mut self, left: &Expr<'t>, right: &Expr<'t>, negated: bool) {
        let (Some(wanted), Some(path), Some(written)) = (self.string(left), self.path(right), written(right)) else {
            return;
        };
        let end = right.span().end_offset as usize;
        let Some(start) = end.checked_sub(written.len()) else { return };
        if self.text.get(start..end) == Some(written.as_str()) {
            self.slips.memberships.push(Membership { wanted, path, written, at: start..end, negated });
        }
    }

    /// The string that an expression surely is, and its letters where they are written out.
    #[expect(clippy::option_option, reason = "no string, one that is not known, one that is")]
    pub(super) fn string(&self, expression: &Expr<'t>) -> Option<Option<String>> {
        match expression {
            Expr::Const(constant) => constant.value.as_str().map(|string| Some(string.to_owned())),
            Expr::BinOp(operation) if matches!(operation.op, BinOpKind::Concat) => Some(None),
            Expr::Var(name) => match self.bound(name.id) {
                Some(Bound::String { string, .. }) => Some(string.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The hash path of a value of the data.
    pub(super) fn path(&self, expression: &Expr<'t>) -> Option<String> {
        match expression {
            Expr::Var(name) => match self.bound(name.id) {
                None => Some(name.id.to_owned()),
                Some(Bound::Path(path)) => Some(path.clone()),
                Some(_) => None,
            },
            Expr::GetAttr(attribute) => Some(format!("{}.{}", self.path(&attribute.expr)?, attribute.name)),
            Expr::GetItem(item) => match &item.subscript_expr {
                Expr::Const(key) => {
                    let path = self.path(&item.expr)?;
                    match key.value.as_str() {
                        Some(name) => Some(format!("{path}.{name}")),
                        None if key.value.is_integer() => Some(format!("{path}.{{n}}")),
                        None => None,
                    }
                }
                _ => None,
            },
            _ => None,
        }
    }
}

impl<'t> Walker<'t> {
    /// The hash path of the items of a list that comes from the data.
    pub(super) fn item_path(&self, expression: &Expr<'t>) -> Option<String> {
        match expression {
            Expr::Filter(filter) => {
                let value = filter.expr.as_ref()?;
                match filter.name {
                    "map" => match &filter.args[..] {
                        [CallArg::Kwarg("attribute", Expr::Const(name))] => {
                            Some(format!("{}.{}", self.item_path(value)?, name.value.as_str()?))
                        }
                        _ => None,
                    },
                    name if SAME_ITEMS.contains(&name) => self.item_path(value),
                    _ => None,
                }
            }
            Expr::Slice(slice) => self.item_path(&slice.expr),
            Expr::Var(name) => match self.bound(name.id) {
                Some(Bound::Items { path, .. } | Bound::Generator { path, .. }) => path.clone(),
                Some(Bound::Path(path)) => Some(format!("{path}.{{n}}")),
                None => Some(format!("{}.{{n}}", name.id)),
                Some(_) => None,
            },
            _ => Some(format!("{}.{{n}}", self.path(expression)?)),
        }
    }
}

/// A chain of names as a template writes it.
fn written(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Var(name) => Some(name.id.to_owned()),
        Expr::GetAttr(attribute) => Some(format!("{}.{}", written(&attribute.expr)?, attribute.name)),
        _ => None,
    }
}
