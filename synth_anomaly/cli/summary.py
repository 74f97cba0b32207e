"""What several runs came to, in one table: of categories, or of presets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console

from synth_anomaly.data.originals import has_all_categories
from synth_anomaly.files import printable
from synth_anomaly.reporting.provenance import changes_text
from synth_anomaly.reporting.results import Results
from synth_anomaly.reporting.table import categories_table, mean_metrics, presets_table
from synth_anomaly.runs import DEMO_NOTE, Planned

__all__ = ["changes_of", "not_begun", "outline", "print_line", "print_summary", "published_mean"]


def print_line(console: Console, text: str, style: str) -> None:
    """Print a line as it is, however long."""
    console.print(printable(text), style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


def print_summary(finished: Sequence[Results], plan: Sequence[Planned]) -> None:
    """Print the figures of runs: a line a category, or where there are several presets, a line a preset.

    Args:
        finished: The runs that came to their end, in order.
        plan: All that were to be.
    """
    if not finished:
        return
    origin, console = finished[0].provenance, Console()
    title = f"{origin.method} on {origin.dataset}"
    if len(_presets(plan)) > 1:
        console.print(_of_presets(finished, plan, title))
    else:
        rows = {results.provenance.category: results.metrics for results in finished}
        published = published_mean(finished)
        caption = replace(origin, changes=changes_of(finished)).details
        console.print(
            categories_table(
                rows, title=title, caption=caption, published=published, changed=bool(changes_of(finished))
            )
        )
    if origin.is_demo:
        print_line(console, f" {DEMO_NOTE}", "yellow")


def outline(finished: Sequence[Results]) -> str:
    """Return what runs were of, in a line."""
    origin = finished[0].provenance
    presets = list(dict.fromkeys(results.provenance.preset for results in finished))
    categories = list(dict.fromkeys(results.provenance.category for results in finished))
    preset = f"preset {origin.preset}" if len(presets) == 1 else f"presets {', '.join(presets)}"
    images = categories[0] if len(categories) == 1 else f"{len(categories)} categories"
    return f"{origin.method} · {preset} · {origin.dataset}, {images} · seed {origin.seed}"


def not_begun(finished: Sequence[Results], plan: Sequence[Planned]) -> str:
    """Return which runs were not begun when the one after the finished ones ended them; may be empty."""
    several = len(_presets(plan)) > 1
    left = plan[len(finished) + 1 :]
    return ", ".join(f"{one.recipe.preset} {one.category}" if several else one.category for one in left)


def _of_presets(finished: Sequence[Results], plan: Sequence[Planned], title: str) -> object:
    categories = list(dict.fromkeys(one.category for one in plan))
    rows: dict[str, dict[str, float]] = {}
    published: dict[str, Mapping[str, float]] = {}
    for preset in _presets(plan):
        done = [results for results in finished if results.provenance.preset == preset]
        if not done:
            continue
        partly = f" ({len(done)} of {len(categories)})" if len(done) < len(categories) else ""
        rows[f"{preset}{partly}"] = mean_metrics(results.metrics for results in done)
        figures = published_mean(done) if len(categories) > 1 else done[0].published
        if figures:
            published[f"{preset}{partly}"] = figures
    of = categories[0] if len(categories) == 1 else f"mean over {', '.join(categories)}"
    origin = finished[0].provenance
    changes = changes_of(finished)
    changed = f" · {changes_text(changes)}" if changes else ""
    caption = f"{of} · seed {origin.seed} · {origin.split} images{changed}"
    return presets_table(rows, title=title, caption=caption, published=published, changed=bool(changes))


def changes_of(finished: Sequence[Results]) -> dict[str, Any]:
    """Return what was changed of the preset of any run."""
    return {path: value for results in finished for path, value in results.provenance.changes.items()}


def _presets(plan: Sequence[Planned]) -> list[str]:
    return list(dict.fromkeys(one.recipe.preset for one in plan))


def published_mean(finished: Sequence[Results]) -> Mapping[str, float] | None:
    """Return the paper's own means for runs of one preset, where they are of the paper's categories.

    A mean over other categories would be compared with the paper's.
    """
    means = [results.published_mean for results in finished]
    names = [results.provenance.category for results in finished]
    is_whole = all(means) and has_all_categories(finished[0].provenance.dataset, names)
    return means[0] if is_whole else None
