"""A woven wire mesh over a lit table, seen a little from the side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas, mix
from synth_anomaly.data.demo.defects import shift
from synth_anomaly.data.demo.noise import clouds
from synth_anomaly.data.demo.part import Point
from synth_anomaly.data.demo.wires import WIRES, Family, Wire, draw_family

__all__ = ["Grid", "draw_grid"]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A drawn mesh.

    Attributes:
        canvas: The sheet.
        image: Colours (H, W, 3), about 0 to 1.
        surface: Where wire is, (H, W), 0 to 1.
        families: The wires of both directions.
        wires: The same as drawn.
        light: Direction of the light in radians.
        assemble: Draws the picture from wires, first the lower ones; the last may be loose wire.
    """

    canvas: Canvas
    image: Array
    surface: Array
    families: tuple[Family, Family]
    wires: tuple[Wire, Wire]
    light: float
    assemble: Callable[[list[Wire]], Array]

    def place(self, rng: np.random.Generator) -> Point:
        """Draw a point on a wire, not too near to the picture's border."""
        wanted = rng.uniform(-0.75, 0.75, 2)
        distance = np.hypot(self.canvas.x - wanted[0], self.canvas.y - wanted[1])
        nearest = int(np.argmin(distance + 4.0 * (self.surface < 0.9)))
        return float(self.canvas.x.flat[nearest]), float(self.canvas.y.flat[nearest])


def draw_grid(canvas: Canvas, rng: np.random.Generator) -> Grid:
    """Draw a good mesh of varying pose, wire, table and light."""
    u, v = _pose(canvas, rng)
    light = float(rng.uniform(0, 2 * np.pi))
    families = draw_family(rng, u, v, 0.0, light), draw_family(rng, v, u, 1.0, light + np.pi / 2)
    first, second = (family.draw(np.rint(family.u), canvas.size) for family in families)
    table, metal = _table(canvas, rng), _metal(rng)

    def assemble(wires: list[Wire]) -> Array:
        return _assemble(table, metal, wires, light)

    return Grid(
        canvas=canvas,
        image=assemble([first, second]),
        surface=np.maximum(first.coverage, second.coverage),
        families=families,
        wires=(first, second),
        light=light,
        assemble=assemble,
    )


def _pose(canvas: Canvas, rng: np.random.Generator) -> tuple[Array, Array]:
    turn, wires = np.pi / 4 + rng.normal(0.0, 0.06), WIRES * rng.uniform(0.95, 1.05)
    lean = rng.normal(0.0, 0.035, 2)
    away = wires / (1.0 + lean[0] * canvas.x + lean[1] * canvas.y)
    cos, sin = np.cos(turn), np.sin(turn)
    u = (canvas.x * cos + canvas.y * sin) * away + rng.uniform(50, 60)
    v = (canvas.y * cos - canvas.x * sin) * away + rng.uniform(50, 60)
    return u.astype(np.float32), v.astype(np.float32)


def _table(canvas: Canvas, rng: np.random.Generator) -> Array:
    level = rng.uniform(0.50, 0.68) * (1.0 + 0.05 * clouds(rng, canvas, 3, 2))
    tint = np.asarray([0.97, 1.0, 1.03]) * rng.normal(1.0, 0.008, 3)
    return np.asarray(level[..., None] * tint, np.float32)


def _metal(rng: np.random.Generator) -> Array:
    return (rng.uniform(0.75, 1.1) * np.asarray([1.0, 0.98, 0.93]) * rng.normal(1.0, 0.02, 3)).astype(
        np.float32
    )


def _assemble(table: Array, metal: Array, wires: list[Wire], light: float) -> Array:
    first, second, *loose = wires
    above = (second.height > first.height) * second.coverage
    coverage = np.maximum(first.coverage, second.coverage)
    shade = first.shade + np.maximum(above, 1.0 - first.coverage) * (second.shade - first.shade)
    height = np.maximum(*(np.where(wire.coverage > 0.5, wire.height, -3.0) for wire in (first, second)))
    for wire in loose:
        shade = shade + wire.coverage * (wire.height >= height) * (wire.shade - shade)
        coverage = np.maximum(coverage, wire.coverage)
    size = table.shape[0]
    shadow = cv2.GaussianBlur(shift(coverage, 0.05, light + np.pi), (0, 0), 0.012 * size)
    return mix(table * (1.0 - 0.38 * shadow)[..., None], shade[..., None] * metal, coverage)
