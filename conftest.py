"""How the tests run: on one thread, in as many processes as there are cores; a single file in this one."""

import os
from pathlib import Path

import pytest

# What is computed here is too small for threads, which would take the cores of other tests. It reaches the
# processes that tests start, too.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Return 0 for a single file: it is done before other processes have imported torch."""
    named = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(named) == 1 and Path(*named).is_file() else None


@pytest.fixture
def few_demo_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo with a few images of each kind, where a test is of what is said of them."""
    for name, count in {"GOOD_TRAIN": 3, "GOOD_TEST": 2, "DEFECTIVE_PER_KIND": 1}.items():
        monkeypatch.setattr(f"synth_anomaly.data.demo_dataset.{name}", count)
