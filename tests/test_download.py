"""Downloads from a server on this machine: whole and checked, or not there."""

import functools
import hashlib
import http.server
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from synth_anomaly.download import PlainReport, download
from synth_anomaly.errors import DataError

CONTENT = np.random.default_rng(0).integers(0, 256, 3_000_000, np.uint8).tobytes()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``content`` as the server says: with ranges or without, whole or cut short."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        server, content = self.server, self.server.content
        server.asked.append(self.headers.get("Range"))
        if self.path != "/file.bin":
            self.send_error(404)
            return
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if asked and server.ranges:
            start = int(asked[1]) + server.shift
            if start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = len(content) if server.cut is None else server.cut
        self.wfile.write(content[start:end])


class Server(http.server.ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.ranges, self.cut, self.shift, self.asked = CONTENT, True, None, 0, []
        self.url = f"http://127.0.0.1:{self.server_port}/file.bin"


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def fetch(server, tmp_path):
    path = tmp_path / "new/file.bin"
    return functools.partial(download, server.url, path, SHA256), path


def left(path):
    return sorted(file.name for file in path.parent.iterdir())


def test_a_file_arrives_whole_and_once(server, fetch):
    fetch, path = fetch
    told = []
    assert fetch(report=lambda *what: told.append(what)) == path
    assert path.read_bytes() == CONTENT
    assert left(path) == ["file.bin"]
    assert told[-1] == ("file.bin, MB", 3, 3)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    fetch()
    assert len(server.asked) == 1


@pytest.mark.parametrize("ranges", [True, False])
def test_what_was_interrupted_goes_on(server, fetch, ranges):
    fetch, path = fetch
    server.cut, server.ranges = 1_700_000, ranges
    with pytest.raises(DataError, match=r"1700000 of 3000000 bytes; .*file\.bin\.part is kept"):
        fetch()
    assert left(path) == ["file.bin.part"]
    server.cut = None
    fetch()
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=1700000-"]
    assert left(path) == ["file.bin"]


def test_a_part_that_is_whole_is_not_fetched_again(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(CONTENT)
    fetch()
    assert path.read_bytes() == CONTENT
    assert server.asked == ["bytes=3000000-"]


def test_a_part_that_is_too_long_is_of_another_file(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(CONTENT + b"more")
    fetch()
    assert path.read_bytes() == CONTENT
    assert server.asked == ["bytes=3000004-", None]


def test_an_answer_from_another_place_is_not_joined(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(CONTENT[:1000])
    server.shift = 5
    fetch()
    assert path.read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-", None]


@pytest.mark.parametrize("part", [b"", b"of another file"])
def test_a_wrong_checksum_keeps_nothing(server, fetch, part):
    fetch, path = fetch
    path.parent.mkdir()
    path.with_name("file.bin.part").write_bytes(part)
    if not part:
        server.content = CONTENT[:-1] + b"?"
    with pytest.raises(DataError, match=f"expected the SHA-256 {SHA256} of http.*nothing is kept"):
        fetch()
    assert left(path) == []
    server.content = CONTENT
    assert fetch().read_bytes() == CONTENT


def test_the_beginning_of_a_checksum_is_enough_and_none_is_not(server, tmp_path):
    download(server.url, tmp_path / "a", SHA256[:8])
    for wrong in ("", "0" + SHA256[1:8]):
        with pytest.raises(DataError, match="SHA-256"):
            download(server.url, tmp_path / "b", wrong)
    assert left(tmp_path / "b") == ["a"]


def test_another_file_in_its_place_is_not_taken_for_it(server, fetch):
    fetch, path = fetch
    path.parent.mkdir()
    path.write_bytes(b"something else")
    with pytest.raises(DataError, match=r"file\.bin, got .*another file"):
        fetch()
    assert path.read_bytes() == b"something else"
    assert server.asked == []


def test_errors_are_one_line_and_leave_nothing(server, tmp_path):
    with pytest.raises(DataError, match=r"404.*; try again") as caught:
        download(f"{server.url}x", tmp_path / "new/a", SHA256)
    assert "\n" not in str(caught.value)
    assert left(tmp_path / "new/a") == []
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match="cannot get"):
        download(server.url, tmp_path / "taken/a", SHA256)
    with pytest.raises(DataError, match="expected an address"):
        download(f"file://{tmp_path}/taken", tmp_path / "b", SHA256)
    assert not (tmp_path / "b").exists()


def test_no_server_is_one_line(tmp_path):
    with pytest.raises(DataError, match="Connection refused; try again"):
        download("http://127.0.0.1:9/file.bin", tmp_path / "a", SHA256)
    assert left(tmp_path / "a") == []


def test_several_at_once_fetch_once(server, fetch):
    fetch, path = fetch
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: fetch(), range(6))) == {path}
    assert path.read_bytes() == CONTENT
    assert len(server.asked) == 1
    assert left(path) == ["file.bin"]


def test_an_interruption_keeps_what_has_arrived(server, fetch):
    fetch, path = fetch

    def stop(_what, done, _total):
        if done >= 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(report=stop)
    assert left(path) == ["file.bin.part"]
    assert CONTENT.startswith(path.with_name("file.bin.part").read_bytes())
    fetch()
    assert path.read_bytes() == CONTENT
    assert server.asked[1].startswith("bytes=")


def test_plain_lines_come_now_and_then():
    lines = []
    report = PlainReport(lines.append, every=3600)
    for done in range(5):
        report("file, MB", done, 5)
    assert lines == ["file, MB: 0/5"]
