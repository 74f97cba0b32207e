"""The checks of a method: it trains, predicts, is saved and loaded, and goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth_anomaly.errors import ComponentError, Interrupted
from synth_anomaly.interfaces import EpochReport, Prediction
from synth_anomaly.method import Method, load_method
from synth_anomaly.method.lasting import check_saveable
from synth_anomaly.method.predicting import pictures_of
from synth_anomaly.options import options_of
from synth_anomaly.runs.changes import differences
from synth_anomaly.testing.expect import describe_tensor, expect
from synth_anomaly.testing.random_state import random_states
from synth_anomaly.training import Listener, Stage, trainer

__all__ = ["check_method", "check_resuming", "fit_small"]

M = TypeVar("M", bound=Method)


def fit_small(method: M, images: Any, **options: Any) -> M:
    """Train a method on the CPU in float32, with the options of its ``fit``; return it."""
    return method.fit(images, device="cpu", precision="fp32", **options)


def check_method(
    method: M,
    images: npt.NDArray[np.uint8],
    *,
    listeners: Sequence[Listener] = (),
    allow_code: bool = False,
) -> M:
    """Check that a method trains, predicts, and is the same once saved and loaded.

    Args:
        method: A small one, untrained, of few steps.
        images: Good images, uint8 ``(N, H, W, 3)``, such as :func:`random_images`.
        listeners: What else is told of its training.
        allow_code: Whether to load it by import path, for a method that is not registered.

    Returns:
        The method, trained.

    Raises:
        AssertionError: If it breaks a rule; the message says which.

    Example:
        >>> from synth_anomaly import Pipeline
        >>> small = Pipeline(size=32, steps=1, backbone={"name": "resnet18", "width": 4})
        >>> check_method(small, random_images()).trained
        True
    """
    unknown = [name for name in method.after_training if name not in options_of(method.Settings)]
    expect(not unknown, f"after_training names {', '.join(unknown)}, which its Settings have not")
    _check_saveable(method)
    before = random_states(torch.device("cpu"))
    fit_small(method, images, listeners=[_Panels(), *listeners])
    after = random_states(torch.device("cpu"))
    moved = [name for name in before if after[name] != before[name]]
    expect(not moved, f"training changes the global random state of {', '.join(moved)}: use its generators")
    prediction = method.predict(images)
    _check_prediction(prediction, len(images), method.settings.input_size)
    _check_pictures(method, images)
    with TemporaryDirectory() as folder:
        method.save(folder)
        loaded = load_method(folder, allow_code=allow_code)
    expect(type(loaded) is type(method), f"what was saved is loaded as a {type(loaded).__name__}")
    other = dict(differences(loaded.recipe().table(), method.recipe().table()))
    expect(not other, f"what is loaded has other settings, {', '.join(other)}: keep every option as given")
    again = loaded.predict(images)
    same = torch.equal(again.maps, prediction.maps) and torch.equal(again.scores, prediction.scores)
    expect(same, "loaded, it predicts otherwise: keep what it needs as parameters, buffers or settings")
    return method


def check_resuming(make: Callable[[], Method], images: npt.NDArray[np.uint8], stage: str, step: int) -> None:
    """Check that training that was stopped and goes on ends with the weights of training that was not.

    Args:
        make: Returns the method, untrained, the same each time.
        images: Good images, uint8 ``(N, H, W, 3)``.
        stage: Name of the stage in which it is stopped.
        step: After which of its steps, from 1; what is kept by then is one step less. Not the very first.

    Raises:
        AssertionError: If the weights differ, it was not stopped, or nothing was kept by then.
    """
    undisturbed = fit_small(make(), images).state_dict()
    with TemporaryDirectory() as folder, patch.object(trainer, "_CHECKPOINT_SECONDS", 0.0):
        stopped = False
        try:
            fit_small(make(), images, checkpoints=folder, listeners=[_Stop(stage, step)])
        except Interrupted:
            stopped = True
        expect(stopped, f"training has no step {step} in a stage {stage!r}")
        kept = (Path(folder) / "state.json").is_file()
        expect(kept, f"nothing is kept before step {step} of stage {stage!r} ends: name a later one")
        resumed = fit_small(make(), images, checkpoints=folder).state_dict()
    _expect_same(resumed, undisturbed)


def _check_saveable(method: Method) -> None:
    try:
        check_saveable(method)
    except ComponentError as error:
        raise AssertionError(str(error)) from error


def _check_prediction(prediction: Prediction, count: int, size: tuple[int, int]) -> None:
    shapes = {"maps": (count, 1, *size), "scores": (count,), "reconstruction": (count, 3, *size)}
    for name, shape in shapes.items():
        made = getattr(prediction, name)
        if made is None and name == "reconstruction":
            continue
        right = tuple(made.shape) == shape and made.dtype == torch.float32
        expect(right, f"{name} must be float32 {shape}, got {describe_tensor(made)}")
        expect(bool(made.isfinite().all()), f"{name} are not finite")


def _check_pictures(method: Method, images: npt.NDArray[np.uint8]) -> None:
    _check_heads(method, images)
    shape = len(images), 3, *method.settings.input_size
    for head, picture in pictures_of(method, images).items():
        right = tuple(picture.shape) == shape
        expect(right, f"picture {head!r} must be {shape}, got {describe_tensor(picture)}")
        expect(bool(picture.isfinite().all()), f"picture {head!r} is not finite")
        low, high = picture.min().item(), picture.max().item()
        expect(0 <= low <= high <= 1, f"picture {head!r} must lie in [0, 1], got {low} to {high}")


def _check_heads(method: Method, images: npt.NDArray[np.uint8]) -> None:
    """Check that pictures have the same names for a whole batch, each image and a black one."""
    black = np.zeros_like(images[:1])
    whole, *others = images[: method.settings.batch_size], *np.split(images, len(images)), black
    heads = list(pictures_of(method, whole))
    for batch in others:
        other = list(pictures_of(method, batch))
        expect(other == heads, f"pictures must have the same names for all images, got {heads} and {other}")


def _expect_same(resumed: Mapping[str, Tensor], undisturbed: Mapping[str, Tensor]) -> None:
    expect(resumed.keys() == undisturbed.keys(), "resumed, it has other weights: make them in build()")
    different = [name for name, value in undisturbed.items() if not torch.equal(resumed[name], value)]
    expect(
        not different,
        f"resumed, {', '.join(different[:3])} end otherwise: draw from the generators, keep in tensors of "
        "the stage what its steps change",
    )


class _Panels(Listener):
    """Computes the panels of each report, as TensorBoard does."""

    def on_epoch(self, report: EpochReport) -> None:
        for name, panel in report.panels().items():
            is_image = panel.ndim == 4 and panel.shape[1] == 3
            expect(is_image, f"panel {name!r} must be (B, 3, H, W), got {describe_tensor(panel)}")


class _Stop(Listener):
    """Stops after a step."""

    def __init__(self, stage: str, step: int) -> None:
        self._place = stage, step

    def on_step(self, stage: Stage, step: int, losses: Mapping[str, float]) -> None:  # noqa: ARG002
        if (stage.name, step) == self._place:
            raise Interrupted("stopped by a test")
