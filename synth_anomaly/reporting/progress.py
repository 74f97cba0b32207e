"""Training's progress on the terminal: live where it is one, a few plain lines where it is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from synth_anomaly.files import printable
from synth_anomaly.interfaces import EpochReport
from synth_anomaly.reporting.pace import Pace, duration_text
from synth_anomaly.training.listener import Listener
from synth_anomaly.training.stage import Stage

__all__ = ["Progress"]

_LEARNS = "from the good images, without steps"
_PLAIN_SECONDS = 10.0


class Progress(Listener):
    """Shows how training goes; used as a context manager.

    Args:
        console: Where to; stderr by default, so that results can be piped.
        quiet: Show nothing but messages.
        clock: Returns seconds.
    """

    def __init__(
        self,
        console: Console | None = None,
        *,
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.console = console or Console(stderr=True)
        self.quiet = quiet
        self._clock = clock
        self._live: Live | None = None
        self._stage: Stage | None = None
        self._place = ""
        self._reading = ("", 0, 0)
        self._step = 0
        self._numbers: dict[str, float] = {}
        self._figures: Mapping[str, float] = {}
        self._pace = Pace(clock)
        self._reading_pace = Pace(clock)
        self._printed = 0.0

    def __enter__(self) -> Self:
        if self.console.is_terminal and not self.console.is_dumb_terminal and not self.quiet:
            self._live = Live(
                get_renderable=self._render, console=self.console, refresh_per_second=8, transient=True
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_stage()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def on_reading(self, what: str, done: int, total: int) -> None:
        """Show how far reading and making are: in plain lines only where it takes long."""
        if what != self._reading[0] or done <= self._reading[1]:
            self._reading_pace, self._printed = Pace(self._clock, done), self._clock()
        self._reading = (what, done, total)
        self._reading_pace.advance(done)
        if self._live is None and self._clock() - self._printed >= _PLAIN_SECONDS:
            self._printed = self._clock()
            self._print(Text(f"{what}: {done}/{total}  {_times(self._reading_pace, total - done)}"))

    def on_stage(self, stage: Stage, number: int, stages: int, start: int) -> None:
        """Say which stage begins, after how the last one ended."""
        self._end_stage()
        self._stage, self._step, self._pace = stage, start, Pace(self._clock, start)
        self._place = f"stage {number}/{stages} {stage.name}"
        self._reading = ("", 0, 0)
        self._numbers, self._figures, self._printed = {}, {}, self._clock()
        if self._live is None:
            resumed = f", from step {start}" if start else ""
            what = f"{stage.steps} steps of {stage.batch_size} images{resumed}" if stage.steps else _LEARNS
            self._print(Text(f"{self._place}: {what}"))

    def on_step(self, stage: Stage, step: int, losses: Mapping[str, float]) -> None:  # noqa: ARG002
        """Keep the numbers; the live display asks for them when it is drawn."""
        if self._reading[0]:
            self._reading, self._pace = ("", 0, 0), Pace(self._clock, step - 1)
        self._step = step
        # A copy: the display is drawn by another thread, while the trainer goes on writing.
        self._numbers = dict(losses)
        self._pace.advance(step)

    def on_epoch(self, report: EpochReport) -> None:
        """Print a line where there is no live display and the last one is a while ago."""
        self._figures = report.figures or self._figures
        if self._live is None and self._stage and self._clock() - self._printed >= _PLAIN_SECONDS:
            self._printed = self._clock()
            times = _times(self._pace, self._stage.steps - self._step)
            self._print(Text(f"  {self._step}/{self._stage.steps}  {self._summary()}  {times}"))

    def on_message(self, text: str) -> None:
        """Print a message, above the live display where there is one."""
        self.console.print(Text(printable(text)), soft_wrap=True)

    def _print(self, line: Text) -> None:
        if self.quiet:
            return
        if self.console.is_terminal:
            self.console.print(line, no_wrap=True, overflow="ellipsis")
        else:
            self.console.print(line, soft_wrap=True)

    def on_stage_end(self, stage: Stage) -> None:  # noqa: ARG002
        """Say how the stage ended."""
        self._end_stage()

    def _end_stage(self) -> None:
        stage, self._stage = self._stage, None
        if stage is None:
            return
        is_done = self._step >= stage.steps
        mark, style = ("done", "green") if is_done else ("ended", "yellow")
        counts = f"{self._step} steps" if is_done else f"{self._step} of {stage.steps} steps"
        line = Text.assemble(
            (f"{self._place}: {mark}", style),
            f" {counts if stage.steps else _LEARNS} in {duration_text(self._pace.elapsed)}",
            (f"  {self._summary(stage)}" if stage.steps else "", "dim"),
        )
        if self._live is not None:
            self._live.refresh()  # or the line would be followed by the stage's bar once more
        self._print(line)

    def _summary(self, stage: Stage | None = None) -> str:
        stage = stage or self._stage
        speed = self._pace.steps_per_second * stage.batch_size if stage else 0.0
        parts = [_numbers_text(self._numbers), _numbers_text(self._figures), f"{speed:.0f} images/s"]
        return "  ".join(part for part in parts if part)

    def _render(self) -> RenderableType:
        stage, (what, done, total) = self._stage, self._reading
        if done < total:
            return self._bar(what, done, total, self._reading_pace)
        if stage is None or not stage.steps:
            return Text(self._place if stage else "")
        bar = self._bar(self._place, self._step, stage.steps, self._pace)
        return Group(bar, Text(f"  {self._summary()}", style="dim", no_wrap=True, overflow="ellipsis"))

    def _bar(self, title: str, done: int, total: int, pace: Pace) -> RenderableType:
        bar = Table.grid(expand=True, padding=(0, 2, 0, 0))
        bar.add_column(no_wrap=True)
        bar.add_column(ratio=1)
        bar.add_column(no_wrap=True, justify="right")
        bar.add_column(no_wrap=True, justify="right", style="cyan")
        bar.add_row(
            Text(title, style="bold"),
            ProgressBar(total=total, completed=done),
            f"{done}/{total}",
            f"{duration_text(pace.elapsed)} · {duration_text(pace.left(total - done))} left",
        )
        return bar


def _times(pace: Pace, steps: int) -> str:
    return f"{duration_text(pace.elapsed)} elapsed, {duration_text(pace.left(steps))} left"


def _numbers_text(numbers: Mapping[str, float]) -> str:
    """Return numbers with their names; the optimiser's is left out where there is but one."""
    is_one = len({name.split("/")[0] for name in numbers if "/" in name}) == 1
    shown = {name.split("/", 1)[-1] if is_one else name: value for name, value in numbers.items()}
    return "  ".join(f"{name} {value:.3g}" for name, value in shown.items())
