"""What every loss must hold, as checks that its author runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from synth_anomaly.interfaces import Loss, Outputs, Size, Targets
from synth_anomaly.testing.expect import describe_tensor, expect, expect_finite_gradients, random_tensor
from synth_anomaly.testing.recipe import check_recipe

__all__ = ["check_loss", "check_loss_finite", "check_loss_order"]


def check_loss(
    loss: Loss,
    *,
    size: Size = (32, 32),
    features: Sequence[Tensor] = (),
    device: torch.device | str = "cpu",
) -> None:
    """Run every check of this module on an empty, a full and a half mask.

    Args:
        loss: What is checked. Where it declares ``lower_is_better = True``, the perfect outputs must cost
            less than the inverse ones.
        size: Height and width of the images.
        features: Features for a loss that needs some, of two samples.
        device: Where the tensors are.
    """
    for name, masks in example_masks(size, device).items():
        targets = example_targets(masks)
        check_loss_finite(loss, targets, features, name)
    if getattr(loss, "lower_is_better", False):
        check_loss_order(loss, example_targets(example_masks(size, device)["half"]), features)
    check_recipe("loss", loss)


def check_loss_finite(
    loss: Loss, targets: Targets, features: Sequence[Tensor] = (), masks: str = "given"
) -> None:
    """It is one finite number, and so is its gradient; also for outputs as large as float32 saturates at."""
    for scale in (1.0, 100.0):
        logits = (scale * (random_tensor(*targets.masks.shape, seed=2) - 0.5)).to(targets.masks.device)
        reconstruction = random_tensor(*targets.clean.shape, seed=3, device=targets.clean.device)
        given = [tensor.requires_grad_() for tensor in (logits, reconstruction)]
        value = loss(Outputs(given[0], given[1], features), targets)
        scalar = isinstance(value, Tensor) and value.ndim == 0
        expect(scalar, f"a loss must return a scalar, got {describe_tensor(value)}")
        expect(bool(value.isfinite()), f"the loss is {value.item()} on the {masks} mask")
        expect(value.requires_grad, "no gradient leaves the loss: it is detached from the outputs")
        torch.autograd.backward(value)
        reached = [
            (name, x)
            for name, x in zip(("logits", "reconstruction"), given, strict=True)
            if x.grad is not None
        ]
        expect_finite_gradients((f"the {name} on the {masks} mask", tensor) for name, tensor in reached)


def check_loss_order(loss: Loss, targets: Targets, features: Sequence[Tensor] = ()) -> None:
    """Perfect outputs cost less than inverse ones."""
    logits = 20 * targets.masks - 10
    perfect = loss(Outputs(logits, targets.clean, features), targets).item()
    inverse = loss(Outputs(-logits, 1 - targets.clean, features), targets).item()
    expect(
        perfect < inverse, f"perfect outputs must cost less than inverse ones, got {perfect} and {inverse}"
    )


def example_masks(size: Size, device: torch.device | str = "cpu") -> Mapping[str, Tensor]:
    """Return masks of two samples: empty, full, and 1 in the upper half."""
    half = torch.zeros(2, 1, *size, device=device)
    half[:, :, : size[0] // 2] = 1
    return {"empty": torch.zeros_like(half), "full": torch.ones_like(half), "half": half}


def example_targets(masks: Tensor) -> Targets:
    """Return targets with these masks: noise, inverted where the mask is 1."""
    clean = random_tensor(len(masks), 3, *masks.shape[2:], device=masks.device)
    return Targets(clean, torch.lerp(clean, 1 - clean, masks), masks)
