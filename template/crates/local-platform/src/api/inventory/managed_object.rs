//! How answers show a managed object: written out as it lies there, without a copy of it.

use std::fmt::Display;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::api::http::{Call, Query, Resource};
use crate::refusal::Refusal;
use crate::state::{Id, LatestValues, ManagedObject, Relation, Tenant, format_time};

pub(super) const PATH: &str = "/inventory/managedObjects";

/// What a request wants to see of the objects around an object. Its parents are always shown, so
/// that there is nothing more to show of the groups among them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a parameter of its own"
)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    children: bool,
    children_count: bool,
    /// Children come without their names.
    no_names: bool,
    /// All objects above it instead of its parents.
    ancestors: bool,
    /// What the object has measured last.
    latest_values: bool,
}

impl Shown {
    pub(super) fn parse(query: &Query) -> Result<Self, Refusal> {
        query.flag("withGroups")?;
        let flag = |name| query.flag(name).map(Option::unwrap_or_default);
        Ok(Self {
            children: flag("withChildren")?,
            children_count: flag("withChildrenCount")?,
            no_names: flag("skipChildrenNames")?,
            ancestors: flag("withParents")?,
            latest_values: flag("withLatestValues")?,
        })
    }
}

/// Shows the objects of one tenant.
#[derive(Clone, Debug)]
pub(super) struct Viewer {
    /// The link to all objects.
    base: String,
    shown: Shown,
}

impl Viewer {
    pub(super) fn new(call: &Call) -> Result<Self, Refusal> {
        Ok(Self {
            base: call.link(PATH),
            shown: Shown::parse(&call.query)?,
        })
    }

    pub(super) fn view_of<'a>(&'a self, tenant: &'a Tenant, id: Id) -> Result<View<'a>, Refusal> {
        Ok(self.view(tenant, tenant.inventory.get_by_id(id)?))
    }

    pub(super) fn view<'a>(&'a self, tenant: &'a Tenant, object: &'a ManagedObject) -> View<'a> {
        View {
            viewer: self,
            tenant,
            object,
            link: format!("{}/{}", self.base, object.id),
        }
    }
}

/// An object as an answer shows it.
pub(super) struct View<'a> {
    viewer: &'a Viewer,
    tenant: &'a Tenant,
    object: &'a ManagedObject,
    link: String,
}

impl View<'_> {
    fn children(&self, relation: Relation) -> Around<'_> {
        let Shown {
            children,
            children_count,
            no_names,
            ..
        } = self.viewer.shown;
        let below = || {
            self.tenant
                .inventory
                .children
                .below(self.object.id, relation)
        };
        Around {
            view: self,
            field: relation.children(),
            objects: if children {
                below().collect()
            } else {
                Vec::new()
            },
            named: !no_names,
            count: if children_count { below().count() } else { 0 },
        }
    }

    fn parents(&self, relation: Relation) -> Around<'_> {
        let (id, children) = (self.object.id, &self.tenant.inventory.children);
        let objects = if self.viewer.shown.ancestors {
            children.ancestors(id, &[relation]).into_iter().collect()
        } else {
            children.above(id, relation).collect()
        };
        Around {
            view: self,
            field: relation.parents(),
            objects,
            named: true,
            count: 0,
        }
    }
}

impl Resource for View<'_> {
    fn link(&self) -> &str {
        &self.link
    }
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = self.object;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &object.fields {
            map.serialize_entry(name, value)?;
        }
        for relation in Relation::ALL {
            map.serialize_entry(relation.children(), &self.children(relation))?;
            map.serialize_entry(relation.parents(), &self.parents(relation))?;
        }
        if self.viewer.shown.latest_values {
            let LatestValues { latest, previous } = self.tenant.latest_values(object.id);
            map.serialize_entry("c8y_LatestMeasurements", &latest)?;
            map.serialize_entry("c8y_PreviousMeasurements", &previous)?;
        }
        map.serialize_entry("id", &Text(object.id))?;
        map.serialize_entry("self", &self.link)?;
        map.serialize_entry("owner", &object.owner)?;
        map.serialize_entry("creationTime", &format_time(object.created))?;
        map.serialize_entry("lastUpdated", &format_time(object.updated))?;
        map.end()
    }
}

/// The objects around an object, by one relation.
struct Around<'a> {
    view: &'a View<'a>,
    field: &'static str,
    objects: Vec<Id>,
    named: bool,
    /// Shown unless it is 0.
    count: usize,
}

impl Serialize for Around<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let link = format_args!("{}/{}", self.view.link, self.field);
        map.serialize_entry("self", &Text(link))?;
        let references = self.objects.iter().map(|id| Reference {
            around: self,
            id: *id,
        });
        map.serialize_entry("references", &Sequence(references))?;
        if self.count > 0 {
            map.serialize_entry("count", &self.count)?;
        }
        map.end()
    }
}

/// A reference to an object around another one.
struct Reference<'a> {
    around: &'a Around<'a>,
    id: Id,
}

impl Serialize for Reference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Around { view, field, .. } = self.around;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("managedObject", &Named(self))?;
        let link = format_args!("{}/{field}/{}", view.link, self.id);
        map.serialize_entry("self", &Text(link))?;
        map.end()
    }
}

/// ID and name of an object that is referred to.
struct Named<'a>(&'a Reference<'a>);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Reference { around, id } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &Text(id))?;
        let object = around.view.tenant.inventory.by_id(*id);
        let name = object.and_then(ManagedObject::name);
        if let Some(name) = name.filter(|_| around.named) {
            map.serialize_entry("name", name)?;
        }
        let link = format_args!("{}/{id}", around.view.viewer.base);
        map.serialize_entry("self", &Text(link))?;
        map.end()
    }
}

/// What displays itself, as a text.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What an iterator yields, as an array.
struct Sequence<I>(I);

impl<I> Serialize for Sequence<I>
where
    I: Iterator<Item: Serialize> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}
