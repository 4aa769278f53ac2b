//! Pages of collections.

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};

use super::Call;
use super::call::encode;
use super::query::Query;
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

    fn is_last(&self, total: usize) -> bool {
        self.first().saturating_add(self.size) >= total
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

impl Call {
    /// One page of `items` under `name`, with links to its neighbours.
    pub(crate) fn page<T>(
        &self,
        media: &str,
        name: &str,
        items: Vec<T>,
        view: impl Fn(T) -> Value,
    ) -> Result<HttpResponse, Refusal> {
        let page = Page::parse(&self.query)?;
        let total = items.len();
        let shown: Vec<Value> = items
            .into_iter()
            .skip(page.first())
            .take(page.size)
            .map(view)
            .collect();
        let mut body = Map::new();
        body.insert(name.to_owned(), shown.into());
        body.insert("statistics".to_owned(), page.statistics(total));
        body.insert(
            "self".to_owned(),
            self.page_link(&page, page.current).into(),
        );
        if !page.is_last(total) {
            body.insert(
                "next".to_owned(),
                self.page_link(&page, page.current + 1).into(),
            );
        }
        if page.current > 1 {
            body.insert(
                "prev".to_owned(),
                self.page_link(&page, page.current - 1).into(),
            );
        }
        Ok(Self::found(media, &body.into()))
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

    #[test]
    fn the_last_page_is_the_one_that_nothing_follows() {
        let page = page("pageSize=5&currentPage=2").expect("a page");
        assert!(page.is_last(10) && !page.is_last(11));
    }
}
