"""Numbers that training makes small, each a function and, where a recipe names it, a class over it."""

from __future__ import annotations

from synth_anomaly.losses.adversarial import discriminator_loss, generator_loss
from synth_anomaly.losses.combine import WeightedSum
from synth_anomaly.losses.divergence import kl_to_standard_normal
from synth_anomaly.losses.feature_matching import feature_distance, feature_matching_loss
from synth_anomaly.losses.focal import Focal, focal
from synth_anomaly.losses.focal_dice import FocalDice, dice
from synth_anomaly.losses.l2 import L2, l2
from synth_anomaly.losses.masked_l1 import MaskedL1, masked_l1
from synth_anomaly.losses.required import required_logits, required_reconstruction, weighted_mean
from synth_anomaly.losses.segmentation import (
    SegmentationL1,
    SegmentationL2,
    segmentation_l1,
    segmentation_l2,
)
from synth_anomaly.losses.ssim import SSIM, ssim_loss, ssim_map

__all__ = [
    "L2",
    "SSIM",
    "Focal",
    "FocalDice",
    "MaskedL1",
    "SegmentationL1",
    "SegmentationL2",
    "WeightedSum",
    "dice",
    "discriminator_loss",
    "feature_distance",
    "feature_matching_loss",
    "focal",
    "generator_loss",
    "kl_to_standard_normal",
    "l2",
    "masked_l1",
    "required_logits",
    "required_reconstruction",
    "segmentation_l1",
    "segmentation_l2",
    "ssim_loss",
    "ssim_map",
    "weighted_mean",
]
