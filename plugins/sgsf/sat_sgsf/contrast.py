"""Which normal images are like an image: the contrast sets of training, and the normals of testing."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sat_sgsf.networks import Encoder
from synth_anomaly.data import ImageStore
from synth_anomaly.errors import DataError

__all__ = ["Normals", "check_enough", "contrast_sets", "pooled_features", "similarities"]


def pooled_features(encoder: Encoder, images: Tensor) -> Tensor:
    """Return ``p``, ``(B, C)`` float32: the mean of ``q``, the encoder's last level, over its places.

    Source: SGSF, section III-C.1.
    """
    coarsest: Tensor = encoder(images)[-1]
    return coarsest.float().mean(dim=(2, 3))


def similarities(features: Tensor, others: Tensor) -> Tensor:
    """Return equation 4, the cosine similarities ``(A, B)`` of ``(A, C)`` and ``(B, C)`` features.

    Example:
        >>> import torch
        >>> similarities(torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
        tensor([[1., 0.]])
    """
    # autocast would round cosines to steps in which different images are equally near
    with torch.autocast(features.device.type, enabled=False):
        similar: Tensor = F.normalize(features.float(), dim=1) @ F.normalize(others.float(), dim=1).mT
    return similar


def check_enough(images: int, *, with_itself: bool) -> None:
    """Check that each training image has another one, or may be guided by itself.

    Raises:
        DataError: If there is no other image.
    """
    if images - (not with_itself) < 1:
        raise DataError(
            f"expected at least 2 good images, got {images}: "
            "each is guided by another one; add some, or set contrast_itself=true"
        )


def contrast_sets(features: Tensor, count: int, *, with_itself: bool = False) -> Tensor:
    """Return for each training image the rows of those most similar to it.

    Args:
        features: ``(N, C)``, ``p`` of all training images.
        count: How many, the paper's n; with fewer images, all there are.
        with_itself: Whether the image itself, which is the most similar, may be among them.

    Returns:
        int64 ``(N, min(count, N - 1))``, most similar first; ``N`` in the place of ``N - 1`` with itself.

    Raises:
        DataError: If there is no other image.
    """
    check_enough(len(features), with_itself=with_itself)
    available = len(features) - (not with_itself)
    similar = similarities(features, features)
    if not with_itself:
        similar.fill_diagonal_(-torch.inf)
    return similar.topk(min(count, available), dim=1).indices


class Normals(nn.Module):
    """The training images and their ``p``, which testing needs; they are saved with the method.

    Args:
        channels: Width of ``p``.
        size: Height and width of the images.

    Attributes:
        features: ``(N, C)`` float32; N is 0 before training.
        images: uint8 ``(N, 3, H, W)``.
    """

    features: Tensor
    images: Tensor

    def __init__(self, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.register_buffer("features", torch.zeros(0, channels))
        self.register_buffer("images", torch.zeros(0, 3, *size, dtype=torch.uint8))

    def __len__(self) -> int:
        return len(self.features)

    def describe(self, store: ImageStore, encoder: Encoder, batch_size: int) -> None:
        """Compute ``p`` of all images of a store, and forget images kept before."""
        rows = torch.split(torch.arange(len(store)), batch_size)
        self.features = torch.cat([pooled_features(encoder, images) for images in store.batches(rows)])
        self.images = self.images[:0]

    def keep(self, store: ImageStore, batch_size: int) -> None:
        """Keep the images of the store that was described."""
        rows = torch.split(torch.arange(len(store)), batch_size)
        kept = [(images * 255).round().to(torch.uint8) for images in store.batches(rows)]
        self.images = torch.cat(kept).contiguous()

    def nearest(self, features: Tensor) -> Tensor:
        """Return the row of the normal image most similar to each of ``(B, C)`` features, int64 ``(B,)``."""
        return similarities(features, self.features).argmax(dim=1)

    def image(self, row: int) -> Tensor:
        """Return one normal image, float32 ``(1, 3, H, W)`` in [0, 1]."""
        return self.images[row : row + 1].float().div(255).contiguous()

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        """Make room for as many images as were saved."""
        for name in ("features", "images"):
            saved, own = state_dict.get(prefix + name), getattr(self, name)
            if saved is not None and saved.shape[1:] == own.shape[1:]:
                setattr(self, name, own.new_zeros(saved.shape))
        super()._load_from_state_dict(state_dict, prefix, *arguments)
