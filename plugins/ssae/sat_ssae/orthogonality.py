"""How near to an orthogonal projection a trained autoencoder is (section 4.2, figure 9)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from sat_ssae.images import TrainedRun
from sat_ssae.tables import Plot, Rows
from synth_anomaly.data import ImageStore
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size
from synth_anomaly.training import generator_for

__all__ = ["WIDTHS", "At", "Orthogonality", "measure_orthogonality", "nearest", "patch_sides", "swap_patches"]

WIDTHS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Widths of the patches, ``sqrt(|S| / N)``, from 0.05 to 0.95."""

_HALF = 0.5**0.5
"""The width of a patch that is half of the image."""

_SEARCHED = 2**25  # values of images that are searched for at a time

_EXACT = "donot_use_mm_for_euclid_dist"  # the quicker way rounds away what tells near images apart


@dataclass(frozen=True)
class At:
    """What was found at one width.

    Attributes:
        width: Of the patches that were swapped, in whole pixels, ``sqrt(|S| / N)``.
        image: Share of cases in which X is the training image nearest to ``X̂``.
        reconstruction: Share of cases in which X is the training image nearest to ``F(X̂)``.
        error_mean: Mean of ``||F(X̂) - X|| / N``, with N the number of values of an image.
        error_deviation: Its standard deviation.
    """

    width: float
    image: float
    reconstruction: float
    error_mean: float
    error_deviation: float


@dataclass(frozen=True)
class Orthogonality:
    """The measurement over all widths.

    Attributes:
        title: Of which run.
        found: By ascending width.
    """

    title: str
    found: tuple[At, ...]

    def summary(self) -> dict[str, float]:
        """Return the means of both shares below and above half of the image."""
        parts = {
            "below_half": [at for at in self.found if at.width < _HALF],
            "above_half": [at for at in self.found if at.width >= _HALF],
        }
        return {
            f"{what}_{part}": sum(getattr(at, what) for at in some) / len(some)
            for part, some in parts.items()
            if some
            for what in ("image", "reconstruction", "error_mean")
        }

    def rows(self) -> Rows:
        """Return the table, a line a width."""
        yield ("width", "share", "image_nearest", "reconstruction_nearest", "error_mean", "error_deviation")
        for at in self.found:
            share = round(at.width**2, 4)
            yield (round(at.width, 4), share, at.image, at.reconstruction, at.error_mean, at.error_deviation)

    def draw(self, plot: Plot) -> None:
        """Draw the three plots of figure 9."""
        image, reconstruction, error = plot.axes(3)
        widths = [at.width for at in self.found]
        image.plot(widths, [at.image for at in self.found], "o-", color="tab:blue", ms=3)
        image.set(title=self.title, ylabel="X nearest to X̂")
        reconstruction.plot(widths, [at.reconstruction for at in self.found], "o-", color="tab:green", ms=3)
        reconstruction.set(ylabel="X nearest to F(X̂)")
        means, spreads = [at.error_mean for at in self.found], [at.error_deviation for at in self.found]
        error.errorbar(widths, means, spreads, color="tab:purple", marker="o", ms=3, capsize=2)
        error.set(ylabel="||F(X̂) - X|| / N", xlabel="width of the patch, sqrt(|S| / N)")
        error.set_ylim(bottom=0)
        for axes in (image, reconstruction, error):
            axes.axvline(_HALF, color="tab:red", ls=":", label="|S| = |S̄|")
            axes.set_xlim(0, 1)
            axes.grid(alpha=0.3)
        for axes in (image, reconstruction):
            axes.set_ylim(-0.03, 1.03)
        image.legend(loc="lower left")


def patch_sides(size: Size, width: float) -> Size:
    """Return height and width of a square that covers ``width`` squared of an image, cut to the image.

    Example:
        >>> patch_sides((32, 128), 0.25), patch_sides((32, 128), 0.75)
        ((16, 16), (32, 48))
    """
    side = max(1, round(width * math.sqrt(math.prod(size))))
    return min(side, size[0]), min(side, size[1])


def swap_patches(images: Tensor, others: Tensor, sides: Size, random: Generator) -> Tensor:
    """Return images in each of which a patch shows another image, at a random place.

    Args:
        images: ``(B, 3, H, W)``.
        others: ``(B, 3, H, W)``; the patch shows the same place of them.
        sides: Height and width of the patch in pixels.
        random: A CPU generator.
    """
    height, across = images.shape[-2:]
    top, left = (
        (torch.rand(len(images), generator=random) * (length - side + 1)).long().to(images.device)
        for length, side in zip((height, across), sides, strict=True)
    )
    rows, columns = (torch.arange(length, device=images.device) for length in (height, across))
    down = (rows >= top[:, None]) & (rows < top[:, None] + sides[0])
    right = (columns >= left[:, None]) & (columns < left[:, None] + sides[1])
    inside = (down[:, :, None] & right[:, None, :])[:, None]
    return torch.where(inside, others, images)


def nearest(images: Tensor, store: ImageStore, batch_size: int) -> Tensor:
    """Return the row of the stored image nearest to each image, int64 ``(B,)``.

    Args:
        images: ``(B, 3, H, W)`` in [0, 1].
        store: What to search in.
        batch_size: Stored images to compare at a time.
    """
    distances = [
        torch.cdist(images.flatten(1), store.batch(index).flatten(1), compute_mode=_EXACT)
        for index in torch.split(torch.arange(len(store)), batch_size)
    ]
    return torch.cat(distances, dim=1).argmin(dim=1)


@torch.no_grad()
def measure_orthogonality(
    run: TrainedRun,
    widths: Sequence[float] = WIDTHS,
    *,
    repeats: int = 1,
    report: Callable[[At], None] | None = None,
) -> Orthogonality:
    """Measure a run on its own training images.

    Every image X is corrupted by a square patch of another, and the training images are searched for the one
    nearest to the corrupted copy and to its reconstruction. Of a run of two models that of equation 1 is
    measured.

    Args:
        run: A trained run.
        widths: Widths of the patch, ``sqrt(|S| / N)`` in (0, 1). What is found is of whole pixels; in images
            that are not square a patch as wide as the shorter side grows along the other alone.
        repeats: How often every image is corrupted at every width.
        report: Told what was found at each width in turn.

    Raises:
        DataError: If there are fewer than two images, or a width is out of range.
    """
    method = run.method.eval()
    store = method.training_data(run.dataset, method.device).train
    if len(store) < 2:
        raise DataError(f"expected two training images or more, got {len(store)}: patches come from others")
    if not widths or not all(0 < width < 1 for width in widths) or repeats < 1:
        raise DataError(f"expected widths in (0, 1) and repeats from 1, got {widths!r} and {repeats!r}")
    network = next(iter(method.trainings().values())).network
    report = (lambda _: None) if report is None else report
    found = []
    for width in sorted(widths):
        found.append(_at(width, store, network, method.settings.batch_size, method.seed, repeats))
        report(found[-1])
    return Orthogonality(f"{run.title}, {len(store)} training images", tuple(found))


def _at(width: float, store: ImageStore, network: nn.Module, batch_size: int, seed: int, repeats: int) -> At:
    count, random = len(store), generator_for(seed, "orthogonality", round(width * 1e6))
    image, reconstruction, errors = [], [], []
    sides = patch_sides(store.size, width)
    for index in torch.split(torch.arange(count).repeat(repeats), _searched_at_once(store.size)):
        other = (index + torch.randint(1, count, (len(index),), generator=random)) % count
        x = store.batch(index)
        x_hat = swap_patches(x, store.batch(other), sides, random)
        f_x_hat = torch.cat([network(part) for part in torch.split(x_hat, batch_size)])
        of_image, of_reconstruction = nearest(torch.cat((x_hat, f_x_hat)), store, batch_size).chunk(2)
        rows = index.to(x.device)
        image.append(of_image == rows)
        reconstruction.append(of_reconstruction == rows)
        errors.append(torch.linalg.vector_norm((f_x_hat - x).flatten(1), dim=1) / x[0].numel())
    error = torch.cat(errors)
    return At(
        width=math.sqrt(math.prod(sides) / math.prod(store.size)),
        image=_share(image),
        reconstruction=_share(reconstruction),
        error_mean=float(error.mean()),
        error_deviation=float(error.std(correction=0)),
    )


def _searched_at_once(size: Size) -> int:
    """Return how many images to search at a time: each reads all training images anew."""
    return max(1, _SEARCHED // (3 * math.prod(size)))


def _share(hits: Sequence[Tensor]) -> float:
    return float(torch.cat(list(hits)).float().mean())
