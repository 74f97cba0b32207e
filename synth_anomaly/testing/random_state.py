"""Setting and watching the global random states, and leaving them as they were."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

__all__ = ["random_states", "set_random_state"]


@contextmanager
def set_random_state(seed: int) -> Iterator[None]:
    """Seed PyTorch's (on the CPU), NumPy's and Python's global states; put them back afterwards."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002


def random_states(device: torch.device) -> dict[str, bytes]:
    """Return the global random states by library, with that of a CUDA ``device``."""
    _, numbers, *position = np.random.get_state()  # noqa: NPY002
    states = {
        "torch": torch.get_rng_state().numpy().tobytes(),
        "numpy": np.asarray(numbers).tobytes() + repr(position).encode(),
        "the module random": repr(random.getstate()).encode(),
    }
    if device.type == "cuda":
        states["torch.cuda"] = torch.cuda.get_rng_state(device).numpy().tobytes()
    return states
