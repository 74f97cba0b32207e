"""Randomness that depends on the seed and the place in the run, so that no state is ever saved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Generator, Tensor

__all__ = ["batch_index", "epoch_order", "forked_rng", "generator_for", "seed_for"]


def seed_for(*place: int | str) -> int:
    """Return a seed in [0, 2^63) for a place such as ``(seed, stage, step)``; the same on every machine."""
    digest = hashlib.blake2b("/".join(map(str, place)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator_for(*place: int | str) -> Generator:
    """Return a CPU generator seeded for the place."""
    return Generator().manual_seed(seed_for(*place))


@contextmanager
def forked_rng(seed: int, device: torch.device | str = "cpu") -> Iterator[None]:
    """Seed the global random state within the block, and put it back afterwards.

    For modules that take no generator: initialisers, dropout, Kornia.
    """
    device = torch.device(device)
    devices = [device.index or 0] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), _forked_mps(seed, device):
        torch.default_generator.manual_seed(seed)
        for index in devices:  # torch.cuda.manual_seed would seed the current device, whichever that is
            torch.cuda.default_generators[index].manual_seed(seed)
        yield


@contextmanager
def _forked_mps(seed: int, device: torch.device) -> Iterator[None]:
    """Do the same for an Apple GPU, which ``fork_rng`` knows only in some releases of torch."""
    if device.type != "mps":
        yield
        return
    before = torch.mps.get_rng_state()
    try:
        torch.mps.manual_seed(seed)
        yield
    finally:
        torch.mps.set_rng_state(before)


def epoch_order(seed: int, stage: str, epoch: int, count: int) -> Tensor:
    """Return the order in which an epoch visits ``count`` images."""
    return torch.randperm(count, generator=generator_for(seed, stage, "epoch", epoch))


def batch_index(seed: int, stage: str, step: int, batch_size: int, count: int) -> Tensor:
    """Return the rows of a step's batch, ``(batch_size,)`` int64.

    Batches are cut from the epochs' orders laid end to end, so every batch is full, also when there
    are fewer images than a batch holds.
    """
    start, stop = step * batch_size, (step + 1) * batch_size
    first, last = start // count, (stop - 1) // count
    orders = [epoch_order(seed, stage, epoch, count) for epoch in range(first, last + 1)]
    return torch.cat(orders)[start - first * count : stop - first * count]
