"""How long a run takes."""

from __future__ import annotations

import time

__all__ = ["Clock"]


class Clock:
    """Measures wall and CPU seconds from where it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    @property
    def wall(self) -> float:
        """Wall seconds so far."""
        return round(time.monotonic() - self._wall, 3)

    @property
    def cpu(self) -> float:
        """CPU seconds of this process so far, over all its threads."""
        return round(time.process_time() - self._cpu, 3)
