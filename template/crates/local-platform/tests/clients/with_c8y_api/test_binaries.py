"""Files: `/inventory/binaries`."""

import io

import local_platform as lp
import pytest
from c8y_api.model import Binary

CONTENT = bytes(range(256)) * 40


def test_a_file_comes_back_as_it_was_sent(c8y):
    name = lp.unique("file")
    created = Binary(c8y, type="image/png", name=name, file=io.BytesIO(CONTENT), acme_Place={"floor": 2}).create()
    assert created.id and created.is_binary
    assert (created.name, created.content_type, int(created.length)) == (name, "image/png", len(CONTENT))
    assert created.acme_Place.floor == 2
    assert created.read_file() == CONTENT
    assert c8y.binaries.read_file(created.id) == CONTENT
    assert c8y.inventory.get(created.id).name == name


def test_the_content_of_a_file_is_replaced(c8y):
    binary = c8y.binaries.upload(io.BytesIO(CONTENT), name=lp.unique("file"), type="application/octet-stream")
    c8y.binaries.update(binary.id, io.BytesIO(b"New content"), type="text/plain")
    assert c8y.binaries.read_file(binary.id) == b"New content"
    binary = c8y.binaries.get_all(ids=[binary.id])[0]
    assert (binary.content_type, int(binary.length)) == ("text/plain", len(b"New content"))


def test_an_update_answers_with_the_object(c8y):
    binary = Binary(c8y, type="text/plain", name=lp.unique("file"), file=io.BytesIO(b"Old")).create()
    binary.file = io.BytesIO(b"Newer")
    updated = binary.update()
    assert (updated.id, updated.name, int(updated.length)) == (binary.id, binary.name, 5)


def test_files_are_selected_by_what_they_are(c8y):
    type = lp.unique("application/x-acme")
    one, two = (c8y.binaries.upload(io.BytesIO(b"Text"), name=lp.unique("file"), type=type) for _ in range(2))
    assert [binary.id for binary in c8y.binaries.get_all(type=type)] == [one.id, two.id]
    assert [binary.id for binary in c8y.binaries.get_all(type=type, owner=lp.ADMIN, page_size=1)] == [one.id, two.id]
    assert c8y.binaries.get_count(type=type) == 2
    c8y.binaries.delete(one.id)
    with pytest.raises(KeyError):
        c8y.binaries.read_file(one.id)
    assert c8y.binaries.get_count(type=type) == 1
