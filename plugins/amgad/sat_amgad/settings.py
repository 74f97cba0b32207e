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

__all__ = ["PRESETS", "QUICK_SMALL_IMAGES", "SMALL_IMAGES", "AMGADSettings", "ScoreName"]

ScoreName = Literal["adgan", "stage1-reconstruction", "stage1-discriminator"]
"""What scores an image (table 5)."""

_AMGAD = amgad()


def _backbone() -> dict[str, Any]:
    return {"name": "resnet18", "out_levels": [3], "normalise": True}


@dataclass(frozen=True, kw_only=True)
class AMGADSettings(MethodSettings):
    """Everything about AMGAD that can be set.

    The defaults are those of images of 256 pixels; a run of CIFAR-10 begins with
    :data:`sat_amgad.settings.SMALL_IMAGES` on top of them.

    Attributes:
        size: Input size in pixels (unpublished but for CIFAR-10's 32: ours, AnoSeg's 256).
        batch_size: Good images a step; each gives one synthetic anomaly (unpublished: ours).
        normal_share: Share of normal images in a step of the attention network, at most half: with 0.5 every
            good image is there beside its anomaly (how the paper mixes them is open: ours).
        validation: Share of good images held back (the paper trains on all: 0).
        synthesizer: Makes ``x_Ano`` and ``A_Ano`` (section 3.2.1).
        augment: Augmentation before synthesis (none in the paper).
        backbone: The encoder, a residual network (section 4.1: the convolutions of ResNet-18 with ImageNet's
            weights, which are not part of this package: ``--set backbone.weights=imagenet``, or a file's
            path; without them it starts at random, and the run says so). It ends after its third stage, so
            that four doublings undo its stride (ours).
        latent_channels: Width of the spatial latent (section 3.2.2 takes CAVGA's structure; unpublished:
            ours).
        decoder_channels: Widths of the transposed convolutions, and of the two paths the last (section 4.1:
            four; widths unpublished: ours).
        attention_bias: Where the last bias of the map's path starts (unpublished: 0 is ours). Above 0, the
            map starts as normal.
        discriminator_width: Channels of the discriminator's first layer (section 4.1: DCGAN's, 64).
        adversarial_anomaly: Whether there is equation 2 (table 4).
        attention_loss: Whether there is equation 4 (table 4).
        attention_norm: The form of equation 4 (the paper's: ``"l2"``).
        adversarial_weight: Weight of the generator's part of equations 1 and 2 (the terms of equation 5 are
            means here, not sums; with weight 1 the game would drown them: ours).
        reconstruction_weight: Weight of ``L_R`` (equation 5: 1).
        divergence_weight: Weight of the divergence (equation 5: 1).
        attention_weight: Weight of ``L_Att`` (equation 5: 1).
        learning_rate: Of Adam, for the attention network's generator (unpublished: DCGAN's).
        discriminator_learning_rate: The same for its discriminator (unpublished: DCGAN's).
        betas: Of Adam (unpublished: DCGAN's).
        schedule: ``"constant"``, or ``"cosine"`` down to zero at the end of each stage (unpublished: ours).
        steps: Steps of the attention network (unpublished: ours).
        adgan_width: Channels of the first layer of ADGAN's discriminator (section 4.1: DCGAN's, 64).
        adgan_steps: Steps of ADGAN (unpublished: ours); 0 leaves it out, for the other scores.
        adgan_batch_size: Good images in a step of ADGAN; None is ``batch_size``.
        adgan_adversarial_weight: Weight of the generator's adversarial loss (unpublished: ours).
        adgan_reconstruction_weight: Weight of its reconstruction's mean square (unpublished: ours).
        adgan_learning_rate: Of Adam, for ADGAN's generator (unpublished: DCGAN's).
        adgan_discriminator_learning_rate: The same for its discriminator (unpublished: DCGAN's).
        synthetic_weight: Weight with which ADGAN's discriminator also takes the gated features of synthetic
            anomalies for fake, as the DCGAN of table 1 takes augmented images (not the paper's: 0).
        adgan_synthesizer: Makes those; None is ``synthesizer`` (not the paper's).
        average: Share of a running average of ADGAN's discriminator that a step keeps; the average scores. 0
            takes the last weights (unpublished: ours).
        score: What scores an image (table 5): ADGAN, or stage 1 alone, by the negative log-likelihood of the
            reconstruction or by its discriminator, ``1 - D(concat(x, A_Gen))``. What a
            discriminator says is written as log-odds (:func:`sat_amgad.equations.abnormality`).
        judged: What ADGAN's discriminator scores: ``"gated"`` features, or their ``"reconstruction"`` as
            ALOCC does (unpublished: ours).
    """

    size: int | tuple[int, int] = 256
    batch_size: int = 16
    normal_share: float = 0.5
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

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("latent_channels", "discriminator_width", "adgan_width", "steps")
        self.require_positive("learning_rate", "discriminator_learning_rate")
        self.require_positive("adgan_learning_rate", "adgan_discriminator_learning_rate")
        if not self.decoder_channels:
            raise OptionError("expected decoder_channels, got (): give one width for each doubling")
        if self.validation:
            raise OptionError(f"expected validation = 0, got {self.validation!r}: AMGAD validates nothing")
        if not (self.adversarial_anomaly or self.attention_loss):
            raise OptionError(
                "expected adversarial_anomaly or attention_loss, got neither: "
                "nothing would say what is abnormal"
            )
        if not 0 < self.normal_share <= 0.5:
            raise OptionError(
                f"expected normal_share in (0, 0.5], got {self.normal_share!r}: "
                "0.5 sets each good image beside its synthetic anomaly"
            )
        self._check_adgan()

    def _check_adgan(self) -> None:
        if not 0 <= self.average < 1:
            raise OptionError(
                f"expected average in [0, 1), got {self.average!r}: 0.98 averages some 50 steps"
            )
        if self.synthetic_weight < 0 or self.adgan_steps < 0:
            raise OptionError(
                f"expected synthetic_weight and adgan_steps of at least 0, got {self.synthetic_weight!r} and "
                f"{self.adgan_steps!r}: 0 leaves it out"
            )
        if self.score == "adgan" and not self.adgan_steps:
            raise OptionError(
                "expected adgan_steps above 0, got 0: ADGAN scores, and has to be trained; "
                "or set score=stage1-reconstruction"
            )

    def normal_images(self, anomalies: int) -> int:
        """Return how many normal images a step has beside so many anomalies, at least one."""
        return max(1, round(anomalies * self.normal_share / (1 - self.normal_share)))

    @property
    def adgan_defects(self) -> Synthesizer:
        """What makes the synthetic anomalies that ADGAN's discriminator sees."""
        return self.adgan_synthesizer or self.synthesizer


SMALL_IMAGES: Mapping[str, Any] = {
    "size": 32,
    "backbone": {"name": "resnet18", "small_images": True},
    "decoder_channels": (128, 64),
}
"""What CIFAR-10 changes: the stem keeps the size, and the same stages end at stride 4, two doublings away."""

_SHORT: Mapping[str, Any] = {
    "latent_channels": 32,
    "attention_norm": "cross-entropy",
    "adversarial_weight": 0.002,
    "learning_rate": 1e-3,
    "schedule": "cosine",
    "adgan_learning_rate": 5e-4,
    "adgan_discriminator_learning_rate": 1e-3,
    "synthetic_weight": 4.0,
    "average": 0.95,
}
"""What ``quick`` changes whatever the images are."""

QUICK_SMALL_IMAGES: Mapping[str, Any] = {
    "size": 32,
    "batch_size": 32,
    "synthesizer": "amgad",
    "augment": {"name": "flips", "horizontal": 0.5, "vertical": 0.0},
    "backbone": {"name": "resnet18", "width": 16, "out_levels": [3], "small_images": True},
    "decoder_channels": (32, 16),
    "attention_bias": 1.0,
    "divergence_weight": 1.0,
    "normal_share": 0.5,
    "discriminator_width": 32,
    "attention_weight": 1.0,
    "steps": 250,
    "adgan_width": 32,
    "adgan_steps": 200,
    "adgan_batch_size": None,
}
"""What CIFAR-10 changes of ``quick``."""

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "quick": {
        **_SHORT,
        "size": 128,
        "batch_size": 8,
        "normal_share": 0.2,
        "synthesizer": {
            "name": "one-of",
            "synthesizers": ["amgad", "small-regions"],
            "weights": [0.1, 0.9],
        },
        "augment": "symmetries",
        "backbone": {"name": "resnet18", "width": 32, "out_levels": [2], "normalise": True},
        "decoder_channels": (64, 32, 8),
        "attention_bias": -3.0,
        "discriminator_width": 16,
        "divergence_weight": 0.01,
        "attention_weight": 5.0,
        "steps": 1_500,
        "adgan_width": 24,
        "adgan_steps": 200,
        "adgan_batch_size": 12,
    },
    "paper": {},
    # Table 4, from left to right.
    "adversarial-anomaly-only": {"attention_loss": False},
    "attention-loss-only": {"adversarial_anomaly": False},
    "both-losses": {},
    # Table 5, from top to bottom.
    "score-reconstruction": {"score": "stage1-reconstruction", "adgan_steps": 0},
    "score-discriminator": {"score": "stage1-discriminator", "adgan_steps": 0},
    "score-adgan": {},
}
"""Changes on top of the paper's values, by name: ``quick`` for two CPU cores, the paper, its ablations."""
