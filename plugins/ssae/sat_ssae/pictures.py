"""A picture of reconstructions: input, corrupted copy, output, difference."""

from __future__ import annotations

from pathlib import Path

import torch

from sat_ssae.images import TrainedRun
from sat_ssae.tables import Plot
from synth_anomaly.errors import DataError
from synth_anomaly.files import write_whole
from synth_anomaly.interfaces import Batch
from synth_anomaly.training import generator_for

__all__ = ["PICTURE", "write_reconstructions"]

PICTURE = "reconstructions.png"
"""The file's name in a run's folder."""

_COLUMNS = ("input", "corrupted", "output", "difference")


@torch.no_grad()
def write_reconstructions(path: Path, run: TrainedRun, count: int = 6) -> None:
    """Draw what a trained run makes of corrupted images that were held back, as PNG.

    Args:
        path: The file.
        run: A trained run.
        count: Images of each model; fewer where fewer were held back, of the training images where none was.

    Raises:
        DataError: If ``count`` is below 1.
    """
    if count < 1:
        raise DataError(f"expected a count of images from 1 up, got {count!r}: 6 is usual")
    method = run.method.eval()
    data = method.training_data(run.dataset, method.device)
    store = data.validation or data.train
    index = torch.arange(min(count, len(store)))
    batch = Batch(store.batch(index), index, store.guide_batch(index))
    rows = []
    for name, training in method.trainings().items():
        panels = training.panels(batch, generator_for(method.seed, "reconstructions"))
        for row in index.tolist():
            label = f"{store.samples[row].name}\n{name}" if row == 0 else store.samples[row].name
            rows.append((label, *(panels[column][row] for column in _COLUMNS)))
    plot = Plot()
    plot.pictures(run.title, _COLUMNS, rows)
    write_whole(path, plot.png())
