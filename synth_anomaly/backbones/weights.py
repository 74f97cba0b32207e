"""Published weights: where they are read from, and how they find their place in a network."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from synth_anomaly.catalogue import catalogue
from synth_anomaly.download import download
from synth_anomaly.download.checksum import check_checksum
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import IsPath
from synth_anomaly.registry import CORE

__all__ = [
    "WeightsText",
    "adapt_input",
    "download_weights",
    "find_weights",
    "is_weights_name",
    "load_matching",
    "read_weights",
]


def is_weights_name(value: str) -> bool:
    """Return whether an installed package offers weights by this name, or by this full name."""
    entries = catalogue().registry("weights").entries
    return any(value in (entry.component.name, entry.full_name) for entry in entries)


WeightsText = Annotated[str, IsPath(("imagenet",), is_weights_name)]
"""The type of a backbone's option ``weights``: ``"imagenet"``, a name of ``sat list weights``, or a path."""


def find_weights(weights: str, imagenet: str) -> tuple[dict[str, Tensor], str]:
    """Return the state dict that a backbone's option ``weights`` means, and what to call it in messages.

    A name goes before a file of the same name; ``./name`` is the file.

    Args:
        weights: ``"imagenet"``, a name that ``sat list weights`` prints, or the path of a file.
        imagenet: The name of what ``"imagenet"`` means to this backbone; the core's, where others offer one.

    Raises:
        ComponentError: If several packages offer the name.
        DataError: If the weights are not installed, or cannot be found or read.
    """
    if weights != "imagenet" and not is_weights_name(weights):
        path = Path(weights).expanduser()
        return read_weights(path), path.name
    if weights == "imagenet":
        weights = catalogue().registry("weights").preferred(imagenet, [CORE])
    source = catalogue().build("weights", weights, allow_code=False)
    return dict(source.read()), f"weights {weights!r}"


def download_weights(url: str) -> dict[str, Tensor]:
    """Return the state dict behind ``url``, from torch.hub's folder where it was downloaded before.

    The file's name ends with the start of its SHA-256, against which the download is checked.

    Raises:
        DataError: If it cannot be downloaded, or is not what its name says.
    """
    name = url.rpartition("/")[2]
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    sha256 = Path(name).stem.rpartition("-")[2]
    try:
        check_checksum(
            sha256, f"at the end of the file's name, {Path(name).stem}-<SHA-256>{Path(name).suffix}"
        )
        download(url, path, sha256)
    except DataError as error:
        raise DataError(
            f"cannot get weights: {error}; or fetch the file elsewhere and give its path as the option "
            f"weights (downloads lie in {path.parent})"
        ) from error
    return read_weights(path)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the state dict of a ``.safetensors`` file, or of one that ``torch.save`` wrote; on the CPU.

    Raises:
        DataError: If the file is absent, or holds something else than named tensors.
    """
    if not path.is_file():
        raise DataError(
            f"no weights at {path}: give the path of a .pth or .safetensors file, "
            "or a name that sat list weights prints"
        )
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return _checked(torch.load(path, map_location="cpu", weights_only=True), str(path))
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, SafetensorError) as error:
        raise DataError(
            f"cannot read weights from {path}: {_line(error)}; "
            "give a .safetensors file, or a .pth file that holds a state dict and nothing else"
        ) from error


def load_matching(
    module: nn.Module, state: Mapping[str, Tensor], source: str, *, unused: Sequence[str] = ()
) -> list[str]:
    """Load what has the same name and shape in both, and say what did not load.

    Args:
        module: Takes the weights, in place.
        state: Weights by name.
        source: Where they come from, for messages.
        unused: Beginnings of names that the module leaves out on purpose, such as ``"fc."``; one line each.

    Returns:
        A line for each tensor that is missing, has another shape, or is in ``state`` alone.

    Raises:
        DataError: If nothing matched.
    """
    own = module.state_dict()
    matching = {name: state[name] for name in own if name in state and state[name].shape == own[name].shape}
    if all(_is_counter(name) for name in matching):
        raise DataError(
            f"no weight of {source} fits: expected names such as {_some(own)}, got {_some(state)}; "
            "give weights of this network, at its width"
        )
    module.load_state_dict(matching, strict=False)
    return [*_not_filled(own, state, source), *_left_over(own, state, source, unused)]


def adapt_input(weight: Tensor, in_channels: int) -> Tensor:
    """Return a first convolution's weights for another number of image channels.

    With more channels, the RGB part keeps its weights and the others start at zero, so that at first the
    output is that of the RGB image alone. One channel gets the sum over RGB, the response to a grey image.

    Args:
        weight: ``(out, 3, kernel, kernel)``; of any other width it is returned as it is.
        in_channels: How many channels the images have.

    Returns:
        ``(out, in_channels, kernel, kernel)``, or ``weight`` where there is no rule (2 channels).
    """
    if weight.ndim != 4 or weight.shape[1] != 3:
        return weight
    if in_channels == 1:
        return weight.sum(dim=1, keepdim=True)
    if in_channels > 3:
        zeros = weight.new_zeros(weight.shape[0], in_channels - 3, *weight.shape[2:])
        return torch.cat([weight, zeros], dim=1)
    return weight


def _not_filled(own: Mapping[str, Tensor], state: Mapping[str, Tensor], source: str) -> list[str]:
    lines = []
    for name, tensor in own.items():
        if name not in state:
            # Files older than torch 0.4 lack the counters, which nothing here reads.
            if not _is_counter(name):
                lines.append(f"{name}: missing in {source}, starts at random")
        elif state[name].shape != tensor.shape:
            shapes = f"{tuple(state[name].shape)} in {source}, {tuple(tensor.shape)} here"
            lines.append(f"{name}: {shapes}, starts at random")
    return lines


def _left_over(
    own: Mapping[str, Tensor], state: Mapping[str, Tensor], source: str, unused: Sequence[str]
) -> list[str]:
    left = [name for name in state if name not in own]
    lines = [
        f"{prefix}*: in {source}, not used by this network"
        for prefix in unused
        if any(name.startswith(prefix) for name in left)
    ]
    expected = tuple(unused)
    return lines + [f"{name}: only in {source}" for name in left if not name.startswith(expected)]


def _is_counter(name: str) -> bool:
    return name.endswith("num_batches_tracked")


def _checked(state: object, source: str) -> dict[str, Tensor]:
    if isinstance(state, Mapping) and state and all(isinstance(value, Tensor) for value in state.values()):
        return dict(state)
    raise DataError(f"{source} holds {type(state).__name__}, not a state dict: save model.state_dict()")


def _some(names: Mapping[str, Tensor]) -> str:
    return ", ".join(list(names)[:3])


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
