"""Round wire: one wire, and the parallel wires of one direction of a mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth_anomaly.data.demo.canvas import Array
from synth_anomaly.data.demo.noise import lattice

__all__ = ["WIRES", "Family", "Wire", "draw_family", "draw_wire"]

WIRES = 4.6  # per unit of the canvas, about 9 across the picture
HALF_WIDTH = 0.14  # of a wire, in distances from wire to wire


@dataclass(frozen=True, kw_only=True)
class Wire:
    """Wires as drawn: how much of a pixel they cover, their brightness and their height, each (H, W)."""

    coverage: Array
    shade: Array
    height: Array


@dataclass(frozen=True, kw_only=True)
class Family:
    """The parallel wires of one direction.

    Attributes:
        u: Position across the wires, (H, W), in wire distances; wire n lies near n.
        v: Position along the wires, likewise.
        phase: Which wires pass above at their first crossing, 0 or 1.
        light: Direction of the light from the wires' own direction, in radians.
        offsets: How far each wire lies off its place, (128,).
        tones: Brightness of each wire, (128,).
        sway: How fast the wires meander.
    """

    u: Array
    v: Array
    phase: float
    light: float
    offsets: Array
    tones: Array
    sway: float

    def draw(self, number: Array, size: int, bend: Array | float = 0.0) -> Wire:
        """Draw the wires of the given numbers, one a pixel, (H, W), pushed aside by `bend`."""
        index = number.astype(np.int32)
        height = np.cos((self.v + number + np.float32(self.phase)) * np.float32(np.pi))
        meander = 0.02 * np.sin(self.v * np.float32(self.sway) + number) + self.offsets[index]
        wire = draw_wire(self.u - number + meander - bend, height, self.light, size)
        return Wire(coverage=wire.coverage, shade=wire.shade * self.tones[index], height=height)


def draw_wire(across: Array, height: Array, light: float, size: int) -> Wire:
    """Draw round wire whose centre line is where `across` (H, W), in wire distances, is 0."""
    side = np.clip(across * np.float32(1 / HALF_WIDTH), -1.5, 1.5)
    edge = HALF_WIDTH * size / (2.0 * WIRES)
    coverage = np.clip((1.0 - np.abs(side)) * np.float32(edge) + 0.5, 0.0, 1.0)
    face = np.sqrt(np.maximum(1.0 - side * side, 0.0))
    lit = 0.62 * face + 0.38 * side * np.float32(np.cos(light))
    gloss = np.exp(-np.square(side - np.float32(0.45 * np.cos(light))) * 14.0)
    shade = 0.16 + 0.40 * np.maximum(lit, 0.0) * (0.80 + 0.20 * height) + 0.30 * gloss * (0.6 + 0.4 * height)
    return Wire(coverage=coverage, shade=np.asarray(shade, np.float32), height=height)


def draw_family(rng: np.random.Generator, u: Array, v: Array, phase: float, light: float) -> Family:
    """Draw the irregularities of a family of wires; the arguments are those of `Family`."""
    offsets, tones = 0.025 * lattice(rng, 1, 128)[0], 1.0 + 0.05 * lattice(rng, 1, 128)[0]
    sway = float(rng.uniform(0.5, 0.9))
    return Family(u=u, v=v, phase=phase, light=light, offsets=offsets, tones=tones, sway=sway)
