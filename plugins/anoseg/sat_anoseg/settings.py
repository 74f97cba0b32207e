"""AnoSeg's settings: the defaults are the paper's, and what the paper leaves open is marked as ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from synth_anomaly.errors import OptionError
from synth_anomaly.heads import DECODER_CHANNELS
from synth_anomaly.interfaces import Augmentation, Backbone, Synthesizer
from synth_anomaly.method import MethodSettings
from synth_anomaly.synthesizers import hard_augmentation

__all__ = ["PRESETS", "AnoSegSettings"]

_HARD_AUGMENTATION = hard_augmentation()


@dataclass(frozen=True, kw_only=True)
class AnoSegSettings(MethodSettings):
    """Everything about AnoSeg that can be set.

    Attributes:
        size: Input size in pixels (section 4.1: 256).
        batch_size: Good images a step (section 4.1: 16). Each gives one synthetic defect.
        normal_share: Share of ``x_Seg`` that stays normal, at most half: with 0.5 all good images are in it
            beside their synthetic defects (how the paper mixes them is open: ours).
        validation: Share of good images held back (the paper trains on all: 0).
        synthesizer: Makes ``x_Ano`` and ``A_Ano`` (section 3.1).
        augment: Augmentation before synthesis (none in the paper).
        backbone: The encoder (section 4.2: the convolutions of ResNet-18). Its pretraining is open; ours is
            random weights, ``{name = "resnet18", weights = "imagenet"}`` asks for others.
        decoder_channels: Widths of the decoders' five pairs (table 6).
        image_decoder_channels: The same of the segmentation network's image decoder alone; empty is
            ``decoder_channels``, as table 6 has it.
        map_channels: Channels of the map decoder. Table 6 prints 3 for both decoders; 1 is ours.
        map_bias: Where the last bias of the map decoder starts (unpublished: 0 is ours). Below 0, the map
            starts as a defect and normality is learned: features that are all 0 then mean a defect.
        discriminator_width: Channels of the discriminators' first layer (table 6: 64).
        coordinates: Whether two coordinate channels join the image (section 3.3).
        adversarial: Whether there is an image decoder, with ``L_Re`` and ``L_Adv`` (section 3.2).
        segmentation_loss: The form of equation 2, which prints no norm: ``"l1"`` is ours.
        segmentation_weight: Weight of ``L_Seg`` (unpublished: ours).
        reconstruction_weight: Weight of ``L_Re`` (unpublished: ours).
        adversarial_weight: Weight of the generators' part of ``L_Adv`` (unpublished: ours).
        learning_rate: Of Adam, for the generators (unpublished: ours).
        discriminator_learning_rate: Of Adam, for the discriminators (unpublished: ours).
        betas: Of Adam (unpublished: ours).
        schedule: ``"constant"``, or ``"cosine"`` down to zero at the end of each stage (unpublished: ours).
        steps: Steps of the segmentation network (unpublished: ours).
        detector_steps: Steps of the anomaly detector (unpublished: ours).
        detector_map_input: Whether the detector sees anomaly maps beside images (table 5).
        detector_feature_matching: Whether its generator minimises ``L_fea`` (appendix A).
        detector_classification: Whether its discriminator minimises ``L_cls`` (appendix A), with weight 1
            beside ``L_Adv`` (unpublished: ours); the term of the normal pairs counts in both, as printed.
        feature_weight: Weight of ``L_fea`` (unpublished: ours).
        alpha: Weight of the features in the image score (equation 5: 1).
        beta: Weight of the reconstruction in the image score (equation 5: 0.1).
    """

    size: int | tuple[int, int] = 256
    batch_size: int = 16
    normal_share: float = 0.5
    synthesizer: Synthesizer = _HARD_AUGMENTATION
    augment: Augmentation | None = None
    backbone: Backbone | str | Mapping[str, Any] = "resnet18"
    decoder_channels: tuple[int, ...] = DECODER_CHANNELS
    image_decoder_channels: tuple[int, ...] = ()
    map_channels: int = 1
    map_bias: float = 0.0
    discriminator_width: int = 64
    coordinates: bool = True
    adversarial: bool = True
    segmentation_loss: Literal["l1", "l2", "cross-entropy"] = "l1"
    segmentation_weight: float = 1.0
    reconstruction_weight: float = 1.0
    adversarial_weight: float = 0.005
    learning_rate: float = 2e-4
    discriminator_learning_rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    schedule: Literal["constant", "cosine"] = "constant"
    steps: int = 20_000
    detector_steps: int = 5_000
    detector_map_input: bool = True
    detector_feature_matching: bool = True
    detector_classification: bool = True
    feature_weight: float = 1.0
    alpha: float = 1.0
    beta: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("steps", "detector_steps", "learning_rate", "discriminator_learning_rate")
        self.require_positive("map_channels", "discriminator_width")
        if not 0 <= self.normal_share <= 0.5:
            raise OptionError(
                f"expected normal_share in [0, 0.5], got {self.normal_share!r}: "
                "0.5 sets each good image beside its synthetic defect"
            )


_BASE: Mapping[str, Any] = {"synthesizer": "cutpaste", "adversarial": False, "coordinates": False}
_DETECTOR_BASE: Mapping[str, Any] = {
    "detector_feature_matching": False,
    "detector_map_input": False,
    "detector_classification": False,
}

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "quick": {
        "size": 128,
        "batch_size": 8,
        "normal_share": 0.2,
        "synthesizer": "small-regions",
        "augment": "symmetries",
        "backbone": {"name": "resnet18", "width": 48, "out_levels": [2]},
        "decoder_channels": [64, 32, 8],
        "image_decoder_channels": [32, 16, 4],
        "map_bias": -3.0,
        "discriminator_width": 16,
        "segmentation_loss": "cross-entropy",
        "segmentation_weight": 5.0,
        "adversarial_weight": 0.002,
        "learning_rate": 1e-3,
        "schedule": "cosine",
        "steps": 2_400,
        "detector_steps": 250,
    },
    "paper": {},
    # Table 3, from left to right.
    "base": _BASE,
    "+hard-augmentation": {**_BASE, "synthesizer": "hard-augmentation"},
    "+adversarial": {"coordinates": False},
    "+coordinates": {},
    # Table 5, from left to right.
    "detector-base": _DETECTOR_BASE,
    "+feature-matching": {**_DETECTOR_BASE, "detector_feature_matching": True},
    "+map-input": {"detector_classification": False},
    "+classification": {},
}
"""Changes on top of the paper's values, by name: ``quick`` for two CPU cores, the paper, its ablations."""
