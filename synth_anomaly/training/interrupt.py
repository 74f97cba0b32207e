"""Ctrl-C between two steps instead of inside one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from synth_anomaly.errors import Interrupted

__all__ = ["Interruption"]


class Interruption:
    """Remembers that the user asked to stop.

    Attributes:
        requested: Whether they did.
    """

    def __init__(self) -> None:
        self.requested = False

    def stop(self, *, kept: bool) -> None:
        """Leave the run.

        Args:
            kept: Whether a checkpoint holds what is done.

        Raises:
            Interrupted: Always.
        """
        done = "everything done so far is kept" if kept else "nothing is kept, for lack of checkpoints"
        raise Interrupted(f"stopped as you asked; {done}")

    @contextmanager
    def listening(self) -> Iterator[Interruption]:
        """Within the block a first Ctrl-C is a request, and a second one stops at once."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        previous = signal.signal(signal.SIGINT, self._request)
        try:
            yield self
        finally:
            signal.signal(signal.SIGINT, previous)

    def _request(self, _number: int, _frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
