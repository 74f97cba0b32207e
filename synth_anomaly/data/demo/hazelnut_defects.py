"""What can be wrong with a hazelnut's shell."""

from __future__ import annotations

import numpy as np

from synth_anomaly.data.demo.canvas import Array, fill, smoothstep, strokes
from synth_anomaly.data.demo.defects import contrast_on, crack, lay, scratch, shift, stain
from synth_anomaly.data.demo.hazelnut import Hazelnut, draw_hazelnut
from synth_anomaly.data.demo.noise import field
from synth_anomaly.data.demo.part import Category
from synth_anomaly.data.demo.shapes import outline

__all__ = ["HAZELNUT"]


def chip(part: Hazelnut, rng: np.random.Generator) -> Array:
    """Break a flake off the shell: the paler wood below shows, with a shaded step on one side."""
    radius = float(np.exp(rng.uniform(np.log(0.05), np.log(0.16))))
    flake = fill(part.canvas, outline(rng, part.place(rng), radius, 0.28, points=13))
    step = flake * (1.0 - shift(flake, 0.02, part.light + np.pi))
    change = contrast_on(part, flake, rng) + 0.035 * field(rng, part.canvas, 70)[..., None]
    image = lay(part, flake, change, 0.75)
    return lay(part, step, np.full(3, -0.12, np.float32), 0.3, image)


def shell_crack(part: Hazelnut, rng: np.random.Generator) -> Array:
    """Split the shell along a jagged line."""
    return crack(part, rng, part.place(rng), rng.uniform(0, 2 * np.pi))


def hole(part: Hazelnut, rng: np.random.Generator) -> Array:
    """Bore the small round hole of a weevil, with a pale rim and some bore dust."""
    where, radius = part.place(rng), float(rng.uniform(0.028, 0.07))
    bore = fill(part.canvas, outline(rng, where, radius, 0.08))
    distance = np.hypot(part.canvas.x - where[0], part.canvas.y - where[1]) / radius
    rim = smoothstep(distance, 1.7, 1.1) * (1.0 - bore) * (0.7 + 0.3 * field(rng, part.canvas, 80))
    image = lay(part, rim, np.full(3, rng.uniform(0.04, 0.14), np.float32), 0.3)
    return lay(part, bore, np.full(3, -rng.uniform(0.12, 0.32), np.float32), 0.8, image)


def print_mark(part: Hazelnut, rng: np.random.Generator) -> Array:
    """Print two to four letter-like signs on the shell."""
    x, y = part.place(rng)
    turn, height, width = rng.uniform(0, 2 * np.pi), rng.uniform(0.06, 0.13), rng.uniform(0.014, 0.024)
    frame = np.asarray([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    count = int(rng.integers(2, 5))
    ink = np.zeros_like(part.surface)
    for number in range(count):
        corners = rng.permutation(np.asarray([(0, 0), (0, 1), (0.6, 0), (0.6, 1), (0.3, 0.5), (0.6, 0.5)]))[
            :4
        ]
        corners = corners - (0.5, 0.5) + ((number - count / 2) * 0.95 + 0.5, 0.0)
        ink = np.maximum(ink, strokes(part.canvas, corners * height @ frame + (x, y), width))
    worn = np.clip(ink * (0.9 + 0.25 * field(rng, part.canvas, 60)), 0.0, 1.0)
    return lay(part, worn, contrast_on(part, ink, rng), 0.3)


HAZELNUT = Category(
    draw=draw_hazelnut,
    defects={
        "chip": chip,
        "crack": shell_crack,
        "hole": hole,
        "print": print_mark,
        "scratch": scratch,
        "stain": stain,
    },
)
