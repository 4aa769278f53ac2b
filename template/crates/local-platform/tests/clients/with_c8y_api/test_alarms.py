"""Alarms: `/alarm/alarms`."""

from datetime import datetime, timedelta, timezone

import pytest
from c8y_api.model import Alarm, Device

NOON = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


@pytest.fixture
def raise_alarm(c8y, device):
    def create(type="c8y_Overheat", time=NOON, severity=Alarm.Severity.MAJOR, **fields):
        return Alarm(c8y, type=type, time=time, source=device.id, text="Too hot", severity=severity, **fields).create()

    return create


def ids(alarms):
    return [alarm.id for alarm in alarms]


def test_a_created_alarm_comes_back_whole(c8y, device, raise_alarm):
    created = raise_alarm(acme_Detail={"sensor": {"number": 3}})
    assert created.id and created.source == device.id
    assert (created.status, created.severity, created.text) == ("ACTIVE", "MAJOR", "Too hot")
    assert created.count == 1
    assert created.datetime == NOON
    assert created.creation_datetime and created.updated_datetime
    assert created.acme_Detail.sensor.number == 3
    assert c8y.alarms.get(created.id).to_json() == created.to_json()


def test_an_alarm_that_is_not_there_is_a_key_error(c8y):
    with pytest.raises(KeyError):
        c8y.alarms.get("987654321")


def test_an_incomplete_alarm_is_refused(c8y, device):
    with pytest.raises(ValueError, match=r"(?s)422.*severity"):
        Alarm(c8y, type="c8y_Overheat", time=NOON, source=device.id, text="Too hot").create()


def test_alarms_of_one_source_and_type_are_one(raise_alarm):
    first = raise_alarm()
    second = raise_alarm(time=NOON + HOUR, severity=Alarm.Severity.CRITICAL)
    assert (second.id, second.count, second.severity) == (first.id, 2, "MAJOR")
    assert second.datetime == NOON + HOUR
    assert datetime.fromisoformat(second.first_occurrence) == NOON
    second.status = Alarm.Status.CLEARED
    second.update()
    assert raise_alarm(time=NOON + 2 * HOUR).id != first.id, "a cleared alarm takes no more"


def test_alarms_are_selected_by_what_they_are(c8y, device, raise_alarm):
    hot = raise_alarm("c8y_Hot", severity=Alarm.Severity.CRITICAL)
    cold = raise_alarm("c8y_Cold", NOON + HOUR, Alarm.Severity.MINOR)
    cold.status = Alarm.Status.CLEARED
    cold.update()

    def select(**filters):
        return ids(c8y.alarms.get_all(source=device.id, **filters))

    assert select() == [cold.id, hot.id], "newest first"
    assert select(type="c8y_Hot") == [hot.id]
    assert select(type="c8y_Hot,c8y_Cold") == [cold.id, hot.id]
    assert select(severity="CRITICAL") == [hot.id]
    assert select(severity="CRITICAL,MINOR") == [cold.id, hot.id]
    assert select(status="ACTIVE") == [hot.id]
    assert select(status="ACTIVE,CLEARED") == [cold.id, hot.id]
    assert select(resolved="true") == [cold.id]
    assert select(resolved="false") == [hot.id]
    assert c8y.alarms.get_all(source="987654321") == []


def test_alarms_are_selected_by_half_open_intervals(c8y, device, raise_alarm):
    early, late = raise_alarm("c8y_Early", NOON), raise_alarm("c8y_Late", NOON + HOUR)

    def select(**filters):
        return ids(c8y.alarms.get_all(source=device.id, **filters))

    assert select(date_from=NOON, date_to=NOON + HOUR) == [early.id], "the end is not part of it"
    assert select(after=NOON + HOUR) == [late.id], "the start is"
    assert select(date_from=NOON, reverse=True) == [early.id, late.id]
    now = datetime.now(timezone.utc)
    assert select(created_from=now - HOUR, created_to=now + HOUR) == [late.id, early.id]
    assert select(created_after=now + HOUR) == []
    assert select(updated_before=now - HOUR) == []
    assert select(last_updated_from=now - HOUR) == [late.id, early.id]
    assert select(min_age=timedelta(days=1)) == [late.id, early.id]
    assert select(max_age=timedelta(days=1)) == []


def test_pages_follow_each_other_to_an_empty_one(c8y, device, raise_alarm):
    alarms = [raise_alarm(f"c8y_Number{number}", NOON + number * HOUR) for number in range(5)]
    expected = ids(reversed(alarms))
    assert ids(c8y.alarms.select(source=device.id, page_size=2)) == expected
    assert ids(c8y.alarms.select(source=device.id, page_size=2, page_number=2)) == expected[2:4]
    assert ids(c8y.alarms.select(source=device.id, limit=3)) == expected[:3]
    assert c8y.alarms.get_all(source=device.id, as_values="type") == [f"c8y_Number{n}" for n in (4, 3, 2, 1, 0)]


def test_alarms_of_children_are_selected_with_their_parent(c8y, device):
    child = Device(c8y, name="child").create()
    device.add_child_device(child)
    alarm = Alarm(c8y, type="c8y_Hot", time=NOON, source=child.id, text="Hot", severity="MINOR").create()
    assert c8y.alarms.get_all(source=device.id) == []
    assert ids(c8y.alarms.get_all(source=device.id, with_source_devices=True)) == [alarm.id]
    assert c8y.alarms.get_all(source=device.id, with_source_assets=True) == []


def test_an_alarm_is_updated_in_place(raise_alarm):
    alarm = raise_alarm(acme_Old={"kept": True})
    alarm.text = "Still too hot"
    alarm.status = Alarm.Status.ACKNOWLEDGED
    alarm["acme_New"] = {"added": 1}
    updated = alarm.update()
    assert (updated.id, updated.text, updated.status) == (alarm.id, "Still too hot", "ACKNOWLEDGED")
    assert updated.acme_Old.kept is True and updated.acme_New.added == 1
    assert updated.severity == "MAJOR" and updated.datetime == NOON


def test_a_change_is_applied_to_several_alarms(c8y, device, raise_alarm):
    alarms = [raise_alarm("c8y_One"), raise_alarm("c8y_Two")]
    c8y.alarms.apply_to({"severity": "WARNING"}, *ids(alarms))
    assert {alarm.severity for alarm in c8y.alarms.get_all(source=device.id)} == {"WARNING"}
    changed = Alarm(c8y, text="Changed").apply_to(alarms[0].id)
    assert (changed.id, changed.text, changed.severity) == (alarms[0].id, "Changed", "WARNING")


def test_a_status_is_set_by_filter(c8y, device, raise_alarm):
    hot, cold = raise_alarm("c8y_Hot", severity="CRITICAL"), raise_alarm("c8y_Cold", severity="MINOR")
    c8y.alarms.apply_by(Alarm(status="CLEARED"), source=device.id, severity="CRITICAL")
    assert c8y.alarms.get(hot.id).status == "CLEARED"
    assert c8y.alarms.get(cold.id).status == "ACTIVE"


def test_alarms_are_counted(c8y, device, raise_alarm):
    raise_alarm("c8y_Hot", severity="CRITICAL")
    raise_alarm("c8y_Cold", severity="MINOR")
    assert c8y.alarms.count(source=device.id) == 2
    assert c8y.alarms.count(source=device.id, severity="CRITICAL") == 1
    assert c8y.alarms.count(source=device.id, type="c8y_None") == 0


def test_alarms_are_deleted_by_filter(c8y, device, raise_alarm):
    hot, cold, wet = raise_alarm("c8y_Hot"), raise_alarm("c8y_Cold"), raise_alarm("c8y_Wet")
    c8y.alarms.delete_by(source=device.id, type="c8y_Hot")
    cold.delete()
    assert ids(c8y.alarms.get_all(source=device.id)) == [wet.id]
