"""A server on this machine, and a download from it."""

import functools
import hashlib
import http.server
import re
import threading
from contextlib import suppress

import numpy as np
import pytest

from synth_anomaly.download import download

WHOLE = np.random.default_rng(0).integers(0, 256, 3_000_000, np.uint8).tobytes()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``content`` as the server says: with ranges or without, whole, cut short or without end."""

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
        if server.announces:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = len(content) if server.cut is None else server.cut
        slow, server.slow = server.slow, None
        with suppress(ConnectionError):  # until who asked has enough
            if slow:
                self.wfile.write(content[start : end // 2])
                slow.wait(60)
                start = end // 2
            self.wfile.write(content[start:end])
            while server.endless:
                server.beyond += self.wfile.write(bytes(1 << 16))


class Server(http.server.ThreadingHTTPServer):
    """Serves ``whole``, whose checksum is ``sha256``, until a test has it serve something else."""

    whole = WHOLE
    sha256 = hashlib.sha256(WHOLE).hexdigest()

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.ranges, self.cut, self.shift, self.asked = self.whole, True, None, 0, []
        self.announces, self.endless, self.beyond = True, False, 0
        self.slow = None  # an event, for which the second half of the next answer waits
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
    return functools.partial(download, server.url, path, server.sha256), path


@pytest.fixture
def left():
    """Says what lies in the folder of a path."""
    return lambda path: sorted(file.name for file in path.parent.iterdir())
