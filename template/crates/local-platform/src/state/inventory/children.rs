//! Which managed objects are below which: child devices, assets and additions.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::{ADMIN, READ};
use crate::refusal::Refusal;
use crate::state::{Caller, Id, Inventory, ManagedObject};

/// How an object is below another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    Device,
    Asset,
    Addition,
}

impl Relation {
    pub(crate) const ALL: [Self; 3] = [Self::Device, Self::Asset, Self::Addition];

    /// The field of an object that shows its children.
    pub(crate) fn children(self) -> &'static str {
        match self {
            Self::Device => "childDevices",
            Self::Asset => "childAssets",
            Self::Addition => "childAdditions",
        }
    }

    /// The field of an object that shows its parents.
    pub(crate) fn parents(self) -> &'static str {
        match self {
            Self::Device => "deviceParents",
            Self::Asset => "assetParents",
            Self::Addition => "additionParents",
        }
    }
}

/// From an object, by a relation, to another one.
type Link = (Id, Relation, Id);

/// All relations between a tenant's objects, to be read downwards and upwards.
#[derive(Default)]
pub(crate) struct Children {
    below: BTreeSet<Link>,
    above: BTreeSet<Link>,
}

impl Children {
    pub(super) fn insert(&mut self, parent: Id, relation: Relation, child: Id) {
        self.below.insert((parent, relation, child));
        self.above.insert((child, relation, parent));
    }

    fn remove(&mut self, parent: Id, relation: Relation, child: Id) {
        self.below.remove(&(parent, relation, child));
        self.above.remove(&(child, relation, parent));
    }

    /// Takes an object out of all relations.
    pub(super) fn forget(&mut self, id: Id) {
        for relation in Relation::ALL {
            let parents: Vec<Id> = self.above(id, relation).collect();
            let children: Vec<Id> = self.below(id, relation).collect();
            for parent in parents {
                self.remove(parent, relation, id);
            }
            for child in children {
                self.remove(id, relation, child);
            }
        }
    }

    pub(crate) fn contains(&self, parent: Id, relation: Relation, child: Id) -> bool {
        self.below.contains(&(parent, relation, child))
    }

    pub(crate) fn below(&self, parent: Id, relation: Relation) -> impl Iterator<Item = Id> {
        self.below.range(from(parent, relation)).map(|link| link.2)
    }

    pub(crate) fn above(&self, child: Id, relation: Relation) -> impl Iterator<Item = Id> {
        self.above.range(from(child, relation)).map(|link| link.2)
    }

    /// All that is below an object by these relations, at any depth.
    pub(crate) fn descendants(&self, id: Id, relations: &[Relation]) -> BTreeSet<Id> {
        reachable(id, relations, |id, relation| self.below(id, relation))
    }

    /// All that is above an object by these relations, at any height.
    pub(crate) fn ancestors(&self, id: Id, relations: &[Relation]) -> BTreeSet<Id> {
        reachable(id, relations, |id, relation| self.above(id, relation))
    }
}

fn from(id: Id, relation: Relation) -> RangeInclusive<Link> {
    (id, relation, Id::MIN)..=(id, relation, Id::MAX)
}

/// What can be reached in any number of steps, each object visited once: relations may go in
/// circles.
fn reachable<I: Iterator<Item = Id>>(
    start: Id,
    relations: &[Relation],
    step: impl Fn(Id, Relation) -> I,
) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    let mut next = vec![start];
    while let Some(id) = next.pop() {
        for relation in relations {
            next.extend(step(id, *relation).filter(|id| found.insert(*id)));
        }
    }
    found.remove(&start);
    found
}

impl Inventory {
    /// All that is below an object by these relations, at any depth, without the object itself.
    pub(crate) fn descendants(&self, id: Id, relations: &[Relation]) -> BTreeSet<Id> {
        self.children.descendants(id, relations)
    }

    /// The children of an object, in the order of their IDs.
    pub(crate) fn children(
        &self,
        caller: &Caller,
        parent: &str,
        relation: Relation,
    ) -> Result<impl Iterator<Item = &ManagedObject>, Refusal> {
        let parent = self.read(caller, parent)?.id;
        let children = self.children.below(parent, relation);
        Ok(children.filter_map(|child| self.by_id(child)))
    }

    /// One child of an object. Being the parent's owner is not enough to read it.
    pub(crate) fn child(
        &self,
        caller: &Caller,
        parent: &str,
        relation: Relation,
        child: &str,
    ) -> Result<&ManagedObject, Refusal> {
        caller.require(&READ)?;
        let parent = self.get(parent)?.id;
        self.child_of(parent, relation, child)
    }

    /// Puts objects below another one: all of them, or none. An object that is there already stays.
    pub(crate) fn assign(
        &mut self,
        caller: &Caller,
        parent: &str,
        relation: Relation,
        children: &[String],
    ) -> Result<(), Refusal> {
        let parent = self.changeable(caller, parent)?;
        let child = |child: &String| {
            let child = self.changeable(caller, child)?;
            refuse_self(parent, child)?;
            Ok(child)
        };
        let children: Vec<Id> = children.iter().map(child).collect::<Result<_, _>>()?;
        for child in children {
            self.children.insert(parent, relation, child);
        }
        Ok(())
    }

    /// Takes objects away from below another one: all of them, or none.
    pub(crate) fn unassign(
        &mut self,
        caller: &Caller,
        parent: &str,
        relation: Relation,
        children: &[String],
    ) -> Result<(), Refusal> {
        let parent = self.get(parent)?;
        let id = parent.id;
        let child = |child: &String| {
            let child = self.child_of(id, relation, child)?;
            if parent.owner != caller.user {
                caller.require_or_own(&ADMIN, Some(&child.owner))?;
            }
            Ok(child.id)
        };
        let children: Vec<Id> = children.iter().map(child).collect::<Result<_, _>>()?;
        for child in children {
            self.children.remove(id, relation, child);
        }
        Ok(())
    }

    fn child_of(
        &self,
        parent: Id,
        relation: Relation,
        child: &str,
    ) -> Result<&ManagedObject, Refusal> {
        let found = self.find(child);
        found
            .filter(|child| self.children.contains(parent, relation, child.id))
            .ok_or_else(|| {
                let place = format!(
                    "managed object {child} in {} of {parent}",
                    relation.children()
                );
                Refusal::not_found("inventory", place)
            })
    }
}

fn refuse_self(parent: Id, child: Id) -> Result<(), Refusal> {
    if parent == child {
        let message = format!("managed object {child} cannot be its own child");
        return Err(Refusal::invalid(message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn children(links: &[Link]) -> Children {
        let mut children = Children::default();
        for (parent, relation, child) in links {
            children.insert(*parent, *relation, *child);
        }
        children
    }

    #[test]
    fn descendants_are_found_by_the_relations_asked_for_at_any_depth() {
        use Relation::{Asset, Device};
        let children = children(&[(1, Asset, 2), (2, Asset, 3), (2, Device, 4), (4, Device, 5)]);
        assert_eq!(children.descendants(1, &[Asset]), BTreeSet::from([2, 3]));
        let all = BTreeSet::from([2, 3, 4, 5]);
        assert_eq!(children.descendants(1, &Relation::ALL), all);
        assert_eq!(children.ancestors(5, &[Device]), BTreeSet::from([2, 4]));
    }

    #[test]
    fn a_circle_has_an_end() {
        use Relation::Asset;
        let children = children(&[(1, Asset, 2), (2, Asset, 3), (3, Asset, 1)]);
        assert_eq!(children.descendants(1, &[Asset]), BTreeSet::from([2, 3]));
        assert_eq!(children.ancestors(1, &[Asset]), BTreeSet::from([2, 3]));
    }

    #[test]
    fn a_forgotten_object_is_nobodys_parent_or_child() {
        use Relation::{Addition, Asset};
        let mut children = children(&[(1, Asset, 2), (2, Addition, 3), (1, Asset, 4)]);
        children.forget(2);
        assert_eq!(children.descendants(1, &Relation::ALL), BTreeSet::from([4]));
        assert_eq!(children.ancestors(3, &Relation::ALL), BTreeSet::new());
    }
}
