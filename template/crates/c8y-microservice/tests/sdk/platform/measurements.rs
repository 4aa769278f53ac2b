//! Measurements: made, one by one and many at once, read and deleted.

mod by_filter;

use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use c8y_microservice::{
    ManagedObjectId, Measurement, MeasurementFilter, NewMeasurement, PlatformError, TenantClient,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Place, assert_forbidden, assert_invalid, assert_not_found, time};
use crate::support::{StandIn, client_at};

/// A measurement of one value, which tells it from others.
fn warm(source: &ManagedObjectId, celsius: f64) -> NewMeasurement {
    NewMeasurement::new(source.clone(), "c8y_Temperature").value("c8y_Warmth", "T", celsius, "C")
}

async fn make(place: &Place, measurement: NewMeasurement) -> Measurement {
    let measurements = place.client.measurements();
    measurements.create(&measurement).await.unwrap()
}

/// What tells the measurements apart that a filter admits, in their order.
async fn listed(client: &TenantClient, filter: &MeasurementFilter) -> String {
    let list = client.measurements().list(filter).page_size(2);
    let measurements = list.all().await.unwrap().into_iter();
    let names = measurements.map(|it| it.fragments["example_Name"].as_str().unwrap().to_owned());
    names.collect()
}

#[tokio::test]
async fn a_measurement_is_read_as_it_was_made_with_all_of_its_values() {
    let place = Place::new().await;
    let device = place.device().await;
    let measurement = NewMeasurement::new(device.clone(), "c8y_Steam")
        .time(DateTime::parse_from_rfc3339("2026-01-02T03:04:05.678912+02:00").unwrap())
        .value("c8y_Steam", "Temperature", 142.25, "C")
        .value("c8y_Steam", "Humidity", -0.5, "%RH")
        .value("c8y_Count", "N", 3.0, "")
        .fragment("example_Note", json!({"ä": [null, "\u{1f321}"]}));
    let made = make(&place, measurement).await;
    let read = place.client.measurements().get(&made.id).await.unwrap();
    assert_eq!(read, made);
    assert_eq!(read.source.id, device);
    assert_eq!(read.kind, "c8y_Steam");
    assert_eq!(read.time, time("2026-01-02T01:04:05.678Z"));
    assert_eq!(read.value("c8y_Steam", "Temperature"), Some(142.25));
    assert_eq!(read.value("c8y_Steam", "Humidity"), Some(-0.5));
    assert_eq!(read.value("c8y_Count", "N"), Some(3.0));
    for (fragment, series) in [("c8y_Steam", "N"), ("c8y_Coun", "N"), ("example_Note", "ä")] {
        assert_eq!(read.value(fragment, series), None, "{fragment}.{series}");
    }
    let path = format!("/measurement/measurements/{}", read.id);
    let mut seen = place.platform.read("t101", &path).await;
    assert_eq!(seen["time"], "2026-01-02T03:04:05.678+02:00");
    let steam = json!({
        "Temperature": {"value": 142.25, "unit": "C"},
        "Humidity": {"value": -0.5, "unit": "%RH"},
    });
    assert_eq!(seen["c8y_Steam"], steam);
    assert_eq!(seen["c8y_Count"], json!({"N": {"value": 3.0}}));
    assert_eq!(seen["example_Note"], json!({"ä": [null, "\u{1f321}"]}));
    seen["source"].as_object_mut().unwrap().remove("self");
    assert_eq!(serde_json::to_value(&read).unwrap(), seen);
}

#[tokio::test]
async fn a_measurement_without_a_time_is_one_of_now() {
    let place = Place::new().await;
    let device = place.device().await;
    let before = Utc::now() - TimeDelta::milliseconds(1);
    let made = make(&place, warm(&device, 20.0)).await;
    let now = before..=Utc::now();
    assert!(now.contains(&made.time.to_utc()), "{now:?} {made:?}");
}

#[tokio::test]
async fn the_last_value_of_a_series_counts_also_where_a_fragment_was_none() {
    let place = Place::new().await;
    let device = place.device().await;
    let measurement = warm(&device, 20.0)
        .value("c8y_Warmth", "T", 21.0, "C")
        .fragment("c8y_Other", json!("a text"))
        .value("c8y_Other", "S", 1.0, "bar");
    let made = make(&place, measurement).await;
    assert_eq!(made.value("c8y_Warmth", "T"), Some(21.0));
    assert_eq!(made.value("c8y_Other", "S"), Some(1.0));
}

#[tokio::test]
async fn many_measurements_are_made_with_one_request_and_answered_in_order() {
    let place = Place::new().await;
    let devices = [place.device().await, place.device().await];
    let many: Vec<_> = (0..50_u8)
        .map(|index| warm(&devices[usize::from(index % 2)], index.into()))
        .collect();
    let made = place
        .client
        .measurements()
        .create_many(&many)
        .await
        .unwrap();
    assert_eq!(place.requests(), ["POST /measurement/measurements?"]);
    assert_eq!(made.len(), 50);
    for (index, measurement) in (0..50_u8).zip(&made) {
        assert_eq!(measurement.value("c8y_Warmth", "T"), Some(index.into()));
        assert_eq!(measurement.source.id, devices[usize::from(index % 2)]);
    }
    let list = place.client.measurements().list(&MeasurementFilter::new());
    assert_eq!(list.all().await.unwrap().len(), 50);
}

#[tokio::test]
async fn many_measurements_go_out_as_the_platform_asks_for_them() {
    let platform = StandIn::start(|app| {
        let create = |request: HttpRequest, body: Bytes| async move {
            let media = request.headers().get("content-type").unwrap();
            if media != "application/vnd.com.nsn.cumulocity.measurementcollection+json" {
                return HttpResponse::UnsupportedMediaType().finish();
            }
            let mut body: Value = serde_json::from_slice(&body).unwrap();
            body["measurements"][0]["id"] = "7".into();
            HttpResponse::Created().json(body)
        };
        app.route("/measurement/measurements", web::post().to(create));
    });
    let (_service, client) = client_at(&platform.url()).await;
    let many = [warm(&"1".into(), 20.0)];
    let made = client.measurements().create_many(&many).await.unwrap();
    assert_eq!(made[0].id, "7".into());
}

#[tokio::test]
async fn no_measurements_are_made_without_a_request() {
    let place = Place::new().await;
    let made = place.client.measurements().create_many(&[]).await;
    assert_eq!(made, Ok(Vec::new()));
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn of_many_measurements_with_a_bad_one_none_is_made() {
    let place = Place::new().await;
    let device = place.device().await;
    let measurements = place.client.measurements();
    let many = [warm(&device, 20.0), warm(&"999999".into(), 21.0)];
    let refused = measurements.create_many(&many).await;
    assert!(
        matches!(refused, Err(PlatformError::Unprocessable(_))),
        "{refused:?}"
    );
    let before = place.requests();
    let many = [warm(&device, 20.0), warm(&device, f64::NAN)];
    assert_invalid(measurements.create_many(&many).await, "c8y_Warmth.T is NaN");
    assert_eq!(place.requests(), before);
    let list = measurements.list(&MeasurementFilter::new());
    assert_eq!(list.all().await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_value_that_is_no_number_is_refused_without_a_request() {
    let place = Place::new().await;
    let device = place.device().await;
    for (value, reason) in [
        (f64::NAN, "c8y_Warmth.T is NaN"),
        (f64::INFINITY, "c8y_Warmth.T is inf"),
        (f64::NEG_INFINITY, "c8y_Warmth.T is -inf"),
    ] {
        let measurement = warm(&device, value).value("c8y_Warmth", "U", 1.0, "C");
        assert_invalid(
            place.client.measurements().create(&measurement).await,
            reason,
        );
    }
    assert_eq!(place.requests(), [""; 0]);
    let extreme = warm(&device, f64::MAX).value("c8y_Warmth", "U", f64::MIN_POSITIVE, "C");
    let made = make(&place, extreme).await;
    assert_eq!(made.value("c8y_Warmth", "T"), Some(f64::MAX));
    assert_eq!(made.value("c8y_Warmth", "U"), Some(f64::MIN_POSITIVE));
}

#[tokio::test]
async fn a_fragment_does_not_take_the_place_of_what_a_measurement_has() {
    let place = Place::new().await;
    let device = place.device().await;
    let measurements = place.client.measurements();
    for name in ["source", "type", "time"] {
        let by_fragment = warm(&device, 20.0).fragment(name, json!({"id": "1"}));
        assert_invalid(measurements.create(&by_fragment).await, name);
        let by_value = warm(&device, 20.0).value(name, "T", 20.0, "C");
        assert_invalid(measurements.create_many(&[by_value]).await, name);
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn what_the_platform_refuses_of_a_measurement_is_unprocessable() {
    let place = Place::new().await;
    let device = place.device().await;
    for measurement in [
        warm(&"999999".into(), 20.0),
        warm(&device, 20.0).value("c8y Warmth", "T", 20.0, "C"),
        warm(&device, 20.0).value("c8y_Warmth", "T.U", 20.0, "C"),
    ] {
        let refused = place.client.measurements().create(&measurement).await;
        let unprocessable = matches!(refused, Err(PlatformError::Unprocessable(_)));
        assert!(unprocessable, "{measurement:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_measurement_is_deleted_and_then_not_found() {
    let place = Place::new().await;
    let device = place.device().await;
    let id = make(&place, warm(&device, 20.0)).await.id;
    let other = make(&place, warm(&device, 21.0)).await.id;
    let measurements = place.client.measurements();
    measurements.delete(&id).await.unwrap();
    assert_not_found(measurements.get(&id).await);
    assert_not_found(measurements.delete(&id).await);
    measurements.get(&other).await.unwrap();
}

#[tokio::test]
async fn a_measurement_that_is_not_there_or_anothers_is_not_found() {
    let place = Place::new().await;
    let device = place.device().await;
    let theirs = make(&place, warm(&device, 20.0)).await.id;
    let other_tenant = place.service.client("t102").await;
    for (client, id) in [
        (&place.client, "999999".into()),
        (&other_tenant, theirs.clone()),
    ] {
        assert_not_found(client.measurements().get(&id).await);
        assert_not_found(client.measurements().delete(&id).await);
    }
    let of_theirs = MeasurementFilter::new().source(&device);
    other_tenant
        .measurements()
        .delete_all(&of_theirs)
        .await
        .unwrap();
    let seen = other_tenant.measurements().list(&of_theirs).all().await;
    assert_eq!(seen, Ok(Vec::new()));
    let made = other_tenant
        .measurements()
        .create(&warm(&device, 1.0))
        .await;
    assert!(
        matches!(made, Err(PlatformError::Unprocessable(_))),
        "{made:?}"
    );
    place.client.measurements().get(&theirs).await.unwrap();
}

#[tokio::test]
async fn an_id_that_is_no_part_of_a_path_reaches_no_other_measurement() {
    let place = Place::new().await;
    for id in ["", ".", ".."] {
        let measurements = place.client.measurements();
        assert_invalid(measurements.get(&id.into()).await, "path");
        assert_invalid(measurements.delete(&id.into()).await, "path");
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn measurements_are_forbidden_without_their_roles() {
    let place = Place::with_roles(&["ROLE_MEASUREMENT_READ"]).await;
    let device = place.device().await;
    let body = json!({
        "source": {"id": device}, "type": "theirs", "time": "2026-01-01T00:00:00Z",
        "example_Name": "theirs",
    });
    let path = "/measurement/measurements";
    let id = place.platform.create("t101", path, &body).await.into();
    let measurements = place.client.measurements();
    assert_eq!(measurements.get(&id).await.unwrap().kind, "theirs");
    let role = "ROLE_MEASUREMENT_ADMIN";
    let of_device = MeasurementFilter::new().source(&device);
    let new = warm(&device, 20.0);
    assert_forbidden(measurements.create(&new).await, role);
    assert_forbidden(measurements.create_many(&[new]).await, role);
    assert_forbidden(measurements.delete(&id).await, role);
    assert_forbidden(measurements.delete_all(&of_device).await, role);
    assert_eq!(listed(&place.client, &of_device).await, "theirs");

    let place = Place::with_roles(&["ROLE_MEASUREMENT_ADMIN"]).await;
    let device = place.device().await;
    let id = make(&place, warm(&device, 20.0)).await.id;
    let measurements = place.client.measurements();
    assert_forbidden(measurements.get(&id).await, "ROLE_MEASUREMENT_READ");
    let list = measurements.list(&MeasurementFilter::new());
    assert_forbidden(list.all().await, "ROLE_MEASUREMENT_READ");
}
