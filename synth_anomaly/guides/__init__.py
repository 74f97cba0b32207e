"""Guides: where on a normal image a defect may lie."""

from __future__ import annotations

from synth_anomaly.guides.attach import attach_guides, guide_bytes, guide_maps
from synth_anomaly.guides.border_colour import BorderColour
from synth_anomaly.guides.constant import Constant
from synth_anomaly.guides.drawn import DrawnGuides
from synth_anomaly.guides.model_file import ModelFile
from synth_anomaly.guides.region import Region
from synth_anomaly.guides.sharpened import Sharpened
from synth_anomaly.guides.spectral_residual import SpectralResidual

__all__ = [
    "BorderColour",
    "Constant",
    "DrawnGuides",
    "ModelFile",
    "Region",
    "Sharpened",
    "SpectralResidual",
    "attach_guides",
    "guide_bytes",
    "guide_maps",
]
