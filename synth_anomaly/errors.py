"""Everything the toolkit raises on purpose.

Every message is one line: what was expected, what was got, and what to do next. The command line
prints the message without a traceback; Python callers catch :class:`SynthAnomalyError` or a branch of it.

    SynthAnomalyError
    ├── ComponentError        a registered piece: unknown, ambiguous, broken
    │   └── OptionError       an option of a piece: unknown, missing, of the wrong type
    ├── PluginError           a plugin that cannot be used
    ├── RecipeError           a recipe or a --set that cannot be read
    ├── DataError             images, masks, folders
    │   └── ImageFileError    a picture file that cannot be read
    ├── DeviceError           a device or precision that is not there
    ├── TrainingError         training cannot go on
    ├── Interrupted           the user asked to stop
    └── RunError              a run's folder: missing, half done, of another format
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "ComponentError",
    "DataError",
    "DeviceError",
    "ImageFileError",
    "Interrupted",
    "OptionError",
    "PluginError",
    "RecipeError",
    "RunError",
    "SynthAnomalyError",
    "TrainingError",
]


class SynthAnomalyError(Exception):
    """Base of every error that the toolkit raises on purpose."""


class ComponentError(SynthAnomalyError):
    """A component that is unknown, offered twice, or not importable."""


class OptionError(ComponentError):
    """An option that a component does not have, or a value that it does not take."""


class PluginError(SynthAnomalyError):
    """A plugin that cannot be used."""


class RecipeError(SynthAnomalyError):
    """A recipe, preset or override that cannot be read."""


class DataError(SynthAnomalyError):
    """Images, masks or folders that are missing or unreadable."""


class ImageFileError(DataError):
    """A picture file that cannot be read; :meth:`of` makes it.

    Attributes:
        path: The file; None where the error was raised again with more to say.
        reason: What is wrong with it.
        cure: What to do next.
    """

    path: Path | None = None
    reason: str = ""
    cure: str = ""

    @classmethod
    def of(
        cls, path: Path, reason: str, cure: str = "replace the file, or leave bad ones out with --skip-bad"
    ) -> ImageFileError:
        """Return the error of a file."""
        error = cls(f"expected a readable image, got {path} ({reason}): {cure}")
        error.path, error.reason, error.cure = path, reason, cure
        return error


class DeviceError(SynthAnomalyError):
    """A device or precision that this machine does not have."""


class TrainingError(SynthAnomalyError):
    """Training that cannot go on, such as a loss that is not finite."""


class Interrupted(SynthAnomalyError):  # noqa: N818  # it is no error, and no mistake
    """The user asked to stop; what a checkpoint keeps, where there is one, is kept."""


class RunError(SynthAnomalyError):
    """A run folder that is missing, incomplete or of another format."""
