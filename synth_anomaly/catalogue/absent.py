"""What stands in the place of a component that is not there and that nothing needs for the time being."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from synth_anomaly.catalogue.describing import describe_as
from synth_anomaly.errors import ComponentError

__all__ = ["Absent"]


class Absent:
    """A piece that training alone needs and that cannot be loaded; a recipe names it as it did.

    Args:
        spec: What the recipe says of it.
        reason: Why it is not there and what to do, in one line.
    """

    def __init__(self, spec: str | Mapping[str, Any], reason: str) -> None:
        self.reason = reason
        describe_as(self, {"name": spec} if isinstance(spec, str) else spec)

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse to work.

        Raises:
            ComponentError: Always; the message says what to install.
        """
        raise ComponentError(self.reason)
