"""A hazelnut on a dark belt: a striped brown shell, its tip, and the pale scar at its base."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas, mix, smoothstep
from synth_anomaly.data.demo.noise import clouds, field, lattice, sample
from synth_anomaly.data.demo.part import Point

__all__ = ["Hazelnut", "draw_hazelnut"]

RADIUS = 0.66


@dataclass(frozen=True, kw_only=True)
class Hazelnut:
    """A drawn nut.

    Attributes:
        canvas: The sheet.
        image: Colours (H, W, 3), about 0 to 1.
        surface: Where the nut is, (H, W), 0 to 1.
        facing: How much the shell faces the camera, (H, W), 0 at the outline to 1.
        centre: Middle of the nut, in canvas coordinates.
        scale: Mean radius, in canvas coordinates.
        light: Direction of the light in radians.
    """

    canvas: Canvas
    image: Array
    surface: Array
    facing: Array
    centre: Point
    scale: float
    light: float

    def place(self, rng: np.random.Generator) -> Point:
        """Draw a point of the shell away from the outline, evenly by area."""
        reach, angle = 0.74 * self.scale * np.sqrt(rng.uniform()), rng.uniform(0, 2 * np.pi)
        return self.centre[0] + reach * float(np.cos(angle)), self.centre[1] + reach * float(np.sin(angle))


def draw_hazelnut(canvas: Canvas, rng: np.random.Generator) -> Hazelnut:
    """Draw a good nut of varying pose, shape, shell and light."""
    centre = (float(rng.uniform(-0.08, 0.08)), float(rng.uniform(-0.08, 0.08)))
    scale, turn = RADIUS * float(rng.uniform(0.93, 1.07)), rng.uniform(0, 2 * np.pi)
    dx, dy = (canvas.x - centre[0]) / np.float32(scale), (canvas.y - centre[1]) / np.float32(scale)
    radius, angle = cv2.cartToPolar(dx, dy)
    reach = np.asarray(radius) / _outline(rng, np.asarray(angle) - np.float32(turn))
    facing = np.sqrt(np.maximum(1.0 - reach * reach, 0.0))
    surface = smoothstep(reach, 1.006, 0.990)
    light = float(rng.uniform(0, 2 * np.pi))
    shell = _shell(canvas, rng, reach, np.asarray(angle) - np.float32(turn), facing)
    lit = shell * _light(rng, reach * np.cos(angle - np.float32(light)), facing)[..., None]
    image = mix(_belt(canvas, rng, reach), lit, surface)
    return Hazelnut(
        canvas=canvas, image=image, surface=surface, facing=facing, centre=centre, scale=scale, light=light
    )


def _outline(rng: np.random.Generator, angle: Array) -> Array:
    around = np.cos(angle)
    tip = np.exp((around - 1.0) * 9.0) * np.float32(rng.uniform(0.06, 0.14))
    base = np.exp((-around - 1.0) * 3.5) * np.float32(rng.uniform(0.03, 0.09))
    bumps = sum(
        np.float32(rng.normal(0.0, 0.022 / order)) * np.cos(order * angle + np.float32(rng.uniform(0, 6.3)))
        for order in (2, 3, 4)
    )
    return np.asarray(1.0 + tip - base + bumps, np.float32)


def _shell(canvas: Canvas, rng: np.random.Generator, reach: Array, angle: Array, facing: Array) -> Array:
    tilt = rng.uniform(-0.65, 0.25)
    axis, side = reach * np.cos(angle), reach * np.sin(angle)
    latitude = axis * np.float32(np.cos(tilt)) + facing * np.float32(np.sin(tilt))
    front = facing * np.float32(np.cos(tilt)) - axis * np.float32(np.sin(tilt))
    longitude = np.asarray(cv2.phase(front, side)) * np.float32(1 / (2 * np.pi))
    stripes = sample(lattice(rng, 4, 46), latitude * 1.3 + 2.0, longitude * 46.0)
    fine = sample(lattice(rng, 12, 120), latitude * 5.0 + 6.0, longitude * 120.0)
    grain = field(rng, canvas, 150)
    tone = 1.0 + 0.15 * stripes + 0.07 * fine + 0.07 * grain + 0.10 * clouds(rng, canvas, 5, 2)
    brown = np.asarray([0.66, 0.40, 0.21]) * rng.normal(1.0, 0.05, 3) * rng.uniform(0.8, 1.2)
    colours = tone[..., None] * brown.astype(np.float32)
    ragged = latitude + 0.025 * stripes + 0.02 * fine
    scar = smoothstep(ragged, -0.70, -0.745)
    rim = np.exp(-np.square((ragged + 0.70) * 30.0))
    pale = np.asarray([0.80, 0.66, 0.48]) * rng.uniform(0.85, 1.1)
    pale_tone = (1.0 + 0.10 * grain + 0.07 * field(rng, canvas, 40))[..., None]
    return mix(colours * (1.0 - 0.30 * rim[..., None]), pale_tone * pale.astype(np.float32), scar)


def _light(rng: np.random.Generator, toward: Array, facing: Array) -> Array:
    slant = rng.uniform(0.25, 0.60)
    diffuse = np.maximum(facing * np.float32(np.cos(slant)) + toward * np.float32(np.sin(slant)), 0.0)
    gloss = np.exp(-(np.square(toward - np.float32(0.55 * slant)) + np.square(1.0 - facing)) * 9.0)
    return np.asarray(0.16 + 0.84 * diffuse + np.float32(rng.uniform(0.03, 0.14)) * gloss, np.float32)


def _belt(canvas: Canvas, rng: np.random.Generator, reach: Array) -> Array:
    level = rng.uniform(0.07, 0.16) * (1.0 + 0.10 * field(rng, canvas, 90) + 0.14 * field(rng, canvas, 4))
    shadow = 1.0 - 0.55 * np.exp(-np.maximum(reach - 1.0, 0.0) * 7.0)
    return np.asarray((level * shadow)[..., None] * np.asarray([0.92, 1.0, 1.10]), np.float32)
