"""Downloads: whole and once, or not there; what was interrupted goes on."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from synth_anomaly.download import PlainReport, download
from synth_anomaly.errors import DataError


def test_a_file_arrives_whole_and_once(server, fetch, left):
    fetch, path = fetch
    told = []
    assert fetch(report=lambda *what: told.append(what)) == path
    assert path.read_bytes() == server.whole
    assert left(path) == ["file.bin"]
    assert told[-1] == ("file.bin, MB", 3, 3)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    fetch()
    assert len(server.asked) == 1


@pytest.mark.parametrize("ranges", [True, False])
def test_what_was_interrupted_goes_on(server, fetch, ranges, left):
    fetch, path = fetch
    server.cut, server.ranges = 1_700_000, ranges
    with pytest.raises(DataError, match=r"1700000 of 3000000 bytes; .*file\.bin\.part is kept"):
        fetch()
    assert left(path) == ["file.bin.part"]
    server.cut = None
    fetch()
    assert path.read_bytes() == server.whole
    assert server.asked == [None, "bytes=1700000-"]
    assert left(path) == ["file.bin"]


def test_a_part_that_is_whole_is_not_fetched_again(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(server.whole)
    fetch()
    assert path.read_bytes() == server.whole
    assert server.asked == ["bytes=3000000-"]


def test_a_part_that_is_too_long_is_of_another_file(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(server.whole + b"more")
    fetch()
    assert path.read_bytes() == server.whole
    assert server.asked == ["bytes=3000004-", None]


def test_an_answer_from_another_place_is_not_joined(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(server.whole[:1000])
    server.shift = 5
    fetch()
    assert path.read_bytes() == server.whole
    assert server.asked == ["bytes=1000-", None]


@pytest.fixture(params=["refused", "windows"])
def no_locks(request, monkeypatch):
    """A file system without locks, or Windows, which has no ``flock``."""
    if request.param == "windows":
        monkeypatch.setattr(sys, "platform", "win32")
        return
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError("No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)


def test_a_file_arrives_without_locks(no_locks, server, fetch, left):
    fetch, path = fetch
    fetch()
    assert path.read_bytes() == server.whole
    assert left(path) == ["file.bin"]


@pytest.mark.parametrize("is_right", [True, False])
def test_without_locks_a_slow_download_leaves_a_finished_one_alone(no_locks, server, fetch, left, is_right):
    fetch, path = fetch
    server.slow = go_on = threading.Event()
    began = threading.Event()
    server.content = server.whole if is_right else server.whole[:-1] + b"?"
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(fetch, report=lambda *_: began.set())
        try:
            assert began.wait(60)
            server.content = server.whole
            fetch()
            finished = path.stat()
        finally:
            go_on.set()
        error = slow.exception()
    assert is_right is (error is None)
    assert is_right or "nothing is kept" in str(error)
    assert path.read_bytes() == server.whole
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (finished.st_ino, finished.st_mtime_ns)
    assert left(path) == ["file.bin"]


def test_without_locks_what_was_interrupted_begins_anew(no_locks, server, fetch, left):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(b"of a system with locks")
    server.cut = 1_700_000
    with pytest.raises(DataError, match="1700000 of 3000000 bytes; try again"):
        fetch()
    assert left(path) == ["file.bin.part"]
    server.cut = None
    fetch()
    assert path.read_bytes() == server.whole
    assert server.asked == [None, None]
    assert path.with_name("file.bin.part").read_bytes() == b"of a system with locks"


def test_errors_are_one_line_and_leave_nothing(server, tmp_path, left):
    with pytest.raises(DataError, match=r"404.*; try again") as caught:
        download(f"{server.url}x", tmp_path / "new/a", server.sha256)
    assert "\n" not in str(caught.value)
    assert left(tmp_path / "new/a") == []
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match="cannot get"):
        download(server.url, tmp_path / "taken/a", server.sha256)
    with pytest.raises(DataError, match="expected an address"):
        download(f"file://{tmp_path}/taken", tmp_path / "b", server.sha256)
    assert not (tmp_path / "b").exists()


def test_no_server_is_one_line(server, tmp_path, left):
    with pytest.raises(DataError, match="Connection refused; try again"):
        download("http://127.0.0.1:9/file.bin", tmp_path / "a", server.sha256)
    assert left(tmp_path / "a") == []


def test_several_at_once_fetch_once(server, fetch, left):
    fetch, path = fetch
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: fetch(), range(6))) == {path}
    assert path.read_bytes() == server.whole
    assert len(server.asked) == 1
    assert left(path) == ["file.bin"]


def test_an_interruption_keeps_what_has_arrived(server, fetch, left):
    fetch, path = fetch

    def stop(_what, done, _total):
        if done >= 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(report=stop)
    assert left(path) == ["file.bin.part"]
    assert server.whole.startswith(path.with_name("file.bin.part").read_bytes())
    fetch()
    assert path.read_bytes() == server.whole
    assert server.asked[1].startswith("bytes=")


def test_plain_lines_come_now_and_then():
    lines = []
    report = PlainReport(lines.append, every=3600)
    for done in range(5):
        report("file, MB", done, 5)
    assert lines == ["file, MB: 0/5"]
