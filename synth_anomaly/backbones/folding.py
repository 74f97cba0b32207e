"""Batch normalisation folded into the convolution before it: the same function in one step."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

__all__ = ["fold_batch_norm", "fold_state"]


def fold_batch_norm(
    weight: Tensor,
    bias: Tensor | None,
    mean: Tensor,
    variance: Tensor,
    scale: Tensor,
    shift: Tensor,
    eps: float = 1e-5,
) -> tuple[Tensor, Tensor]:
    """Return the weight and bias of a convolution that does what it and its batch normalisation did.

    Computed in float64 and returned in the dtype of ``weight``.

    Args:
        weight: ``(out, in / groups, kernel, kernel)``.
        bias: ``(out,)``, or None for none.
        mean: ``(out,)``, the running mean.
        variance: ``(out,)``, the running variance.
        scale: ``(out,)``, the weight of the batch normalisation.
        shift: ``(out,)``, its bias.
        eps: What it adds to the variance.

    Returns:
        ``weight * factor`` and ``shift + (bias - mean) * factor``, with the factor
        ``scale / sqrt(variance + eps)`` of each output channel.

    Source:
        Jacob et al., Quantization and Training of Neural Networks (2018), section 3.2, equation 14.

    Example:
        >>> import torch
        >>> from torch.nn import functional as F
        >>> images, weight = torch.rand(1, 3, 8, 8), torch.rand(4, 3, 1, 1)
        >>> mean, variance, scale, shift = torch.rand(4, 4).unbind()
        >>> expected = F.batch_norm(F.conv2d(images, weight), mean, variance, scale, shift)
        >>> folded = F.conv2d(images, *fold_batch_norm(weight, None, mean, variance, scale, shift))
        >>> torch.allclose(folded, expected, atol=1e-4)
        True
    """
    factor = scale.double() / (variance.double() + eps).sqrt()
    moved = -mean.double() if bias is None else bias.double() - mean.double()
    folded = weight.double() * factor.view(-1, *[1] * (weight.ndim - 1))
    return folded.to(weight.dtype), (shift.double() + moved * factor).to(weight.dtype)


def fold_state(state: Mapping[str, Tensor], pairs: Mapping[str, str], eps: float) -> dict[str, Tensor]:
    """Return a state dict without the batch normalisations, whose convolutions have biases instead.

    A pair of which ``state`` lacks a part stays as it is.

    Args:
        state: Weights by name.
        pairs: The name of each batch normalisation by that of the convolution before it.
        eps: What the batch normalisations add to the variance.

    Example:
        >>> from torch import nn
        >>> network = nn.Sequential(nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4))
        >>> list(fold_state(network.state_dict(), {"0": "1"}, eps=1e-5))
        ['0.weight', '0.bias']
    """
    folded = dict(state)
    for convolution, norm in pairs.items():
        weight = f"{convolution}.weight"
        parts = [f"{norm}.{part}" for part in ("running_mean", "running_var", "weight", "bias")]
        if not {weight, *parts} <= state.keys():
            continue
        mean, variance, scale, shift = (state[part] for part in parts)
        bias = state.get(f"{convolution}.bias")
        folded[weight], bias = fold_batch_norm(state[weight], bias, mean, variance, scale, shift, eps)
        for part in (*parts, f"{norm}.num_batches_tracked"):
            folded.pop(part, None)
        folded[f"{convolution}.bias"] = bias
    return folded
