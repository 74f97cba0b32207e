"""The method, composed of the core's pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from synth_anomaly import Pipeline
from synth_anomaly.catalogue import catalogue
from synth_anomaly.interfaces import Backbone, Head, Loss, Scorer, Synthesizer
from synth_anomaly.losses import FocalDice
from synth_anomaly.pipeline import PipelineSettings
from synth_anomaly.scorers import Gated

__all__ = ["FAMILIES", "Deviation", "DeviationSettings"]

FAMILIES = ("draem", "cutpaste-3way", "nsa", "thin-lines", "spots", "moved-regions")
"""The synthesizers that the head learns from, as far as their defects move the features of a part."""

_TRUNK: Mapping[str, Any] = {"name": "efficientnet-lite0", "weights": "imagenet", "folded": True}
# no defect is made, so nothing is to ask for textures
_WITHOUT_TRAINING: Mapping[str, Any] = {"head": None, "bank": 0, "synthesizer": "cutpaste"}


def _families() -> Synthesizer:
    made: Synthesizer = catalogue().build("synthesizer", {"name": "one-of", "synthesizers": list(FAMILIES)})
    return made


def _backbone() -> dict[str, Any]:
    return {"name": "deviation", "trunk": dict(_TRUNK)}


@dataclass(frozen=True, kw_only=True)
class DeviationSettings(PipelineSettings):
    """What the method is made of; all of it can be changed as in any pipeline.

    Attributes:
        synthesizer: Families of synthetic defects; those that mostly leave the features of this part unmoved
            are left out.
        defective: Share of each batch that shows a defect.
        backbone: How features of a frozen, pretrained network deviate from those of the good images.
        head: Finds defects in the deviations.
        loss: What the head makes small.
        scorer: The head's map, weighed by the distance from the good images.
        bank: Images of each family whose features are kept.
        crop: Share of each side that a step sees.
        learning_rate: At the top of the cycle.
        weight_decay: Of AdamW.
        schedule: Up for a tenth of the steps, then down to zero.
        batch_size: Crops in a step, a quarter of them of good images.
        steps: Training steps.
        keep_proportions: Whether the images keep their proportions, at as many pixels as ``size`` says.
    """

    size: int | tuple[int, int] = 256
    keep_proportions: bool = True
    synthesizer: Synthesizer = field(default_factory=_families)
    defective: float = 0.75
    backbone: Backbone | str | Mapping[str, Any] = field(default_factory=_backbone)
    head: Head | str | Mapping[str, Any] | None = "pyramid"
    loss: Loss = field(default_factory=FocalDice)
    scorer: Scorer = field(default_factory=Gated)
    bank: int = 170
    crop: float = 0.5
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    schedule: Literal["constant", "cosine", "one-cycle"] = "one-cycle"
    batch_size: int = 32
    steps: int = 150


class Deviation(Pipeline):
    """Learns from synthetic defects how a defect makes a frozen network's features deviate from good images.

    The presets ``distance`` and ``memory`` train nothing: they are the ideas of PaDiM and PatchCore on the
    same features, and what every trained method has to beat.
    """

    Settings = DeviationSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "quick": {},
        "large": {
            "size": 384,
            "backbone": {"name": "deviation", "trunk": {**_TRUNK, "name": "efficientnet-lite2"}},
            "bank": 300,
            "steps": 300,
        },
        "gpu": {
            "size": 320,
            "backbone": {
                "name": "deviation",
                "trunk": {
                    "name": "resnet50",
                    "weights": "imagenet",
                    "normalise": True,
                    "out_levels": [1, 2, 3],
                },
            },
            "bank": 400,
            "steps": 1_000,
        },
        "distance": {**_WITHOUT_TRAINING, "scorer": "distance"},
        "memory": {**_WITHOUT_TRAINING, "scorer": "memory"},
    }
