"""Training a method on good images: they are decoded, files are read, weights loaded, and the stages run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import nn

from synth_anomaly.data import Images, as_samples, load_images, split_normals
from synth_anomaly.data.remarks import ImageRemarks
from synth_anomaly.guides import attach_guides
from synth_anomaly.interfaces import Pretrained, Report
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.lasting import check_saveable
from synth_anomaly.method.needing import check_nothing_absent
from synth_anomaly.method.presets import check_training
from synth_anomaly.method.trial import without_defects
from synth_anomaly.synthesizers.inside import read_files
from synth_anomaly.training import (
    Interruption,
    Listener,
    Precision,
    Trainer,
    TrainingData,
    choose_device,
    choose_precision,
    locked,
)

__all__ = ["fit", "load_pretrained", "training_data"]


def fit(
    method: MethodDefinition,
    data_on: Callable[..., TrainingData],
    *,
    notes: Sequence[str] = (),
    device: str,
    precision: str,
    skip_bad: bool,
    checkpoints: Path | None,
    listeners: Sequence[Listener],
    warn: Callable[[str], None],
) -> None:
    """Train a method; see :meth:`synth_anomaly.Method.fit`.

    Args:
        method: What is trained.
        data_on: Returns the images, as its ``training_data`` does, on a device.
        notes: What a reader should know of it before anything else.
        device: The device's name.
        precision: The precision's name.
        skip_bad: Whether images that cannot be read are left out.
        checkpoints: A folder to keep a checkpoint in, and to go on from.
        listeners: What is told of the progress.
        warn: Is told what the user should read.
    """
    check_training(type(method), method.settings)
    check_nothing_absent(method)
    check_saveable(method)
    chosen = choose_device(device)
    with nullcontext() if checkpoints is None else locked(checkpoints):
        _fit(
            method,
            data_on,
            notes,
            chosen,
            choose_precision(precision, chosen, side=min(method.settings.input_size)),
            checkpoints,
            listeners,
            skip_bad,
            warn,
        )


def training_data(
    method: MethodDefinition,
    images: Images,
    device: torch.device,
    *,
    skip_bad: bool,
    warn: Callable[[str], None],
    report: Report,
) -> TrainingData:
    """Return the images that a method trains on; see :meth:`synth_anomaly.Method.training_data`."""
    samples = as_samples(images, "train", reading=method.settings.reading, warn=warn)
    remarks = ImageRemarks()
    train, held_back = split_normals(len(samples), method.settings.validation, method.seed)
    stores = [
        load_images(
            [samples[row] for row in rows.tolist()],
            method.settings.input_size,
            device=device,
            skip_bad=skip_bad,
            warn=warn,
            remarks=remarks,
        )
        for rows in (train, held_back)
        if len(rows)
    ]
    stores[0].remarks = tuple(remarks.lines())
    for remark in stores[0].remarks:
        warn(remark.text)
    if (guide := method.settings.guide) is not None:
        for store in stores:
            attach_guides(store, guide, batch_size=method.settings.batch_size, warn=warn, report=report)
    return TrainingData(stores[0], stores[1] if len(stores) > 1 else None, report)


def load_pretrained(network: nn.Module, warn: Callable[[str], None]) -> None:
    """Load the published weights that modules inside a network ask for, and say what did not load."""
    for module in network.modules():
        if isinstance(module, Pretrained):
            for line in module.load_pretrained():
                warn(line)


def _fit(
    method: MethodDefinition,
    data_on: Callable[..., TrainingData],
    notes: Sequence[str],
    device: torch.device,
    precision: Precision,
    checkpoints: Path | None,
    listeners: Sequence[Listener],
    skip_bad: bool,
    warn: Callable[[str], None],
) -> None:
    def report(what: str, done: int, total: int) -> None:
        for listener in listeners:
            listener.on_reading(what, done, total)

    data = data_on(device, skip_bad=skip_bad, warn=warn, report=report)
    stores = [store for store in (data.train, data.validation) if store is not None]
    method.skipped = tuple(skip for store in stores for skip in store.skipped)
    method.said = frozenset(remark.kind for store in stores for remark in store.remarks)
    files = _read_files(method, device, report)
    method.to(device)
    lines = (*notes, *method.remarks(), *files, *without_defects(method, data))
    for line in lines:
        warn(line)
    # what was said of the files while they were read belongs to the results too
    method.notes = (*(remark.text for store in stores for remark in store.remarks), *lines)
    begun = checkpoints is not None and (checkpoints / "state.json").is_file()
    if not (begun or method.loaded):
        load_pretrained(method, warn)
    interruption = Interruption()
    trainer = Trainer(
        method,
        method.stages(),
        data,
        seed=method.seed,
        device=device,
        precision=precision,
        checkpoints=checkpoints,
        listeners=listeners,
        interruption=interruption,
    )
    method.trained = True  # from the first step on, as a stage may predict
    with interruption.listening():
        trainer.run()
    found = tuple(method.findings())
    for line in found:
        for listener in listeners:
            listener.on_message(line)
    method.notes = (*method.notes, *found)


def _read_files(method: MethodDefinition, device: torch.device, report: Report) -> tuple[str, ...]:
    sizes = dict.fromkeys(method.synthesis_sizes())
    lines = (line for size in sizes for line in read_files(method, size, device, report))
    return tuple(dict.fromkeys(lines))
