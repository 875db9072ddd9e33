//! Groups of companies: which customers belong together under one head.
//!
//! A customer may belong to another one, its parent; who belongs to nobody and has somebody under it
//! is the head of a group. It refuses circles; it knows nothing of names or amounts. Belonging says
//! who may be looked at together and pays for whom, never that two are one: that is
//! [`crate::merge`], and a customer that is merged belongs where the one does that stands for it.

use crate::id::CustomerId;
use crate::merge::Merged;
use std::collections::BTreeMap;

/// Who belongs to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    parents: BTreeMap<CustomerId, CustomerId>,
    children: BTreeMap<CustomerId, Vec<CustomerId>>,
}

/// Why a customer cannot belong to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupRefusal {
    /// Nobody belongs to himself.
    Itself,
    /// The other belongs to the customer already, directly or not.
    Circle,
}

impl GroupRefusal {
    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            GroupRefusal::Itself => "itself",
            GroupRefusal::Circle => "circle",
        }
    }
}

impl Groups {
    /// The groups of pairs of a customer and its parent, as who stands for whom makes them.
    pub fn of(
        pairs: impl IntoIterator<Item = (CustomerId, CustomerId)>,
        merged: &Merged,
    ) -> Groups {
        let mut groups = Groups::default();
        for (customer, parent) in pairs {
            let parent = merged.survivor(parent);
            if !merged.is_merged(customer) && parent != customer {
                groups.parents.insert(customer, parent);
                groups.children.entry(parent).or_default().push(customer);
            }
        }
        groups.children.values_mut().for_each(|children| children.sort_unstable());
        groups
    }

    /// The parents of a customer, the nearest first.
    pub fn above(&self, customer: CustomerId) -> impl Iterator<Item = CustomerId> {
        let next = |at: &CustomerId| self.parents.get(at).copied();
        // No chain is longer than the list, whatever the list says.
        std::iter::successors(next(&customer), next).take(self.parents.len())
    }

    /// The head of the customer's group; `None` when it belongs to nobody and nobody to it.
    pub fn head(&self, customer: CustomerId) -> Option<CustomerId> {
        let alone = !self.children.contains_key(&customer);
        self.above(customer).last().or((!alone).then_some(customer))
    }

    /// A head with everybody under it: each after its parent, then by id, with how far below the head
    /// it stands.
    pub fn members(&self, head: CustomerId) -> Vec<(CustomerId, usize)> {
        let mut members = Vec::new();
        let mut open = vec![(head, 0)];
        while let Some((customer, depth)) = open.pop() {
            if depth > self.parents.len() {
                continue;
            }
            members.push((customer, depth));
            let children = self.children.get(&customer).into_iter().flatten().rev();
            open.extend(children.map(|child| (*child, depth + 1)));
        }
        members
    }

    /// Whether a customer may belong to another.
    ///
    /// # Errors
    /// When it is the same, or the other belongs to the customer.
    pub fn may_belong(&self, customer: CustomerId, parent: CustomerId) -> Result<(), GroupRefusal> {
        if customer == parent {
            return Err(GroupRefusal::Itself);
        }
        match self.above(parent).any(|above| above == customer) {
            true => Err(GroupRefusal::Circle),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(pairs: &[(i64, i64)], merged: &[(i64, i64)]) -> Groups {
        let typed = |(one, other): &(i64, i64)| (CustomerId(*one), CustomerId(*other));
        Groups::of(pairs.iter().map(typed), &Merged::of_pairs(merged.iter().map(typed)))
    }

    fn members(groups: &Groups, head: i64) -> Vec<(i64, usize)> {
        groups.members(CustomerId(head)).into_iter().map(|(id, depth)| (id.0, depth)).collect()
    }

    #[test]
    fn a_group_is_everybody_under_its_head() {
        let groups = groups(&[(2, 1), (3, 1), (4, 2), (9, 8)], &[]);
        assert_eq!(members(&groups, 1), [(1, 0), (2, 1), (4, 2), (3, 1)]);
        assert_eq!(groups.head(CustomerId(4)), Some(CustomerId(1)));
        assert_eq!(groups.head(CustomerId(1)), Some(CustomerId(1)));
        assert_eq!(groups.head(CustomerId(7)), None);
    }

    #[test]
    fn circles_are_refused_and_rows_that_make_one_end_somewhere() {
        let line = groups(&[(2, 1), (3, 2)], &[]);
        let may = |one, other| line.may_belong(CustomerId(one), CustomerId(other));
        assert_eq!(may(1, 1), Err(GroupRefusal::Itself));
        assert_eq!(may(1, 3), Err(GroupRefusal::Circle));
        assert_eq!(may(3, 1), Ok(()));
        let circle = groups(&[(1, 2), (2, 1)], &[]);
        assert!(circle.head(CustomerId(1)).is_some());
        assert!(members(&circle, 1).len() <= 3);
    }

    #[test]
    fn who_is_merged_belongs_where_its_survivor_does() {
        // 5 is merged into 2: what belonged to 5 belongs to 2, and 5 itself to nobody.
        let groups = groups(&[(2, 1), (5, 8), (6, 5)], &[(5, 2)]);
        assert_eq!(members(&groups, 1), [(1, 0), (2, 1), (6, 2)]);
        assert_eq!(groups.head(CustomerId(8)), None);
    }
}
