"""Which patches can be computed at once: those of one size whose windows do not meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.rows import Rows

__all__ = ["Group", "alike", "patches_drawn"]

_SIDES = (64, 96, 144, 208, 320, 480, 720, 1080)


def patches_drawn(drawn: Parameters, size: Size, most: int) -> Parameters:
    """Return the patches of all images in one table, on the CPU.

    Args:
        drawn: ``times``, and each time's ``box`` and ``fill``.
        size: Height and width of the images.
        most: Of times.

    Returns:
        What was drawn of each patch, and its ``image``, the ``window`` that it is computed in, ``(N, 4)``
        like a box, and its ``turn``: patches of one turn do not meet, and follow those that they meet.
    """
    parts = [drawn.scope(str(number)).host for number in range(most)]
    shown = torch.arange(most)[:, None] < drawn.host["times"]
    window = torch.stack([_windows(part["shape/box"], size) for part in parts])
    turn = _turns(torch.stack([part["shape/box"] for part in parts]), window, shown)
    image = torch.arange(shown.shape[1]).expand_as(shown)
    table = {name: torch.stack([part[name] for part in parts])[shown] for name in parts[0]}
    return Parameters(table | {"image": image[shown], "window": window[shown], "turn": turn[shown]})


@dataclass(frozen=True)
class Group:
    """Patches that are computed at once.

    Attributes:
        rows: Which.
        turn: How many turns were before.
        side: Height and width of their windows.
        apart: How many rows and columns of the donor each shows, at most.
    """

    rows: Rows
    turn: int
    side: Size
    apart: Size


def alike(patches: Parameters, device: torch.device) -> Iterator[Group]:
    """Yield patches with windows of one size, turn by turn."""
    host = patches.host
    apart = (host["shape/box"][:, 2:] / host["fill/1/scale"][:, None]).ceil().long()
    kind = torch.cat((host["turn"][:, None], host["window"][:, 2:]), dim=1)
    for turn, height, width in sorted({tuple(row) for row in kind.tolist()}):
        chosen = (kind == torch.tensor([turn, height, width])).all(dim=1)
        rows, columns = apart[chosen].amax(dim=0).tolist()
        yield Group(Rows.where(chosen, device), turn, (height, width), (rows, columns))


def _windows(boxes: Tensor, size: Size) -> Tensor:
    """Return windows like boxes, which begin with their box, or end with the image."""
    limits = torch.tensor(size)
    steps = torch.tensor((*_SIDES, max(*size, _SIDES[-1])))
    sides = torch.minimum(steps[torch.searchsorted(steps, boxes[:, 2:].contiguous())], limits)
    return torch.cat((torch.minimum(boxes[:, :2], limits - sides), sides), dim=1)


def _turns(boxes: Tensor, windows: Tensor, shown: Tensor) -> Tensor:
    """Return ``(times, B)`` int64; ``boxes`` and ``windows`` are ``(times, B, 4)``."""
    first = torch.minimum(boxes[..., :2] - 1, windows[..., :2])
    # a window that ends with the image holds its box
    last = torch.maximum(boxes[..., :2] + boxes[..., 2:] + 1, windows[..., :2] + windows[..., 2:])
    meet = ((first[:, None] < last) & (first < last[:, None])).all(dim=3) & shown[:, None] & shown
    number = torch.arange(len(boxes))
    before = meet & (number < number[:, None])[..., None]
    turns = torch.zeros_like(shown, dtype=torch.int64)
    for _ in range(len(boxes) - 1):
        turns = (before * (turns + 1)).amax(dim=1)
    return turns
