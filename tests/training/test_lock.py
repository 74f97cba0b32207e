"""One process at a time trains into a folder."""

import os
import subprocess
import sys

import pytest

from synth_anomaly.errors import RunError
from synth_anomaly.training import locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no lock on Windows")

HOLD = """
import sys
from pathlib import Path
from synth_anomaly.training.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_named_until_it_dies(tmp_path):
    folder = tmp_path / "run" / "checkpoint"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(RunError, match=rf"is being trained by another process \(pid {holder.pid}\): wait"),
            locked(folder),
        ):
            pass
        holder.kill()
        holder.wait()
        with locked(folder):
            assert (folder / "lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_is_let_go_after_an_error(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path):
        raise KeyError
    with locked(tmp_path), pytest.raises(RunError, match=f"pid {os.getpid()}"), locked(tmp_path):
        pass


def test_a_file_system_without_locks_is_used_without_one(tmp_path, monkeypatch):
    import fcntl

    def absent(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", absent)
    with locked(tmp_path), locked(tmp_path):
        pass
