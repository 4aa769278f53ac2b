//! Lists: what the platform answers in pages, as one stream.

pub(super) mod page;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_util::future::{self, BoxFuture, FutureExt};
use futures_util::stream::Stream;
use reqwest::Method;
use serde::de::DeserializeOwned;

use page::PageForm;

use super::filter::refuse_empty;
use super::{PlatformError, TenantClient};

const PAGE_SIZE: usize = 500;
const MAX_PAGE_SIZE: usize = 2000;
const FIRST_PAGE: u64 = 1;

/// The items of a list, of all its pages, in the platform's order.
///
/// A stream: [`next`](Self::next) answers one item after the other, [`all`](Self::all) what is left
/// of them, and the adapters of the crate `futures-util` work as well. A page is asked for when its
/// first item is, and no earlier. One page is in memory at a time. After an error the list is over.
///
/// ```no_run
/// # use c8y_microservice::{EventFilter, PlatformError, TenantClient};
/// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
/// let mut events = client.events().list(&EventFilter::new()).page_size(100);
/// while let Some(event) = events.next().await {
///     println!("{}", event?.text);
/// }
/// # Ok(())
/// # }
/// ```
///
/// Pages are counted, so what is made or deleted while a list is read can move others to another
/// page: they are seen twice, or not at all. To delete what is listed, read it
/// [all](Self::all) first, or delete by filter.
#[must_use = "a list asks for nothing before an item is"]
pub struct Items<T> {
    collection: Collection,
    page: vec::IntoIter<T>,
    rest: Rest<T>,
}

/// What to ask the platform for.
#[derive(Debug, Clone)]
struct Collection {
    client: TenantClient,
    path: Vec<String>,
    query: Vec<(String, String)>,
    /// The property of an answer that holds the items, such as `alarms`.
    property: &'static str,
    page_size: usize,
}

/// The pages behind the one that is in memory.
enum Rest<T> {
    None,
    From(u64),
    Asked(BoxFuture<'static, Result<Page<T>, PlatformError>>),
}

struct Page<T> {
    items: Vec<T>,
    next: Option<u64>,
}

impl<T> Items<T> {
    /// The items in property `property` of the answers to `GET` of a path of segments, with these
    /// parameters.
    pub(super) fn new(
        client: &TenantClient,
        path: &[&str],
        query: Vec<(String, String)>,
        property: &'static str,
    ) -> Self {
        let collection = Collection {
            client: client.clone(),
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            query,
            property,
            page_size: PAGE_SIZE,
        };
        Self {
            collection,
            page: Vec::new().into_iter(),
            rest: Rest::From(FIRST_PAGE),
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Items<T> {
    /// Items a page, 1 to 2000, and 500 where it is not set. A page has to fit into 32 MiB: large
    /// items need smaller pages.
    ///
    /// Any other size is a [`PlatformError::Invalid`] in the place of the first item, and so is one
    /// that is set when a page has already been asked for.
    pub fn page_size(mut self, size: usize) -> Self {
        self.collection.page_size = size;
        if !matches!(self.rest, Rest::From(FIRST_PAGE)) {
            let reason = "the size of pages is set before the first one is asked for";
            let refusal = Err(PlatformError::Invalid(reason.to_owned()));
            self.rest = Rest::Asked(future::ready(refusal).boxed());
        }
        self
    }

    /// The next item, which may take a request. `None` after the last one, and after an error.
    ///
    /// Can be given up and called again: no item is lost.
    pub async fn next(&mut self) -> Option<Result<T, PlatformError>> {
        future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The first items that are left, as many as `limit` at most; the first error instead.
    pub async fn first(mut self, limit: usize) -> Result<Vec<T>, PlatformError> {
        let mut first = Vec::new();
        while first.len() < limit
            && let Some(item) = self.next().await
        {
            first.push(item?);
        }
        Ok(first)
    }

    /// All items that are left, which have to fit into memory; the first error instead.
    pub async fn all(mut self) -> Result<Vec<T>, PlatformError> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream for Items<T> {
    type Item = Result<T, PlatformError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match &mut this.rest {
                Rest::None => return Poll::Ready(None),
                Rest::From(number) => {
                    let page = this.collection.clone().page(*number);
                    this.rest = Rest::Asked(page.boxed());
                }
                Rest::Asked(page) => {
                    let page = ready!(page.as_mut().poll(context));
                    this.rest = Rest::None;
                    match page {
                        Ok(page) => this.turn_to(page),
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
        }
    }
}

impl<T> Items<T> {
    fn turn_to(&mut self, page: Page<T>) {
        self.page = page.items.into_iter();
        if let Some(number) = page.next {
            self.rest = Rest::From(number);
        }
    }
}

/// Items are moved, and never pinned.
impl<T> Unpin for Items<T> {}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Items");
        fields.field("collection", &self.collection);
        fields.finish_non_exhaustive()
    }
}

impl Collection {
    async fn page<T: DeserializeOwned>(self, number: u64) -> Result<Page<T>, PlatformError> {
        self.check()?;
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let request = self.client.call(Method::GET, &path);
        let answer = request
            .parameters(&self.query)
            .query("pageSize", &self.page_size.to_string())
            .query("currentPage", &number.to_string())
            .send()
            .await?;
        let form = PageForm::new(self.property);
        let (items, has_next): (Vec<T>, bool) = answer.json_as(form)?;
        // A page that is not full says nothing: items that the user may not see are left out.
        let next = (has_next && !items.is_empty()).then_some(number + 1);
        Ok(Page { items, next })
    }

    fn check(&self) -> Result<(), PlatformError> {
        refuse_empty(&self.query)?;
        let size = self.page_size;
        if !(1..=MAX_PAGE_SIZE).contains(&size) {
            return Err(PlatformError::Invalid(format!(
                "a page has 1 to {MAX_PAGE_SIZE} items, not {size}"
            )));
        }
        let mut names = self.query.iter().map(|(name, _)| name.as_str());
        match names.find(|name| ["pageSize", "currentPage"].contains(name)) {
            Some(name) => Err(PlatformError::Invalid(format!(
                "{name} is the list's to set"
            ))),
            None => Ok(()),
        }
    }
}
