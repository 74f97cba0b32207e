import ctypes
import subprocess
import sys

import pytest

from synth_anomaly.training import keep_freed_memory


def test_where_the_c_library_has_no_such_switch_nothing_happens(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    keep_freed_memory()


@pytest.mark.skipif(sys.platform != "linux", reason="counts page faults as Linux does")
def test_a_freed_tensor_is_used_again_without_new_pages():
    """Eight tensors of 16 MiB at a time, as a step has them, find their pages in place the next time."""
    code = """
import resource, sys, torch
from synth_anomaly.training import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
def step():
    return [torch.ones(4, 2**20) for _ in range(8)]
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    faults = {
        how: int(subprocess.run([sys.executable, "-c", code, how], capture_output=True, check=True).stdout)
        for how in ("keep", "leave")
    }
    if faults["leave"] < 1000:
        pytest.skip("this C library keeps freed memory anyway")
    assert faults["keep"] < faults["leave"] / 10
