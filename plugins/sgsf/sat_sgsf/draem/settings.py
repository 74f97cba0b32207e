"""DRAEM's settings: the defaults are its paper's, and what that leaves open its published code's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sat_sgsf.settings import (
    BLOCKS,
    PHOTOGRAPHED,
    check_blocks,
    check_drops,
    check_forged_images,
    check_forging,
)
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Augmentation, Scorer, Synthesizer
from synth_anomaly.method import MethodSettings
from synth_anomaly.scorers import MeanPoolMax
from synth_anomaly.synthesizers import draem

__all__ = ["PRESETS", "DRAEMSettings"]

_DRAEM = draem(fill=PHOTOGRAPHED)


def _rotation() -> Augmentation:
    rotation: Augmentation = catalogue().build(
        "augmentation", {"name": "RandomRotation", "degrees": 45.0, "p": 0.3}
    )
    return rotation


@dataclass(frozen=True, kw_only=True)
class DRAEMSettings(MethodSettings):
    """Everything about DRAEM that can be set.

    Attributes:
        size: Input size in pixels (256).
        batch_size: Images a step (the code: 8).
        validation: Share of good images held back (it trains on all: 0).
        synthesizer: Makes the defects (section 3.3): textures need a folder.
        augment: Augmentation before synthesis (section 4: rotations by up to 45 degrees; the code:
            of 30% of the images).
        forged: Share of images with a defect (the code: one in two).
        network: ``"draem"`` is its own, ``"sgsf"`` the self-supervised and the segmentation module of SGSF,
            unguided (SGSF, Table VI).
        reconstructive_width: Channels of the reconstructive network's first level (the code: 128).
        discriminative_width: Channels of the discriminative network's first level (the code: 64).
        width: Channels of the finest scale of SGSF's network.
        blocks: Residual blocks of each stage of SGSF's network.
        weight: Weight of the reconstruction's two losses (the code: 1).
        tau: The focal loss's exponent (the code: 2).
        learning_rate: Of Adam (section 4: 1e-4).
        drops: Shares of the training at which the rate falls (section 4: 400 and 600 of 700 epochs); none is
            a cosine.
        drop: What it is multiplied by (section 4: 0.1).
        epochs: Passes over the images (section 4: 700).
        steps: Steps of training, in the place of ``epochs``; none counts epochs.
        scorer: Map and score (section 3.4: 21x21 mean-pooling, maximum).
    """

    size: int | tuple[int, int] = 256
    batch_size: int = 8
    synthesizer: Synthesizer = _DRAEM
    augment: Augmentation | None = field(default_factory=_rotation)
    forged: float = 0.5
    network: Literal["draem", "sgsf"] = "draem"
    reconstructive_width: int = 128
    discriminative_width: int = 64
    width: int = 64
    blocks: tuple[int, int, int, int] = BLOCKS
    weight: float = 1.0
    tau: float = 2.0
    learning_rate: float = 1e-4
    drops: tuple[float, ...] = (400 / 700, 600 / 700)
    drop: float = 0.1
    epochs: int = 700
    steps: int | None = None
    scorer: Scorer = MeanPoolMax(21)  # noqa: RUF009  # without state

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("reconstructive_width", "discriminative_width", "width", "weight")
        self.require_positive("learning_rate", "epochs")
        if self.validation:
            raise OptionError(f"expected validation = 0, got {self.validation!r}: DRAEM validates nothing")
        if self.steps is not None and self.steps < 1:
            raise OptionError(f"expected steps of at least 1, got {self.steps!r}: none counts epochs")
        check_blocks(self.blocks)
        check_forging(self.forged, self.tau)
        check_drops(self.drops, self.drop)

    def check_training(self) -> None:
        """Check that a batch has a forged image.

        Raises:
            OptionError: If it has none.
        """
        check_forged_images(self.forged, self.batch_size)


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "quick": {
        "size": 128,
        "synthesizer": {"fill": {"fills": {"0": {"procedural": True}}}},
        "augment": None,
        "reconstructive_width": 12,
        "discriminative_width": 12,
        "width": 16,
        "blocks": (2, 2, 2, 2),
        "learning_rate": 1e-3,
        "drops": (),
        "steps": 1_200,
        "scorer": {"window": 11},
    },
    "paper": {},
    "sgsf-network": {"network": "sgsf"},  # SGSF, Table VI
}
"""Changes on top of the paper's values, by name: ``quick`` for two CPU cores, the paper, SGSF's Table VI."""
