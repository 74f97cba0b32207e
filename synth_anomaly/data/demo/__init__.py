"""A demo data set drawn in code: four products as an inspection camera sees them, good and defective.

It needs no download and shares no code with the synthetic defects that training uses, so that a
network trained on those meets defects it has never seen.
"""

from __future__ import annotations

from synth_anomaly.data.demo.catalogue import (
    CATEGORIES,
    DEFECTIVE_PER_KIND,
    GOOD_TEST,
    GOOD_TRAIN,
    defect_names,
)
from synth_anomaly.data.demo.rendering import Rendering, render

__all__ = [
    "CATEGORIES",
    "DEFECTIVE_PER_KIND",
    "GOOD_TEST",
    "GOOD_TRAIN",
    "Rendering",
    "defect_names",
    "render",
]
