"""Several operations on colours, contrast and angle, of ten, drawn for each sample."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.fills.operations.altered import Altered
from synth_anomaly.synthesizers.fills.operations.draw import OPERATIONS, draw_order, draw_values
from synth_anomaly.synthesizers.fills.operations.levels import as_levels
from synth_anomaly.synthesizers.views import View

__all__ = ["TextureOperations"]


@dataclass(frozen=True)
class TextureOperations:
    """Applies to each sample a few different operations, one after another, on 8-bit levels.

    - ``gamma``: each channel to a power in [0.5, 2];
    - ``brightness``: the luma times [0.8, 1.2] and plus [-30, 30], in either order;
    - ``sharpness``: from smoothed (0) to sharpened (2);
    - ``hue-saturation``: the hue turned by up to 50/255 of a turn, the saturation changed by up to 50/255;
    - ``solarise``: with probability 0.5, levels from a threshold in 32 to 128 on are inverted;
    - ``posterise``: 1 to 8 bits a channel are kept;
    - ``invert``: every level is turned over;
    - ``autocontrast``: stretched, with 0 to 20 percent of the pixels cut at either end;
    - ``equalise``: the histogram of each channel made flat;
    - ``rotation``: by up to 45 degrees either way, over black.

    Values are uniform in their ranges. Outside [0, 255] levels are cut.

    Args:
        operations: What to draw from, by name; all ten by default.
        count: How many different ones a sample gets, from 1 to all of them.

    Source: DRAEM (arXiv 2108.07610), section 3.2, with the ranges of its published code, where they are
    imgaug's. What differs: imgaug changes the brightness in one of six colour spaces, here it is in YCrCb,
    the first of them; powers are rounded instead of cut off; operations in a row on one channel are joined.
    """

    operations: tuple[str, ...] = OPERATIONS
    count: int = 3

    def __post_init__(self) -> None:
        object.__setattr__(self, "operations", tuple(self.operations))
        unknown = sorted(set(self.operations) - set(OPERATIONS))
        if unknown or not self.operations or len(set(self.operations)) < len(self.operations):
            raise ValueError(
                f"operations must be different ones of {', '.join(OPERATIONS)}, got {self.operations!r}"
            )
        if not 1 <= self.count <= len(self.operations):
            raise ValueError(f"count must be from 1 to {len(self.operations)} operations, got {self.count!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``order``, ``(count, n)`` int64, places in the list above, and values for each operation."""
        order = draw_order(self.operations, self.count, len(boxes), generator)
        return Parameters({"order": order} | draw_values(len(boxes), generator))

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the content after each sample's operations, each computed for the samples that drew it."""
        return Altered(as_levels(content), parameters).whole().to(content.dtype)

    def view(
        self,
        before: View,
        parameters: Parameters,
        *,
        donors: Tensor | None = None,  # noqa: ARG002
    ) -> Altered | None:
        """Return the content described; None where its pixels have moved or changed before."""
        levels = before.levels()
        if levels is None:
            return None
        counts = None if before.counts is None else before.counts.index_select(0, before.chosen)
        return Altered(levels, parameters, counts)
