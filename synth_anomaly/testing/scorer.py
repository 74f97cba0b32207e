"""What every scorer must hold, as checks that its author runs."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.interfaces import Outputs, Prediction, Scorer
from synth_anomaly.testing.expect import describe_tensor, expect, random_tensor
from synth_anomaly.testing.recipe import check_recipe

__all__ = ["check_score_shapes", "check_scorer", "check_scores_alone"]


def check_scorer(
    scorer: Scorer,
    outputs: Outputs | None = None,
    images: Tensor | None = None,
    *,
    device: torch.device | str = "cpu",
) -> None:
    """Run every check of this module.

    Args:
        scorer: What is checked.
        outputs: What it scores; logits, a reconstruction and a pair of features unless given.
        images: ``(B, 3, H, W)``, as many as there are outputs.
        device: Where the tensors are that are not given.
    """
    images = random_tensor(3, 3, 40, 56, device=device) if images is None else images
    outputs = example_outputs(images) if outputs is None else outputs
    check_score_shapes(scorer, outputs, images)
    check_scores_alone(scorer, outputs, images)
    check_recipe("scorer", scorer)


def check_score_shapes(scorer: Scorer, outputs: Outputs, images: Tensor) -> None:
    """It returns one finite map and one finite score an image."""
    prediction = scorer(outputs, images)
    returned = type(prediction).__name__
    expect(isinstance(prediction, Prediction), f"a scorer must return a Prediction, got {returned}")
    for what, tensor, shape in (
        ("maps", prediction.maps, (len(images), 1, *images.shape[2:])),
        ("scores", prediction.scores, (len(images),)),
    ):
        right = isinstance(tensor, Tensor) and tuple(tensor.shape) == shape
        expect(right, f"{what} must be {shape}, got {describe_tensor(tensor)}")
        expect(bool(tensor.isfinite().all()), f"the {what} hold values that are not finite")


def check_scores_alone(scorer: Scorer, outputs: Outputs, images: Tensor) -> None:
    """A batch gives what its images give one by one."""
    together = scorer(outputs, images)
    for row in range(len(images)):
        alone = scorer(_row(outputs, row), images[row : row + 1])
        for what in ("maps", "scores"):
            batch, single = getattr(together, what)[row], getattr(alone, what)[0]
            close = torch.allclose(batch, single, rtol=1e-4, atol=1e-5)
            expect(close, f"the {what} of image {row} depend on the other images of its batch")


def example_outputs(images: Tensor) -> Outputs:
    """Return outputs for the images: logits, a reconstruction, and a pair of features."""
    count, height, width = len(images), *images.shape[2:]
    # each image at another level, so that a figure taken over the whole batch shows
    levels = torch.arange(count, device=images.device)[:, None, None, None]
    logits = 8 * random_tensor(count, 1, height, width, seed=4, device=images.device) - 8 + levels
    reconstruction = random_tensor(*images.shape, seed=5, device=images.device)
    features = [
        random_tensor(count, 8, 4, 4, seed=seed, device=images.device) * (1 + levels) for seed in (6, 7)
    ]
    return Outputs(logits, reconstruction, features)


def _row(outputs: Outputs, row: int) -> Outputs:
    def of(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor[row : row + 1]

    features = [feature[row : row + 1] for feature in outputs.features]
    return Outputs(of(outputs.logits), of(outputs.reconstruction), features)
