"""Every registered synthesizer on the same images, whatever is wrong with some of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.describe import about_component
from synth_anomaly.cli.inline import spread
from synth_anomaly.cli.synth_build import Built, build_synthesizer
from synth_anomaly.cli.synth_images import Pictures
from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.options import REQUIRED, options_of
from synth_anomaly.reporting.synthesis.page import Exhibit, Setting
from synth_anomaly.reporting.synthesis.published import PublishedFigures, published_figures
from synth_anomaly.reporting.synthesis.samples import synthetic_samples
from synth_anomaly.reporting.synthesis.trial import Trial

__all__ = ["SAMPLES", "Gallery", "provider_of", "registered"]

SAMPLES = 256
"""Of how many samples the statistics of each synthesizer are."""

_SHOWN = 4


def registered() -> tuple[str, ...]:
    """Return the names of all synthesizers, as a recipe writes them."""
    registry = catalogue().registry("synthesizer")
    return tuple(registry.spelling(entry) for entry in registry.entries)


@dataclass(frozen=True)
class Gallery:
    """Tries synthesizers on the same images.

    Args:
        pictures: The images.
        seed: Decides what is drawn.
        textures: A folder of images for the synthesizers that show textures; None for made-up ones.
    """

    pictures: Pictures
    seed: int = 0
    textures: str | None = None

    def exhibit(self, name: str) -> Exhibit:
        """Return one synthesizer as its defaults make it; what goes wrong is its reason."""
        exhibit = Exhibit(name=name, **_entry(name))
        try:
            exhibit = replace(exhibit, **_about(name))
            if parts := _parts_without_default(name):
                return replace(exhibit, reason=f"made of other pieces, which you choose: {', '.join(parts)}")
            exhibit = self._tried(exhibit, build_synthesizer({"name": name}, self.textures))
            return replace(exhibit, published=self._published(name))
        except SynthAnomalyError as error:
            return replace(exhibit, reason=str(error))
        except Exception as error:  # a plugin's code, which may raise anything
            reason = " ".join(str(error).split())
            return replace(exhibit, reason=f"{type(error).__name__}: {reason}")

    def asked_for(self, name: str, built: Built) -> Exhibit:
        """Return the synthesizer that the user named, with its settings."""
        settings = [Setting(key, spread(value)) for key, value in built.recipe.items() if key != "name"]
        exhibit = Exhibit(name=name, **{**_entry(name), **_about(name), "settings": settings})
        return self._tried(replace(exhibit, asked_for=True), built)

    def _published(self, name: str) -> PublishedFigures | None:
        """Return what compares with a synthesizer's defaults; a guide leaves nothing comparable."""
        height, width = self.pictures.images.shape[2:]
        return None if self.pictures.guides is not None else published_figures(name, (height, width))

    def _tried(self, exhibit: Exhibit, built: Built) -> Exhibit:
        pictures = self.pictures
        trial = Trial.of(
            built.synthesizer,
            pictures.images,
            pictures.donors,
            shown=_SHOWN,
            count=SAMPLES,
            seed=self.seed,
            guides=pictures.guides,
        )
        made = synthetic_samples(trial.before, trial.defects, pictures.names, guides=pictures.guides)
        samples = tuple(made)
        return replace(exhibit, samples=samples, statistics=trial.statistics, notes=built.notes)


def _entry(name: str) -> dict[str, Any]:
    """Return what is known of a synthesizer without importing it."""
    with suppress(SynthAnomalyError):
        entry = catalogue().registry("synthesizer").find(name)
        return {"summary": entry.component.summary, "provider": entry.provider}
    return {}


def _parts_without_default(name: str) -> list[str]:
    """Return the options of a synthesizer that take a component and have to be given."""
    options = options_of(catalogue().registry("synthesizer").load(name)).values()
    return [option.name for option in options if option.kind is not None and option.default is REQUIRED]


def provider_of(name: str) -> str:
    """Return the distribution that provides a synthesizer; empty for an import path."""
    return str(_entry(name).get("provider", ""))


def _about(name: str) -> dict[str, Any]:
    about = about_component("synthesizer", name)
    return {
        "provider": " ".join(filter(None, (about["provider"], about["version"]))),
        "text": tuple(map(_prose, about["text"])),
        "source": about["source"],
        "settings": tuple(
            Setting(
                option["name"],
                "required" if option["required"] else spread(option["default"]),
                option["text"],
            )
            for option in about["options"]
        ),
    }


def _prose(paragraph: str) -> str:
    """Return a paragraph of a docstring without the verb that a function's begins with."""
    rest = paragraph.removeprefix("Return ")
    return rest[:1].upper() + rest[1:]
