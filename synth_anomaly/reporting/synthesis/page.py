"""Every synthesizer on the same images, as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from PIL import Image as Picture

from synth_anomaly.files import write_text
from synth_anomaly.reporting.colour import Image
from synth_anomaly.reporting.synthesis.histogram import area_histogram
from synth_anomaly.reporting.synthesis.published import PublishedFigures
from synth_anomaly.reporting.synthesis.samples import SyntheticSample
from synth_anomaly.reporting.synthesis.statistics import DefectStatistics
from synth_anomaly.reporting.synthesis.texts import contrast_text, percent, range_text
from synth_anomaly.reporting.template import data_url, render_page

__all__ = ["Exhibit", "Setting", "SynthesisPage", "render_synthesis_page", "write_synthesis_page"]

_SIDE, _QUALITY = 216, 84


@dataclass(frozen=True)
class Setting:
    """An option of a synthesizer, and what it is set to, as a recipe writes it."""

    name: str
    value: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One synthesizer, what it is and what it made.

    Attributes:
        name: As a recipe names it.
        summary: What it does, in a few words.
        provider: The distribution that provides it, with its version.
        text: What it does, in paragraphs.
        source: The paper it comes from; may be empty.
        settings: Its options.
        samples: Some of what it made; empty where it made nothing.
        statistics: Of everything it made; None where it made nothing.
        reason: Why it made nothing.
        notes: What a reader should know of what it made.
        asked_for: Whether its settings are the user's instead of the defaults.
        published: What the paper's own code makes, to stand beside; None where that compares with nothing.
    """

    name: str
    summary: str = ""
    provider: str = ""
    text: Sequence[str] = ()
    source: str = ""
    settings: Sequence[Setting] = ()
    samples: Sequence[SyntheticSample] = ()
    statistics: DefectStatistics | None = None
    reason: str = ""
    notes: Sequence[str] = ()
    asked_for: bool = False
    published: PublishedFigures | None = None

    @property
    def title(self) -> str:
        """Its name, with a word where the user changed it."""
        return f"{self.name}, as set" if self.asked_for else self.name

    @property
    def anchor(self) -> str:
        """What a link on the page calls it."""
        return f"asked-for-{self.name}" if self.asked_for else self.name


@dataclass(frozen=True, kw_only=True)
class SynthesisPage:
    """What the page shows.

    Attributes:
        title: The images.
        details: Seed, size and the like, in a line.
        exhibits: The synthesizers, in order; those that made nothing are shown last.
        count: How many samples the statistics are of.
        ring: Width in pixels of the ring around a defect.
        is_demo: Whether the images are rendered.
        notes: What the reader should know first.
        guide: What says where a defect may lie, in a few words; empty where nothing does.
    """

    title: str
    details: str
    exhibits: Sequence[Exhibit]
    count: int
    ring: int
    is_demo: bool = False
    notes: Sequence[str] = ()
    guide: str = ""


def write_synthesis_page(path: Path, page: SynthesisPage) -> None:
    """Write the page; nothing is fetched when it is opened."""
    write_text(path, render_synthesis_page(page))


def render_synthesis_page(page: SynthesisPage) -> str:
    """Return the page as HTML."""
    return render_page(
        "synthesis.html",
        page=page,
        shown=[exhibit for exhibit in page.exhibits if exhibit.statistics is not None],
        missing=[exhibit for exhibit in page.exhibits if exhibit.statistics is None],
        # made of numbers alone
        histogram=lambda statistics: Markup(area_histogram(statistics)),  # noqa: S704
        views=_views,
        percent=percent,
        range_text=range_text,
        contrast=contrast_text,
    )


def _views(sample: SyntheticSample) -> list[str]:
    views = sample.views(_shown_size(sample.before))
    return [data_url(Picture.fromarray(view), _QUALITY) for view in views]


def _shown_size(image: Image) -> tuple[int, int]:
    height, width = image.shape[:2]
    factor = _SIDE / max(height, width)
    return max(1, round(height * factor)), max(1, round(width * factor))
