"""A network in a file as a guide."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import PathText

__all__ = ["ModelFile"]

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class ModelFile:
    """Runs a saliency or segmentation network from a TorchScript (``.pt``) or ONNX (``.onnx``) file.

    A TorchScript file is a program: give none that you do not trust. A recipe that names a file is not run
    unless it is trusted, as one that names code.

    The network takes ``(B, 3, h, w)`` and returns ``(B, 1, h', w')`` or ``(B, h', w')``, or several such
    maps, of which the first counts; it is resized to the image's size and cut to [0, 1].

    No foreground: whatever the network says of such an image.

    Args:
        path: The file.
        side: Height and width that the network takes; 0 gives it the images as they are.
        imagenet: Whether it takes images normalised by ImageNet's mean and standard deviation.
        sigmoid: Whether it returns logits.
    """

    runs_code: ClassVar[bool] = True

    path: PathText
    side: int = 0
    imagenet: bool = False
    sigmoid: bool = False

    def __post_init__(self) -> None:
        if Path(self.path).suffix not in _LOADERS:
            raise ValueError(f"path must end with {' or '.join(_LOADERS)}, got {self.path!r}")
        if self.side < 0:
            raise ValueError(f"side must be a number of pixels, or 0, got {self.side!r}")

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)``.

        Raises:
            OptionError: If the file is missing or cannot be read, or its network does not fit.
            ComponentError: If onnxruntime is needed and not installed.
        """
        given = images.float()
        if self.side:
            given = F.interpolate(given, size=(self.side, self.side), mode="bilinear", antialias=True)
        if self.imagenet:
            given = (given - _colour(_MEAN, given)) / _colour(_DEVIATION, given)
        maps = self._maps(given)
        maps = maps.sigmoid() if self.sigmoid else maps
        resized = F.interpolate(maps.float(), size=images.shape[2:], mode="bilinear", antialias=True)
        return resized.clamp(0, 1)

    def _maps(self, images: Tensor) -> Tensor:
        path = Path(self.path).expanduser()
        if not path.is_file():
            raise OptionError(f"expected a network in {path}, got no such file: check the path")
        network = _LOADERS[path.suffix](path, path.stat().st_mtime_ns, str(images.device))
        try:
            made: Any = network(images)
        except Exception as error:  # a program of the user's, which may raise anything
            reason = " ".join(str(error).split())[-200:]
            raise OptionError(
                f"the network in {path} fails on images {tuple(images.shape)}: {reason}; "
                "set side to the size that it takes"
            ) from error
        while isinstance(made, tuple | list) and made:
            made = made[0]
        maps = made[:, None] if isinstance(made, Tensor) and made.ndim == 3 else made
        if not isinstance(maps, Tensor) or maps.ndim != 4 or maps.shape[:2] != (len(images), 1):
            got = tuple(maps.shape) if isinstance(maps, Tensor) else type(maps).__name__
            raise OptionError(
                f"expected maps ({len(images)}, 1, h, w) from {path}, got {got}: export one that returns them"
            )
        return maps


def _colour(values: tuple[float, ...], images: Tensor) -> Tensor:
    return images.new_tensor(values)[:, None, None]


@lru_cache(maxsize=2)
def _torchscript(path: Path, changed: int, device: str) -> Callable[[Tensor], Any]:  # noqa: ARG001
    """Return the network of a file, loaded again only where the file has changed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript, which the user chose
            return torch.jit.load(path, map_location=device).eval()  # type: ignore[no-any-return, no-untyped-call]
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise OptionError(f"{path} is no TorchScript file: {reason}; save it with torch.jit.save") from None


@lru_cache(maxsize=2)
def _onnx(path: Path, changed: int, device: str) -> Callable[[Tensor], Any]:  # noqa: ARG001
    """Return a function that runs the network of a file on the CPU."""
    try:
        runtime = import_module("onnxruntime")
    except ImportError:
        raise ComponentError(
            f"{path} needs onnxruntime, which is not installed: install it, or give a TorchScript file"
        ) from None
    try:
        session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no base class
        reason = " ".join(str(error).split())[:200]
        raise OptionError(f"{path} is no ONNX file that onnxruntime reads: {reason}") from None
    name = session.get_inputs()[0].name

    def run(images: Tensor) -> Tensor:
        return torch.from_numpy(session.run(None, {name: images.cpu().numpy()})[0]).to(images.device)

    return run


_LOADERS = {".pt": _torchscript, ".onnx": _onnx}
