"""Everything that one call of `sat synth` asks for, found and read before anything is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_anomaly.cli.console import warn
from synth_anomaly.cli.folder_options import folders_asked_for
from synth_anomaly.cli.gallery import SAMPLES
from synth_anomaly.cli.picture_options import reading_asked_for
from synth_anomaly.cli.reading import reading_shown
from synth_anomaly.cli.synth_choice import Chosen, changes_of_guide, choose_synthesizer, read_arguments
from synth_anomaly.cli.synth_guide import ChosenGuide, choose_guide
from synth_anomaly.cli.synth_images import Origin, Pictures, find_images
from synth_anomaly.data import Reading
from synth_anomaly.recipe import overrides
from synth_anomaly.reporting.synthesis.folder import Synthesis
from synth_anomaly.reporting.synthesis.page import Exhibit, SynthesisPage
from synth_anomaly.reporting.synthesis.statistics import ring_width
from synth_anomaly.reporting.synthesis.texts import counted
from synth_anomaly.synthesizers import Texture
from synth_anomaly.synthesizers.inside import read_files
from synth_anomaly.synthesizers.texture_files import find_textures

__all__ = ["Request", "read_request"]

_IMAGES, _IMAGES_OF_PAGE, _DONORS = 64, 16, 16


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to make, of what.

    Attributes:
        chosen: The synthesizer; None where the page of all of them is wanted alone.
        guide: Where defects may lie; None is everywhere.
        origin: Where the images come from.
        pictures: The images, with their guides.
        notes: What a reader should know of the files that were read, a line each.
        seed: Decides what is drawn.
        count: How many samples to make.
    """

    chosen: Chosen | None
    guide: ChosenGuide | None
    origin: Origin
    pictures: Pictures
    notes: tuple[str, ...]
    seed: int
    count: int

    def synthesis(self, chosen: Chosen) -> Synthesis:
        """Return what writes the samples of a synthesizer."""
        return Synthesis(
            name=chosen.name,
            synthesizer=chosen.built.synthesizer,
            recipe=chosen.built.recipe,
            notes=(*chosen.built.notes, *self.notes),
            changes=chosen.changes,
            provider=chosen.provider,
            origin=self.origin.title,
            is_demo=self.origin.is_demo,
            images=self.pictures.images,
            names=self.pictures.names,
            donors=self.pictures.donors,
            seed=self.seed,
            count=self.count,
            guides=self.pictures.guides,
            guide=self.guide and self.guide.recipe,
            guide_text=self._guide_text,
        )

    def page(self, exhibits: Sequence[Exhibit]) -> SynthesisPage:
        """Return the page that shows what synthesizers made."""
        count, _, height, width = self.pictures.images.shape
        images = f"{counted(count, 'image')}, {self.pictures.donors_text}"
        notes = [*self.notes, *(note for exhibit in exhibits for note in exhibit.notes)]
        return SynthesisPage(
            title=f"Synthesizers on {self.origin.title}",
            details=f"seed {self.seed} · {width}x{height} pixels · {images}",
            guide=self._guide_text,
            exhibits=exhibits,
            count=SAMPLES,
            ring=ring_width(height, width),
            is_demo=self.origin.is_demo,
            notes=tuple(dict.fromkeys(notes)),
        )

    @property
    def _guide_text(self) -> str:
        return self.guide.text if self.guide else ""


def read_request(name: str | None, images: str | None, given: Mapping[str, Any], *, quiet: bool) -> Request:
    """Return what the command line asks for, with images, guides, textures and masks read.

    Args:
        name: The synthesizer, or the images where they are named alone.
        images: The images.
        given: The options.
        quiet: Whether not to show how the reading goes.

    Raises:
        SynthAnomalyError: If something is not there, or wrong.
    """
    name, images = read_arguments(name, images, given)
    if given["textures"] is not None:
        find_textures(given["textures"])
    changes = overrides(given["changes"])
    of_guide = changes_of_guide(name, changes)
    guide = choose_guide(given["guide"], of_guide)
    changes = {key: value for key, value in changes.items() if key not in of_guide}
    chosen = choose_synthesizer(name, changes, given["textures"], page=given["html"])
    origin = find_images(images, given["category"], given["data"], given["dataset"], folders_asked_for(given))
    if origin.notice:
        warn(origin.notice)
    count = min(_IMAGES, given["count"]) if chosen else _IMAGES_OF_PAGE
    pictures = origin.read(
        count,
        _DONORS,
        given["size"],
        reading=Reading(**reading_asked_for(given)),
        skip_bad=bool(given["skip_bad"]),
    )
    if guide is not None:
        pictures = pictures.guided(guide.guide, warn)
    return Request(
        chosen=chosen,
        guide=guide,
        origin=origin,
        pictures=pictures,
        notes=_read_files(chosen, pictures, given, quiet=quiet),
        seed=given["seed"],
        count=given["count"],
    )


def _read_files(
    chosen: Chosen | None, pictures: Pictures, given: Mapping[str, Any], *, quiet: bool
) -> tuple[str, ...]:
    pieces: list[object] = [] if chosen is None else [chosen.built.synthesizer]
    if given["html"] and given["textures"] is not None:
        pieces.append(Texture(given["textures"]))
    images = pictures.images
    with reading_shown(quiet=quiet) as report:
        return read_files(pieces, (images.shape[2], images.shape[3]), images.device, report)
