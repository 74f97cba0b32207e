"""SSAE's settings: the defaults are the paper's, and what the paper leaves open is marked as ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sat_ssae.corruptions import QUICK_CORRUPTION, limited
from sat_ssae.guard import ShareLimited
from sat_ssae.network import DILATIONS, Kernel
from sat_ssae.objectives import Normaliser
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Augmentation, Synthesizer
from synth_anomaly.method import MethodSettings
from synth_anomaly.scorers import Difference

__all__ = ["PRESETS", "Objectives", "SSAESettings"]

Objectives = Literal["filtering", "amplifying", "ensemble"]
"""Equation 1, equation 4, or one model of each."""

_ELASTIC = ShareLimited()


@dataclass(frozen=True, kw_only=True)
class SSAESettings(MethodSettings):
    """Everything about SSAE that can be set.

    The defaults are those of textures. What differs for a category of MVTec AD stands in
    :data:`sat_ssae.categories.CATEGORIES`, and a run of a category of that name begins with it;
    the settings that a recipe records stand above it, with another category too.

    Attributes:
        size: Input size in pixels, a multiple of 8 (section 4.1: 512 for textures; 256, 384 or 512 for
            objects, which of them is unpublished).
        batch_size: Images a step (unpublished: ours).
        validation: Share of good images held back (section 4.1: 5%).
        objective: ``"filtering"`` is equation 1, ``"amplifying"`` equation 4; ``"ensemble"`` trains one model
            with each and joins their maps by the pixel-wise maximum (section 4.3).
        weight: ``λ`` of equation 1 (section 4.4: 0.5).
        amplifying_weight: ``λ`` of equation 4 (unpublished, and hard to choose by section 4.4: ours).
        normaliser: What divides the second term of equation 4 (lost in the text at hand: ours).
        synthesizer: Corrupts the images (section 3.2: elastic deformation inside a smooth mask), no more
            than a share of each (section 3.4).
        augment: Flips and turns that the category allows (section 4.1; which ones is unpublished: none).
        kernel: Side f of the dilated kernels (section 4.1: 3 for textures; 3 or 5 for objects).
        width: Filters of the first layers and of each dilation (table 1: 64).
        dilations: Dilations of a stack (table 1: 1, 2, 4, 8, 16, 32).
        poolings: How often the encoder halves the image (table 1: 3).
        stacks: Stacks of dilated convolutions, one after the other (table 1: 4).
        learning_rate: Of Adam, at the start (section 4.1: 1e-4).
        schedule: ``"constant"``, or ``"cosine"`` down to zero at the end (unpublished: ours).
        steps: Training steps of a model (unpublished: ours).
        input_sides: Sides of the growing square crops that training sees at unchanged resolution, as shares
            of the input's, ascending to 1 (section 3.2 says that they grow; sizes and times are unpublished:
            ours, each for as many steps). A texture is shown at each crop's size; one of a folder is decoded
            for all of them before the first step.
        validate_every: Steps between two looks at the images held back (unpublished: ours).
        patience: Looks without a better figure after which training with equation 4 ends (section 4.4
            asks for early stopping; when is unpublished: ours). Equation 1 trains to the end.
        difference: How image and reconstruction are compared: ``"squared"`` (equation 2), or ``"ssim"``
            (section 4.1).
        repeats: n, how often the map is smoothed (unpublished: ours).
        window: k, side of the box that smooths it, in pixels, odd (unpublished: ours).
        average_power: t, power of 1 less the average map of the images held back, which weighs the map of
            objects (equation 14; unpublished: ours). 0 leaves maps as they are, as for textures.
    """

    size: int | tuple[int, int] = 512
    batch_size: int = 8
    validation: float = 0.05
    objective: Objectives = "filtering"
    weight: float = 0.5
    amplifying_weight: float = 0.5
    normaliser: Normaliser = "mask"
    synthesizer: Synthesizer = _ELASTIC
    augment: Augmentation | None = None
    kernel: Kernel = 3
    width: int = 64
    dilations: tuple[int, ...] = DILATIONS
    poolings: int = 3
    stacks: int = 4
    learning_rate: float = 1e-4
    schedule: Literal["constant", "cosine"] = "constant"
    steps: int = 30_000
    input_sides: tuple[float, ...] = (0.25, 0.5, 1.0)
    validate_every: int = 500
    patience: int = 10
    difference: Difference = "squared"
    repeats: int = 2
    window: int = 21
    average_power: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive(
            "steps", "learning_rate", "width", "validate_every", "patience", "poolings", "stacks"
        )
        if any(side % self.stride for side in self.input_size):
            raise OptionError(
                f"expected size to be a multiple of {self.stride}, got {self.size!r}: "
                f"the network halves it {self.poolings} times"
            )
        for name in ("weight", "amplifying_weight"):
            if not 0 <= (value := getattr(self, name)) <= 1:
                raise OptionError(f"expected {name} in [0, 1], got {value!r}: 0.5 weighs both terms alike")
        self._check_sides()
        self._check_scoring()

    @property
    def stride(self) -> int:
        """What the sides of an input are multiples of."""
        return 1 << self.poolings

    def _check_sides(self) -> None:
        sides = self.input_sides
        if not sides or sorted(set(sides)) != list(sides) or sides[0] <= 0 or sides[-1] != 1:
            raise OptionError(
                f"expected input_sides ascending in (0, 1] to 1, got {sides!r}: (1.0,) does not grow"
            )
        if len(sides) > self.steps:
            raise OptionError(f"expected a step for each of {len(sides)} input_sides, got {self.steps!r}")

    def _check_scoring(self) -> None:
        if self.repeats < 0 or self.average_power < 0:
            raise OptionError(
                "expected repeats and average_power of at least 0, "
                f"got {self.repeats!r} and {self.average_power!r}: 0 leaves the map as it is"
            )
        if self.window < 1 or self.window % 2 == 0:
            raise OptionError(f"expected an odd window in pixels, got {self.window!r}: 21 is one")
        if self.average_power and not self.validation:
            raise OptionError("average_power needs images held back: set validation, or average_power=0")
        if self.objective != "filtering" and not self.validation:
            raise OptionError("equation 4 stops early by images held back: set validation, such as 0.05")


_QUICK: Mapping[str, Any] = {
    "size": 128,
    "synthesizer": QUICK_CORRUPTION,
    "width": 16,
    "dilations": (1, 2, 4, 8),
    "poolings": 1,
    "stacks": 2,
    "learning_rate": 2e-3,
    "schedule": "cosine",
    "steps": 2_700,
    "input_sides": (0.5, 0.75, 1.0),
    "validate_every": 100,
    "patience": 5,
    "repeats": 2,
    "window": 5,
}

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "quick": _QUICK,
    "paper": {},
    "objective-1": {"objective": "filtering"},
    "objective-4": {"objective": "amplifying"},
    "ensemble": {"objective": "ensemble"},
    "cut-out": {"synthesizer": limited("ssae-cut-out")},
}
"""Changes on top of the paper's values, by name: ``quick`` for two CPU cores, the paper, its variants."""
