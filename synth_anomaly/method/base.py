"""The base class of methods: training, prediction, evaluation, saving and loading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from synth_anomaly.data import Images, ScoreSize, as_samples
from synth_anomaly.evaluation import Evaluation, evaluate
from synth_anomaly.interfaces import Prediction, Report
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.fitting import fit, training_data
from synth_anomaly.method.keeping import load_as, recipe_of, save_method, save_weights
from synth_anomaly.method.lasting import script_notes
from synth_anomaly.method.predicting import predict
from synth_anomaly.method.presets import checked_preset, make_settings
from synth_anomaly.method.proportions import keep_proportions
from synth_anomaly.method.warning import warn_caller
from synth_anomaly.recipe import Recipe
from synth_anomaly.training import Listener, TrainingData, forked_rng, seed_for

__all__ = ["Method"]


class Method(MethodDefinition):
    """Turns images into anomaly maps and scores, and learns how from good images alone.

    A subclass names its settings and presets, builds its networks in :meth:`build`, lists its stages
    and says in :meth:`forward` what it makes of a batch. Everything else is here.

    Args:
        preset: A name in ``presets``; by default the one that changes nothing.
        seed: Decides everything random, initial weights included.
        allow_code: Whether settings may name components by import path.
        **settings: Fields of ``Settings`` that differ from the preset; components by name, as a table
            with their options, or as objects.

    Attributes:
        skipped: The good images that the last :meth:`fit` left out, because they cannot be read.
        notes: What a reader should know of the last :meth:`fit`: the input size where it was worked out, the
            method's :meth:`remarks`, and the files that its synthesizers read.
        loaded: Whether its weights come from a folder: :meth:`fit` goes on from them, and loads no
            published ones over them.
        trained: Whether its weights come from :meth:`fit`, from a folder or from :meth:`load_state_dict`;
            the first prediction without warns.

    Raises:
        ComponentError: If a name is unknown or a setting wrong.
        RecipeError: If there is no such preset.
    """

    def __init__(
        self, preset: str | None = None, *, seed: int = 0, allow_code: bool = True, **settings: Any
    ) -> None:
        super().__init__()
        self.seed = seed
        self.skipped = ()
        self.notes = ()
        self.said = frozenset()
        self.loaded = False
        self.trained = False
        self._doubted = False
        self.preset = checked_preset(type(self), preset or self.default_preset())
        with forked_rng(seed_for(seed, "networks")):
            self.settings = make_settings(type(self), self.preset, settings, allow_code)
            self.build()
        for line in script_notes(self):
            warn_caller(line)

    def fit(
        self,
        images: Images,
        *,
        device: str = "auto",
        precision: str = "auto",
        skip_bad: bool = False,
        checkpoints: str | Path | None = None,
        listeners: Sequence[Listener] = (),
        warn: Callable[[str], None] = warn_caller,
    ) -> Self:
        """Train on good images; a loaded method goes on from its weights.

        Args:
            images: Good images: a data set, files or folders, samples, RGB arrays ``(N, H, W, 3)`` or
                ``(H, W, 3)`` of uint8, Pillow's images, or lists of these.
            device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
            precision: ``auto``, ``fp32`` or ``bf16``.
            skip_bad: Leave out images that cannot be read instead of stopping.
            checkpoints: A folder to keep a checkpoint in, and to go on from; one process at a time.
            listeners: What is told of the progress.
            warn: Is told what the user should read; by default Python's ``warnings`` are.

        Raises:
            SynthAnomalyError: If the images, the device or the training fail; the message says how.
        """
        notes = keep_proportions(self, images, skip_bad=skip_bad)
        fit(
            self,
            partial(self.training_data, images),
            notes=notes,
            device=device,
            precision=precision,
            skip_bad=skip_bad,
            checkpoints=None if checkpoints is None else Path(checkpoints),
            listeners=listeners,
            warn=warn,
        )
        return self

    def training_data(
        self,
        images: Images,
        device: torch.device,
        *,
        skip_bad: bool = False,
        warn: Callable[[str], None] = warn_caller,
        report: Report = lambda *_: None,
    ) -> TrainingData:
        """Decode the good images, split off those that are held back, and compute their guides."""
        for note in keep_proportions(self, images, skip_bad=skip_bad):
            warn(note)
        return training_data(self, images, device, skip_bad=skip_bad, warn=warn, report=report)

    def predict(
        self, images: Images | Tensor, *, batch_size: int | None = None, precision: str = "fp32"
    ) -> Prediction:
        """Return maps and scores, as float32 on the CPU.

        Args:
            images: A tensor ``(B, 3, H, W)`` of floats, RGB in [0, 1], at the input size; or images of any
                size, which are resized to it: files, folders, samples, RGB arrays ``(H, W, 3)`` or
                ``(N, H, W, 3)`` of uint8, Pillow's images, or lists of these. An array of OpenCV's is BGR:
                give ``image[..., ::-1]``.
            batch_size: Images a batch; the settings' by default.
            precision: ``fp32``, ``bf16``, or ``auto``, which is bf16 where hardware speeds it up.

        Returns:
            Maps of the input size, scores, and reconstructions where the method has them.

        Raises:
            DataError: If there is no image, one cannot be read, has no pixel or values outside [0, 1], or a
                tensor is of another size.
        """
        prediction = predict(self, images, batch_size=batch_size, precision=precision, warn=warn_caller)
        self._doubt(warn_caller)  # afterwards: a method may refuse by itself to predict untrained
        return prediction

    def evaluate(
        self,
        images: Images,
        *,
        score_size: ScoreSize = "input",
        precision: str = "fp32",
        skip_bad: bool = False,
        warn: Callable[[str], None] = warn_caller,
    ) -> Evaluation:
        """Compare maps and scores with the truth, on a data set's test images.

        Args:
            images: A data set, or samples.
            score_size: ``"input"`` compares at the input size, ``"native"`` at each image's own.
            precision: ``fp32``, ``bf16`` or ``auto``.
            skip_bad: Leave out images that cannot be read instead of stopping.
            warn: Is told what the user should read; by default Python's ``warnings`` are.
        """
        self._doubt(warn)
        return evaluate(
            partial(self.predict, precision=precision),
            as_samples(images, "test", reading=self.settings.reading, warn=warn),
            self.settings.input_size,
            batch_size=self.settings.batch_size,
            score_size=score_size,
            skip_bad=skip_bad,
            said=self.said,
            warn=warn,
        )

    def load_state_dict(self, *given: Any, **named: Any) -> Any:
        """Load weights, as every module does; those of a method count as trained."""
        result = super().load_state_dict(*given, **named)
        self.trained = True
        return result

    def recipe(self) -> Recipe:
        """Return the recipe that makes this method again, untrained."""
        return recipe_of(self)

    def save(self, folder: str | Path) -> None:
        """Write ``recipe.toml`` and ``weights.safetensors`` into a folder, which is made."""
        save_method(self, Path(folder))

    def save_weights(self, folder: Path) -> None:
        """Write ``weights.safetensors`` into a folder."""
        save_weights(self, folder)

    @classmethod
    def load(cls, folder: str | Path, *, device: str = "cpu", allow_code: bool = False) -> Self:
        """Return the trained method in a folder that :meth:`save` or a run wrote.

        Raises:
            RunError: If the folder holds no such method, or one of another class.
            ComponentError: If its recipe names code and ``allow_code`` is False.
        """
        return load_as(cls, Path(folder), device=device, allow_code=allow_code)

    def _doubt(self, warn: Callable[[str], None]) -> None:
        """Warn once of predictions that nothing was learned for."""
        if self._doubted or self.trained or not self.needs_training:
            return
        self._doubted = True
        warn(
            f"method {self.name!r} predicts with the weights that it began with: train it with fit(), "
            "or get a trained one with load_method()"
        )
