"""Which share of a training step goes into making its defects, in a method's first stage, on rendered images.

python tests/benchmarks/step_share.py --device cuda
python tests/benchmarks/step_share.py --preset quick      # on a CPU, where the paper's networks take long

A step is from one call of the synthesizer to the next. On a CPU the clock counts the CPU-seconds of the
process, which computes on one thread, on CUDA events that wait for nothing. The exit status is 1 where the
median share passes the bar, 5%.
"""

import argparse
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

import torch

from synth_anomaly.data import Demo
from synth_anomaly.interfaces import Synthesizer
from synth_anomaly.method import create_method
from synth_anomaly.training import Listener
from synth_anomaly.training.memory import keep_freed_memory

BAR = 0.05
WARM_UP = 3
"""Steps that are not counted."""


@dataclass(frozen=True)
class Timed:
    """A synthesizer, and when each of its calls began and ended.

    Attributes:
        synthesizer: What makes the defects.
        calls: CPU-seconds or events, two a call.
    """

    synthesizer: Synthesizer
    calls: list = field(default_factory=list)

    def __call__(self, images, generator, *, guide=None, donors=None):
        start = now(images.device)
        made = self.synthesizer(images, generator, guide=guide, donors=donors)
        self.calls.append((start, now(images.device)))
        return made

    def milliseconds(self):
        """Return how long each call took, and each step from its call to the next."""
        calls = self.calls[WARM_UP:]
        steps = [between(call[0], following[0]) for call, following in pairwise(calls)]
        return [between(*call) for call in calls[: len(steps)]], steps


class Enough(Exception):  # noqa: N818  # nothing went wrong
    """The first stage ended."""


class FirstStage(Listener):
    """Ends the training after its first stage."""

    def on_stage_end(self, stage):
        raise Enough


def now(device):
    """Return the CPU-seconds of this process, or an event on CUDA."""
    if device.type != "cuda":
        return time.process_time()
    event = torch.cuda.Event(enable_timing=True)
    event.record()
    return event


def between(start, end):
    """Return milliseconds."""
    return 1000 * (end - start) if isinstance(start, float) else start.elapsed_time(end)


def parse_options():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--method", default="anoseg")
    parser.add_argument("--preset", default="paper")
    parser.add_argument("--category", default="bottle")
    parser.add_argument("--steps", type=int, default=20, help=f"of which {WARM_UP} are not counted")
    return parser.parse_args()


def main():
    options = parse_options()
    if options.steps < WARM_UP + 2:
        sys.exit(f"expected --steps of at least {WARM_UP + 2}, got {options.steps}")
    keep_freed_memory()
    torch.set_num_threads(1)
    published = create_method(options.method, preset=options.preset).settings
    timed = Timed(published.synthesizer)
    settings = {"synthesizer": timed, "steps": options.steps}
    method = create_method(options.method, preset=options.preset, settings=settings)
    with suppress(Enough):
        method.fit(Demo(options.category, size=256), device=options.device, listeners=[FirstStage()])
    if len(timed.calls) != options.steps:
        sys.exit(
            f"expected one call of the synthesizer a step, got {len(timed.calls)} in {options.steps} steps"
        )
    if options.device.startswith("cuda"):
        torch.cuda.synchronize()
    calls, steps = timed.milliseconds()
    share = median(calls) / median(steps)
    print(
        f"{options.method}, preset {options.preset}, on {options.device}, torch {torch.__version__}: "
        f"{median(calls):.2f} ms of a step's {median(steps):.1f} ms make its defects, {share:.1%}"
    )
    return int(share > BAR)


if __name__ == "__main__":
    sys.exit(main())
