"""Pages that need nothing else: filled templates, with their pictures inside."""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from synth_anomaly.files import printable

__all__ = ["data_url", "render_page"]


def render_page(template: str, **values: Any) -> str:
    """Return a template of ``pages/`` as HTML; its texts are escaped, and made what UTF-8 can hold."""
    return printable(_pages().get_template(template).render(**values))


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("synth_anomaly.reporting", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def data_url(picture: Image.Image, quality: int = 90) -> str:
    """Return a picture as the address of an image that holds it, JPEG of a quality of at most 95."""
    content = io.BytesIO()
    # Coloured lines one pixel wide need colour at full resolution.
    picture.convert("RGB").save(content, "JPEG", quality=quality, subsampling=0, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()
