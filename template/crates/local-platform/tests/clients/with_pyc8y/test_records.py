"""Alarms, events and measurements."""

from datetime import datetime, timedelta, timezone

import pytest
from pyc8y.model.alarm import Alarm
from pyc8y.model.event import Event
from pyc8y.model.measurement import Measurement

pytestmark = pytest.mark.anyio

NOON = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


@pytest.fixture
async def alarm(c8y, device):
    async def create(type="c8y_Hot", time=NOON, severity="MAJOR", **fragments):
        fields = {"type": type, "time": time, "source": device.id, "text": "Hot", "severity": severity}
        return await Alarm(c8y, **fields, **fragments).create()

    return create


@pytest.fixture
async def event(c8y, device):
    async def create(type="c8y_Door", time=NOON, **fragments):
        return await Event(c8y, type=type, time=time, source=device.id, text="Opened", **fragments).create()

    return create


@pytest.fixture
async def measurement(c8y, device):
    async def create(time=NOON, series=("acme_Steps.N", 3, "#")):
        return await Measurement(c8y, type="c8y_Steps", source=device.id, time=time, series=series).create()

    return create


def ids(records):
    return [record.id for record in records]


async def test_a_created_alarm_comes_back_whole(c8y, device, alarm):
    created = await alarm(acme_Detail={"number": 3})
    assert (created.source, created.status, created.severity, created.count) == (device.id, "ACTIVE", "MAJOR", 1)
    assert created.datetime == NOON and created.creation_datetime <= created.update_datetime
    assert created.get("acme_Detail.number") == 3
    assert (await c8y.alarms.get(created.id)).json == created.json
    with pytest.raises(KeyError):
        await c8y.alarms.get("987654321")


async def test_alarms_of_one_source_and_type_are_one(alarm):
    first, second = await alarm(), await alarm(time=NOON + HOUR, severity="CRITICAL")
    assert (second.id, second.count, second.severity) == (first.id, 2, "MAJOR")
    assert second.datetime == NOON + HOUR
    assert datetime.fromisoformat(second["firstOccurrenceTime"]) == NOON


async def test_alarms_are_selected_and_counted(c8y, device, alarm):
    hot, cold = await alarm(severity="CRITICAL"), await alarm("c8y_Cold", NOON + HOUR, "MINOR")
    cold.status = "CLEARED"
    await cold.update()
    filters = {
        "type": ("c8y_Hot", [hot]),
        "severity": ("CRITICAL,MINOR", [cold, hot]),
        "status": ("CLEARED", [cold]),
        "resolved": ("false", [hot]),
        "date_to": (NOON + HOUR, [hot]),
        "created_before": (NOON, []),
    }
    for name, (value, expected) in filters.items():
        found = ids(await c8y.alarms.get_all(source=device.id, **{name: value}))
        assert found == ids(expected), (name, value)
    pages = [each.id async for each in c8y.alarms.select(source=device.id, page_size=1, limit=None)]
    assert pages == ids([cold, hot])
    assert await c8y.alarms.count(source=device.id) == 2
    assert await c8y.alarms.count(source=device.id, status="ACTIVE") == 1


async def test_alarms_are_changed_and_deleted(c8y, device, alarm):
    hot, cold, wet = await alarm(), await alarm("c8y_Cold"), await alarm("c8y_Wet")
    hot.text = "Still hot"
    assert (await hot.update(copy=True)).text == "Still hot"
    await c8y.alarms.apply_to({"severity": "WARNING"}, hot.id, cold.id)
    assert [(await each.reload()).severity for each in (hot, cold, wet)] == ["WARNING", "WARNING", "MAJOR"]
    await c8y.alarms.apply_by({"status": "CLEARED"}, source=device.id, severity="WARNING")
    assert [(await each.reload()).status for each in (hot, cold, wet)] == ["CLEARED", "CLEARED", "ACTIVE"]
    await c8y.alarms.delete_by(source=device.id, type="c8y_Hot")
    await cold.delete()
    assert ids(await c8y.alarms.get_all(source=device.id)) == [wet.id]


async def test_a_created_event_comes_back_whole(c8y, device, event):
    created = await event(acme_Door={"number": 7})
    assert (created.source, created.type, created.text) == (device.id, "c8y_Door", "Opened")
    assert created.datetime == NOON and created.get("acme_Door.number") == 7
    assert (await c8y.events.get(created.id)).json == created.json


async def test_events_are_selected_counted_and_found_last(c8y, device, event):
    opened, closed = await event(), await event("c8y_Close", NOON + HOUR, acme_Name="front")
    assert ids(await c8y.events.get_all(source=device.id)) == [closed.id, opened.id]
    assert ids(await c8y.events.get_all(source=device.id, type="c8y_Door")) == [opened.id]
    assert ids(await c8y.events.get_all(source=device.id, fragment_type="acme_Name")) == [closed.id]
    assert ids(await c8y.events.get_all(source=device.id, date_to=NOON + HOUR)) == [opened.id]
    assert ids(await c8y.events.get_all(source=device.id, asc=True)) == [opened.id, closed.id]
    assert await c8y.events.get_count(source=device.id) == 2
    assert (await c8y.events.get_last(source=device.id)).id == closed.id


async def test_events_are_changed_and_deleted(c8y, device, event):
    first, second = await event(), await event()
    first.text = "Closed"
    assert (await first.update(copy=True)).text == "Closed"
    await c8y.events.apply_to({"acme_Batch": {"number": 1}}, first.id, second.id)
    assert (await second.reload()).get("acme_Batch.number") == 1
    await first.delete()
    assert ids(await c8y.events.get_all(source=device.id)) == [second.id]
    await c8y.events.delete_by(source=device.id)
    assert await c8y.events.get_all(source=device.id) == []


async def test_a_created_measurement_comes_back_whole(c8y, device, measurement):
    created = await measurement()
    assert (created.source, created.type, created.datetime) == (device.id, "c8y_Steps", NOON)
    assert created["acme_Steps"]["N"] == {"value": 3, "unit": "#"}
    assert created.get_series() == ["acme_Steps.N"]
    assert (await c8y.measurements.get(created.id)).json == created.json


async def test_measurements_are_created_in_bulk(c8y, device):
    many = [
        Measurement(type="c8y_Steps", source=device.id, time=NOON + n * HOUR, series=("acme_Steps.N", n))
        for n in range(3)
    ]
    created = await c8y.measurements.create_bulk(*many)
    assert [each.get("acme_Steps.N.value") for each in created] == [0, 1, 2]
    assert ids(await c8y.measurements.get_all(source=device.id)) == ids(created)


async def test_measurements_are_selected_counted_and_found_last(c8y, device, measurement):
    steps, warm = await measurement(), await measurement(NOON + HOUR, ("c8y_Temperature.T", 20.5, "C"))
    assert ids(await c8y.measurements.get_all(source=device.id)) == [steps.id, warm.id]
    assert ids(await c8y.measurements.get_all(source=device.id, series="c8y_Temperature.T")) == [warm.id]
    assert ids(await c8y.measurements.get_all(source=device.id, date_to=NOON + HOUR)) == [steps.id]
    assert ids(await c8y.measurements.get_all(source=device.id, asc=False)) == [warm.id, steps.id]
    assert await c8y.measurements.get_count(source=device.id) == 2
    assert (await c8y.measurements.get_last(source=device.id)).id == warm.id


async def test_measurements_are_deleted(c8y, device, measurement):
    first, second = await measurement(), await measurement(NOON + HOUR)
    await c8y.measurements.delete(first.id)
    assert ids(await c8y.measurements.get_all(source=device.id)) == [second.id]
    await c8y.measurements.delete_by(source=device.id)
    assert await c8y.measurements.get_all(source=device.id) == []
