"""What lies beside the images that were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Unread"]

_NAMED = 3


@dataclass
class Unread:
    """Counts of what was found and not read.

    Attributes:
        deeper: Images in subfolders.
        suffixes: Files that are no images, by suffix in lower case; ``""`` is none.
        leftovers: What is hidden, or left by operating systems and cameras, by name.
        masks: Masks that lie among images.
        overlays: Overlays that ``sat predict`` wrote.
        linked: Links to folders that are read already, such as those that lead in a circle.
        broken: Links to nothing.
        folders: Images in further folders, by the folder's name.
    """

    deeper: int = 0
    suffixes: Counter[str] = field(default_factory=Counter)
    leftovers: Counter[str] = field(default_factory=Counter)
    masks: int = 0
    overlays: int = 0
    linked: int = 0
    broken: int = 0
    folders: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.parts())

    def __iadd__(self, other: Unread) -> Unread:
        for name in ("deeper", "masks", "overlays", "linked", "broken"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("suffixes", "leftovers", "folders"):
            getattr(self, name).update(getattr(other, name))
        return self

    def parts(self) -> list[str]:
        """Return a few words on each thing that was not read, the likeliest to be missed first."""
        return [
            *([f"{_images(self.deeper)} in subfolders (--subfolders reads them)"] if self.deeper else []),
            *(f"{_images(count)} in {name}" for name, count in sorted(self.folders.items())),
            *(f"{count} {suffix or 'without suffix'}" for suffix, count in sorted(self.suffixes.items())),
            *([_counted(self.masks, "mask among images", "masks among images")] if self.masks else []),
            *([_counted(self.overlays, "overlay of sat", "overlays of sat")] if self.overlays else []),
            *([f"{_links(self.linked)} to folders read already"] if self.linked else []),
            *([f"{_links(self.broken)} to nothing"] if self.broken else []),
            *([_left(self.leftovers)] if self.leftovers else []),
        ]

    def text(self) -> str:
        """Return all of it in a line; empty where everything was read."""
        return f"not read: {', '.join(self.parts())}" if self else ""


def _images(count: int) -> str:
    return _counted(count, "image", "images")


def _links(count: int) -> str:
    return _counted(count, "link", "links")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _left(leftovers: Counter[str]) -> str:
    names = _some(sorted(leftovers))
    return f"{leftovers.total()} hidden or left by systems and cameras ({names})"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = ["..."] if len(listed) > _NAMED else []
    return ", ".join([*listed[:_NAMED], *more])
