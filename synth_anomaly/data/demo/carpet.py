"""A woven carpet: a 2/2 twill of yarns that differ a little in tone, thickness and course."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas
from synth_anomaly.data.demo.noise import field, lattice
from synth_anomaly.data.demo.part import Point

__all__ = ["Carpet", "draw_carpet"]

YARNS = 13.0  # per unit of the canvas, 26 across the picture


@dataclass(frozen=True, kw_only=True)
class Carpet:
    """A drawn piece of carpet.

    Attributes:
        canvas: The sheet.
        image: Colours (H, W, 3), about 0 to 1.
        surface: One everywhere, (H, W).
        turn: Direction of the weft in radians.
        pitch: Distance from yarn to yarn, in canvas coordinates.
    """

    canvas: Canvas
    image: Array
    surface: Array
    turn: float
    pitch: float

    def place(self, rng: np.random.Generator) -> Point:
        """Draw a point of the carpet, not too near to the picture's border."""
        return float(rng.uniform(-0.8, 0.8)), float(rng.uniform(-0.8, 0.8))


def draw_carpet(canvas: Canvas, rng: np.random.Generator) -> Carpet:
    """Draw a good piece of carpet of varying pose, dye lot, pile and light."""
    turn, yarns = float(rng.normal(0.0, 0.05)), YARNS * float(rng.uniform(0.95, 1.05))
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    u = (canvas.x * cos + canvas.y * sin) * np.float32(yarns) + np.float32(rng.uniform(100, 200))
    v = (canvas.y * cos - canvas.x * sin) * np.float32(yarns) + np.float32(rng.uniform(100, 200))
    u = u + 0.16 * field(rng, canvas, 7)
    v = v + 0.16 * field(rng, canvas, 7)
    image = _weave(canvas, rng, u, v)
    surface = np.ones_like(canvas.x)
    return Carpet(canvas=canvas, image=image, surface=surface, turn=turn, pitch=1.0 / yarns)


def _weave(canvas: Canvas, rng: np.random.Generator, u: Array, v: Array) -> Array:
    i, j = np.floor(u), np.floor(v)
    warp_on_top = np.mod(i + j, 4.0) < 2.0
    across = np.where(warp_on_top, u - i, v - j) - 0.5
    along = np.where(warp_on_top, np.mod(v + i, 4.0), np.mod(u + j, 4.0) - 2.0) - 1.0
    height = (1.0 - 3.2 * across * across) * (1.0 - 0.62 * along * along)
    twist = np.sin((along * 1.6 + across * 2.4) * np.float32(2 * np.pi))
    light = rng.uniform(0, 2 * np.pi)
    slope = across * np.where(warp_on_top, np.float32(np.cos(light)), np.float32(np.sin(light)))
    depth = rng.uniform(0.34, 0.60)
    shade = (1.0 - depth) + depth * np.maximum(height, 0.0) + 0.07 * twist + 0.22 * slope
    shade = shade * (1.0 + _yarn_tone(rng, i, j, warp_on_top)) + 0.035 * field(rng, canvas, 220)
    shade = shade * (1.0 + 0.035 * field(rng, canvas, 5))
    warp, weft = _dye(rng)
    colours = np.where(warp_on_top[..., None], warp, weft)
    return np.asarray(shade[..., None] * colours, np.float32)


def _yarn_tone(rng: np.random.Generator, i: Array, j: Array, warp_on_top: Array) -> Array:
    yarns, stitches = lattice(rng, 2, 64), lattice(rng, 64, 64)
    yarn = np.where(warp_on_top, np.mod(i, 64.0), np.mod(j, 64.0)).astype(np.int32)
    rows, columns = np.mod(i, 64.0).astype(np.int32), np.mod(j, 64.0).astype(np.int32)
    tones = yarns[warp_on_top.astype(np.int32), yarn]
    return np.asarray(0.06 * tones + 0.09 * stitches[rows, columns])


def _dye(rng: np.random.Generator) -> tuple[Array, Array]:
    level = rng.uniform(0.46, 0.66)
    hue = np.asarray([1.0, 0.93, 0.84]) * rng.normal(1.0, 0.012, 3)
    warp = level * hue
    weft = level * rng.uniform(0.74, 0.92) * hue * np.asarray([0.93, 0.99, 1.08])
    return warp.astype(np.float32), weft.astype(np.float32)
