"""Measurements: `/measurement/measurements`."""

from datetime import datetime, timedelta, timezone

import pytest
from c8y_api.model import Celsius, Count, Measurement

NOON = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


@pytest.fixture
def measure(c8y, device):
    def create(number=0, **fragments):
        fragments = fragments or {"c8y_Temperature": {"T": Celsius(20.5 + number)}}
        return Measurement(c8y, type="c8y_Weather", source=device.id, time=NOON + number * HOUR, **fragments).create()

    return create


def ids(measurements):
    return [measurement.id for measurement in measurements]


def test_a_created_measurement_comes_back_whole(c8y, device, measure):
    created = measure()
    assert created.id and created.source == device.id
    assert (created.type, created.datetime) == ("c8y_Weather", NOON)
    assert (created.c8y_Temperature.T.value, created.c8y_Temperature.T.unit) == (20.5, "°C")
    assert created.get_series() == ["c8y_Temperature.T"]
    assert c8y.measurements.get(created.id).to_json() == created.to_json()


def test_measurements_are_created_in_bulk(c8y, device):
    c8y.measurements.create(
        *(
            Measurement(type="c8y_Steps", source=device.id, time=NOON + n * HOUR, acme_Steps={"N": Count(n)})
            for n in range(3)
        )
    )
    assert [m.acme_Steps.N.value for m in c8y.measurements.get_all(source=device.id)] == [0, 1, 2], "oldest first"


def test_measurements_are_selected_by_what_they_are(c8y, device, measure):
    warm, steps = measure(), measure(1, acme_Steps={"N": Count(3)})

    def select(**filters):
        return ids(c8y.measurements.get_all(source=device.id, **filters))

    assert select(type="c8y_Weather") == [warm.id, steps.id]
    assert select(type="c8y_None") == []
    assert select(series="c8y_Temperature.T") == [warm.id]
    assert select(value_fragment_type="acme_Steps") == [steps.id]
    assert select(value_fragment_type="acme_Steps", value_fragment_series="M") == []


def test_measurements_are_selected_by_half_open_intervals(c8y, device, measure):
    early, late = measure(), measure(1)

    def select(**filters):
        return ids(c8y.measurements.get_all(source=device.id, **filters))

    assert select(date_from=NOON, date_to=NOON + HOUR) == [early.id]
    assert select(after=NOON + HOUR) == [late.id]
    assert select(date_from=NOON, reverse=True) == [late.id, early.id]
    assert ids(c8y.measurements.select(source=device.id, page_size=1)) == [early.id, late.id]


def test_measurements_are_counted_and_the_last_one_is_found(c8y, device, measure):
    measure()
    late = measure(1)
    assert c8y.measurements.get_count(source=device.id) == 2
    assert c8y.measurements.get_last(source=device.id).id == late.id


def test_measurements_are_deleted_singly_and_by_filter(c8y, device, measure):
    early, late = measure(), measure(1)
    early.delete()
    assert ids(c8y.measurements.get_all(source=device.id)) == [late.id]
    c8y.measurements.delete_by(source=device.id)
    assert c8y.measurements.get_all(source=device.id) == []
