"""No more is written than the file has."""

import pytest

from synth_anomaly.download import transfer
from synth_anomaly.errors import DataError


@pytest.mark.parametrize("have", [0, 1_000_000])
def test_a_server_without_end_is_stopped_at_the_size(server, fetch, have, left):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(server.whole[:have])
    server.announces, server.endless = False, True
    with pytest.raises(
        DataError, match=r"expected 3000000 bytes of http.*got more.*nothing of it is kept"
    ) as caught:
        fetch(size=len(server.whole))
    assert "\n" not in str(caught.value)
    assert left(path) == []
    assert server.beyond < 1 << 27


def test_a_server_without_end_is_stopped_where_nobody_says_the_size(server, fetch, monkeypatch, left):
    monkeypatch.setattr(transfer, "LARGEST", 4_000_000)
    fetch, path = fetch
    server.announces, server.endless = False, True
    written = []
    with pytest.raises(DataError, match=r"expected at most 4000000 bytes of http.*got more"):
        fetch(report=lambda *_: written.append(path.with_name("file.bin.part").stat().st_size))
    assert max(written) <= 4_000_000
    assert left(path) == []


def test_a_server_that_sends_more_than_it_announces_is_not_read_beyond(server, fetch):
    fetch, path = fetch
    server.endless = True
    fetch()
    assert path.read_bytes() == server.whole


@pytest.mark.parametrize("ranges", [True, False])
def test_another_size_is_refused_before_anything_is_written(server, fetch, ranges):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(server.whole[:1000])
    server.ranges, server.content = ranges, server.whole + b"more"
    with pytest.raises(
        DataError, match=r"expected 3000000 bytes of http.*got 3000004 announced.*nothing of it is written"
    ):
        fetch(size=len(server.whole))
    assert path.with_name("file.bin.part").read_bytes() == server.whole[:1000]
    server.content = server.whole
    fetch(size=len(server.whole))
    assert path.read_bytes() == server.whole


def test_a_size_beyond_the_bound_is_taken_where_it_is_declared(server, fetch, monkeypatch, left):
    monkeypatch.setattr(transfer, "LARGEST", 2_000_000)
    fetch, path = fetch
    with pytest.raises(DataError, match=r"expected at most 2000000 bytes of http.*got 3000000 announced"):
        fetch()
    assert left(path) == []
    fetch(size=len(server.whole))
    assert path.read_bytes() == server.whole


def test_a_file_of_no_announced_size_that_ends_too_soon_goes_on(server, fetch, left):
    fetch, path = fetch
    server.announces, server.cut = False, 1_000_000
    with pytest.raises(DataError, match="ended after 1000000 of 3000000 bytes"):
        fetch(size=len(server.whole))
    assert left(path) == ["file.bin.part"]
    server.cut = None
    fetch(size=len(server.whole))
    assert path.read_bytes() == server.whole
    assert server.asked == [None, "bytes=1000000-"]


@pytest.mark.parametrize(("more", "asked"), [(b"", []), (b"more", [None])])
def test_a_part_of_the_declared_size_or_above_is_not_asked_beyond(server, fetch, more, asked):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(server.whole + more)
    fetch(size=len(server.whole))
    assert path.read_bytes() == server.whole
    assert server.asked == asked
