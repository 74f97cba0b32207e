"""How folders of images are read."""

from __future__ import annotations

from dataclasses import dataclass

from synth_anomaly.data.kind_names import KindNames
from synth_anomaly.data.reading import Reading

__all__ = ["FolderOptions"]


@dataclass(frozen=True, kw_only=True)
class FolderOptions:
    """How folders are read.

    Attributes:
        subfolders: Whether images in subfolders are read too, at any depth.
        names: What good and defective kinds are called.
        mask_suffix: What follows an image's name in that of its mask, before the usual suffixes.
        reading: How masks are read where they tell which images are defective.
    """

    subfolders: bool = False
    names: KindNames = KindNames()  # noqa: RUF009  # it never changes
    mask_suffix: tuple[str, ...] = ()
    reading: Reading = Reading()  # noqa: RUF009
