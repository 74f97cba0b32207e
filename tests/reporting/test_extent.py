"""Of a test set of thousands, pages and maps show a part, and say which."""

import csv
import json
from html import unescape
from math import nan
from xml.etree import ElementTree

import pytest

from synth_anomaly.reporting.extent import MANY, extent_note, reported
from synth_anomaly.reporting.html import Report, render_report
from synth_anomaly.reporting.per_image import ImageFacts, image_facts
from synth_anomaly.reporting.plots import score_plot
from synth_anomaly.reporting.results import Results, write_results
from synth_anomaly.reporting.selection import select


def facts_of(count, good_every=10):
    return [
        ImageFacts(
            name=f"image/{row}",
            defect="good" if row % good_every == 0 else "dent",
            score=(row * 7919) % count / count,
            map_max=0.5,
            iou=nan,
            predicted_share=nan,
        )
        for row in range(count)
    ]


@pytest.mark.parametrize("count", [1, MANY])
def test_all_images_are_reported_where_they_are_not_thousands(count):
    facts = facts_of(count)
    assert reported(facts) == list(range(count))
    assert extent_note(facts) == ""


def test_of_thousands_the_hardest_and_those_on_the_sheet():
    facts = facts_of(6000)
    rows = reported(facts)
    assert rows == sorted(set(rows))
    assert 500 <= len(rows) <= 512
    assert {row for group in select(facts) for row in group.rows} <= set(rows)
    good = sorted((image.score for image in facts if not image.is_defective), reverse=True)[:250]
    defective = sorted(image.score for image in facts if image.is_defective)[:250]
    scores = {facts[row].score for row in rows}
    assert {*good, *defective} <= scores
    assert f"{len(rows)} of 6000 test images" in extent_note(facts)


@pytest.mark.parametrize("good_every", [1, 10**9])
def test_test_sets_of_one_kind_are_reported_too(good_every):
    assert 250 <= len(reported(facts_of(3000, good_every)[1:])) <= 262


def test_bars_stand_for_all_images_of_a_lane():
    facts = facts_of(5000)
    plot = ElementTree.fromstring(score_plot(facts))
    assert not list(plot.iter("circle"))
    bars = list(plot.iter("rect"))
    assert 20 < len(bars) < 200
    counts = {"good": 0, "bad": 0}
    for bar in bars:
        counts[bar.get("class")] += int(bar.find("title").text.split()[1])
        assert 0 < float(bar.get("height")) <= 44
        assert 0 <= float(bar.get("x")) <= 560
    assert counts == {"good": 500, "bad": 4500}


@pytest.fixture
def thousands(new_evaluation):
    return new_evaluation(good=300, defective=1900, with_masks=False)


def test_the_page_says_what_it_leaves_out(thousands, provenance, tmp_path):
    from PIL import Image

    rows = reported(image_facts(thousands))
    report = Report(provenance=provenance, evaluation=thousands, sheet=Image.new("RGB", (6, 4)))
    text = render_report(report)
    assert f"<h2>{len(rows)} of 2200 test images</h2>" in text
    assert text.count('<span class="dot') == len(rows)
    assert len(text) < 500_000


@pytest.mark.parametrize("all_maps", [False, True])
def test_maps_of_reported_images_are_written_and_all_scores(thousands, provenance, tmp_path, all_maps):
    results = Results(
        provenance=provenance, evaluation=thousands, recipe="", provider="", published={}, seconds=1.0
    )
    write_results(tmp_path, results, all_maps=all_maps)
    (note,) = json.loads((tmp_path / "metrics.json").read_text())["notes"]
    assert ("maps/ has every map" in note) == all_maps
    assert note in unescape((tmp_path / "report.html").read_text())
    written = {
        path.relative_to(tmp_path / "maps").with_suffix("").as_posix() for path in tmp_path.rglob("*.npz")
    }
    rows = range(2200) if all_maps else reported(image_facts(thousands))
    assert written == {thousands.samples[row].name for row in rows}
    with (tmp_path / "scores.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 2200
