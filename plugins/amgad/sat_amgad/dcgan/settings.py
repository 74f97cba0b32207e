"""The one-class DCGAN's settings: what the paper says of it, and what it leaves open, marked as ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Augmentation, Fill, Synthesizer
from synth_anomaly.method import MethodSettings
from synth_anomaly.synthesizers import ColourJitter, Paste, Permute, QuarterTurn, Successive, WholeImage

__all__ = ["PRESETS", "DCGANSettings"]


@dataclass(frozen=True, kw_only=True)
class DCGANSettings(MethodSettings):
    """Everything about the one-class DCGAN that can be set.

    The defaults are table 1's "Base": normal images alone.

    Attributes:
        size: Input size in pixels (CIFAR-10: 32).
        batch_size: Good images a step (unpublished: ours).
        synthesizer: Makes the anomalies that the discriminator is to take for fake (section 4.2.1); none of
            them in "Base".
        augment: Augmentation before synthesis (unpublished: none).
        real_anomalies: How many real anomalies, drawn by the seed, the discriminator is to take for fake
            (section 4.2.1, "Semi": 128). The data set must have some.
        width: Channels of the finest layer of generator and discriminator (DCGAN: 64).
        latent: Length of the generator's vector (DCGAN: 100).
        noise: Standard deviation of the noise on what the generator encodes (section 4.2.1 follows ALOCC,
            which adds some; how much is unpublished: ours).
        reconstruction_weight: Weight of the generator's squared error (ALOCC: 0.4).
        anomaly_weight: Weight of the anomalies in the discriminator's loss (unpublished: ours).
        learning_rate: Of Adam, for both networks (DCGAN: 2e-4).
        betas: Of Adam (DCGAN: 0.5, 0.999).
        steps: Steps of training (unpublished: ours).
        judged: What the discriminator scores: the image as it is, or its reconstruction as in ALOCC.
    """

    size: int | tuple[int, int] = 32
    batch_size: int = 64
    synthesizer: Synthesizer | None = None
    augment: Augmentation | None = None
    real_anomalies: int = 0
    width: int = 64
    latent: int = 100
    noise: float = 0.1
    reconstruction_weight: float = 0.4
    anomaly_weight: float = 1.0
    learning_rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    steps: int = 8_000
    judged: Literal["image", "reconstruction"] = "image"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("width", "latent", "learning_rate", "steps", "anomaly_weight")
        if self.real_anomalies < 0 or self.noise < 0 or self.reconstruction_weight < 0:
            raise OptionError(
                "expected real_anomalies, noise and reconstruction_weight of at least 0, got "
                f"{self.real_anomalies!r}, {self.noise!r} and {self.reconstruction_weight!r}: 0 leaves it out"
            )
        if self.validation:
            raise OptionError(f"expected validation = 0, got {self.validation!r}: nothing is validated here")


def _hard(*fills: Fill) -> Mapping[str, Any]:
    """Return the change that makes anomalies of whole images, by fills one after the other."""
    return {"synthesizer": Paste(WholeImage(), Successive(fills))}


_ROTATION, _PERM, _JITTER = QuarterTurn(), Permute(), ColourJitter()
_ALL = _hard(_ROTATION, _PERM, _JITTER)
_QUICK: Mapping[str, Any] = {"steps": 500}

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "quick": {**_ALL, **_QUICK},
    "quick-base": _QUICK,
    # Table 1, from top to bottom.
    "base": {},
    "rotation": _hard(_ROTATION),
    "perm": _hard(_PERM),
    "jitter": _hard(_JITTER),
    "rotation+perm": _hard(_ROTATION, _PERM),
    "rotation+perm+jitter": _ALL,
    "semi": {"real_anomalies": 128},
}
"""Changes on top of "Base", by name: table 1, and ``quick`` and ``quick-base`` for two CPU cores."""
