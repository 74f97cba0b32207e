"""The paper's two objectives, in its notation: ``X`` an image, ``X̂`` its corrupted copy, ``M`` the mask."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

__all__ = ["Normaliser", "amplifying", "filtering"]

Normaliser = Literal["mask", "difference"]
"""What divides the second term of equation 4: ``||M||_1``, or ``|| |X̂ - X| ||_1``."""


def filtering(f_x_hat: Tensor, x: Tensor, x_hat: Tensor, m: Tensor, weight: float = 0.5) -> Tensor:  # noqa: ARG001
    """Equation 1: reconstruct what is normal, and restore what was corrupted.

    ``(1 - λ) / ||M̄||_1 ||M̄ ⊙ (F(X̂) - X)||_2^2 + λ / ||M||_1 ||M ⊙ (F(X̂) - X)||_2^2``

    Args:
        f_x_hat: ``F(X̂)``, ``(B, 3, H, W)``.
        x: ``X``, ``(B, 3, H, W)`` in [0, 1].
        x_hat: ``X̂``, likewise; not used, there so that both objectives are called alike.
        m: ``M``, ``(B, 1, H, W)`` in [0, 1], 1 where corrupted; it counts once for each colour.
        weight: ``λ`` in [0, 1] (section 4.4: 0.5 is good in most cases).

    Returns:
        A float32 scalar: norms are of each image, and averaged. A term whose region is empty is 0.
    """
    m, difference = m.float().expand_as(x), f_x_hat.float() - x.float()
    normal = _share(_squared_norm((1 - m) * difference), _norm(1 - m))
    corrupted = _share(_squared_norm(m * difference), _norm(m))
    return ((1 - weight) * normal + weight * corrupted).mean()


def amplifying(
    f_x_hat: Tensor,
    x: Tensor,
    x_hat: Tensor,
    m: Tensor,
    weight: float = 0.5,
    normaliser: Normaliser = "mask",
) -> Tensor:
    """Equation 4: reconstruct what is normal, and push away what was corrupted, as far as it was changed.

    ``(1 - λ) / ||M̄||_1 ||M̄ ⊙ (F(X̂) - X)||_2^2 - λ / ||M||_1 || |X̂ - X| ⊙ (F(X̂) - X) ||_2^2``

    Args:
        f_x_hat: ``F(X̂)``, ``(B, 3, H, W)``.
        x: ``X``, ``(B, 3, H, W)`` in [0, 1].
        x_hat: ``X̂``, likewise.
        m: ``M``, ``(B, 1, H, W)`` in [0, 1], 1 where corrupted; it counts once for each colour.
        weight: ``λ`` in [0, 1].
        normaliser: What divides the second term; the text at hand has lost it, ``||M||_1`` is ours.

    Returns:
        A float32 scalar: norms are of each image, and averaged. A term whose region is empty is 0.
    """
    m, difference = m.float().expand_as(x), f_x_hat.float() - x.float()
    change = (x_hat.float() - x.float()).abs()
    normal = _share(_squared_norm((1 - m) * difference), _norm(1 - m))
    size = _norm(m) if normaliser == "mask" else _norm(change)
    corrupted = _share(_squared_norm(change * difference), size)
    return ((1 - weight) * normal - weight * corrupted).mean()


def _norm(values: Tensor) -> Tensor:
    """Return the L1 norm of each image, ``(B,)``."""
    return values.abs().flatten(1).sum(dim=1)


def _squared_norm(values: Tensor) -> Tensor:
    """Return the square of each image's L2 norm, ``(B,)``."""
    return values.square().flatten(1).sum(dim=1)


def _share(part: Tensor, whole: Tensor) -> Tensor:
    """Return ``part / whole``, 0 where there is nothing; ``part`` is 0 then too."""
    return part / whole.clamp(min=1e-6)
