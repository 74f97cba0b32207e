import io
from dataclasses import replace
from math import isnan, nan

import pytest
from rich.console import Console

from synth_anomaly.data import Demo
from synth_anomaly.evaluation.evaluate import METRICS
from synth_anomaly.reporting.labels import LABELS, SHORT_LABELS, figure_text, label
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE
from synth_anomaly.reporting.table import categories_table, mean_metrics, metrics_table, presets_table


def text_of(renderable, width=80):
    console = Console(width=width, file=io.StringIO())
    console.print(renderable)
    return console.file.getvalue()


def test_every_figure_has_a_label():
    assert tuple(LABELS) == tuple(SHORT_LABELS) == METRICS
    assert label("my_figure") == "my_figure"


def test_figures_are_shown_with_where_they_come_from(provenance):
    text = text_of(metrics_table(dict.fromkeys(METRICS, 0.25), provenance))
    assert text.count("0.250") == len(METRICS)
    assert "anoseg on mvtec_ad / bottle" in text
    assert "preset quick · seed 7 · test images" in text
    assert "published" not in text
    assert "demo" not in text.lower()


def test_published_figures_stand_beside(provenance):
    text = text_of(metrics_table({"image_ap": 0.9, "pixel_ap": nan}, provenance, {"image_ap": 0.95}))
    row = next(line for line in text.splitlines() if "image AP" in line)
    assert row.split()[-3:] == ["0.900", "0.950", "-0.050"]
    row = next(line for line in text.splitlines() if "pixel AP" in line)
    assert row.split()[-2:] == ["n/a", "n/a"]


def test_published_figures_beside_changed_settings_say_whose_settings_they_are_of(provenance):
    changed = replace(provenance, changes={"steps": 40})
    figures = {"image_ap": 0.95}
    assert PUBLISHED_NOTE in text_of(metrics_table({"image_ap": 0.9}, changed, figures))
    assert PUBLISHED_NOTE not in text_of(metrics_table({"image_ap": 0.9}, changed))
    assert PUBLISHED_NOTE not in text_of(metrics_table({"image_ap": 0.9}, provenance, figures))
    rows = {"a": {"image_ap": 0.9}}
    for table, published in ((categories_table, figures), (presets_table, {"a": figures})):
        assert PUBLISHED_NOTE in text_of(table(rows, published=published, changed=True))
        assert PUBLISHED_NOTE not in text_of(table(rows, published=published))
        assert PUBLISHED_NOTE not in text_of(table(rows, changed=True))


def test_demo_figures_say_that_they_are(demo):
    assert demo.dataset == Demo.name
    assert "nothing of real products" in text_of(metrics_table({"image_ap": 0.5}, demo))


@pytest.mark.parametrize(
    ("value", "expected"), [(nan, "n/a"), (None, "n/a"), (1.0, "1.000"), (0.0005, "0.001")]
)
def test_figure_text(value, expected):
    assert figure_text(value) == expected


def test_means_are_over_what_is_defined():
    rows = [{"image_ap": 0.2, "pixel_ap": nan}, {"image_ap": 0.4, "pixel_ap": nan}, {"image_ap": nan}]
    means = mean_metrics(rows)
    assert means["image_ap"] == pytest.approx(0.3)
    assert isnan(means["pixel_ap"])


def test_the_mean_is_the_last_line_and_fits_a_terminal():
    rows = {name: dict.fromkeys(METRICS, value) for name, value in (("bottle", 0.2), ("metal_nut", 0.4))}
    text = text_of(categories_table(rows, title="anoseg", caption="seed 0"))
    lines = [line for line in text.splitlines() if line.strip()]
    mean = next(line for line in lines if line.strip().startswith("mean"))
    assert mean.split()[1:] == ["0.300"] * 8  # those at the best threshold stand in metrics.json
    assert "TPR" not in text
    assert lines.index(mean) > next(place for place, line in enumerate(lines) if "metal_nut" in line)
    assert "…" not in text
    assert "defined" not in text


def test_the_best_accuracy_is_shown_where_a_paper_publishes_it():
    rows = {name: dict.fromkeys(METRICS, value) for name, value in (("toothbrush", 0.2), ("metal_nut", 0.4))}
    text = text_of(categories_table(rows, published={"image_accuracy_max": 0.89}))
    mean = next(line for line in text.splitlines() if line.strip().startswith("mean"))
    assert mean.split()[1:] == ["0.300"] * 8
    assert "0.890" in text
    assert "F1" not in text
    assert "…" not in text
    assert "best" not in text_of(categories_table(rows, published={"pixel_auroc": 0.9}))


def test_where_no_pixel_is_scored_the_figures_at_the_best_threshold_take_their_place():
    figures = {name: nan if name.startswith("pixel_") else 0.5 for name in METRICS}
    text = text_of(categories_table({"Class1": figures, "Class2": figures}))
    mean = next(line for line in text.splitlines() if line.strip().startswith("mean"))
    assert mean.split()[1:] == ["0.500"] * 8
    assert "TPR" in text
    assert "pixel" not in text


def test_a_missing_figure_is_explained_beneath():
    rows = {"bottle": {"pixel_ap": 0.2}, "carpet": {"pixel_ap": nan}}
    text = text_of(categories_table(rows))
    assert "n/a" in text
    assert "for which the figure is defined" in text


def test_published_means_stand_beneath_the_mean():
    rows = {"a": {"pixel_auroc": 0.5, "pixel_ap": 0.5}}
    lines = text_of(categories_table(rows, published={"pixel_auroc": 0.97})).splitlines()
    assert [line.split() for line in lines if "published" in line] == [["published", "0.970", "n/a"]]
    assert "published" not in text_of(categories_table(rows))


def test_a_table_of_presets_of_long_names_is_whole_at_80_columns():
    metrics = {name: 0.1 * place % 1 for place, name in enumerate(METRICS) if name.startswith("image_")}
    names = ("base", "rotation+perm+jitter")
    text = text_of(presets_table(dict.fromkeys(names, metrics)))
    assert "…" not in text
    assert all(name in text for name in names)
    assert f"{metrics['image_auroc']:.3f}" in text
