"""Checkpoints that are there whole or not at all, as safetensors and JSON.

The tensors go into a file of their own name first; then ``state.json``, which names that file, is put
in place by one rename. A process that dies at any moment leaves the last whole checkpoint behind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from synth_anomaly.errors import RunError
from synth_anomaly.files import write_whole

__all__ = ["Checkpoint", "flatten", "load_checkpoint", "save_checkpoint", "unflatten"]

_FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by name, and the plain values beside them."""

    tensors: Mapping[str, Tensor]
    values: Mapping[str, Any] = field(default_factory=dict)


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint into ``folder``, replacing the one that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    number = (_state(folder) or {"number": 0})["number"] + 1
    name = f"tensors-{number:06d}.safetensors"
    tensors = {key: value.detach().cpu().contiguous().clone() for key, value in checkpoint.tensors.items()}
    write_whole(folder / name, save(tensors))
    state = {"format": _FORMAT, "number": number, "tensors": name, "values": checkpoint.values}
    write_whole(folder / "state.json", json.dumps(state, indent=1, allow_nan=True).encode())
    for old in [*folder.glob("tensors-*.safetensors"), *folder.glob(".*.part")]:
        if old.name != name:
            old.unlink()


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the checkpoint in ``folder``, or None when there is none yet.

    Raises:
        RunError: If it is damaged, was written by another version's format, or its tensors are gone.
    """
    state = _state(folder)
    if state is None:
        return None
    tensors = folder / state["tensors"]
    if not tensors.is_file():
        raise RunError(f"{folder / 'state.json'} names {tensors.name}, which is missing: start a new run")
    try:
        return Checkpoint(load_file(tensors), state["values"])
    except (OSError, SafetensorError) as error:
        raise RunError(f"{tensors} cannot be read: {error}; start a new run") from None


def flatten(state: Any, prefix: str, tensors: dict[str, Tensor]) -> Any:
    """Return ``state`` as JSON values, with each tensor moved to ``tensors`` under its path.

    A path counts entries instead of naming keys, so that the keys 1 and "1" do not meet in one place.
    """
    if isinstance(state, Tensor):
        tensors[prefix] = state
        return {"$tensor": prefix}
    if isinstance(state, Mapping):
        items = [
            [flatten(key, prefix, {}), flatten(value, f"{prefix}/{index}", tensors)]
            for index, (key, value) in enumerate(state.items())
        ]
        return {"$map": items}
    if isinstance(state, list | tuple):
        items = [flatten(value, f"{prefix}/{index}", tensors) for index, value in enumerate(state)]
        return {"$tuple": items} if isinstance(state, tuple) else items
    if state is None or isinstance(state, bool | int | float | str):
        return state
    raise TypeError(f"a checkpoint holds tensors and plain values, got {type(state).__name__} at {prefix}")


def unflatten(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    """Undo :func:`flatten`."""
    if isinstance(value, Mapping):
        if "$tensor" in value:
            return tensors[value["$tensor"]]
        if "$tuple" in value:
            return tuple(unflatten(item, tensors) for item in value["$tuple"])
        return {unflatten(key, {}): unflatten(item, tensors) for key, item in value["$map"]}
    if isinstance(value, list):
        return [unflatten(item, tensors) for item in value]
    return value


def _state(folder: Path) -> dict[str, Any] | None:
    """Return what ``state.json`` holds, with every key that belongs to it; None where there is none."""
    path = folder / "state.json"
    if not path.is_file():
        return None
    try:
        state = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}; start a new run") from None
    if not isinstance(state, dict):
        raise RunError(f"{path} cannot be read: expected a table, got {state!r:.40}; start a new run")
    if state.get("format") != _FORMAT:
        raise RunError(
            f"{path} has checkpoint format {state.get('format')!r}, expected {_FORMAT}: start a new run"
        )
    for key, kind in (("number", int), ("tensors", str), ("values", dict)):
        if not isinstance(state.get(key), kind):
            raise RunError(
                f"{path} is damaged: expected {key!r} to be {kind.__name__}, got {state.get(key)!r:.40}; "
                "start a new run"
            )
    return state
