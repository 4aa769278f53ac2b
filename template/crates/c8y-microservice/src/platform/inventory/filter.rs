//! Which managed objects a list has, and what it shows of them.

use crate::id::ManagedObjectId;
use crate::platform::filter::Parameters;

/// Which managed objects to list. Everything that is set has to fit; beside a
/// [query](Self::matching), the platform looks at nothing else.
///
/// ```
/// use c8y_microservice::ManagedObjectFilter;
///
/// let pumps = ManagedObjectFilter::new()
///     .kind("c8y_Pump")
///     .fragment_type("c8y_IsDevice");
/// let hot = ManagedObjectFilter::new()
///     .matching("$filter=(type eq 'c8y_Pump' and example_Celsius gt 80) $orderby=name asc");
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a filter lists nothing by itself"]
pub struct ManagedObjectFilter(Parameters);

impl ManagedObjectFilter {
    /// All managed objects that the client's user may read.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of a type: `type`.
    pub fn kind(self, kind: &str) -> Self {
        self.query("type", kind)
    }

    /// Those with a fragment, such as `c8y_IsDevice`: `fragmentType`.
    pub fn fragment_type(self, fragment: &str) -> Self {
        self.query("fragmentType", fragment)
    }

    /// Those of an owner, a user's name: `owner`.
    pub fn owner(self, user: &str) -> Self {
        self.query("owner", user)
    }

    /// Those of these that are there: `ids`.
    pub fn ids<'i>(self, ids: impl IntoIterator<Item = &'i ManagedObjectId>) -> Self {
        let ids: Vec<&str> = ids.into_iter().map(ManagedObjectId::as_str).collect();
        self.query("ids", &ids.join(","))
    }

    /// Those with any of the words of a text in their ID, type, name, owner or external IDs:
    /// `text`.
    pub fn text(self, text: &str) -> Self {
        self.query("text", text)
    }

    /// Those that fit a query in the inventory's query language, which may also say their order:
    /// `query`. One that the platform does not understand is a
    /// [`PlatformError::Unprocessable`](crate::PlatformError::Unprocessable).
    ///
    /// Texts of others do not belong into a query unless `'` in them is doubled.
    pub fn matching(self, query: &str) -> Self {
        self.query("query", query)
    }

    /// Those without a parent: `onlyRoots`.
    pub fn only_roots(self) -> Self {
        self.query("onlyRoots", "true")
    }

    /// Shows the children of each, with their IDs and names: `withChildren`.
    pub fn with_children(self) -> Self {
        self.query("withChildren", "true")
    }

    /// Shows all objects above each, not only its parents: `withParents`.
    pub fn with_parents(self) -> Self {
        self.query("withParents", "true")
    }

    /// Sets any other parameter of `GET /inventory/managedObjects`, such as `childDeviceId` or
    /// `withLatestValues`.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.0.set(name, value);
        self
    }

    pub(super) fn parameters(&self) -> Vec<(String, String)> {
        self.0.pairs()
    }
}
