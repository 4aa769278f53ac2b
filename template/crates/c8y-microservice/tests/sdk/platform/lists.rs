//! Lists: all items of all pages, one after the other.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Query, ServiceConfig};
use c8y_microservice::{Event, EventFilter, Items, NewEvent, PlatformError};
use chrono::TimeDelta;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use local_platform::Fault;
use serde_json::{Value, json};

use super::{Place, assert_invalid, time};
use crate::support::{StandIn, client_at, soon};

/// A place whose tenant has events `0` to `number - 1`, a second apart.
async fn with_events(number: i32) -> Place {
    let place = Place::new().await;
    let device = place.device().await;
    for index in 0..number {
        let time = time("2026-01-02T03:00:00Z") + TimeDelta::seconds(index.into());
        let event = NewEvent::new(device.clone(), "example_Event", &index.to_string()).time(time);
        place.client.events().create(&event).await.unwrap();
    }
    place
}

fn texts(events: Vec<Event>) -> Vec<String> {
    events.into_iter().map(|event| event.text).collect()
}

/// From the newest to the oldest.
fn expected(range: std::ops::Range<i32>) -> Vec<String> {
    range.rev().map(|index| index.to_string()).collect()
}

fn all(place: &Place) -> Items<Event> {
    place.client.events().list(&EventFilter::new())
}

fn page_requests(place: &Place) -> Vec<String> {
    let requests = place.requests().into_iter();
    requests
        .filter(|request| request.starts_with("GET /event/events"))
        .collect()
}

#[tokio::test]
async fn a_list_has_the_items_of_all_pages_once_and_in_order() {
    let place = with_events(25).await;
    for size in [1, 5, 10, 24, 25, 26, 2000] {
        let events = all(&place).page_size(size).all().await.unwrap();
        assert_eq!(texts(events), expected(0..25), "{size} a page");
    }
}

#[tokio::test]
async fn the_first_items_of_a_list_take_no_more_pages_than_they_need() {
    let place = with_events(25).await;
    let events = all(&place).page_size(10).first(10).await.unwrap();
    assert_eq!(texts(events), expected(15..25));
    assert_eq!(page_requests(&place).len(), 1);
    let events = all(&place).page_size(10).first(100).await.unwrap();
    assert_eq!(texts(events), expected(0..25));
    let none = all(&place).first(0).await.unwrap();
    assert_eq!(texts(none), [""; 0]);
}

#[tokio::test]
async fn a_page_is_asked_for_when_one_of_its_items_is() {
    let place = with_events(25).await;
    let page = |number| format!("GET /event/events?pageSize=10&currentPage={number}");
    let mut events = all(&place).page_size(10);
    assert_eq!(page_requests(&place), [""; 0]);
    let mut pages = Vec::new();
    for index in 0..25 {
        let event = events.next().await.unwrap().unwrap();
        assert_eq!(event.text, (24 - index).to_string());
        if index % 10 == 0 {
            pages.push(page(pages.len() + 1));
        }
        assert_eq!(page_requests(&place), pages, "at item {index}");
    }
    assert!(events.next().await.is_none());
    assert!(events.next().await.is_none());
    assert_eq!(page_requests(&place), pages, "at the end");
}

#[tokio::test]
async fn a_list_asks_for_500_items_a_page_and_passes_its_filter_on_each_time() {
    let place = Place::new().await;
    let filter = EventFilter::new()
        .kind("a & b")
        .query("example", "=")
        .kind("c d");
    let none = place.client.events().list(&filter).all().await;
    assert_eq!(none.unwrap(), []);
    let query = "example=%3D&type=c+d&pageSize=500&currentPage=1";
    assert_eq!(
        page_requests(&place),
        [format!("GET /event/events?{query}")]
    );
}

#[tokio::test]
async fn an_error_ends_a_list_where_it_happens() {
    let place = with_events(25).await;
    let mut events = all(&place).page_size(10);
    let mut seen = vec![events.next().await.unwrap().unwrap()];
    place.platform.inject(Fault::status(500).at("/event"));
    for _ in 1..10 {
        seen.push(events.next().await.unwrap().unwrap());
    }
    assert_eq!(texts(seen), expected(15..25));
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
    place.platform.clear_faults();
    assert!(events.next().await.is_none());
    let requests = page_requests(&place).len();
    assert!(events.next().await.is_none());
    assert_eq!(page_requests(&place).len(), requests);
}

#[tokio::test]
async fn all_items_are_none_where_one_page_fails() {
    let place = with_events(5).await;
    let mut events = all(&place).page_size(2);
    events.next().await.unwrap().unwrap();
    place.platform.inject(Fault::status(500).at("/event"));
    let error = events.all().await.unwrap_err();
    assert!(matches!(error, PlatformError::Other(_)), "{error:?}");
}

#[tokio::test]
async fn an_item_that_is_given_up_comes_next() {
    let place = with_events(3).await;
    let slow = Fault::latency(Duration::from_millis(50)).at("/event");
    place.platform.inject(slow);
    let mut events = all(&place).page_size(2);
    let given_up = events.next().now_or_never();
    assert!(given_up.is_none(), "it takes a request: {given_up:?}");
    let rest = soon("the list", events.all()).await.unwrap();
    assert_eq!(texts(rest), expected(0..3));
    assert_eq!(page_requests(&place).len(), 2);
}

#[tokio::test]
async fn a_list_is_a_stream_and_can_be_read_by_another_task() {
    let place = with_events(7).await;
    let even = all(&place)
        .page_size(3)
        .try_filter(|event| {
            let even = event.text.parse::<u8>().unwrap() % 2 == 0;
            async move { even }
        })
        .take(3);
    let task = tokio::spawn(even.try_collect::<Vec<_>>());
    let even = soon("the task", task).await.unwrap().unwrap();
    assert_eq!(texts(even), ["6", "4", "2"]);
    assert_eq!(page_requests(&place).len(), 2);
}

#[tokio::test]
async fn a_list_without_items_is_over_at_once() {
    let place = Place::new().await;
    assert!(all(&place).next().await.is_none());
    assert_eq!(all(&place).all().await.unwrap(), []);
}

#[tokio::test]
async fn a_list_with_a_wrong_page_size_is_refused_without_a_request() {
    let place = Place::new().await;
    for size in [0, 2001, usize::MAX] {
        let mut events = all(&place).page_size(size);
        let refused = events.next().await.unwrap();
        assert_invalid(refused, &format!("1 to 2000 items, not {size}"));
        assert!(events.next().await.is_none());
    }
    for name in ["pageSize", "currentPage"] {
        let filter = EventFilter::new().query(name, "7");
        assert_invalid(place.client.events().list(&filter).all().await, name);
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn the_size_of_pages_does_not_change_in_the_middle_of_a_list() {
    let place = with_events(3).await;
    let mut events = all(&place).page_size(2);
    events.next().await.unwrap().unwrap();
    let mut events = events.page_size(1);
    assert_eq!(events.next().await.unwrap().unwrap().text, "1");
    assert_invalid(events.next().await.unwrap(), "before the first");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_filter_with_an_empty_value_is_refused_rather_than_taken_for_none() {
    let place = with_events(1).await;
    let before = place.requests();
    let filter = EventFilter::new().source(&"".into());
    let refused = place.client.events().list(&filter).all().await;
    assert_invalid(refused, "source is empty");
    assert_eq!(place.requests(), before);
}

/// What a platform answers for each page, by its number.
fn pages(answer: fn(u64) -> Value) -> StandIn {
    StandIn::start(move |app: &mut ServiceConfig| {
        let page = move |query: Query<Vec<(String, String)>>| async move {
            let mut query = query.iter();
            let number = query.find(|(name, _)| name == "currentPage").unwrap();
            HttpResponse::Ok().json(answer(number.1.parse().unwrap()))
        };
        app.route("/event/events", web::get().to(page));
    })
}

fn event(number: u64) -> Value {
    json!({
        "id": number.to_string(),
        "type": "example_Event",
        "text": number.to_string(),
        "time": "2026-01-02T03:04:05.678Z",
        "source": {"id": "1"},
    })
}

async fn list_of(answer: fn(u64) -> Value) -> (Result<Vec<Event>, PlatformError>, usize) {
    let platform = pages(answer);
    let (_service, client) = client_at(&platform.url()).await;
    let list = client.events().list(&EventFilter::new()).page_size(10);
    let events = soon("the list", list.all()).await;
    (events, platform.requests().len())
}

#[tokio::test]
async fn a_page_that_is_not_full_ends_no_list_while_there_is_a_next_one() {
    let (events, requests) = list_of(|number| match number {
        1..=3 => json!({"next": "http://elsewhere.example/", "events": [event(number)]}),
        _ => json!({"events": [event(number)], "next": null}),
    })
    .await;
    assert_eq!(texts(events.unwrap()), ["1", "2", "3", "4"]);
    assert_eq!(requests, 4);
}

#[tokio::test]
async fn an_empty_page_ends_a_list_whatever_it_links_to() {
    let (events, requests) = list_of(|number| match number {
        1 => json!({"events": [event(1)], "next": "/2"}),
        _ => json!({"events": [], "next": "/3"}),
    })
    .await;
    assert_eq!(texts(events.unwrap()), ["1"]);
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn what_is_no_page_of_such_items_is_an_unexpected_body() {
    let answers: [fn(u64) -> Value; 5] = [
        |_| json!({"alarms": [], "next": "/2"}),
        |_| json!({"events": event(1)}),
        |_| json!({"events": [event(1), {"id": "2"}]}),
        |_| json!([event(1)]),
        |_| json!("a text"),
    ];
    for answer in answers {
        let (events, requests) = list_of(answer).await;
        let unexpected = matches!(events, Err(PlatformError::UnexpectedBody { .. }));
        assert!(unexpected, "{}: {events:?}", answer(1));
        assert_eq!(requests, 1);
    }
}
