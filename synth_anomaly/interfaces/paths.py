"""How an option says that it is a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

__all__ = ["IsPath", "PathText"]


@dataclass(frozen=True)
class IsPath:
    """Marks an option that is the path of a file or a folder, as in ``Annotated[str, IsPath()]``.

    A relative path in a recipe is one from the recipe's folder, and what is recorded is absolute.

    Attributes:
        names: Values that are names and no paths.
        also: Whether any other value is a name, such as that of a registered component; None where none is.
    """

    names: tuple[str, ...] = ()
    also: Callable[[str], bool] | None = None

    def is_name(self, value: object) -> bool:
        """Return whether a value is a name and no path."""
        if not isinstance(value, str):
            return False
        return value in self.names or (self.also is not None and self.also(value))


PathText = Annotated[str, IsPath()]
"""The type of an option that is a path."""
