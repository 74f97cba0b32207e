"""AMGAD's settings: the defaults are the paper's, and what the paper leaves open is marked as ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sat_amgad.equations import AttentionNorm
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Augmentation, Backbone, Synthesizer
from synth_anomaly.method import MethodSettings
from synth_anomaly.synthesizers import amgad

__all__ = ["AMGADSettings", "ScoreName"]

ScoreName = Literal["adgan", "stage1-reconstruction", "stage1-discriminator"]
"""What scores an image (table 5)."""

_AMGAD = amgad()


def _backbone() -> dict[str, Any]:
    return {"name": "resnet18", "out_levels": [3], "normalise": True}


@dataclass(frozen=True, kw_only=True)
class AMGADSettings(MethodSettings):
    """Everything about AMGAD that can be set."""

    size: int | tuple[int, int] = 256
    batch_size: int = 16
    synthesizer: Synthesizer = _AMGAD
    augment: Augmentation | None = None
    backbone: Backbone | str | Mapping[str, Any] = field(default_factory=_backbone)
    latent_channels: int = 64
    decoder_channels: tuple[int, ...] = (256, 128, 64, 64)
    attention_bias: float = 0.0
    discriminator_width: int = 64
    adversarial_anomaly: bool = True
    attention_loss: bool = True
    attention_norm: AttentionNorm = "l2"
    adversarial_weight: float = 0.01
    reconstruction_weight: float = 1.0
    divergence_weight: float = 1.0
    attention_weight: float = 1.0
    learning_rate: float = 2e-4
    discriminator_learning_rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    schedule: Literal["constant", "cosine"] = "constant"
    steps: int = 20_000
    adgan_width: int = 64
    adgan_steps: int = 10_000
    adgan_batch_size: int | None = None
    adgan_adversarial_weight: float = 1.0
    adgan_reconstruction_weight: float = 1.0
    adgan_learning_rate: float = 2e-4
    adgan_discriminator_learning_rate: float = 2e-4
    synthetic_weight: float = 0.0
    adgan_synthesizer: Synthesizer | None = None
    average: float = 0.0
    score: ScoreName = "adgan"
    judged: Literal["gated", "reconstruction"] = "gated"

    @property
    def adgan_defects(self) -> Synthesizer:
        """What makes the synthetic anomalies that ADGAN's discriminator sees."""
        return self.adgan_synthesizer or self.synthesizer


PRESETS: Mapping[str, Mapping[str, Any]] = {"quick": {}, "paper": {}}
