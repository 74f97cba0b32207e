"""What every piece that is fitted on features of good images must hold, as checks that its author runs."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import FitsFeatures, Outputs, TransformsFeatures
from synth_anomaly.randomness import forked_rng
from synth_anomaly.testing.expect import expect, random_tensor
from synth_anomaly.testing.recipe import check_recipe

__all__ = [
    "check_batches_do_not_matter",
    "check_fits_features",
    "check_fitted_again",
    "check_fitted_state",
    "check_unfitted_is_refused",
]

_COUNT = 12
_SIZES = ((12, 16), (6, 8), (3, 4))
_SEED = 7


def check_fits_features(
    piece: FitsFeatures,
    features: Sequence[Tensor] | None = None,
    *,
    rtol: float = 1e-3,
    atol: float = 1e-3,
    device: torch.device | str = "cpu",
) -> None:
    """Run every check of this module.

    A backbone is used through its ``transform``, a scorer by calling it with the features, logits, and a
    reconstruction.

    Args:
        piece: What is checked, not fitted; it stays so.
        features: Feature maps of a dozen good images, ``(N, C, H, W)``, from fine to coarse, that differ from
            image to image; three levels of random numbers unless given.
        rtol: How much what it computes may depend on the batches of the images, relative to it.
        atol: The same in its own unit.
        device: Where the features are that are not given.

    Example:
        >>> from synth_anomaly.scorers import Distance
        >>> check_fits_features(Distance())
    """
    given = example_good_features(piece, device) if features is None else features
    check_unfitted_is_refused(piece, given)
    check_batches_do_not_matter(piece, given, rtol=rtol, atol=atol)
    check_fitted_state(piece, given)
    check_fitted_again(piece, given)
    check_recipe("backbone" if isinstance(piece, TransformsFeatures) else "scorer", piece)


def check_unfitted_is_refused(piece: FitsFeatures, features: Sequence[Tensor]) -> None:
    """Before it is fitted, its use ends in one line of ComponentError."""
    said = ""
    try:
        _used(copy.deepcopy(piece), features)
    except ComponentError as error:
        said = str(error)
    expect(bool(said), "unfitted, it must raise ComponentError when it is used; check one that is not fitted")
    expect("\n" not in said, f"unfitted, it must say so in one line, got {said!r}")


def check_batches_do_not_matter(
    piece: FitsFeatures, features: Sequence[Tensor], *, rtol: float = 1e-3, atol: float = 1e-3
) -> None:
    """It reads batches once, to the end, says lines of text, and computes the same however they are cut."""
    count = len(features[0])
    whole = _used(_fitted(piece, features, (count,)), features)
    for sizes in ((1, count - 1), (count // 2, count - count // 2), (1,) * count):
        parted = _used(_fitted(piece, features, sizes), features)
        for what, one, other in zip(range(len(whole)), whole, parted, strict=True):
            far = float((one - other).abs().max())
            expect(
                torch.allclose(one, other, rtol=rtol, atol=atol),
                f"result {what} is up to {far:.3g} off where the images come in batches of {sizes}: "
                "draw at random for each image, and weigh each image alike",
            )


def check_fitted_state(piece: FitsFeatures, features: Sequence[Tensor]) -> None:
    """What it learns is in its state dict: one that was not fitted and loads that computes the same."""
    expect(isinstance(piece, nn.Module), f"it must be a torch module, got {type(piece).__name__}")
    fitted: Any = _fitted(piece, features, (len(features[0]),))
    loaded: Any = copy.deepcopy(piece)
    try:
        loaded.load_state_dict(fitted.state_dict())
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise AssertionError(
            f"unfitted, it must load what another learned (FittedModule): {reason}"
        ) from error
    wanted, got = _used(fitted, features), _used(loaded, features)
    same = all(torch.equal(one, other) for one, other in zip(wanted, got, strict=True))
    expect(same, "loaded, it computes otherwise: keep all that it learns in buffers")


def check_fitted_again(piece: FitsFeatures, features: Sequence[Tensor]) -> None:
    """Fitting again forgets what was learned before, used or not."""
    sizes = (len(features[0]),)
    again = _fitted(piece, [level.flip(0)[1:] * 2 + 1 for level in features], (sizes[0] - 1,))
    _used(again, features)
    _fit(again, features, sizes)
    wanted, got = _used(_fitted(piece, features, sizes), features), _used(again, features)
    same = all(torch.equal(one, other) for one, other in zip(wanted, got, strict=True))
    expect(same, "fitted again, it computes otherwise than fitted once: forget what was learned before")


def example_good_features(piece: FitsFeatures, device: torch.device | str = "cpu") -> list[Tensor]:
    """Return features of good images: those of a backbone's trunk, in width, or three levels."""
    widths = tuple(piece.trunk.channels) if isinstance(piece, TransformsFeatures) else (4, 6, 8)
    sizes = [_SIZES[min(level, len(_SIZES) - 1)] for level in range(len(widths))]
    return [
        random_tensor(_COUNT, width, *size, seed=level, device=device)
        for level, (width, size) in enumerate(zip(widths, sizes, strict=True))
    ]


class _Batches:
    """Batches that can be read once."""

    def __init__(self, features: Sequence[Tensor], sizes: Sequence[int]) -> None:
        self._parts = list(zip(*(torch.split(level, list(sizes)) for level in features), strict=True))
        self._begun = False
        self.ended = False

    def __iter__(self) -> Iterator[Sequence[Tensor]]:
        expect(not self._begun, "fit() reads the batches a second time: keep what it needs of them")
        self._begun = True
        yield from (list(part) for part in self._parts)
        self.ended = True


def _fitted(piece: FitsFeatures, features: Sequence[Tensor], sizes: Sequence[int]) -> Any:
    made: Any = copy.deepcopy(piece)
    _fit(made, features, sizes)
    return made


def _fit(piece: FitsFeatures, features: Sequence[Tensor], sizes: Sequence[int]) -> None:
    batches = _Batches(features, sizes)
    with torch.no_grad(), forked_rng(_SEED, features[0].device):
        said = piece.fit(batches)
        lines = [said] if isinstance(said, str) or said is None else list(said)
    expect(batches.ended, "fit() must read every batch")
    right = not isinstance(said, str) and all(isinstance(line, str) and "\n" not in line for line in lines)
    expect(right, f"fit() must return lines of text, got {said!r}: return a list of them, [] for none")


@torch.no_grad()
def _used(piece: Any, features: Sequence[Tensor]) -> list[Tensor]:
    """Return what a piece computes from features."""
    if isinstance(piece, TransformsFeatures):
        return list(piece.transform(features))
    count, (height, width) = len(features[0]), features[0].shape[-2:]
    images = random_tensor(count, 3, 4 * height, 4 * width, seed=8, device=features[0].device)
    logits = 8 * random_tensor(count, 1, 4 * height, 4 * width, seed=9, device=images.device) - 4
    prediction = piece(Outputs(logits, images.flip(0), list(features)), images)
    return [prediction.maps, prediction.scores]
