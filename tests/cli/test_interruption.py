"""Ctrl-C and kill -9 in the middle of training, in a process of its own: nothing is lost."""

import json
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from synth_anomaly import testing
from synth_anomaly.recipe import Recipe

TINY = ["--set=size=32", '--set=backbone={name="resnet18",width=4}', "--set=batch_size=2", "--device=cpu"]

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


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The arguments of a run of so many steps."""
    data = testing.write_data_set(tmp_path_factory.mktemp("data"), "bolt")

    def asked(steps, precision="fp32"):
        given = [f"--set=steps={steps}", f"--precision={precision}", f"--data={data}", "--category=bolt"]
        return ["run", "segmentation", *TINY, *given]

    return asked


@pytest.fixture(scope="module")
def undisturbed(asked, tmp_path_factory):
    """The weights and figures of such a run that nothing stops."""
    out = tmp_path_factory.mktemp("undisturbed")

    @cache
    def undisturbed(*how):
        folder = testing.last_path(testing.sat(*asked(*how), "--out", out))
        table = json.loads((folder / "metrics.json").read_text())
        return (folder / "weights.safetensors").read_bytes(), table["metrics"]

    return undisturbed


def test_ctrl_c_says_how_to_go_on_and_ends_the_same(sat, asked, undisturbed):
    steps = 60  # long enough to be stopped on the way
    command = [sys.executable, "-m", "synth_anomaly", *asked(steps)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith("stage 1/1"):
            break
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert stderr.splitlines()[-1] == "stopped; go on with: sat run --resume runs/segmentation/bolt/1"
    assert "Traceback" not in stderr
    assert stdout == ""
    check_resumed(sat, Path("runs/segmentation/bolt/1"), steps, undisturbed(steps))


@pytest.mark.parametrize(("step", "precision"), [(1, "fp32"), (4, "fp32"), (4, "bf16")])
def test_kill_9_loses_nothing(sat, asked, undisturbed, step, precision):
    how = (8, precision)
    command = [sys.executable, "-c", KILLED, str(step), *asked(*how)]
    killed = subprocess.run(command, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    folder = Path("runs/segmentation/bolt/1")
    if step > 1:
        state = json.loads((folder / "checkpoint/state.json").read_text())
        assert state["values"]["step"] == step - 1
    check_resumed(sat, folder, how[0], undisturbed(*how))


def check_resumed(sat, folder, steps, undisturbed):
    weights, metrics = undisturbed
    assert not (folder / "metrics.json").exists()
    said = sat("run", "--resume", folder, "--device=cpu")
    assert said.folder == folder
    assert (folder / "weights.safetensors").read_bytes() == weights
    assert said.metrics["metrics"] == metrics
    assert Recipe.read(folder).settings["steps"] == steps
    assert sat("run", "--resume", folder).refuses("has come to its end")


def test_ctrl_c_twice_stops_at_once(sat, asked, monkeypatch):
    """The second one does not wait for the step to end, and still says how to go on."""
    from synth_anomaly.training.interrupt import Interruption

    def stop(interruption, *, kept):
        raise KeyboardInterrupt

    monkeypatch.setattr(Interruption, "stop", stop)
    monkeypatch.setattr(Interruption, "requested", True, raising=False)
    monkeypatch.setattr(Interruption, "__init__", lambda self: None)
    said = sat(*asked(2))
    assert said.code == 130
    assert said.stderr.splitlines()[-1] == "stopped; go on with: sat run --resume runs/segmentation/bolt/1"


def test_ctrl_c_among_several_categories_names_those_not_begun(sat, parts, monkeypatch):
    from synth_anomaly.training.interrupt import Interruption

    monkeypatch.setattr(Interruption, "requested", True, raising=False)
    monkeypatch.setattr(Interruption, "__init__", lambda self: None)
    said = sat.run("--data", parts, "--category=all")
    assert said.code == 130
    assert said.stderr.splitlines()[-1].endswith("runs/segmentation/bolt/1 (not begun: nut)")
