"""What every method has: settings and presets, training, prediction, evaluation, saving and loading."""

from __future__ import annotations

import inspect
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from synth_anomaly.catalogue import catalogue, merge
from synth_anomaly.data import (
    Images,
    ScoreSize,
    Skipped,
    as_samples,
    load_images,
    load_test,
    split_normals,
)
from synth_anomaly.errors import DataError, OptionError, RecipeError, RunError
from synth_anomaly.evaluation import Evaluation, evaluate
from synth_anomaly.files import write_whole
from synth_anomaly.guides import attach_guides
from synth_anomaly.interfaces import Guide, Prediction, Pretrained, Report, Size
from synth_anomaly.options import nearest
from synth_anomaly.recipe import Recipe
from synth_anomaly.specification import overriding
from synth_anomaly.synthesizers.inside import read_files
from synth_anomaly.training import (
    Interruption,
    Listener,
    Precision,
    Stage,
    Trainer,
    TrainingData,
    choose_device,
    choose_precision,
    forked_rng,
    locked,
    seed_for,
)

__all__ = ["Method", "MethodSettings", "create_method", "load_method"]

_NETWORKS = frozenset({"backbone", "head"})
_PACKAGE = "synth_anomaly."


def _warn(text: str) -> None:
    """Warn of what the user should read; the line shown is the one that called the toolkit."""
    level, frame = 2, inspect.currentframe()
    while (frame := frame and frame.f_back) and str(frame.f_globals.get("__name__")).startswith(_PACKAGE):
        level += 1
    warnings.warn(text, stacklevel=level)


@dataclass(frozen=True, kw_only=True)
class MethodSettings:
    """What every method can be told; methods add their own.

    Attributes:
        size: Input size in pixels, one number for a square or height and width.
        batch_size: Good images in a training step, and images in a batch of predictions.
        validation: Share of the good images that is held back from training, in [0, 1).
        guide: Says where on a good image a defect may lie; None is everywhere.
    """

    size: int | tuple[int, int] = 256
    batch_size: int = 16
    validation: float = 0.0
    guide: Guide | None = None

    def __post_init__(self) -> None:
        if min(self.input_size) < 8:
            raise ValueError(f"size must be at least 8 pixels, got {self.size!r}")
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {self.batch_size!r}")
        if not 0 <= self.validation < 1:
            raise ValueError(f"validation is a share in [0, 1), got {self.validation!r}")

    def require_positive(self, *names: str) -> None:
        """Check that settings of these names are above 0.

        Raises:
            ValueError: If one is not.
        """
        for name in names:
            if not (value := getattr(self, name)) > 0:
                raise ValueError(f"{name} must be above 0, got {value!r}")

    @property
    def input_size(self) -> Size:
        """Height and width of the input."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size


class Method(nn.Module, ABC):
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
        notes: What a reader should know of the last :meth:`fit`: the method's :meth:`remarks`, and the files
            that its synthesizers read.
        loaded: Whether its weights come from a folder: :meth:`fit` goes on from them, and loads no
            published ones over them.

    Raises:
        ComponentError: If a name is unknown or a setting wrong.
        RecipeError: If there is no such preset.
    """

    Settings: ClassVar[type[MethodSettings]]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"paper": {}}
    settings: MethodSettings

    def __init__(
        self, preset: str | None = None, *, seed: int = 0, allow_code: bool = True, **settings: Any
    ) -> None:
        super().__init__()
        self.seed = seed
        self.skipped: tuple[Skipped, ...] = ()
        self.notes: tuple[str, ...] = ()
        self.loaded = False
        self.preset = preset or self.default_preset()
        if self.preset not in self.presets:
            hint = nearest(self.preset, tuple(self.presets))
            raise RecipeError(f"method {self.name!r} has no preset {self.preset!r}: {hint}")
        with forked_rng(seed_for(seed, "networks")):
            self.settings = self._settings(merge(self.presets[self.preset], settings), allow_code)
            self.build()

    @abstractmethod
    def build(self) -> None:
        """Make the networks, inside a random state that the seed decides."""

    @abstractmethod
    def stages(self) -> Sequence[Stage]:
        """Return the stages of training; called once, when the networks are on their device."""

    @abstractmethod
    def forward(self, images: Tensor) -> Prediction:
        """Return maps and scores of ``(B, 3, H, W)`` images of the input size, in evaluation mode."""

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
        kind = type(self)
        return catalogue().registry("method").name_of(kind) or f"{kind.__module__}:{kind.__qualname__}"

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return next(self.parameters()).device

    def fit(
        self,
        images: Images,
        *,
        device: str = "auto",
        precision: str = "auto",
        skip_bad: bool = False,
        checkpoints: str | Path | None = None,
        listeners: Sequence[Listener] = (),
        warn: Callable[[str], None] = _warn,
    ) -> Self:
        """Train on good images; a loaded method goes on from its weights.

        Args:
            images: Good images: a data set, files or folders, ``(N, H, W, 3)`` uint8, or samples.
            device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
            precision: ``auto``, ``fp32`` or ``bf16``.
            skip_bad: Leave out images that cannot be read instead of stopping.
            checkpoints: A folder to keep a checkpoint in, and to go on from; one process at a time.
            listeners: What is told of the progress.
            warn: Is told what the user should read; by default Python's ``warnings`` are.

        Raises:
            SynthAnomalyError: If the images, the device or the training fail; the message says how.
        """
        chosen = choose_device(device)
        folder = None if checkpoints is None else Path(checkpoints)
        with nullcontext() if folder is None else locked(folder):
            self._fit(images, chosen, choose_precision(precision, chosen), folder, listeners, skip_bad, warn)
        return self

    def _fit(
        self,
        images: Images,
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

        data = self.training_data(images, device, skip_bad=skip_bad, warn=warn, report=report)
        stores = [store for store in (data.train, data.validation) if store is not None]
        self.skipped = tuple(skip for store in stores for skip in store.skipped)
        self.notes = (*self.remarks(), *self._read_files(device, report))
        for line in self.notes:
            warn(line)
        self.to(device)
        begun = checkpoints is not None and (checkpoints / "state.json").is_file()
        if not (begun or self.loaded):
            self._load_pretrained(warn)
        interruption = Interruption()
        trainer = Trainer(
            self,
            self.stages(),
            data,
            seed=self.seed,
            device=device,
            precision=precision,
            checkpoints=checkpoints,
            listeners=listeners,
            interruption=interruption,
        )
        with interruption.listening():
            trainer.run()

    def _read_files(self, device: torch.device, report: Report) -> tuple[str, ...]:
        sizes = dict.fromkeys(self.synthesis_sizes())
        lines = (line for size in sizes for line in read_files(self, size, device, report))
        return tuple(dict.fromkeys(lines))

    def training_data(
        self,
        images: Images,
        device: torch.device,
        *,
        skip_bad: bool = False,
        warn: Callable[[str], None] = _warn,
        report: Report = lambda *_: None,
    ) -> TrainingData:
        """Decode the good images, split off those that are held back, and compute their guides."""
        samples = as_samples(images, "train")
        train, held_back = split_normals(len(samples), self.settings.validation, self.seed)
        stores = [
            load_images(
                [samples[row] for row in rows.tolist()],
                self.settings.input_size,
                device=device,
                skip_bad=skip_bad,
                warn=warn,
            )
            for rows in (train, held_back)
            if len(rows)
        ]
        if (guide := self.settings.guide) is not None:
            for store in stores:
                attach_guides(store, guide, batch_size=self.settings.batch_size, warn=warn, report=report)
        return TrainingData(*stores)

    @torch.no_grad()
    def predict(
        self, images: Images | Tensor, *, batch_size: int | None = None, precision: str = "fp32"
    ) -> Prediction:
        """Return maps and scores, as float32 on the CPU.

        Args:
            images: ``(B, 3, H, W)`` in [0, 1] at the input size; or images of any size as uint8
                ``(H, W, 3)`` or ``(N, H, W, 3)``, as files, folders or samples, which are resized to it.
            batch_size: Images a batch; the settings' by default.
            precision: ``fp32``, ``bf16``, or ``auto``, which is bf16 where hardware speeds it up.

        Returns:
            Maps of the input size, scores, and reconstructions where the method has them.

        Raises:
            DataError: If there is no image, one cannot be read, or a tensor is of another size.
        """
        self.eval()
        batches = self._batches(images, batch_size or self.settings.batch_size)
        with choose_precision(precision, self.device).predicting(self.device):
            # The layout decides rounding: the same images predict the same, however they lie in memory.
            parts = [_on_host(self(batch.to(self.device).contiguous())) for batch in batches]
        reconstructions = [part.reconstruction for part in parts if part.reconstruction is not None]
        return Prediction(
            maps=torch.cat([part.maps for part in parts]),
            scores=torch.cat([part.scores for part in parts]),
            reconstruction=torch.cat(reconstructions) if reconstructions else None,
        )

    def evaluate(
        self,
        images: Images,
        *,
        score_size: ScoreSize = "input",
        precision: str = "fp32",
        skip_bad: bool = False,
        warn: Callable[[str], None] = _warn,
    ) -> Evaluation:
        """Compare maps and scores with the truth, on a data set's test images.

        Args:
            images: A data set, or samples.
            score_size: ``"input"`` compares at the input size, ``"native"`` at each image's own.
            precision: ``fp32``, ``bf16`` or ``auto``.
            skip_bad: Leave out images that cannot be read instead of stopping.
            warn: Is told what the user should read; by default Python's ``warnings`` are.
        """
        return evaluate(
            partial(self.predict, precision=precision),
            as_samples(images, "test"),
            self.settings.input_size,
            batch_size=self.settings.batch_size,
            score_size=score_size,
            skip_bad=skip_bad,
            warn=warn,
        )

    def recipe(self) -> Recipe:
        """Return the recipe that makes this method again, untrained."""
        table = catalogue().options_table(self.settings, f"method {self.name!r}")
        settings = overriding(self.presets[self.preset], table)
        return Recipe(method=self.name, preset=self.preset, seed=self.seed, settings=settings)

    def save(self, folder: str | Path) -> None:
        """Write ``recipe.toml`` and ``weights.safetensors`` into a folder, which is made."""
        folder = Path(folder)
        recipe = self.recipe().text().encode()
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "recipe.toml", recipe)
        self.save_weights(folder)

    def save_weights(self, folder: Path) -> None:
        """Write ``weights.safetensors`` into a folder."""
        tensors = {
            name: value.detach().cpu().contiguous().clone() for name, value in self.state_dict().items()
        }
        write_whole(folder / "weights.safetensors", save(tensors))

    @classmethod
    def load(cls, folder: str | Path, *, device: str = "cpu", allow_code: bool = False) -> Self:
        """Return the trained method in a folder that :meth:`save` or a run wrote.

        Raises:
            RunError: If the folder holds no such method, or one of another class.
            ComponentError: If its recipe names code and ``allow_code`` is False.
        """
        method = load_method(folder, device=device, allow_code=allow_code)
        if not isinstance(method, cls):
            raise RunError(
                f"{folder} holds a {type(method).__name__}, not a {cls.__name__}: use load_method()"
            )
        return method

    def _settings(self, table: Mapping[str, Any], allow_code: bool) -> MethodSettings:
        owner = f"method {self.name!r}"
        arguments = catalogue().arguments(self.Settings, table, owner, allow_code=allow_code, keep=_NETWORKS)
        try:
            return self.Settings(**arguments)
        except ValueError as error:
            raise OptionError(f"{owner}: {error}") from error

    def _batches(self, images: Images | Tensor, batch_size: int) -> Iterator[Tensor]:
        size = self.settings.input_size
        if not isinstance(images, Tensor):
            samples = as_samples(images, "new")
            if not samples:
                raise DataError("expected at least one image, got none: give some to predict")
            for batch in load_test(samples, size, batch_size=batch_size):
                yield batch.images
            return
        if not images.is_floating_point() or images.shape[1:] != (3, *size) or not len(images):
            raise DataError(
                f"expected a (B, 3, {size[0]}, {size[1]}) tensor of floats in [0, 1], B at least 1, "
                f"got {images.dtype} {tuple(images.shape)}: "
                "resize it, or give files or uint8 arrays, which are resized here"
            )
        yield from torch.split(images, batch_size)

    def _load_pretrained(self, warn: Callable[[str], None]) -> None:
        for module in self.modules():
            if isinstance(module, Pretrained):
                for line in module.load_pretrained():
                    warn(line)


def _on_host(part: Prediction) -> Prediction:
    """Return a batch's prediction as float32 on the CPU, so that the device holds one batch at a time."""
    return Prediction(
        maps=part.maps.detach().float().cpu(),
        scores=part.scores.detach().float().cpu(),
        reconstruction=None if part.reconstruction is None else part.reconstruction.detach().float().cpu(),
    )


def create_method(
    name: str,
    *,
    preset: str | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    allow_code: bool = True,
) -> Method:
    """Return a method by name, untrained.

    Args:
        name: A registered name, or an import path.
        preset: One of the method's presets; by default the one that changes nothing.
        settings: Changes on top of the preset, nested as in a recipe.
        seed: Decides everything random.
        allow_code: Whether names may be import paths.

    Raises:
        ComponentError: If a name is unknown or a setting wrong.
        RecipeError: If the method has no such preset.
    """
    kind = catalogue().registry("method").load(name, allow_code=allow_code)
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        raise RecipeError(f"method {name!r} is {kind!r}: a method is a subclass of synth_anomaly.Method")
    return kind(preset, seed=seed, allow_code=allow_code, **dict(settings or {}))


def load_method(
    folder: str | Path,
    *,
    device: str = "cpu",
    allow_code: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Method:
    """Return the trained method in a folder that a run or :meth:`Method.save` wrote.

    Args:
        folder: A folder with ``recipe.toml`` and ``weights.safetensors``.
        device: Where to put it.
        allow_code: Whether its recipe may name code by import path; registered names always work.
        settings: Changes of settings that leave the weights as they are, such as of a scorer.

    Raises:
        RunError: If the weights are missing or of another shape.
        RecipeError: If the recipe is missing or unreadable.
    """
    folder = Path(folder)
    recipe = Recipe.read(folder, allow_code=allow_code).changed(settings or {})
    weights = folder / "weights.safetensors"
    if not weights.is_file():
        raise RunError(
            f"{folder} holds no weights.safetensors: finish the run with sat run --resume {folder}"
        )
    method = create_method(
        recipe.method, preset=recipe.preset, settings=recipe.settings, seed=recipe.seed, allow_code=allow_code
    )
    try:
        method.load_state_dict(load_file(weights))
    except SafetensorError as error:
        raise RunError(f"{weights} cannot be read: {error}; train again, or copy it again") from None
    except RuntimeError as error:
        raise RunError(f"{weights} does not fit its recipe: {' '.join(str(error).split())[:300]}") from None
    method.loaded = True
    return method.to(choose_device(device)).eval()
