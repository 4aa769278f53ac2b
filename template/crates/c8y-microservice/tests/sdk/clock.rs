//! The zone of the times that a service writes.

use std::process::Command;

use c8y_microservice::{ManagedObjectId, NewAlarm, Severity};

/// Marks the line that the child prints.
const ALARM: &str = "alarm: ";

#[test]
#[ignore = "what the other test runs in a process with a zone of its own"]
fn print_an_alarm() {
    let source = ManagedObjectId::from("1");
    let alarm = NewAlarm::new(source, "c8y_Example", "An example", Severity::Minor);
    println!("{ALARM}{}", serde_json::to_string(&alarm).unwrap());
}

/// The time of an alarm in a process with this `TZ`.
fn time_in(zone: &str) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "clock::print_an_alarm",
            "--ignored",
            "--nocapture",
        ])
        .env("TZ", zone)
        .output()
        .unwrap();
    let printed = String::from_utf8(child.stdout).unwrap();
    let (_, alarm) = printed
        .split_once(ALARM)
        .unwrap_or_else(|| panic!("{printed}"));
    let alarm: serde_json::Value = serde_json::from_str(alarm.lines().next().unwrap()).unwrap();
    alarm["time"].as_str().unwrap().to_owned()
}

#[test]
fn a_written_alarm_has_the_offset_of_the_zone_of_tz() {
    for (zone, offset) in [
        ("Asia/Kolkata", "+05:30"),
        ("America/Phoenix", "-07:00"),
        ("", "Z"),
        ("Mars/Base", "Z"),
    ] {
        let time = time_in(zone);
        assert!(time.ends_with(offset), "{zone}: {time}");
    }
}
