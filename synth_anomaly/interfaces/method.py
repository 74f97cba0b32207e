"""What a method is to those who only call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from synth_anomaly.interfaces.values import Prediction

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["MethodLike"]


@runtime_checkable
class MethodLike(Protocol):
    """A trained thing that turns images into anomaly maps and scores.

    :class:`synth_anomaly.method.Method` is the base class that brings the rest.
    """

    Settings: ClassVar[type]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]]

    def stages(self) -> Sequence[Any]:
        """Return the stages of training, in order: each a ``synth_anomaly.training.Stage``."""
        ...

    def predict(self, images: Tensor) -> Prediction:
        """Return maps and scores for ``(B, 3, H, W)`` images in [0, 1]."""
        ...
