"""What a method is: its settings and presets, its networks, its stages, and what it makes of a batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import Skipped
from synth_anomaly.errors import RecipeError
from synth_anomaly.interfaces import Prediction, Size
from synth_anomaly.method.settings import MethodSettings
from synth_anomaly.options import options_of
from synth_anomaly.training import Stage

__all__ = ["MethodDefinition"]


class MethodDefinition(nn.Module, ABC):
    """What a subclass of :class:`synth_anomaly.Method` writes, or may write.

    Attributes:
        Settings: The dataclass of its settings.
        presets: Changes to their defaults, by name.
        needs_training: Whether its predictions mean nothing before :meth:`fit`; a method that learns
            nothing says False.
        after_training: Settings that may differ after training, besides ``batch_size`` and scorers: the
            weights fit either way. See :meth:`changeable`.
        settings: Its settings.
        preset: The name of the preset that they stand on.
        seed: Decides everything random, initial weights included.
        skipped: The good images that the last training left out, because they cannot be read.
        notes: What a reader should know of the last training.
        said: Kinds of remarks on files that the last training made, which are not made again.
        loaded: Whether its weights come from a folder.
        trained: Whether its weights come from training, from a folder or from :meth:`load_state_dict`.
    """

    Settings: ClassVar[type[MethodSettings]]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"paper": {}}
    needs_training: ClassVar[bool] = True
    after_training: ClassVar[Collection[str]] = ()
    settings: MethodSettings
    preset: str
    seed: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    said: frozenset[str]
    loaded: bool
    trained: bool

    @abstractmethod
    def build(self) -> None:
        """Make the networks, inside a random state that the seed decides."""

    @abstractmethod
    def stages(self) -> Sequence[Stage]:
        """Return the stages of training; called once, when the networks are on their device."""

    @abstractmethod
    def forward(self, images: Tensor) -> Prediction:
        """Return maps and scores of ``(B, 3, H, W)`` images of the input size, in evaluation mode."""

    def pictures(self, images: Tensor) -> Mapping[str, Tensor]:  # noqa: ARG002
        """Return what the contact sheet is to show beside test images, by the heads of its columns.

        Such as the good image that a test image was compared with. Only the few images of the sheet are
        asked for, in evaluation mode and without gradients. Reconstructions are shown without this.

        Args:
            images: ``(B, 3, H, W)`` of the input size, RGB in [0, 1].

        Returns:
            ``(B, 3, H, W)`` in [0, 1] each; always under the same names.
        """
        return {}

    def synthesis_sizes(self) -> Sequence[Size]:
        """Return the sizes of the images that training corrupts: the input size, but where it sees crops.

        The files that synthesizers need are read for each of them before the first step.
        """
        return (self.settings.input_size,)

    def remarks(self) -> Sequence[str]:
        """Return what a reader of the results should know of how this method was set up, a line each.

        Such as published weights that it was made for and that it begins without.
        """
        return ()

    def findings(self) -> Sequence[str]:
        """Return what training found out that a reader of the results should know, a line each."""
        return ()

    @classmethod
    def published(cls, dataset: str, category: str, preset: str) -> Mapping[str, float]:  # noqa: ARG003
        """Return the paper's own figures by metric name; empty where there are none.

        Args:
            dataset: Name of the data set, which is what the name says.
            category: The category; ``"mean"`` is the mean over all of them.
            preset: The preset that the figures are to be of.
        """
        return {}

    @classmethod
    def for_category(cls, dataset: str, category: str, preset: str) -> Mapping[str, Any]:  # noqa: ARG003
        """Return the settings that a category asks for: a run has them on top of its preset's.

        What the user sets stands above both. In Python they are given like other settings:
        ``Method(preset, **Method.for_category(dataset, category, preset))``.

        Args:
            dataset: Name of the data set.
            category: The category.
            preset: The preset that they change.
        """
        return {}

    @classmethod
    def changeable(cls) -> Collection[str]:
        """Return the settings that a trained method may be told otherwise, as by `sat evaluate --set`.

        Those named in ``after_training``, and by themselves ``batch_size`` and each that takes a scorer. Of a
        method that learns nothing it is all of them. What depends on their values, :meth:`check_change` says.
        """
        options = options_of(cls.Settings)
        if not cls.needs_training:
            return tuple(options)
        scorers = (name for name, option in options.items() if option.kind == "scorer")
        return ("batch_size", *scorers, *cls.after_training)

    @classmethod
    def check_change(cls, trained: MethodSettings, changed: MethodSettings) -> None:
        """Check that the weights of some settings can be used with others.

        Only settings that are :meth:`changeable` differ. A method has to say something here where what it
        learned fits some values of them and not others.

        Args:
            trained: Those that it was trained with.
            changed: Those that it is to predict with.

        Raises:
            ValueError: If they do not go together; the message says what to leave out.
        """

    @classmethod
    def default_preset(cls) -> str:
        """Return the name of the preset that changes nothing.

        Raises:
            RecipeError: If there is none.
        """
        for name, changes in cls.presets.items():
            if not changes:
                return name
        known = ", ".join(cls.presets) or "none"
        raise RecipeError(
            f"expected a preset of {cls.__name__} that changes nothing, got {known}: "
            'name the one to use (--preset), or add one to the class, such as "paper": {}'
        )

    @property
    def name(self) -> str:
        """The registered name, or the import path of a class that nobody registered."""
        return self.registered_name()

    @classmethod
    def registered_name(cls) -> str:
        """Return the registered name, or the import path of a class that nobody registered."""
        return catalogue().registry("method").name_of(cls) or f"{cls.__module__}:{cls.__qualname__}"

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return next(self.parameters()).device
