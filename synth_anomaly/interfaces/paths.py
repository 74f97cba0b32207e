"""How an option says that it is a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

__all__ = ["IsPath", "PathText"]


@dataclass(frozen=True)
class IsPath:
    """Marks an option that is the path of a file or a folder, as in ``Annotated[str, IsPath()]``.

    A relative path in a recipe is one from the recipe's folder, and what is recorded is absolute.

    Attributes:
        names: Values that are names and no paths.
    """

    names: tuple[str, ...] = ()


PathText = Annotated[str, IsPath()]
"""The type of an option that is a path."""
