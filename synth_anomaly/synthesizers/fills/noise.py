"""Content that is noisy, or nothing but noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import uniform
from synth_anomaly.synthesizers.pieces import Pieces
from synth_anomaly.synthesizers.views import View
from synth_anomaly.synthesizers.white_noise import noise_at, white_noise

__all__ = ["Noise"]

_DISTRIBUTIONS = ("gaussian", "uniform")


@dataclass(frozen=True)
class Noise:
    """Adds independent noise to every pixel of the content, or shows it in place of the content.

    The result is cut to [0, 1]. A seed gives the same noise on every device, up to rounding, and a sample's
    noise depends on its own seed alone.

    Args:
        strength: Least and greatest strength, at least 0, uniform in between: the standard deviation of
            Gaussian noise, the largest value of uniform noise.
        distribution: ``"gaussian"`` or ``"uniform"``, both of mean 0.
        replaces: Whether the noise is added to a grey of 0.5 instead of the content.
        colour: Whether each channel has its own noise; otherwise it is grey.
    """

    strength: tuple[float, float] = (0.1, 0.3)
    distribution: Literal["gaussian", "uniform"] = "gaussian"
    replaces: bool = False
    colour: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.strength[0] <= self.strength[1] < math.inf:
            raise ValueError(f"strength must be two numbers, 0 <= low <= high, got {self.strength!r}")
        if self.distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"distribution must be one of {', '.join(_DISTRIBUTIONS)}, got {self.distribution!r}"
            )

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``strength`` and ``seed`` (int32), each ``(count,)``."""
        count = len(boxes)
        seed = torch.randint(-(2**31), 2**31, (count,), generator=generator).int()
        return Parameters({"strength": uniform(*self.strength, count, generator), "seed": seed})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the noisy content, or the noise."""
        channels = content.shape[1] if self.colour else 1
        noise = white_noise(parameters["seed"], (channels, *content.shape[2:]))
        return self.added(content, noise, parameters["strength"])

    def view(
        self,
        before: View,
        parameters: Parameters,
        *,
        donors: Tensor | None = None,  # noqa: ARG002
    ) -> Noisy | None:
        """Return the noisy content, or the noise, described; None where colours depend on a box."""
        return None if before.is_about_boxes else Noisy(before, self, parameters)

    def added(self, content: Tensor, noise: Tensor, strength: Tensor) -> Tensor:
        """Return content with white noise, of one channel or as many as there are, of a strength each."""
        strength = strength[:, None, None, None]
        if self.distribution == "gaussian":
            noise, strength = noise.erfinv_(), strength * math.sqrt(2)
        around = noise.new_full((1,), 0.5) if self.replaces else content
        return torch.addcmul(around, noise, strength).clamp_(0, 1).to(content.dtype).expand_as(content)


@dataclass(frozen=True)
class Noisy:
    """Content with noise, described.

    Attributes:
        before: What the noise is added to.
        fill: What adds it.
        parameters: What it drew.
    """

    before: View
    fill: Noise
    parameters: Parameters

    def at(self, pieces: Pieces) -> Tensor:
        """Return the pixels of the pieces, ``(P, C, k, n)``."""
        content, (height, width) = self.before.at(pieces), pieces.size
        place = (pieces.lines * width)[:, :, None] + pieces.columns[:, None]
        channels = content.shape[1] if self.fill.colour else 1
        planes = torch.arange(channels, device=place.device) * (height * width)
        places = (place[:, None] + planes[:, None, None]).int()
        noise = noise_at(pieces.rows.of(self.parameters["seed"]), places)
        made = self.fill.added(content, noise, pieces.rows.of(self.parameters["strength"]))
        return made.contiguous()  # grey noise is one channel, three times
