"""SGSF's settings: the defaults are the paper's, and what the paper leaves open is marked as ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sat_sgsf.networks import Guidance
from synth_anomaly.errors import OptionError
from synth_anomaly.guides import Sharpened
from synth_anomaly.interfaces import Guide, Scorer, Synthesizer
from synth_anomaly.method import MethodSettings
from synth_anomaly.scorers import MeanPoolMax
from synth_anomaly.synthesizers import Successive, Texture, TextureOperations, saliency_perlin

__all__ = [
    "BLOCKS",
    "PHOTOGRAPHED",
    "PRESETS",
    "SGSFSettings",
    "check_blocks",
    "check_drops",
    "check_forged_images",
    "check_forging",
]

BLOCKS = (3, 4, 6, 3)
"""Residual blocks of each stage. With these the network has 70.3 M parameters, and the paper says 70 M."""

PHOTOGRAPHED = Successive((Texture(procedural=False), TextureOperations(count=3)))
"""Textures of a folder, such as DTD's, under three of DRAEM's ten operations."""

_SALIENCY_PERLIN = saliency_perlin(fill=PHOTOGRAPHED)


@dataclass(frozen=True, kw_only=True)
class SGSFSettings(MethodSettings):
    """Everything about SGSF that can be set.

    Attributes:
        size: Input size in pixels (section IV-C: 256).
        batch_size: Images a step (section IV-C: 16).
        validation: Share of good images held back (the paper trains on all: 0).
        guide: The saliency (section III-B; the paper's is CPD, a pretrained network: ours is other colours
            than the image's border, sharpened, and 1 everywhere where that finds no object).
        synthesizer: The Saliency Augmentation Module (section III-B): textures need a folder.
        forged: Share of forged images in a batch (section IV-C: 3 : 1).
        width: Channels of the finest scale; the coarsest has 8 times as many (section III-C.2: 512).
        blocks: Residual blocks of each of the encoders' four stages (unpublished: ours, by Table VI's 70 M).
        self_supervised: What the self-supervised module does: ``"reconstruction"`` of a similar good image,
            or, of Table V, ``"denoising"`` of the forged image, or ``"none"``, which segments unguided.
        guidance: Which of its features guide: the decoder's (section III-C.2), or the encoder's (III-C.1).
        contrast: n, how many good images a contrast set has (Table VII: 4; section IV-C prints 5).
        contrast_itself: Whether the image itself may be one of them (section III-C.1: not).
        initialise: Whether the self-supervised module starts as the autoencoder that found the contrast
            sets (open: ours is not).
        weight: λ of equation 9 (section IV-C: 1).
        tau: τ of equation 8 (section IV-C: 2).
        learning_rate: Of Adam (section IV-C: 1e-4).
        drops: Shares of the training at which the rate falls (section IV-C: 0.5, 0.7, 0.9); none is a cosine.
        drop: What it is multiplied by (section IV-C: 0.1).
        epochs: Passes over the images (section IV-C prints "800 iterations": 800 epochs is our reading).
        steps: Steps of training, in the place of ``epochs``; none counts epochs.
        contrast_epochs: Passes of the autoencoder that finds the contrast sets (unpublished: ours).
        contrast_steps: Its steps, in the place of ``contrast_epochs``.
        scorer: Map and score (section III-C.2, after DRAEM: 21x21 mean-pooling, maximum).
    """

    size: int | tuple[int, int] = 256
    batch_size: int = 16
    guide: Guide | None = Sharpened()  # noqa: RUF009  # frozen
    synthesizer: Synthesizer = _SALIENCY_PERLIN
    forged: float = 0.75
    width: int = 64
    blocks: tuple[int, int, int, int] = BLOCKS
    self_supervised: Literal["reconstruction", "denoising", "none"] = "reconstruction"
    guidance: Guidance = "decoder"
    contrast: int = 4
    contrast_itself: bool = False
    initialise: bool = False
    weight: float = 1.0
    tau: float = 2.0
    learning_rate: float = 1e-4
    drops: tuple[float, ...] = (0.5, 0.7, 0.9)
    drop: float = 0.1
    epochs: int = 800
    steps: int | None = None
    contrast_epochs: int = 200
    contrast_steps: int | None = None
    scorer: Scorer = MeanPoolMax(21)  # noqa: RUF009  # without state

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_positive("width", "contrast", "weight", "learning_rate", "epochs", "contrast_epochs")
        if self.validation:
            raise OptionError(f"expected validation = 0, got {self.validation!r}: SGSF validates nothing")
        for name in ("steps", "contrast_steps"):
            if (steps := getattr(self, name)) is not None and steps < 1:
                raise OptionError(f"expected {name} of at least 1, got {steps!r}: none counts epochs")
        check_blocks(self.blocks)
        check_forging(self.forged, self.tau)
        check_drops(self.drops, self.drop)

    def check_training(self) -> None:
        """Check that a batch has a forged image.

        Raises:
            OptionError: If it has none.
        """
        check_forged_images(self.forged, self.batch_size)


def check_blocks(blocks: tuple[int, ...]) -> None:
    """Check how many residual blocks the stages have.

    Raises:
        OptionError: If a stage has none.
    """
    if min(blocks) < 1:
        raise OptionError(f"expected at least one block a stage, got {blocks!r}")


def check_forging(forged: float, tau: float) -> None:
    """Check the share of forged images, and the focal loss's exponent.

    Raises:
        OptionError: If the share is not in (0, 1], or the exponent is below 0.
    """
    if not 0 < forged <= 1:
        raise OptionError(f"expected forged in (0, 1], got {forged!r}: the paper's is 0.75, DRAEM's 0.5")
    if tau < 0:
        raise OptionError(f"expected tau of at least 0, got {tau!r}: 0 is cross-entropy")


def check_forged_images(forged: float, batch_size: int) -> None:
    """Check that a batch of training has a forged image.

    Raises:
        OptionError: If it has none.
    """
    if round(forged * batch_size) < 1:
        raise OptionError(
            f"expected forged = {forged!r} to be at least an image of batch_size, got {batch_size!r}: "
            "raise one to train"
        )


def check_drops(drops: tuple[float, ...], drop: float) -> None:
    """Check the schedule of a learning rate.

    Raises:
        OptionError: If drops are not ascending shares in (0, 1), or the factor is not in (0, 1].
    """
    if sorted(set(drops)) != list(drops) or any(not 0 < share < 1 for share in drops) or not 0 < drop <= 1:
        raise OptionError(
            f"expected drops ascending in (0, 1) and drop in (0, 1], got {drops!r} and {drop!r}: "
            "drops=[] is a cosine"
        )


# Forged twice, no finer than a stem of stride 4 sees at 128 pixels: with the paper's texture, made by rule,
# and with the image's own content from elsewhere, whose colours are the product's. Soft outlines and low
# opacity keep a narrow network from learning sharp edges and loud colours alone.
_SUBTLE: Mapping[str, Any] = {"name": "saliency-perlin", "visible": 0.03, "shape": {"scale": [1, 16]}}
_SOFT: Mapping[str, Any] = {"name": "soft", "softness": [0.0, 0.015]}
_TEXTURED: Mapping[str, Any] = {**_SUBTLE, "blend": {**_SOFT, "opacity": [0.1, 1.0]}}
_DISPLACED: Mapping[str, Any] = {
    **_SUBTLE,
    "blend": {**_SOFT, "opacity": [0.3, 1.0]},
    "fill": {
        "name": "successive",
        "fills": [
            {"name": "sometimes", "fill": "quarter-turn", "p": 0.5},
            "permute",
            {"name": "sometimes", "fill": "colour-jitter", "p": 0.5},
        ],
    },
}


def _threshold(a: float, b: float) -> Mapping[str, Any]:
    return {"synthesizer": {"shape": {"a": a, "b": b}}}


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "quick": {
        "size": 128,
        "batch_size": 8,
        "synthesizer": {"name": "chain", "synthesizers": [_TEXTURED, _DISPLACED]},
        "width": 16,
        "blocks": (2, 2, 2, 2),
        "initialise": True,
        "learning_rate": 1e-3,
        "drops": (),
        "steps": 3_000,
        "contrast_steps": 150,
        "scorer": {"window": 11},
    },
    "paper": {},
    # Table V
    "no-guidance": {"self_supervised": "none"},
    "plain-perlin": {
        "guide": None,
        "synthesizer": {
            "name": "draem",
            "fill": {"fills": {"0": {"procedural": False}}},
            "blend": {"opacity": [0.1, 1.0]},
        },
    },
    "denoising": {"self_supervised": "denoising"},
    # Table VII; n = 4 is the paper
    "contrast-2": {"contrast": 2},
    "contrast-9": {"contrast": 9},
    "contrast-5-with-itself": {"contrast": 5, "contrast_itself": True},
    # Table VIII; a = 0.4 and b = 0.2 are the paper
    "fixed-threshold": _threshold(0.4, 0.0),
    "a-0.2": _threshold(0.2, 0.2),
    "a-0.2-fixed": _threshold(0.2, 0.0),
    "a-0.6-fixed": _threshold(0.6, 0.0),
    # Table IX; 1 is the paper
    "lambda-0.01": {"weight": 0.01},
    "lambda-0.1": {"weight": 0.1},
    "lambda-2": {"weight": 2.0},
}
"""Changes on top of the paper's values, by name: ``quick`` for two CPU cores, the paper, its ablations."""
