"""How fast a stage goes, and how long it has to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Pace", "duration_text"]

_WINDOW = 15.0
_MOMENTS = 64


@dataclass
class Pace:
    """Steps a second over the last seconds: the first steps, which are slow, are soon forgotten.

    Attributes:
        clock: Returns seconds.
        start: The step at which it began.
    """

    clock: Callable[[], float]
    start: int = 0
    _began: float = field(init=False)
    _moments: deque[tuple[float, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._moments = deque([(self._began, self.start)])

    def advance(self, step: int) -> None:
        """``step`` steps are done by now."""
        now = self.clock()
        # A moment is kept every quarter of a second, not every step: some stages make hundreds a second.
        if len(self._moments) > 1 and now - self._moments[-2][0] < _WINDOW / _MOMENTS:
            self._moments.pop()
        self._moments.append((now, step))
        while len(self._moments) > 2 and now - self._moments[1][0] > _WINDOW:
            self._moments.popleft()

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self.clock() - self._began

    @property
    def steps_per_second(self) -> float:
        """Steps a second; 0 where none is done yet."""
        (then, before), (now, step) = self._moments[0], self._moments[-1]
        return (step - before) / (now - then) if now > then else 0.0

    def left(self, steps: int) -> float | None:
        """Return the seconds that ``steps`` more steps take; None where it cannot be told yet."""
        rate = self.steps_per_second
        return max(0, steps) / rate if rate > 0 else None


def duration_text(seconds: float | None) -> str:
    """Return seconds as a clock would show them.

    Example:
        >>> duration_text(75.4), duration_text(3725), duration_text(None)
        ('1:15', '1:02:05', '-:--')
    """
    if seconds is None:
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
