import subprocess
import sys
from math import nan

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from synth_anomaly.interfaces import EpochReport, RunContext, RunResult
from synth_anomaly.reporting import tensorboard
from synth_anomaly.reporting.event_writer import EventWriter, image_grid


def report(step, panels=dict, stage="train"):
    return EpochReport(
        stage=stage,
        epoch=1,
        step=step,
        losses={"network/focal": 1 / step},
        learning_rates={"network": 0.001},
        images_per_second=50.0,
        figures={"validation_loss": 0.5, "undefined": nan},
        panels=panels,
    )


def events(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0})
    accumulator.Reload()
    return accumulator


def test_a_run_is_written_through_the_hooks(tmp_path):
    run = RunContext(tmp_path, {"method": "anoseg"})
    tensorboard.sat_run_start(run=run)
    for step in (10, 20):
        panels = {"input": torch.rand(3, 3, 8, 8), "map": torch.rand(3, 1, 8, 8)}
        tensorboard.sat_epoch_end(run=run, epoch=report(step, lambda panels=panels: panels))
    tensorboard.sat_run_end(run=run, result=RunResult(metrics={"pixel_ap": 0.5, "image_ap": nan}))
    seen = events(tmp_path)
    assert set(seen.Tags()["scalars"]) == {
        "loss/train/network/focal",
        "learning_rate/train/network",
        "validation/train/validation_loss",
        "speed/images_per_second",
        "metrics/pixel_ap",
    }
    assert [event.step for event in seen.Scalars("loss/train/network/focal")] == [10, 20]
    assert seen.Scalars("metrics/pixel_ap")[0].step == 20
    assert seen.Tags()["images"] == ["train/input", "train/map"]
    assert len(seen.Images("train/input")) == 1, "panels are dear: not at every report"


def test_a_run_that_failed_is_closed_and_says_why(tmp_path):
    run = RunContext(tmp_path, {})
    tensorboard.sat_run_start(run=run)
    tensorboard.sat_run_end(run=run, result=RunResult(error=ValueError("no such thing")))
    assert not tensorboard._writers
    assert "stopped/text_summary" in events(tmp_path).Tags()["tensors"]


def test_hooks_of_a_run_that_never_started_do_nothing(tmp_path):
    run = RunContext(tmp_path, {})
    tensorboard.sat_epoch_end(run=run, epoch=report(1))
    tensorboard.sat_run_end(run=run, result=RunResult())
    assert not list(tmp_path.iterdir())


def test_panels_are_asked_for_seldom(tmp_path):
    now, calls = [0.0], []

    def panels():
        calls.append(now[0])
        return {}

    writer = EventWriter(RunContext(tmp_path, {}), clock=lambda: now[0])
    for step in range(1, 3000):
        writer.report(report(step, panels))
        now[0] += 1.0
    writer.end(RunResult())
    assert calls == [30.0 * number for number in range(30)]


@pytest.mark.parametrize(
    ("count", "channels", "size"), [(1, 3, (8, 6)), (3, 1, (8, 22)), (5, 3, (18, 30)), (40, 3, (18, 30))]
)
def test_a_grid_shows_eight_images_at_most(count, channels, size):
    grid = image_grid(torch.zeros(count, channels, 8, 6) - 1)
    assert grid.shape == (3, *size)
    assert (grid == 0).sum() == 3 * 8 * 6 * min(count, 8)


def test_the_plugin_is_light():
    code = (
        "import sys, synth_anomaly.reporting.tensorboard; "
        "sys.exit(str({'torch', 'tensorboard', 'numpy', 'cv2', 'rich'} & set(sys.modules) or ''))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stderr.strip() == ""
