"""What travels between the pieces, and what each kind of piece must be.

Images are float32 ``(B, 3, H, W)``, RGB in [0, 1]. Masks and anomaly maps are float32 ``(B, 1, H, W)``;
1 is a defect and a map rises with abnormality. Scores are ``(B,)`` and rise likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Generator, Tensor

    from synth_anomaly.parameters import Parameters

__all__ = [
    "KINDS",
    "Augmentation",
    "Backbone",
    "Batch",
    "Blend",
    "BoxedBlend",
    "Dataset",
    "Defects",
    "Downloadable",
    "EpochReport",
    "Fill",
    "Guide",
    "GuidedShape",
    "Head",
    "IsPath",
    "Loss",
    "MethodLike",
    "NamedGuide",
    "Outputs",
    "PathText",
    "Prediction",
    "Pretrained",
    "ReadsFiles",
    "Report",
    "RunContext",
    "RunResult",
    "Sample",
    "Scorer",
    "Shape",
    "Size",
    "Synthesizer",
    "Targets",
    "WithAnomalies",
    "WithNotes",
]

Size = tuple[int, int]
"""Height and width, in pixels."""


@dataclass(frozen=True)
class IsPath:
    """Marks an option that is the path of a file or a folder, as in ``Annotated[str, IsPath()]``.

    A relative path in a recipe is one from the recipe's folder, and what is recorded is absolute.

    Attributes:
        names: Values that are names and no paths.
    """

    names: tuple[str, ...] = ()


PathText = Annotated[str, IsPath()]
"""The type of an option that is a path."""

Report = Callable[[str, int, int], None]
"""Is told what is read or made, such as ``"textures"``, how many are done, and of how many."""


@dataclass(frozen=True)
class Batch:
    """What a training step gets.

    Attributes:
        images: Normal images, after augmentation.
        index: ``(B,)`` int64, the row of each image in the training set.
        guide: ``(B, 1, H, W)`` in [0, 1]: where a defect may lie; None is everywhere.
    """

    images: Tensor
    index: Tensor
    guide: Tensor | None = None


@dataclass(frozen=True)
class Defects:
    """What a synthesizer returns.

    Attributes:
        images: The images with their defects.
        masks: ``(B, 1, H, W)`` in [0, 1]; 0 exactly where an image was left as it was.
        parameters: What was drawn, on the CPU; replays and explains every sample.
    """

    images: Tensor
    masks: Tensor
    parameters: Parameters

    @property
    def defective(self) -> Tensor:
        """Which samples show a defect, bool ``(B,)`` on the masks' device; one of an empty mask is normal."""
        return self.masks.flatten(1).gt(0).any(dim=1)


@dataclass(frozen=True)
class Outputs:
    """What a network returns: only what it has.

    Attributes:
        logits: ``(B, 1, H, W)``, before the sigmoid; above 0 is a defect.
        reconstruction: ``(B, 3, H, W)``, the image as it should be.
        features: Feature maps, from fine to coarse.
    """

    logits: Tensor | None = None
    reconstruction: Tensor | None = None
    features: Sequence[Tensor] = ()


@dataclass(frozen=True)
class Targets:
    """What a loss compares the outputs with.

    Attributes:
        clean: The images before corruption.
        images: The images that the network saw.
        masks: ``(B, 1, H, W)``, 1 is a defect.
    """

    clean: Tensor
    images: Tensor
    masks: Tensor


@dataclass(frozen=True)
class Prediction:
    """What a method says of a batch.

    Attributes:
        maps: ``(B, 1, H, W)``, rising with abnormality.
        scores: ``(B,)``, rising with abnormality.
        reconstruction: ``(B, 3, H, W)``, where the method has one.
    """

    maps: Tensor
    scores: Tensor
    reconstruction: Tensor | None = None


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One image of a data set, read when asked for.

    Attributes:
        name: Unique in the data set, such as ``"scratch/003"``; the names of written files follow it.
        defect: ``"good"`` or the kind of defect.
        read: Returns the image, uint8 ``(H, W, 3)``.
        read_mask: Returns the mask, bool ``(H, W)``; None where there is no mask to read.
        read_clean: Returns the same part without its defect, where the data set knows it.
        read_object: Returns where the part is, bool ``(H, W)``, where the data set knows it.
        path: The file it comes from; None for an image that is no file of its own.
    """

    name: str
    defect: str
    read: Callable[[], np.ndarray[Any, Any]]
    read_mask: Callable[[], np.ndarray[Any, Any]] | None = None
    read_clean: Callable[[], np.ndarray[Any, Any]] | None = None
    read_object: Callable[[], np.ndarray[Any, Any]] | None = None
    path: Path | None = None

    @property
    def is_defective(self) -> bool:
        """Whether the image shows a defect."""
        return self.defect != "good"


@dataclass(frozen=True)
class RunContext:
    """Which run a hook is told of.

    Attributes:
        folder: The run's folder.
        recipe: The recipe as plain values.
    """

    folder: Path
    recipe: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """What happened since the last report.

    Attributes:
        stage: Name of the stage.
        epoch: Passes over the training images so far, in this stage.
        step: Steps so far, over all stages.
        losses: Mean of every loss term, by ``"optimiser/term"``.
        learning_rates: Learning rate by optimiser.
        images_per_second: Training images a second, wall time.
        figures: What the stage validated, by name; empty where it did not.
        panels: Computes image panels, each ``(B, 3, H, W)`` in [0, 1], by name.
    """

    stage: str
    epoch: int
    step: int
    losses: Mapping[str, float]
    learning_rates: Mapping[str, float]
    images_per_second: float
    figures: Mapping[str, float] = field(default_factory=dict)
    panels: Callable[[], Mapping[str, Tensor]] = dict


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Attributes:
        metrics: The figures, where the run came to its end.
        error: What stopped it, otherwise.
    """

    metrics: Mapping[str, float] | None = None
    error: BaseException | None = None


@runtime_checkable
class Synthesizer(Protocol):
    """Turns normal images into images with defects, and says where."""

    def __call__(
        self,
        images: Tensor,
        generator: Generator,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Return copies of ``images`` with defects.

        Args:
            images: ``(B, 3, H, W)`` in [0, 1]; left untouched.
            generator: A CPU generator; the same seed gives the same defects.
            guide: ``(B, 1, H, W)`` in [0, 1]: defects lie where it is at least 0.5; a shape that is made from
                the guide takes all its values instead.
            donors: ``(D, 3, H, W)``: the only other images that content may be taken from.
        """
        ...


@runtime_checkable
class Shape(Protocol):
    """Where a defect lies.

    A shape whose masks are always their boxes, 1 in all of them, may say so by ``fills_box = True``.
    """

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw the parameters of ``count`` masks, on the CPU.

        ``parameters["box"]`` is ``(count, 4)`` int64: top, left, height and width in pixels of a
        rectangle inside the image that holds the mask.
        """
        ...

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` float32 in [0, 1] on the parameters' device."""
        ...


@runtime_checkable
class GuidedShape(Shape, Protocol):
    """A shape that is made from the guide itself; other shapes are only cut where the guide is below 0.5."""

    def guided_masks(self, parameters: Parameters, size: Size, guide: Tensor) -> Tensor:
        """Return ``(count, 1, H, W)`` float32 in [0, 1], 0 where the guide, ``(count, 1, H, W)``, is 0."""
        ...


@runtime_checkable
class Fill(Protocol):
    """What a defect shows. Fills are maps from content to content, so they chain."""

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the parameters for the masks inside ``boxes`` (int64 ``(count, 4)``), on the CPU.

        Args:
            boxes: Top, left, height and width of each mask's rectangle.
            size: Height and width of the images.
            generator: A CPU generator.
            donors: How many donor images there will be to choose from.
        """
        ...

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:
        """Return new content, ``(count, 3, H, W)`` in [0, 1], from what the fill before it left."""
        ...


@runtime_checkable
class Blend(Protocol):
    """How content joins the image.

    A blend whose result at a pixel needs nothing but that pixel, and is exactly the image's where the mask is
    0, may say so by ``pointwise = True``; it is then called with copies of small pieces of the images instead
    of whole ones, each with its sample's parameters.
    """

    def draw(self, count: int, generator: Generator) -> Parameters:
        """Draw the parameters of ``count`` joins, on the CPU."""
        ...

    def join(self, images: Tensor, content: Tensor, masks: Tensor, parameters: Parameters) -> Tensor:
        """Return the images with ``content`` where the masks say; unchanged where a mask is 0."""
        ...


@runtime_checkable
class BoxedBlend(Blend, Protocol):
    """A blend that is told where the masks lie, so that it works there alone."""

    def join_within(
        self,
        images: Tensor,
        content: Tensor,
        masks: Tensor,
        parameters: Parameters,
        shape: Parameters,
        *,
        fills_box: bool,
    ) -> Tensor:
        """Return what :meth:`join` returns.

        Args:
            images: ``(count, 3, H, W)``.
            content: ``(count, 3, H, W)``.
            masks: ``(count, 1, H, W)``, each inside its box.
            parameters: The blend's own.
            shape: The shape's: ``shape["box"]`` is ``(count, 4)`` int64.
            fills_box: Whether every mask is its box, 1 in all of it.
        """
        ...


@runtime_checkable
class Guide(Protocol):
    """Where on a normal image a defect may lie."""

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)`` in [0, 1] for ``images``."""
        ...


@runtime_checkable
class NamedGuide(Guide, Protocol):
    """A guide that needs to know which images they are."""

    def named(self, images: Tensor, names: Sequence[str]) -> Tensor:
        """Return ``(B, 1, H, W)`` in [0, 1] for ``images``, whose samples have these names."""
        ...


@runtime_checkable
class Augmentation(Protocol):
    """A `kornia.augmentation` module, or what behaves like one: normal in, normal out."""

    def __call__(self, images: Tensor) -> Tensor:
        """Return the augmented images; draws from the global random state, which the trainer forks."""
        ...


@runtime_checkable
class Backbone(Protocol):
    """Turns images into feature maps."""

    channels: Sequence[int]
    strides: Sequence[int]

    def __call__(self, images: Tensor) -> list[Tensor]:
        """Return one ``(B, channels[i], ceil(H / strides[i]), ceil(W / strides[i]))`` map a level."""
        ...


@runtime_checkable
class Head(Protocol):
    """Turns feature maps into a map or an image."""

    def __call__(self, features: Sequence[Tensor], size: Size) -> Tensor:
        """Return ``(B, out_channels, *size)``."""
        ...


@runtime_checkable
class Loss(Protocol):
    """One number to make small."""

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return a scalar, finite on an empty and on a full mask."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """Turns a network's outputs into a map and a score."""

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return one map and one score an image; a batch gives what its images give one by one."""
        ...


@runtime_checkable
class Dataset(Protocol):
    """Good images to train on, and images to test on."""

    name: str
    category: str

    def train(self) -> Sequence[Sample]:
        """Return the good training images."""
        ...

    def test(self) -> Sequence[Sample]:
        """Return the test images; empty where there are none."""
        ...


@runtime_checkable
class WithAnomalies(Protocol):
    """A data set that knows real defects besides its test images, for methods that may see a few."""

    def anomalies(self) -> Sequence[Sample]:
        """Return defective images that are none of the test images, always in the same order."""
        ...


@runtime_checkable
class Downloadable(Protocol):
    """A data set's class that can fetch it from who publishes it."""

    def download(self, folder: Path, *, url: str | None = None, report: Report | None = None) -> Path:
        """Put the data set into ``folder``, all of it or nothing; a static method.

        Args:
            folder: Where to; made where it is missing.
            url: Another address of the same file.
            report: Is told how far it is.

        Returns:
            The folder that holds it.

        Raises:
            DataError: If it cannot be fetched, or is not what it should be.
        """
        ...


@runtime_checkable
class WithNotes(Protocol):
    """A data set of whose images a reader of the results should know something."""

    def notes(self) -> Sequence[str]:
        """Return a line for each thing to know, such as that images are missing; may be empty."""
        ...


@runtime_checkable
class MethodLike(Protocol):
    """A trained thing that turns images into anomaly maps and scores.

    :class:`synth_anomaly.method.Method` is the base class that brings the rest.
    """

    Settings: ClassVar[type]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]]

    def stages(self) -> Sequence[Any]:
        """Return the stages of training, in order: each a ``synth_anomaly.training.Stage``."""
        ...

    def predict(self, images: Tensor) -> Prediction:
        """Return maps and scores for ``(B, 3, H, W)`` images in [0, 1]."""
        ...


@runtime_checkable
class Pretrained(Protocol):
    """A module that can start from published weights."""

    def load_pretrained(self) -> Iterable[str]:
        """Load the weights that its options ask for; return a line for each thing that did not load."""
        ...


@runtime_checkable
class ReadsFiles(Protocol):
    """A piece of a synthesizer that needs files; they are read before the first training step."""

    def read_files(self, size: Size, device: torch.device, report: Report) -> Iterable[str]:
        """Read all files that images of this size on this device need, and keep what comes of them.

        Args:
            size: Height and width of the images.
            device: Where they are.
            report: Told how it goes.

        Returns:
            A line for each thing that a reader of the results should know.

        Raises:
            DataError: If a file is missing or cannot be read.
        """
        ...


KINDS: Mapping[str, type] = {
    "synthesizer": Synthesizer,
    "shape": Shape,
    "fill": Fill,
    "blend": Blend,
    "guide": Guide,
    "augmentation": Augmentation,
    "backbone": Backbone,
    "head": Head,
    "loss": Loss,
    "scorer": Scorer,
    "method": MethodLike,
    "dataset": Dataset,
}
"""Every kind of component, and the protocol that its members follow."""
