//! Files: managed objects with a content.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;

use crate::refusal::Refusal;
use crate::state::object::text;
use crate::state::{Caller, Deletion, Fields, Id, InventoryFilter, ManagedObject, Tenant};

/// The fragment by which the object of a file is known.
const FRAGMENT: &str = "c8y_IsBinary";
const UNKNOWN_TYPE: &str = "application/octet-stream";
const READ: [&str; 2] = ["ROLE_INVENTORY_READ", "ROLE_BINARY_READ"];
const ADMIN: [&str; 2] = ["ROLE_INVENTORY_ADMIN", "ROLE_BINARY_ADMIN"];
const CREATE: [&str; 4] = [
    "ROLE_INVENTORY_ADMIN",
    "ROLE_INVENTORY_CREATE",
    "ROLE_BINARY_ADMIN",
    "ROLE_BINARY_CREATE",
];

/// The contents of one tenant's files.
#[derive(Default)]
pub(crate) struct Binaries(BTreeMap<Id, Bytes>);

impl Binaries {
    pub(super) fn forget(&mut self, object: Id) {
        self.0.remove(&object);
    }
}

/// A file as it is uploaded.
pub(crate) struct NewFile {
    /// What describes it: `name`, `type` and whatever else its object is to show.
    pub(crate) fields: Fields,
    pub(crate) name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl NewFile {
    /// The fields of the file's object: what the form says about it wins over what the part says.
    fn describe(&mut self) -> Result<Fields, Refusal> {
        let mut fields = std::mem::take(&mut self.fields);
        let described = text(&fields, "contentType")?.map(str::to_owned);
        let kind = text(&fields, "type")?.map(str::to_owned);
        let content_type = described
            .or(self.content_type.take())
            .or_else(|| kind.clone())
            .unwrap_or_else(|| UNKNOWN_TYPE.to_owned());
        if text(&fields, "name")?.is_none() {
            fields.insert("name".to_owned(), self.name.take().into());
        }
        let kind = kind.unwrap_or_else(|| content_type.clone());
        fields.insert("type".to_owned(), kind.into());
        fields.extend(content(content_type, &self.bytes));
        Ok(fields)
    }
}

/// What an object shows of its content.
fn content(content_type: String, bytes: &Bytes) -> [(String, serde_json::Value); 3] {
    [
        (FRAGMENT.to_owned(), json!({})),
        ("contentType".to_owned(), content_type.into()),
        ("length".to_owned(), bytes.len().into()),
    ]
}

impl Tenant {
    pub(crate) fn may_upload(caller: &Caller) -> Result<(), Refusal> {
        caller.require(&CREATE)
    }

    pub(crate) fn upload(
        &mut self,
        id: Id,
        caller: &Caller,
        mut file: NewFile,
    ) -> Result<(), Refusal> {
        let fields = file.describe()?;
        self.create_objects(caller, vec![(id, fields)])?;
        self.binaries.0.insert(id, file.bytes);
        Ok(())
    }

    /// The objects of the files that the caller may read.
    pub(crate) fn files<'a>(
        &'a self,
        caller: &'a Caller,
        filter: &'a InventoryFilter,
    ) -> impl Iterator<Item = &'a ManagedObject> {
        let objects = self.objects_of(caller, &READ, filter);
        objects.filter(|object| self.binaries.0.contains_key(&object.id))
    }

    pub(crate) fn download(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<(&ManagedObject, Bytes), Refusal> {
        let (object, bytes) = self.file(id)?;
        caller.require_or_own(&READ, Some(&object.owner))?;
        Ok((object, bytes.clone()))
    }

    /// Gives a file another content; what its object shows otherwise stays.
    pub(crate) fn replace_file(
        &mut self,
        caller: &Caller,
        id: &str,
        content_type: Option<String>,
        bytes: Bytes,
    ) -> Result<Id, Refusal> {
        let id = self.changeable_file(caller, id)?;
        let content_type = content_type.unwrap_or_else(|| UNKNOWN_TYPE.to_owned());
        self.write(id, content(content_type, &bytes).into_iter().collect());
        self.binaries.0.insert(id, bytes);
        Ok(id)
    }

    pub(crate) fn delete_file(&mut self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let id = self.changeable_file(caller, id)?;
        self.remove(id, Deletion::default())
    }

    fn changeable_file(&self, caller: &Caller, id: &str) -> Result<Id, Refusal> {
        let (object, _) = self.file(id)?;
        caller.require_or_own(&ADMIN, Some(&object.owner))?;
        Ok(object.id)
    }

    fn file(&self, id: &str) -> Result<(&ManagedObject, &Bytes), Refusal> {
        let object = self.inventory.find(id);
        let file = object.and_then(|object| Some((object, self.binaries.0.get(&object.id)?)));
        file.ok_or_else(|| Refusal::not_found("inventory", format!("file {id}")))
    }
}
