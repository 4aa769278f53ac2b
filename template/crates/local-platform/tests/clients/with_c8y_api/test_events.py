"""Events: `/event/events`."""

from datetime import datetime, timedelta, timezone

import pytest
from c8y_api.model import Event

NOON = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


@pytest.fixture
def report(c8y, device):
    def create(type="c8y_Door", time=NOON, **fragments):
        return Event(c8y, type=type, time=time, source=device.id, text="Door opened", **fragments).create()

    return create


def ids(events):
    return [event.id for event in events]


def test_a_created_event_comes_back_whole(c8y, device, report):
    created = report(acme_Door={"number": 7})
    assert created.id and created.source == device.id
    assert (created.type, created.text, created.datetime) == ("c8y_Door", "Door opened", NOON)
    assert created.creation_datetime and created.updated_datetime
    assert created.acme_Door.number == 7
    assert not created.has_attachment()
    assert c8y.events.get(created.id).to_json() == created.to_json()


def test_events_are_selected_by_what_they_are(c8y, device, report):
    opened, closed = report(acme_Door={"number": 7}), report("c8y_Close", NOON + HOUR, acme_Name="front")

    def select(**filters):
        return ids(c8y.events.get_all(source=device.id, **filters))

    assert select() == [closed.id, opened.id], "newest first"
    assert select(type="c8y_Door") == [opened.id]
    assert select(fragment="acme_Door") == [opened.id]
    assert select(fragment_type="acme_Name", fragment_value="front") == [closed.id]
    assert select(fragment_type="acme_Name", fragment_value="back") == []


def test_events_are_selected_by_half_open_intervals(c8y, device, report):
    early, late = report(time=NOON), report(time=NOON + HOUR)
    now = datetime.now(timezone.utc)

    def select(**filters):
        return ids(c8y.events.get_all(source=device.id, **filters))

    assert select(date_from=NOON, date_to=NOON + HOUR) == [early.id]
    assert select(date_from=NOON, reverse=True) == [early.id, late.id]
    assert select(created_from=now - HOUR, created_to=now + HOUR) == [late.id, early.id]
    assert select(updated_after=now + HOUR) == []
    assert ids(c8y.events.select(source=device.id, page_size=1)) == [late.id, early.id]


def test_events_are_counted_and_the_last_one_is_found(c8y, device, report):
    report()
    report("c8y_Close", NOON + HOUR)
    assert c8y.events.get_count(source=device.id) == 2
    assert c8y.events.get_count(source=device.id, type="c8y_Close") == 1
    assert c8y.events.get_last(source=device.id).type == "c8y_Close"
    assert c8y.events.get_last(source=device.id, before=NOON) is None


def test_an_event_is_updated_in_place(report):
    event = report(acme_Old={"kept": True})
    event.text = "Door closed"
    event["acme_New"] = {"added": 1}
    updated = event.update()
    assert (updated.id, updated.text, updated.type) == (event.id, "Door closed", "c8y_Door")
    assert updated.acme_Old.kept is True and updated.acme_New.added == 1


def test_a_change_is_applied_to_several_events(c8y, device, report):
    events = [report(), report()]
    c8y.events.apply_to({"text": "Changed"}, *ids(events))
    assert {event.text for event in c8y.events.get_all(source=device.id)} == {"Changed"}


def test_events_are_created_and_deleted_together(c8y, device):
    c8y.events.create(*(Event(type=f"c8y_{n}", time=NOON, source=device.id, text="Text") for n in range(3)))
    events = c8y.events.get_all(source=device.id)
    assert len(events) == 3
    events[0].delete()
    with pytest.raises(KeyError):
        c8y.events.get(events[0].id)
    c8y.events.delete_by(source=device.id)
    assert c8y.events.get_all(source=device.id) == []
