//! Which managed objects a list shows.

use std::collections::BTreeSet;

use super::READ;
use crate::state::{
    Caller, FullText, Id, Inventory, InventoryQuery, ManagedObject, Relation, Tenant,
};

type Objects<'a> = Box<dyn Iterator<Item = &'a ManagedObject> + 'a>;

/// What a list of managed objects is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct InventoryFilter {
    pub(crate) ids: Option<Vec<String>>,
    pub(crate) kind: Option<String>,
    pub(crate) fragment: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) text: Option<FullText>,
    /// Parents of all these objects.
    pub(crate) children: Vec<(Relation, String)>,
    /// Objects without a parent that the caller can see.
    pub(crate) only_roots: bool,
    pub(crate) query: Option<InventoryQuery>,
}

impl Tenant {
    /// What the caller may read of the tenant's objects: all with the role, else their own.
    pub(crate) fn objects<'a>(
        &'a self,
        caller: &'a Caller,
        filter: &'a InventoryFilter,
    ) -> Objects<'a> {
        self.objects_of(caller, &READ, filter)
    }

    /// As [`Tenant::objects`], for other roles.
    pub(super) fn objects_of<'a>(
        &'a self,
        caller: &'a Caller,
        readers: &[&str],
        filter: &'a InventoryFilter,
    ) -> Objects<'a> {
        let sees_all = caller.has_any(readers);
        let seen = move |object: &ManagedObject| sees_all || object.owner == caller.user;
        let objects = self.inventory.candidates(filter).filter(move |object| {
            seen(object)
                && self.admits(filter, object)
                && (!filter.only_roots || !self.inventory.has_parent(object, seen))
        });
        self.inventory.queried(objects, filter.query.as_ref())
    }

    fn admits(&self, filter: &InventoryFilter, object: &ManagedObject) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| value == Some(wanted))
        };
        is(&filter.kind, object.kind())
            && is(&filter.owner, Some(&object.owner))
            && filter
                .fragment
                .as_ref()
                .is_none_or(|name| object.fields.contains_key(name))
            && filter
                .text
                .as_ref()
                .is_none_or(|text| self.mentions(object, text))
            && filter
                .children
                .iter()
                .all(|(relation, child)| self.inventory.is_above(object, *relation, child))
    }
}

impl Inventory {
    /// The objects to be looked at: those with an ID that is asked for, or all.
    fn candidates<'a>(&'a self, filter: &'a InventoryFilter) -> Objects<'a> {
        match &filter.ids {
            Some(ids) => {
                let ids: BTreeSet<Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
                Box::new(ids.into_iter().filter_map(|id| self.by_id(id)))
            }
            None => Box::new(self.objects.values()),
        }
    }

    /// What a query admits of some objects, in its order. Only an order takes them all at once.
    pub(crate) fn queried<'a>(
        &'a self,
        objects: impl Iterator<Item = &'a ManagedObject> + 'a,
        query: Option<&'a InventoryQuery>,
    ) -> Objects<'a> {
        let Some(query) = query else {
            return Box::new(objects);
        };
        let admitted = objects.filter(|object| query.admits(self, object));
        if query.has_order() {
            let mut objects: Vec<&ManagedObject> = admitted.collect();
            query.sort(&mut objects);
            Box::new(objects.into_iter())
        } else {
            Box::new(admitted)
        }
    }

    fn has_parent(&self, object: &ManagedObject, seen: impl Fn(&ManagedObject) -> bool) -> bool {
        let parents = Relation::ALL
            .into_iter()
            .flat_map(|relation| self.children.above(object.id, relation));
        parents.filter_map(|id| self.by_id(id)).any(seen)
    }

    fn is_above(&self, object: &ManagedObject, relation: Relation, child: &str) -> bool {
        self.find(child)
            .is_some_and(|child| self.children.contains(object.id, relation, child.id))
    }
}
