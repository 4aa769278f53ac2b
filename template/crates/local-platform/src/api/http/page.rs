//! Pages of collections.

use actix_web::HttpResponse;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{Call, Query, encode};
use crate::refusal::Refusal;

const DEFAULT_SIZE: usize = 5;
const MAX_SIZE: usize = 2000;

/// The part of a collection that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    size: usize,
    current: usize,
    with_total_pages: bool,
    with_total_elements: bool,
}

impl Page {
    fn parse(query: &Query) -> Result<Self, Refusal> {
        Ok(Self {
            size: number(query, "pageSize", DEFAULT_SIZE, MAX_SIZE)?,
            current: number(query, "currentPage", 1, usize::MAX)?,
            with_total_pages: query.flag("withTotalPages")?.unwrap_or_default(),
            with_total_elements: query.flag("withTotalElements")?.unwrap_or_default(),
        })
    }

    fn first(&self) -> usize {
        (self.current - 1).saturating_mul(self.size)
    }

    fn counts(&self) -> bool {
        self.with_total_pages || self.with_total_elements
    }

    fn statistics(&self, total: usize) -> Value {
        let mut statistics = json!({"currentPage": self.current, "pageSize": self.size});
        if self.with_total_pages {
            statistics["totalPages"] = total.div_ceil(self.size).into();
        }
        if self.with_total_elements {
            statistics["totalElements"] = total.into();
        }
        statistics
    }
}

fn number(query: &Query, name: &str, default: usize, max: usize) -> Result<usize, Refusal> {
    let Some(given) = query.get(name) else {
        return Ok(default);
    };
    let number = given
        .parse()
        .ok()
        .filter(|number| (1..=max).contains(number));
    number
        .ok_or_else(|| Refusal::invalid(format!("{name} is not a number from 1 to {max}: {given}")))
}

/// A page as the answer shows it.
struct Shown<'a, S> {
    name: &'a str,
    items: &'a [S],
    /// All but the items.
    body: &'a Map<String, Value>,
}

impl<S: Serialize> Serialize for Shown<'_, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.name, self.items)?;
        for (name, value) in self.body {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Call {
    /// One page of `items` under `name`, with links to its neighbours. Items behind the page are
    /// counted only if the request asks for totals.
    pub(crate) fn page<T, S: Serialize>(
        &self,
        media: &str,
        name: &str,
        items: impl IntoIterator<Item = T>,
        view: impl Fn(T) -> S,
    ) -> Result<HttpResponse, Refusal> {
        let page = Page::parse(&self.query)?;
        let mut items = items.into_iter();
        let before = items.by_ref().take(page.first()).count();
        let shown: Vec<S> = items.by_ref().take(page.size).map(view).collect();
        let on_page = shown.len();
        let behind = if page.counts() {
            items.count()
        } else {
            items.take(1).count()
        };
        let mut body = Map::new();
        let statistics = page.statistics(before + on_page + behind);
        body.insert("statistics".to_owned(), statistics);
        let mut link = |name: &str, number| {
            body.insert(name.to_owned(), self.page_link(&page, number).into());
        };
        link("self", page.current);
        if behind > 0 {
            link("next", page.current + 1);
        }
        if page.current > 1 {
            link("prev", page.current - 1);
        }
        let body = Shown {
            name,
            items: &shown,
            body: &body,
        };
        Ok(Self::found(media, &body))
    }

    fn page_link(&self, page: &Page, number: usize) -> String {
        let other = self.query.without(&["pageSize", "currentPage"]);
        let other: Vec<String> = other
            .map(|(name, value)| format!("{}={}&", encode(name), encode(value)))
            .collect();
        let Page { size, .. } = page;
        self.link(&format!(
            "{}?{}pageSize={size}&currentPage={number}",
            self.path,
            other.concat()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<Page, Refusal> {
        Page::parse(&Query::parse(query)?)
    }

    #[test]
    fn the_first_five_are_shown_unless_asked_otherwise() {
        let page = page("").expect("the default");
        assert_eq!((page.first(), page.size), (0, 5));
        assert_eq!(
            page.statistics(11),
            json!({"currentPage": 1, "pageSize": 5})
        );
    }

    #[test]
    fn totals_are_counted_on_request() {
        let page = page("withTotalPages=true&withTotalElements=true&pageSize=2").expect("a page");
        let expected =
            json!({"currentPage": 1, "pageSize": 2, "totalPages": 3, "totalElements": 5});
        assert_eq!(page.statistics(5), expected);
    }

    #[test]
    fn a_page_beyond_the_limits_is_refused() {
        for query in [
            "pageSize=0",
            "pageSize=2001",
            "currentPage=0",
            "pageSize=many",
        ] {
            assert!(page(query).is_err(), "{query}");
        }
    }
}
