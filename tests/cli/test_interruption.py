"""Ctrl-C and kill -9 in the middle of training, in a process of its own: nothing is lost."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from synth_anomaly.recipe import Recipe

STEPS = 60

# What kills a run does so at a step, not at a time.
KILLED = """
import os, signal, sys
from synth_anomaly.cli.main import main
from synth_anomaly.training import trainer

trainer._CHECKPOINT_SECONDS = 0.0
advance, last = trainer.Position.advance, int(sys.argv.pop(1))

def advance_and_die(position):
    advance(position)
    if position.total == last:
        os.kill(os.getpid(), signal.SIGKILL)

trainer.Position.advance = advance_and_die
main()
"""


@pytest.fixture
def precision(request):
    return getattr(request, "param", "fp32")


@pytest.fixture
def arguments(sat, parts, precision):
    steps, data = f"--set=steps={STEPS}", f"--data={parts}"
    return ["run", "segmentation", *sat.tiny, steps, data, "--category=bolt", f"--precision={precision}"]


@pytest.fixture
def undisturbed(sat, arguments):
    said = sat(*arguments, "--out=undisturbed")
    return (said.folder / "weights.safetensors").read_bytes(), said.metrics["metrics"]


def environment():
    # one thread as in this process, since their number decides rounding
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def test_ctrl_c_says_how_to_go_on_and_ends_the_same(sat, arguments, undisturbed):
    command = [sys.executable, "-m", "synth_anomaly", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    for line in process.stderr:
        if line.startswith("stage 1/1"):
            break
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert stderr.splitlines()[-1] == "stopped; go on with: sat run --resume runs/segmentation/bolt/1"
    assert "Traceback" not in stderr
    assert stdout == ""
    check_resumed(sat, Path("runs/segmentation/bolt/1"), undisturbed)


@pytest.mark.parametrize(
    ("step", "precision"), [(1, "fp32"), (STEPS // 2, "fp32"), (STEPS // 2, "bf16")], indirect=["precision"]
)
def test_kill_9_loses_nothing(sat, arguments, undisturbed, step):
    command = [sys.executable, "-c", KILLED, str(step), *arguments]
    killed = subprocess.run(command, capture_output=True, check=False, env=environment())
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    folder = Path("runs/segmentation/bolt/1")
    if step > 1:
        state = json.loads((folder / "checkpoint/state.json").read_text())
        assert state["values"]["step"] == step - 1
    check_resumed(sat, folder, undisturbed)


def check_resumed(sat, folder, undisturbed):
    weights, metrics = undisturbed
    assert not (folder / "metrics.json").exists()
    said = sat("run", "--resume", folder, "--device=cpu")
    assert said.folder == folder
    assert (folder / "weights.safetensors").read_bytes() == weights
    assert said.metrics["metrics"] == metrics
    assert Recipe.read(folder).settings["steps"] == STEPS
    assert sat("run", "--resume", folder).refuses("has come to its end")


def test_ctrl_c_twice_stops_at_once(sat, arguments, monkeypatch):
    """The second one does not wait for the step to end, and still says how to go on."""
    from synth_anomaly.training.interrupt import Interruption

    def stop(interruption, *, kept):
        raise KeyboardInterrupt

    monkeypatch.setattr(Interruption, "stop", stop)
    monkeypatch.setattr(Interruption, "requested", True, raising=False)
    monkeypatch.setattr(Interruption, "__init__", lambda self: None)
    said = sat(*arguments)
    assert said.code == 130
    assert said.stderr.splitlines()[-1] == "stopped; go on with: sat run --resume runs/segmentation/bolt/1"


def test_ctrl_c_among_several_categories_names_those_not_begun(sat, parts, monkeypatch):
    from synth_anomaly.training.interrupt import Interruption

    monkeypatch.setattr(Interruption, "requested", True, raising=False)
    monkeypatch.setattr(Interruption, "__init__", lambda self: None)
    said = sat.run("--data", parts, "--category=all")
    assert said.code == 130
    assert said.stderr.splitlines()[-1].endswith("runs/segmentation/bolt/1 (not begun: nut)")
