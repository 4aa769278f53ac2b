//! Alarms: raised, read, changed, counted and deleted.

mod by_filter;

use c8y_microservice::http::Method;
use c8y_microservice::{
    Alarm, AlarmFilter, AlarmStatus, AlarmUpdate, ManagedObjectId, NewAlarm, PlatformError,
    Severity,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Place, assert_forbidden, assert_invalid, assert_not_found};

async fn raise(place: &Place, alarm: NewAlarm) -> Alarm {
    place.client.alarms().create(&alarm).await.unwrap()
}

fn hot(source: &ManagedObjectId) -> NewAlarm {
    NewAlarm::new(
        source.clone(),
        "c8y_TooHot",
        "It is too hot",
        Severity::Major,
    )
}

#[tokio::test]
async fn an_alarm_is_read_as_it_was_raised_with_all_of_its_fragments() {
    let place = Place::new().await;
    let device = place.device().await;
    let fragment = json!({"bar": [1.5, null, {"ä": "\u{1f321}"}], "deep": {"er": true}});
    let alarm = hot(&device)
        .time(DateTime::parse_from_rfc3339("2026-01-02T03:04:05.678912+02:00").unwrap())
        .fragment("example_Pressure", fragment.clone())
        .fragment("example_Number", json!(7));
    let raised = raise(&place, alarm).await;
    let read = place.client.alarms().get(&raised.id).await.unwrap();
    assert_eq!(read, raised);
    assert_eq!(read.source.id, device);
    assert_eq!(read.source.name.as_deref(), Some("Pump 7"));
    assert_eq!(read.kind, "c8y_TooHot");
    assert_eq!(read.text, "It is too hot");
    assert_eq!(read.severity, Severity::Major);
    assert_eq!(read.status, AlarmStatus::Active);
    assert_eq!(read.count, 1);
    assert_eq!(read.fragments["example_Pressure"], fragment);
    assert_eq!(read.fragments["example_Number"], 7);
    let path = format!("/alarm/alarms/{}", read.id);
    let seen = place.platform.read("t101", &path).await;
    assert_eq!(seen["time"], "2026-01-02T03:04:05.678+02:00");
    assert_eq!(seen["example_Pressure"], fragment);
}

#[tokio::test]
async fn an_alarm_is_written_as_it_was_read() {
    let place = Place::new().await;
    let device = place.device().await;
    let alarm = hot(&device).fragment("example_Fragment", json!({"a": [1]}));
    let raised = raise(&place, alarm).await;
    let path = format!("/alarm/alarms/{}", raised.id);
    let mut seen = place.platform.read("t101", &path).await;
    seen["source"].as_object_mut().unwrap().remove("self");
    assert_eq!(serde_json::to_value(&raised).unwrap(), seen);
}

#[tokio::test]
async fn an_alarm_without_a_time_is_one_of_now() {
    let place = Place::new().await;
    let device = place.device().await;
    let before = Utc::now() - TimeDelta::milliseconds(1);
    let raised = raise(&place, hot(&device)).await;
    assert!(
        (before..=Utc::now()).contains(&raised.time.to_utc()),
        "{before} {raised:?}"
    );
}

#[tokio::test]
async fn an_alarm_is_changed_where_an_update_says_so_and_nowhere_else() {
    let place = Place::new().await;
    let device = place.device().await;
    let alarm = hot(&device).fragment("example_Old", json!("kept"));
    let raised = raise(&place, alarm).await;
    let updates = [
        AlarmUpdate::new().text("It is far too hot"),
        AlarmUpdate::new().severity(Severity::Critical),
        AlarmUpdate::new().status(AlarmStatus::Acknowledged),
        AlarmUpdate::new().fragment("example_New", json!({"by": "Ada"})),
        AlarmUpdate::new(),
    ];
    let mut expected = raised.clone();
    for (index, update) in updates.iter().enumerate() {
        let alarms = place.client.alarms();
        let changed = alarms.update(&raised.id, update).await.unwrap();
        match index {
            0 => expected.text = "It is far too hot".to_owned(),
            1 => expected.severity = Severity::Critical,
            2 => expected.status = AlarmStatus::Acknowledged,
            3 => drop(
                expected
                    .fragments
                    .insert("example_New".to_owned(), json!({"by": "Ada"})),
            ),
            _ => {}
        }
        let at = changed.fragments["lastUpdated"].clone();
        expected.fragments.insert("lastUpdated".to_owned(), at);
        assert_eq!(changed, expected, "{update:?}");
        let read = place.client.alarms().get(&raised.id).await.unwrap();
        assert_eq!(read, changed);
    }
}

#[tokio::test]
async fn an_alarm_that_the_platform_suppresses_is_an_error_that_says_so() {
    let place = Place::new().await;
    let maintenance = json!({"name": "Pump", "c8y_RequiredAvailability": {"responseInterval": -1}});
    let device = place.object(maintenance).await;
    let error = place
        .client
        .alarms()
        .create(&hot(&device))
        .await
        .unwrap_err();
    assert!(
        matches!(error, PlatformError::UnexpectedBody { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("suppresses"), "{error}");
    assert_eq!(
        place.client.alarms().count(&AlarmFilter::new()).await,
        Ok(0)
    );
}

#[tokio::test]
async fn an_alarm_that_is_not_there_or_anothers_is_not_found() {
    let place = Place::new().await;
    let device = place.device().await;
    let theirs = raise(&place, hot(&device)).await.id;
    let other_tenant = place.service.client("t102").await;
    let update = AlarmUpdate::new().text("mine");
    for (client, id) in [
        (&place.client, "999999".into()),
        (&other_tenant, theirs.clone()),
    ] {
        assert_not_found(client.alarms().get(&id).await);
        assert_not_found(client.alarms().update(&id, &update).await);
    }
    let of_theirs = AlarmFilter::new().source(&device);
    other_tenant.alarms().delete_all(&of_theirs).await.unwrap();
    let seen = other_tenant.alarms().list(&of_theirs).all().await;
    assert_eq!(seen, Ok(Vec::new()));
    let alarm = place.client.alarms().get(&theirs).await.unwrap();
    assert_eq!(alarm.text, "It is too hot");
}

#[tokio::test]
async fn an_id_that_is_no_part_of_a_path_reaches_no_collection() {
    let place = Place::new().await;
    for id in ["", ".", ".."] {
        let update = AlarmUpdate::new().status(AlarmStatus::Cleared);
        assert_invalid(place.client.alarms().get(&id.into()).await, "path");
        assert_invalid(
            place.client.alarms().update(&id.into(), &update).await,
            "path",
        );
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn a_fragment_does_not_take_the_place_of_what_an_alarm_has() {
    let place = Place::new().await;
    let device = place.device().await;
    let alarms = place.client.alarms();
    for name in ["source", "type", "text", "severity", "time"] {
        let alarm = hot(&device).fragment(name, json!({"id": "1"}));
        assert_invalid(alarms.create(&alarm).await, name);
    }
    for name in ["text", "severity", "status"] {
        let update = AlarmUpdate::new().fragment(name, json!("CLEARED"));
        assert_invalid(alarms.update(&"1".into(), &update).await, name);
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn alarms_are_forbidden_without_their_roles() {
    let place = Place::with_roles(&["ROLE_ALARM_READ"]).await;
    let device = place.device().await;
    let body = json!({
        "source": {"id": device}, "type": "x", "text": "theirs",
        "severity": "MINOR", "time": "2026-01-01T00:00:00Z",
    });
    let id = place
        .platform
        .create("t101", "/alarm/alarms", &body)
        .await
        .into();
    let alarms = place.client.alarms();
    assert_eq!(alarms.get(&id).await.unwrap().text, "theirs");
    let of_device = AlarmFilter::new().source(&device);
    let role = "ROLE_ALARM_ADMIN";
    assert_forbidden(alarms.create(&hot(&device)).await, role);
    assert_forbidden(
        alarms.update(&id, &AlarmUpdate::new().text("mine")).await,
        role,
    );
    assert_forbidden(
        alarms.update_all(&of_device, AlarmStatus::Cleared).await,
        role,
    );
    assert_forbidden(alarms.delete_all(&of_device).await, role);
    assert_eq!(alarms.get(&id).await.unwrap().text, "theirs");

    let place = Place::with_roles(&["ROLE_ALARM_ADMIN"]).await;
    let device = place.device().await;
    let id = raise(&place, hot(&device)).await.id;
    assert_forbidden(place.client.alarms().get(&id).await, "ROLE_ALARM_READ");
    let seen = place.client.alarms().list(&AlarmFilter::new()).all().await;
    assert_eq!(seen, Ok(Vec::new()));
}

#[tokio::test]
async fn an_alarm_with_what_the_platform_refuses_is_unprocessable() {
    let place = Place::new().await;
    let device = place.device().await;
    let id = raise(&place, hot(&device)).await.id;
    let update = AlarmUpdate::new().fragment("type", json!("another"));
    let refused = place.client.alarms().update(&id, &update).await;
    let Err(PlatformError::Unprocessable(answer)) = refused else {
        panic!("{refused:?}");
    };
    assert!(answer.message.contains("type"), "{answer:?}");
    let path = format!("/alarm/alarms/{id}");
    let request = place.client.request(Method::GET, &path);
    let same: Alarm = request.send().await.unwrap().json().unwrap();
    assert_eq!(same.kind, "c8y_TooHot");
}
