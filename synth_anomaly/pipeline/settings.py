"""The settings of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from synth_anomaly.interfaces import Augmentation, Backbone, Head, Loss, Scorer, Synthesizer
from synth_anomaly.losses import Focal
from synth_anomaly.method import MethodSettings
from synth_anomaly.scorers import Max
from synth_anomaly.synthesizers import cutpaste

__all__ = ["PipelineSettings"]

_CUTPASTE = cutpaste()


@dataclass(frozen=True, kw_only=True)
class PipelineSettings(MethodSettings):
    """The pieces of a pipeline, and how they are trained.

    Attributes:
        synthesizer: Makes the defects to train on. With a ``bank``, each part of a ``one-of`` is a family.
        defective: Share of each batch that gets a defect, in (0, 1].
        augment: Augmentation before synthesis.
        backbone: Turns images into features.
        head: Turns features into a map (``out_channels = 1``, logits) or an image (3, a reconstruction); None
            trains nothing and leaves all to a scorer that is fitted on good images.
        loss: Compares the head's output with the truth.
        scorer: Turns the head's output into maps and scores.
        bank: How many defective images of each family are made before training, and their features kept; 0
            makes new ones in every step. It needs a backbone with a frozen trunk, such as ``deviation``.
        crop: Share of the image's height and width that a step sees of each image of the bank, in (0, 1].
        learning_rate: Of AdamW, at the start; at the top of ``"one-cycle"``.
        weight_decay: Of AdamW.
        schedule: ``"constant"``, ``"cosine"`` down to zero at the end, or ``"one-cycle"``: up for a tenth of
            the steps, then down to zero.
        steps: Training steps.
    """

    synthesizer: Synthesizer = _CUTPASTE
    defective: float = 0.5
    augment: Augmentation | None = None
    backbone: Backbone | str | Mapping[str, Any] = "resnet18"
    head: Head | str | Mapping[str, Any] | None = "unet-decoder"
    loss: Loss = Focal()  # noqa: RUF009  # a loss without parameters
    scorer: Scorer = Max()  # noqa: RUF009
    bank: int = 0
    crop: float = 1.0
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    schedule: Literal["constant", "cosine", "one-cycle"] = "cosine"
    steps: int = 5_000

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("steps", "learning_rate")
        if not 0 < self.defective <= 1:
            raise ValueError(f"defective is a share in (0, 1], got {self.defective!r}")
        if not 0 < self.crop <= 1:
            raise ValueError(f"crop is a share in (0, 1], got {self.crop!r}")
        if self.bank < 0:
            raise ValueError(f"bank is a number of images from 0 on, got {self.bank!r}")

    def check_training(self) -> None:
        """Check that a batch of training has an image that gets a defect.

        Raises:
            ValueError: If it has none.
        """
        if round(self.defective * self.batch_size) < 1:
            raise ValueError(
                f"defective = {self.defective!r} of batch_size = {self.batch_size!r} is no image: raise one"
            )
