import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.evaluation import METRICS
from synth_anomaly.reporting.html import Report, render_report, write_report
from synth_anomaly.reporting.per_image import image_facts
from synth_anomaly.reporting.plots import iou_plot, score_plot

SHEET = Image.new("RGB", (60, 40))
EMPTY = {"meta", "img", "br"}


class Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.links = [], []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(text):
    page = Balance()
    page.feed(text)
    page.close()
    assert not page.open
    return page


def test_the_page_needs_nothing_else(evaluation, provenance, tmp_path):
    path = tmp_path / "report.html"
    write_report(path, Report(provenance=provenance, evaluation=evaluation, sheet=SHEET))
    text = path.read_text()
    assert all(link.startswith("data:") for link in parsed(text).links)
    assert "http" not in text.replace("http-equiv", "")
    assert "DEMO" not in text


def test_every_image_and_figure_is_there(evaluation, provenance):
    text = render_report(
        Report(provenance=provenance, evaluation=evaluation, sheet=SHEET, published={"pixel_ap": 0.123})
    )
    assert all(text.count(f">{sample.name}<") == 1 for sample in evaluation.samples)
    assert text.count('class="num value"') == len(evaluation.metrics)
    assert "0.123" in text


def test_the_demo_has_a_badge(evaluation, demo):
    text = render_report(Report(provenance=demo, evaluation=evaluation, sheet=SHEET))
    assert '<span class="badge">DEMO</span>' in text


def test_names_are_escaped(evaluation, provenance):
    script = "<script>alert(1)</script>"
    text = render_report(
        Report(
            provenance=provenance,
            evaluation=evaluation,
            sheet=SHEET,
            recipe=script,
            facts={script: script},
            notes=[script],
            versions={script: script},
        )
    )
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert") == 6
    assert "scratch/&lt;broken&gt;" in text
    parsed(text)


def test_a_report_without_masks_says_so(new_evaluation, provenance):
    text = render_report(
        Report(provenance=provenance, evaluation=new_evaluation(with_masks=False), sheet=SHEET)
    )
    assert "no masks" in text
    assert text.count("n/a") == len(METRICS)
    assert not re.search(r"[>\"]nan[<\"]", text)
    parsed(text)


def test_the_iou_plot_marks_the_best_threshold():
    thresholds = np.linspace(0, 1, 11)
    plot = ElementTree.fromstring(iou_plot(thresholds, 1 - abs(thresholds - 0.3), 0.3))
    peak = next(mark for mark in plot.iter() if mark.get("class") == "peak")
    points = [tuple(map(float, point.split(","))) for point in plot.find("polyline").get("points").split()]
    assert (
        (float(peak.get("cx")), float(peak.get("cy"))) == points[3] == min(points, key=lambda point: point[1])
    )


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_plots_take_any_unit(new_evaluation, scale):
    evaluation = new_evaluation(gain=scale)
    plot = ElementTree.fromstring(score_plot(image_facts(evaluation)))
    dots = list(plot.iter("circle"))
    assert len(dots) == len(evaluation.samples)
    assert all(0 <= float(dot.get("cx")) <= 560 for dot in dots)
    ticks = [mark.text for mark in plot.iter("text") if mark.get("class") == "tick"]
    assert 3 <= len(ticks) <= 11
    assert len(set(ticks)) == len(ticks)


def test_equal_scores_lie_side_by_side(new_evaluation):
    facts = image_facts(new_evaluation(defective=0, good=1)) * 300
    plot = ElementTree.fromstring(score_plot(facts))
    places = {(dot.get("cx"), dot.get("cy")) for dot in plot.iter("circle")}
    assert len(places) > 100
    assert all(20 <= float(y) <= 64 for _, y in places)
