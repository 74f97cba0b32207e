"""What can be wrong with a carpet."""

from __future__ import annotations

import numpy as np

from synth_anomaly.data.demo.canvas import Array, fill, strokes
from synth_anomaly.data.demo.carpet import Carpet, draw_carpet
from synth_anomaly.data.demo.defects import contrast_on, fibre, lay, particles, shift, stain
from synth_anomaly.data.demo.noise import field
from synth_anomaly.data.demo.part import Category
from synth_anomaly.data.demo.shapes import outline, soft_path, taper

__all__ = ["CARPET"]


def cut(part: Carpet, rng: np.random.Generator) -> Array:
    """Cut a slit whose lips stand up and are frayed."""
    path = soft_path(rng, part.place(rng), rng.uniform(0, np.pi), rng.uniform(0.2, 0.6), 0.15)
    width = rng.uniform(0.022, 0.045)
    slit = strokes(part.canvas, path, taper(width, len(path) - 1))
    lips = strokes(part.canvas, path, taper(2.4 * width, len(path) - 1)) * (1.0 - slit)
    frayed = np.clip(lips * (0.5 + 0.6 * field(rng, part.canvas, 110)), 0.0, 1.0)
    depth = np.full(3, -rng.uniform(0.08, 0.2), np.float32)
    image = lay(part, slit, depth, 0.7)
    return lay(part, frayed, np.full(3, rng.uniform(0.04, 0.12), np.float32), 0.8, image)


def hole(part: Carpet, rng: np.random.Generator) -> Array:
    """Tear the yarns out of a spot, down to the fibrous backing."""
    radius = float(np.exp(rng.uniform(np.log(0.05), np.log(0.16))))
    spot = fill(part.canvas, outline(rng, part.place(rng), radius, 0.25))
    frayed = np.clip(spot + spot * 0.3 * field(rng, part.canvas, 90), 0.0, 1.0)
    fibres = 0.06 * field(rng, part.canvas, 120) + 0.04 * field(rng, part.canvas, 40)
    change = contrast_on(part, spot, rng) * 0.8 + fibres[..., None]
    return lay(part, frayed, change, 0.92)


def pulled_yarn(part: Carpet, rng: np.random.Generator) -> Array:
    """Pull a loop out of a yarn: its place in the weave is empty and the loop lies beside it."""
    course = part.turn + rng.choice([0.0, np.pi / 2])
    half, bulge = rng.uniform(0.10, 0.26), rng.choice([-1.0, 1.0]) * rng.uniform(0.05, 0.16)
    along, centre = np.linspace(-1.0, 1.0, 33), np.asarray(part.place(rng))
    rise = np.cos(along * np.pi / 2) ** 2 + 0.1 * rng.normal() * np.sin(along * np.pi)
    straight = np.stack([half * along, np.zeros(33)], axis=1)
    loop = np.stack([half * along * (1.0 - 0.25 * rise), bulge * rise], axis=1)
    frame = np.asarray([[np.cos(course), np.sin(course)], [-np.sin(course), np.cos(course)]])
    gap = strokes(part.canvas, straight @ frame + centre, 0.8 * part.pitch)
    image = lay(part, gap, np.full(3, -rng.uniform(0.07, 0.16), np.float32), 0.6)
    return _yarn(part, rng, loop @ frame + centre, image)


def _yarn(part: Carpet, rng: np.random.Generator, path: Array, image: Array) -> Array:
    yarn = strokes(part.canvas, path, 0.72 * part.pitch)
    crest = strokes(part.canvas, path, 0.30 * part.pitch)
    shadow = shift(yarn, 0.4 * part.pitch, rng.uniform(0, 2 * np.pi)) * (1.0 - yarn)
    image = lay(part, shadow, np.full(3, -0.09, np.float32), 0.0, image)
    tone = rng.uniform(-0.03, 0.12) + 0.10 * crest + 0.03 * field(rng, part.canvas, 120)
    return lay(part, yarn, tone[..., None], 0.9, image)


CARPET = Category(
    draw=draw_carpet,
    defects={
        "contamination": particles,
        "cut": cut,
        "hole": hole,
        "pulled_yarn": pulled_yarn,
        "stain": stain,
        "thread": fibre,
    },
)
