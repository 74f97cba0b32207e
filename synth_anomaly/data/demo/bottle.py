"""A glass bottle seen from above: rings of amber glass on a light table."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas, mix, smoothstep
from synth_anomaly.data.demo.glass import glass_light, highlights, ring_colours
from synth_anomaly.data.demo.part import Point

__all__ = ["Bottle", "draw_bottle"]

RADIUS = 0.80


@dataclass(frozen=True, kw_only=True)
class Bottle:
    """A drawn bottle.

    Attributes:
        canvas: The sheet.
        image: Colours (H, W, 3), about 0 to 1.
        surface: Where glass is, (H, W), 0 to 1.
        table: Colours of the light table without the bottle, (H, W, 3).
        radius: Distance from the axis, (H, W); 1 is the body's outline.
        angle: Angle round the axis in radians, (H, W), 0 to 2 pi.
        centre: The axis, in canvas coordinates.
        scale: Radius of the body, in canvas coordinates.
    """

    canvas: Canvas
    image: Array
    surface: Array
    table: Array
    radius: Array
    angle: Array
    centre: Point
    scale: float

    def point(self, radius: float, angle: float) -> Point:
        """Return the canvas coordinates of a point of the bottle."""
        reach = radius * self.scale
        return self.centre[0] + reach * float(np.cos(angle)), self.centre[1] + reach * float(np.sin(angle))

    def place(self, rng: np.random.Generator) -> Point:
        """Draw a point of the glass, evenly by area."""
        return self.point(float(np.sqrt(rng.uniform(0.02, 0.88))), rng.uniform(0, 2 * np.pi))


def draw_bottle(canvas: Canvas, rng: np.random.Generator) -> Bottle:
    """Draw a good bottle of varying pose, glass, and light."""
    centre = (float(rng.uniform(-0.08, 0.08)), float(rng.uniform(-0.08, 0.08)))
    scale = RADIUS * float(rng.uniform(0.95, 1.05))
    radius, angle = _polar(canvas, centre, scale, rng.normal(0.0, 0.012, 2))
    light = rng.uniform(0, 2 * np.pi)
    toward = np.cos(angle - np.float32(light))
    colours = ring_colours(rng, radius) * glass_light(rng, canvas, (radius, angle), toward)[..., None]
    colours += highlights(rng, radius, angle, light)[..., None] * np.asarray([1.0, 0.97, 0.90], np.float32)
    surface, table = smoothstep(radius, 1.008, 0.992), _table(rng, radius, toward)
    return Bottle(
        canvas=canvas,
        image=mix(table, colours, surface),
        surface=surface,
        table=table,
        radius=radius,
        angle=angle,
        centre=centre,
        scale=scale,
    )


def _polar(canvas: Canvas, centre: Point, scale: float, lean: Array) -> tuple[Array, Array]:
    dx = (canvas.x - np.float32(centre[0])) * np.float32(1 / scale)
    dy = (canvas.y - np.float32(centre[1])) * np.float32(1 / scale)
    # Seen a little from the side, the lower rings lie off the upper ones' centre.
    depth = np.clip(1.0 - np.sqrt(dx * dx + dy * dy), 0.0, 1.0)
    radius, angle = cv2.cartToPolar(dx - depth * np.float32(lean[0]), dy - depth * np.float32(lean[1]))
    return np.asarray(radius), np.asarray(angle)


def _table(rng: np.random.Generator, radius: Array, toward: Array) -> Array:
    shadow = np.exp(-np.maximum(radius - 1.0, 0.0) * np.float32(rng.uniform(9.0, 14.0)))
    level = rng.uniform(0.78, 0.86) - np.float32(rng.uniform(0.10, 0.20)) * shadow * (1.0 - 0.8 * toward)
    return np.asarray(level[..., None] * np.asarray([1.0, 1.0, 0.985], np.float32))
