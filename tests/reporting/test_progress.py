import io

import pytest
from rich.console import Console
from torch import nn

from synth_anomaly.interfaces import EpochReport
from synth_anomaly.reporting.pace import Pace, duration_text
from synth_anomaly.reporting.progress import Progress
from synth_anomaly.training.stage import Stage


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def stage(name="train", steps=100):
    return Stage(
        name=name, steps=steps, batch_size=4, network=nn.Identity(), optimisers={}, step=lambda *_: iter(())
    )


def train(progress, clock, at, *, seconds, until=100, epoch=10):
    for step in range(1, until + 1):
        clock.now += seconds
        progress.on_step(at, step, {"network/focal": 0.5, "network/ssim": 0.25})
        if step % epoch == 0:
            progress.on_epoch(
                EpochReport(
                    stage=at.name, epoch=1, step=step, losses={}, learning_rates={}, images_per_second=1
                )
            )


def run(seconds, *, until=100, epoch=10, **options):
    clock, file = Clock(), io.StringIO()
    with Progress(Console(file=file, width=80), clock=clock, **options) as progress:
        progress.on_stage(stage(), 1, 2, 0)
        train(progress, clock, stage(), seconds=seconds, until=until, epoch=epoch)
        progress.on_message("weights: [layer4] not used")
    return file.getvalue().splitlines()


def test_a_short_stage_is_two_plain_lines():
    first, message, last = run(0.01)
    assert first == "stage 1/2 train: 100 steps of 4 images"
    assert message == "weights: [layer4] not used"
    assert last.startswith("stage 1/2 train: done 100 steps in 0:01  focal 0.5  ssim 0.25  400 images/s")


@pytest.mark.parametrize(("seconds", "epoch", "lines"), [(1.0, 2, 10), (1.0, 50, 2), (60.0, 10, 10)])
def test_plain_lines_come_every_ten_seconds_or_every_epoch_whichever_is_rarer(seconds, epoch, lines):
    between = [line for line in run(seconds, epoch=epoch) if line.startswith("  ")]
    assert len(between) == lines


def test_a_plain_line_says_how_long_it_still_takes():
    line = next(line for line in run(1.0, epoch=20) if line.startswith("  20/100"))
    assert "4 images/s" in line
    assert line.endswith("0:20 elapsed, 1:20 left")


def test_a_stage_that_is_cut_short_says_so():
    assert "ended 30 of 100 steps" in run(1.0, until=30)[-1]


def test_quiet_shows_messages_alone():
    assert run(1.0, quiet=True) == ["weights: [layer4] not used"]


def test_nothing_is_live_where_the_console_is_no_terminal():
    assert not any("\x1b" in line or "━" in line for line in run(1.0))


def test_a_terminal_shows_a_bar_and_keeps_one_line_a_stage():
    clock, file = Clock(), io.StringIO()
    console = Console(file=file, width=100, force_terminal=True, color_system=None, _environ={})
    with Progress(console, clock=clock) as progress:
        for number, name in enumerate(("reconstruct", "segment"), 1):
            progress.on_stage(stage(name), number, 2, 0)
            train(progress, clock, stage(name), seconds=1.0)
        with console.capture() as capture:
            console.print(progress._render())
    assert "stage 2/2 segment" in capture.get()
    assert "100/100" in capture.get()
    assert "━" in capture.get()
    assert "1:40 · 0:00 left" in capture.get()
    assert file.getvalue().count("reconstruct: done") == file.getvalue().count("segment: done") == 1


def test_the_optimisers_name_is_shown_where_there_are_several():
    clock, file = Clock(), io.StringIO()
    with Progress(Console(file=file, width=80), clock=clock) as progress:
        progress.on_stage(stage(steps=1), 1, 1, 0)
        clock.now += 1
        progress.on_step(stage(steps=1), 1, {"generator/l1": 1.0, "critic/real": 2.0})
    assert "generator/l1 1  critic/real 2" in file.getvalue()


def test_a_resumed_stage_counts_its_own_steps_only():
    clock, file = Clock(), io.StringIO()
    with Progress(Console(file=file, width=80), clock=clock) as progress:
        progress.on_stage(stage(), 1, 1, 90)
        for step in range(91, 101):
            clock.now += 1
            progress.on_step(stage(), step, {})
    assert "from step 90" in file.getvalue()
    assert "4 images/s" in file.getvalue()


def test_the_pace_forgets_a_slow_start():
    clock = Clock()
    pace = Pace(clock)
    clock.now += 60
    pace.advance(1)
    for step in range(2, 2002):
        clock.now += 0.01
        pace.advance(step)
    assert pace.steps_per_second == pytest.approx(100, rel=0.05)
    assert pace.left(100) == pytest.approx(1, rel=0.05)


def test_the_pace_is_unknown_before_the_first_step():
    assert Pace(Clock()).left(10) is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3600, "1:00:00"), (None, "-:--")]
)
def test_duration_text(seconds, text):
    assert duration_text(seconds) == text


def test_reading_says_how_far_it_is_where_it_takes_long():
    clock, file = Clock(), io.StringIO()
    with Progress(Console(file=file, width=80), clock=clock) as progress:
        for done in range(1, 101):
            clock.now += 0.25
            progress.on_reading("textures", done, 100)
        progress.on_stage(stage(), 1, 1, 0)
    first, second, third, *_ = file.getvalue().splitlines()
    assert first == "textures: 41/100  0:10 elapsed, 0:15 left"
    assert second.startswith("textures: 81/100")
    assert third.startswith("stage 1/1")


def test_what_is_read_twice_begins_again():
    clock, file = Clock(), io.StringIO()
    with Progress(Console(file=file, width=80), clock=clock) as progress:
        for done in (50, 100, 5, 10):
            clock.now += 6
            progress.on_reading("guides", done, 100)
    assert file.getvalue() == ""


def test_a_live_display_shows_what_is_read():
    clock, file = Clock(), io.StringIO()
    with Progress(Console(file=file, width=80, force_terminal=True), clock=clock) as progress:
        progress.on_reading("textures", 30, 100)
        progress._live.refresh()
        shown = file.getvalue()
        progress.on_reading("textures", 100, 100)
    assert "textures" in shown
    assert "30/100" in shown
