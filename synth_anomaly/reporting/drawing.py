"""Text and small shapes on a picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from synth_anomaly.files import printable
from synth_anomaly.reporting.colour import Colour, colourise
from synth_anomaly.reporting.scale import Scale

__all__ = ["ACCENT", "BACKGROUND", "FAINT", "LINE", "PANEL", "TEXT", "WARM", "Pen", "number_text"]

BACKGROUND: Colour = (20, 22, 27)
PANEL: Colour = (30, 33, 40)
LINE: Colour = (52, 57, 67)
FAINT: Colour = (142, 150, 164)
TEXT: Colour = (236, 239, 244)
ACCENT: Colour = (64, 224, 208)
WARM: Colour = (255, 193, 77)

_BAR = (200, 10)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def number_text(value: float) -> str:
    """Return a number with three digits that count: 0.0123, 1.5, 1.2e+03."""
    return f"{value:.3g}"


@dataclass(frozen=True)
class Pen:
    """Draws on one picture; places are left and top, in pixels."""

    picture: Image.Image

    @property
    def _draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.picture)

    def text(
        self, place: tuple[int, int], text: str, size: int, colour: Colour = TEXT, width: int = 0
    ) -> int:
        """Write a line, shortened in the middle to ``width`` where that is not 0; return its width."""
        shown = printable(text)
        if width:
            shown = self._fitted(shown, size, width)
        self._draw.text(place, shown, font=_font(size), fill=colour, anchor="la")
        return self.width(shown, size)

    def centred(self, box: tuple[int, int, int, int], text: str, size: int, colour: Colour) -> None:
        """Write a line in the middle of a box of left, top, right and bottom."""
        place = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        self._draw.text(place, printable(text), font=_font(size), fill=colour, anchor="mm")

    def width(self, text: str, size: int) -> int:
        """Return how wide a line is."""
        return round(self._draw.textlength(printable(text), font=_font(size)))

    def badge(self, place: tuple[int, int], text: str) -> None:
        """Write a word on a filled pill."""
        left, top = place
        box = (left, top, left + self.width(text, 13) + 20, top + 24)
        self._draw.rounded_rectangle(box, radius=12, fill=WARM)
        self.centred(box, text, 13, BACKGROUND)

    def rule(self, left: int, right: int, top: int) -> None:
        """Draw a thin line from left to right."""
        self._draw.line((left, top, right, top), fill=LINE)

    def frame(self, box: tuple[int, int, int, int], fill: Colour | None = None) -> None:
        """Draw a thin line right around a box of left, top, right and bottom, and fill it."""
        left, top, right, bottom = box
        self._draw.rectangle((left - 1, top - 1, right, bottom), fill=fill, outline=LINE)

    def scale_bar(self, right: int, top: int, scale: Scale) -> None:
        """Draw the colours of a scale with its ends below."""
        width, height = _BAR
        left = right - width
        ramp = np.tile(np.linspace(0, 1, width), (height, 1))
        self.picture.paste(Image.fromarray(colourise(ramp)), (left, top))
        self.frame((left, top, right, top + height))
        high = number_text(scale.high)
        self.text((left, top + height + 6), number_text(scale.low), 13, FAINT)
        self.text((right - self.width(high, 13), top + height + 6), high, 13, FAINT)

    def _fitted(self, text: str, size: int, width: int) -> str:
        keep, shown = len(text), text
        while self.width(shown, size) > width and keep > 2:
            keep -= 1
            shown = f"{text[: keep // 2]}…{text[-(keep - keep // 2) :]}"
        return shown
