"""Synthesizers of papers, each put together from shapes, fills and blends."""

from synth_anomaly.synthesizers.published.amgad import amgad
from synth_anomaly.synthesizers.published.cutpaste import cutpaste, cutpaste_3way, cutpaste_scar
from synth_anomaly.synthesizers.published.draem import draem
from synth_anomaly.synthesizers.published.glass import glass
from synth_anomaly.synthesizers.published.hard_augmentation import hard_augmentation
from synth_anomaly.synthesizers.published.nsa import nsa
from synth_anomaly.synthesizers.published.saliency_perlin import saliency_perlin
from synth_anomaly.synthesizers.published.ssae import (
    ssae,
    ssae_cut_out,
    ssae_occlusion,
    ssae_patch_swap,
    ssae_rotation,
)

__all__ = [
    "amgad",
    "cutpaste",
    "cutpaste_3way",
    "cutpaste_scar",
    "draem",
    "glass",
    "hard_augmentation",
    "nsa",
    "saliency_perlin",
    "ssae",
    "ssae_cut_out",
    "ssae_occlusion",
    "ssae_patch_swap",
    "ssae_rotation",
]
